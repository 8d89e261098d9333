import assert from 'node:assert/strict';
import { readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { addUser, call, restaurant, signedIn, signIn } from './api.ts';
import { startMailServer } from './mail-server.ts';
import { startPostgres } from './postgres.ts';
import type { PostgresServer } from './postgres.ts';
import { command } from './rows.ts';
import { serveFiles } from './served.ts';
import type { Served } from './served.ts';

/* Users, mails, jobs and backups over the API, on both databases where data is touched. */

const pages = {
  ...restaurant,
  'ask.html': '<!DOCTYPE html><html lang=en><title>Ask</title><form name=ask method=post><input name=name></form>',
};

let postgres: PostgresServer;
before(async () => {
  postgres = await startPostgres();
});
after(() => postgres.stop());

interface Place {
  readonly name: string;
  readonly database: () => Promise<string | undefined>;
}
const places: readonly Place[] = [
  { name: 'SQLite', database: () => Promise.resolve(undefined) },
  { name: 'PostgreSQL', database: () => postgres.createDatabase() },
];

async function serve(
  t: TestContext,
  place: Place,
  environment: Record<string, string> = {},
): Promise<{ readonly site: Served; readonly databaseUrl: string | undefined }> {
  const databaseUrl = await place.database();
  const site = await serveFiles(t, pages, {
    environment: { BACKLOT_NOTIFY: 'owner@example.org', ...environment },
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  });
  return { site, databaseUrl };
}

type Answer = Awaited<ReturnType<typeof call>>;

/** Asks until the answer is as wanted. */
async function askUntil(
  site: Served,
  request: string,
  cookie: string,
  isWanted: (reply: Answer) => boolean,
): Promise<Answer> {
  for (;;) {
    const reply = await call(site, request, { cookie });
    if (isWanted(reply)) return reply;
    await wait(20);
  }
}

function hasFailed(reply: Answer): boolean {
  return reply.at('jobs', 0) !== undefined;
}

/** Makes a backup and gives its name. */
async function backUp(site: Served, cookie: string): Promise<string> {
  assert.equal((await call(site, 'POST /backups', { cookie })).status, 202);
  const done = await askUntil(site, 'GET /backups', cookie, (reply) => reply.at('backup', 'state') !== 'running');
  assert.equal(done.at('backup', 'state'), 'made', JSON.stringify(done.json));
  return String(done.at('backups', 0, 'name'));
}

/** Waits until nobody is sent away any more. */
async function servedAgain(site: Served): Promise<void> {
  while ((await call(site, 'GET /session')).status === 503) await wait(20);
}

/** Goes back and signs in again. */
async function goBack(site: Served, name: string, cookie: string): Promise<string> {
  assert.equal((await call(site, `POST /backups/${name}/restore`, { cookie })).status, 202);
  for (;;) {
    const reply = await call(site, 'GET /backups', { cookie });
    if (reply.status === 401) return await signIn(site, 'admin@example.org');
    if (reply.at('restore', 'state') === 'failed') assert.fail(JSON.stringify(reply.json));
    await wait(20);
  }
}

for (const place of places) {
  test(`${place.name}: a backup is made and gone back to while the site is served, and that is undone`, async (t) => {
    const { site, databaseUrl } = await serve(t, place);
    const cookie = await signedIn(site, 'admin', databaseUrl);
    const name = await backUp(site, cookie);
    assert.match(name, /^backup-.+\.tar\.gz$/);
    assert.equal((await call(site, 'POST /section', { cookie, body: { name: 'Pizza' } })).status, 201);
    assert.match(await (await site.get('/')).text(), /Pizza/);

    const back = await goBack(site, name, cookie);
    assert.doesNotMatch(await (await site.get('/')).text(), /Pizza/);
    const told = await call(site, 'GET /backups', { cookie: back });
    assert.deepEqual([told.at('restore', 'state'), told.at('restore', 'name')], ['restored', name]);
    const saved = String(told.at('restore', 'savedAs'));
    assert.match(saved, /^before-restore-/);
    assert.equal((await call(site, 'GET /session', { cookie })).at('user'), null, 'sessions of that time do not live');
    const trail = await call(site, 'GET /_audit?action=backup.restored', { cookie: back });
    assert.match(String(trail.at('rows', 0, 'detail')), new RegExp(saved));

    const again = await goBack(site, saved, back);
    assert.match(await (await site.get('/')).text(), /Pizza/);
    assert.equal((await call(site, 'POST /section', { cookie: again, body: { name: 'Dolci' } })).status, 201);
    const restarted = await site.restart();
    assert.match(await (await restarted.get('/')).text(), /Dolci/);
    assert.deepEqual(await readdir(join(site.dataDir)).then((names) => names.includes('restoring')), false);
  });
}

test('visitors are asked to come back while the data is exchanged, and everything they were promised is there', async (t) => {
  const { site } = await serve(t, places[0]!);
  const cookie = await signedIn(site);
  const name = await backUp(site, cookie);
  const statuses = new Set<number>();
  const exchanged = new AbortController();
  const visitors = async (): Promise<void> => {
    while (!exchanged.signal.aborted) {
      const answer = await site.get('/');
      statuses.add(answer.status);
      const text = await answer.text();
      if (answer.status === 503) assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/);
      else assert.match(text, /Tagliatelle/);
    }
  };
  const visiting = Promise.all([visitors(), visitors()]);
  await goBack(site, name, cookie);
  exchanged.abort();
  await visiting;
  for (const status of statuses) assert.ok(status === 200 || status === 503, String(status));
  assert.deepEqual(
    site.log.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

test('a damaged backup is refused before anything is touched, and the site goes on', async (t) => {
  const { site } = await serve(t, places[0]!);
  const cookie = await signedIn(site);
  const name = await backUp(site, cookie);
  const file = join(site.dataDir, 'backups', name);
  await truncate(file, Math.floor((await stat(file)).size / 2));
  await call(site, `POST /backups/${name}/restore`, { cookie });
  const told = await askUntil(site, 'GET /backups', cookie, (reply) => reply.at('restore', 'state') !== 'running');
  assert.deepEqual([told.at('restore', 'state'), told.at('restore', 'code')], ['failed', 'server/not-a-backup']);
  assert.equal((await call(site, 'POST /section', { cookie, body: { name: 'Pizza' } })).status, 201);
});

test('a backup from before anybody could sign in is not gone back to here', async (t) => {
  const { site } = await serve(t, places[0]!);
  assert.equal((await command(['backup', '--data', site.dataDir])).code, 0);
  const cookie = await signedIn(site);
  const name = String((await call(site, 'GET /backups', { cookie })).at('backups', 0, 'name'));
  await call(site, `POST /backups/${name}/restore`, { cookie });
  const told = await askUntil(site, 'GET /backups', cookie, (reply) => reply.at('restore', 'state') !== 'running');
  assert.equal(told.at('restore', 'code'), 'server/backup-no-user');
  assert.equal((await call(site, 'GET /users', { cookie })).status, 200);
});

test('on PostgreSQL another server keeps the data from being exchanged, and both go on', async (t) => {
  const { site, databaseUrl = '' } = await serve(t, places[1]!);
  const cookie = await signedIn(site, 'admin', databaseUrl);
  const name = await backUp(site, cookie);
  const other = await serveFiles(t, pages, { databaseUrl });
  assert.equal((await other.get('/')).status, 200);
  await call(site, `POST /backups/${name}/restore`, { cookie });
  const told = await askUntil(site, 'GET /backups', cookie, (reply) => {
    return reply.status === 200 && reply.at('restore', 'state') !== 'running';
  });
  assert.deepEqual([told.at('restore', 'state'), told.at('restore', 'code')], ['failed', 'database/in-use']);
  assert.equal((await site.get('/')).status, 200);
  assert.equal((await other.get('/')).status, 200);
});

test('a server that is stopped while it goes back ends whole', async (t) => {
  const { site } = await serve(t, places[0]!);
  const cookie = await signedIn(site);
  const name = await backUp(site, cookie);
  assert.equal((await call(site, `POST /backups/${name}/restore`, { cookie })).status, 202);
  const again = await site.restart();
  await servedAgain(again);
  assert.match(await (await again.get('/')).text(), /Tagliatelle/);
});

test('a backup is downloaded and removed after the password was given again, by admins alone', async (t) => {
  const { site } = await serve(t, places[0]!);
  const cookie = await signedIn(site);
  const editor = await signedIn(site, 'editor');
  const name = await backUp(site, cookie);
  const file = await fetch(`${site.address}/api/backups/${name}`, { headers: { cookie } });
  assert.equal(file.headers.get('content-disposition'), `attachment; filename="${name}"`);
  assert.equal(file.headers.get('content-type'), 'application/gzip');
  assert.equal(Buffer.from(await file.arrayBuffer()).readUInt16BE(0), 0x1f8b);
  for (const request of ['GET /backups', 'POST /backups', `GET /backups/${name}`, `POST /backups/${name}/restore`]) {
    assert.equal((await call(site, request, { cookie: editor })).status, 403, request);
    assert.equal((await call(site, request)).status, 401, request);
  }
  for (const odd of ['..%2Flast-backup.json', 'no.tar.gz', '%2Fetc%2Fpasswd']) {
    assert.equal((await call(site, `GET /backups/${odd}`, { cookie })).status, 404, odd);
  }
  assert.equal((await call(site, `DELETE /backups/${name}`, { cookie })).status, 204);
  assert.deepEqual((await call(site, 'GET /backups', { cookie })).at('backups'), []);
  const trail = await call(site, 'GET /_audit?action.like=backup&sort=number', { cookie });
  const actions = (trail.at('rows') as { action: string }[]).map(({ action }) => action);
  assert.deepEqual(actions, ['backup.started', 'backup.downloaded', 'backup.removed']);
});

for (const place of places) {
  test(`${place.name}: a mail that the server refused is shown with why, sent again, and removed`, async (t) => {
    const smtp = await startMailServer(t);
    const { site, databaseUrl } = await serve(t, place, { BACKLOT_MAIL: smtp.url });
    smtp.behave('refuse');
    assert.equal((await site.post('/ask?form=ask', { name: 'Ada' })).status, 303);
    const cookie = await signedIn(site, 'admin', databaseUrl);
    const failed = await askUntil(
      site,
      'GET /mails?state=failed',
      cookie,
      (reply) => reply.at('mails', 0) !== undefined,
    );
    assert.deepEqual([failed.at('sends'), failed.at('mails', 0, 'to')], [true, 'owner@example.org']);
    assert.match(String(failed.at('mails', 0, 'error')), /550/);
    assert.equal(failed.at('mails', 0, 'text'), undefined, 'lists are light');
    const id = String(failed.at('mails', 0, 'id'));
    const jobs = await askUntil(site, 'GET /jobs', cookie, (reply) => reply.at('jobs', 0) !== undefined);
    assert.deepEqual([jobs.at('jobs', 0, 'kind'), jobs.at('jobs', 0, 'mail')], ['mail', id]);
    const mail = await call(site, `GET /mails/${id}`, { cookie });
    assert.match(String(mail.at('text')), /Ada/);
    assert.equal(mail.at('attempts'), 1);

    smtp.behave('accept');
    assert.equal((await call(site, `POST /mails/${id}/send`, { cookie })).status, 202);
    await smtp.count(1);
    await askUntil(site, `GET /mails/${id}`, cookie, (reply) => reply.at('state') === 'sent');
    assert.deepEqual((await call(site, 'GET /jobs', { cookie })).at('jobs'), []);
    assert.equal((await call(site, `POST /mails/${id}/send`, { cookie })).at('code'), 'sent');
    assert.equal((await call(site, `DELETE /mails/${id}`, { cookie })).status, 204);
    assert.equal((await call(site, `GET /mails/${id}`, { cookie })).status, 404);
  });
}

test('without a mail server mails are kept, and sending says what is missing; editors see neither mails nor jobs', async (t) => {
  const { site } = await serve(t, places[0]!);
  await site.post('/ask?form=ask', { name: 'Ada' });
  const cookie = await signedIn(site);
  const editor = await signedIn(site, 'editor');
  const kept = await askUntil(site, 'GET /mails?state=kept', cookie, (reply) => reply.at('mails', 0) !== undefined);
  assert.equal(kept.at('sends'), false);
  const id = String(kept.at('mails', 0, 'id'));
  const refused = await call(site, `POST /mails/${id}/send`, { cookie });
  assert.deepEqual([refused.status, refused.at('code')], [409, 'no-mail-server']);
  for (const request of ['GET /mails', `GET /mails/${id}`, `DELETE /mails/${id}`, 'GET /jobs', 'DELETE /jobs/1']) {
    assert.equal((await call(site, request, { cookie: editor })).status, 403, request);
  }
  assert.equal((await call(site, 'GET /mails?nonsense=1', { cookie })).status, 400);
  assert.equal((await call(site, 'GET /jobs?state=odd', { cookie })).status, 400);
});

test('a failed job is tried again or forgotten', async (t) => {
  const smtp = await startMailServer(t);
  const { site } = await serve(t, places[0]!, { BACKLOT_MAIL: smtp.url });
  smtp.behave('refuse');
  await site.post('/ask?form=ask', { name: 'Ada' });
  const cookie = await signedIn(site);
  const failed = await askUntil(site, 'GET /jobs', cookie, hasFailed);
  const id = String(failed.at('jobs', 0, 'id'));
  assert.equal((await call(site, `POST /jobs/${id}/retry`, { cookie })).status, 202);
  const again = await askUntil(site, 'GET /jobs', cookie, hasFailed);
  const next = String(again.at('jobs', 0, 'id'));
  assert.equal((await call(site, `DELETE /jobs/${next}`, { cookie })).status, 204);
  assert.equal((await call(site, `DELETE /jobs/${next}`, { cookie })).status, 404);
  assert.deepEqual((await call(site, 'GET /jobs', { cookie })).at('jobs'), []);
});

test('users are shown with when they were here last; nobody removes themselves', async (t) => {
  const { site } = await serve(t, places[0]!);
  const cookie = await signedIn(site);
  await addUser(site, 'bob@example.org', 'admin');
  const users = await call(site, 'GET /users', { cookie });
  assert.match(String(users.at('users', 0, 'seenAt')), /^\d{4}-/);
  assert.equal(users.at('users', 1, 'seenAt'), null);
  const bob = await signIn(site, 'bob@example.org');
  await call(site, 'DELETE /session', { cookie: bob });
  assert.match(String((await call(site, 'GET /users', { cookie })).at('users', 1, 'seenAt')), /^\d{4}-/);
  const own = await call(site, `DELETE /users/${String(users.at('users', 0, 'id'))}`, { cookie });
  assert.deepEqual([own.status, own.at('code')], [409, 'self']);
});
