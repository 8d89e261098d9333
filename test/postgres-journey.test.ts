import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startPostgres } from './postgres.ts';
import type { PostgresServer } from './postgres.ts';
import { rows } from './rows.ts';
import { serveFiles, serveFolder } from './served.ts';
import type { Served } from './served.ts';

let postgres: PostgresServer;
before(async () => {
  postgres = await startPostgres();
});
after(async () => {
  await postgres.stop();
});

/** What the form on a page says of where it posts. */
async function actionOf(site: Served, path: string): Promise<string> {
  const html = await (await site.get(path)).text();
  const action = /action="([^"]*[?&](?:amp;)?form=[^"]*)"/.exec(html)?.[1] ?? '';
  assert.notEqual(action, '', `${path} has a form`);
  return action.replaceAll('&amp;', '&');
}

const booking = {
  name: 'Ada Lovelace',
  email: 'ada@example.org',
  phone: '+39 051 000000',
  date: '2027-05-17',
  time: '20:00',
  guests: '4',
};

test('the trattoria on PostgreSQL: its menu is filled, a booking is stored and read back', async (t) => {
  const databaseUrl = await postgres.createDatabase();
  const [onPostgres, onSqlite] = await Promise.all([
    serveFolder(t, 'examples/trattoria', { databaseUrl }),
    serveFolder(t, 'examples/trattoria'),
  ]);
  for (const path of ['/', '/menu', '/menu?vegetarian=on', '/menu/tagliatelle', '/it/', '/book']) {
    const [one, other] = await Promise.all([onPostgres.get(path), onSqlite.get(path)]);
    assert.equal(one.status, other.status, path);
    assert.equal(await withoutIds(one), await withoutIds(other), path);
  }
  const menu = await (await onPostgres.get('/menu')).text();
  assert.match(menu, /Tagliatelle/);

  const action = await actionOf(onPostgres, '/book');
  const wrong = await onPostgres.post(action, { ...booking, guests: '400', email: 'ada@' });
  assert.equal(wrong.status, 422);
  assert.match(await wrong.text(), /aria-invalid="true"/);
  const right = await onPostgres.post(action, booking);
  assert.equal(right.status, 303, await right.text());
  const table = new URLSearchParams(action.split('?')[1]).get('form') ?? '';
  const stored = await rows(onPostgres, table, ['name', 'email', 'guests'], databaseUrl);
  assert.deepEqual(stored, [{ name: booking.name, email: booking.email, guests: 4 }]);
  const again = await onPostgres.restart();
  assert.equal((await rows(again, table, ['name'], databaseUrl)).length, 1);
  for (const site of [onPostgres, onSqlite]) assert.deepEqual(site.log.lines, []);
});

/** A page's text with the ids of rows, which every database makes for itself, made equal. */
async function withoutIds(answer: Response): Promise<string> {
  return (await answer.text()).replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID');
}

const guestBook = {
  'index.html':
    '<!doctype html><title>Book</title><ul data-list="entry?sort=created_at" data-as="anyone"><li itemscope><b itemprop="name">Bob</b></li></ul>' +
    '<form method=post data-save="entry" action="#thanks"><input name=name required></form>',
};

test('two servers on one database see what the other one writes', async (t) => {
  const databaseUrl = await postgres.createDatabase();
  const one = await serveFiles(t, guestBook, { databaseUrl });
  const other = await serveFiles(t, guestBook, { databaseUrl });
  // Both have the page in their caches when the other one writes.
  for (const [index, writer, reader] of [
    [1, one, other],
    [2, other, one],
    [3, one, other],
  ] as const) {
    for (const site of [one, other, one, other]) assert.equal((await site.get('/')).status, 200);
    const name = `Visitor ${index}`;
    assert.equal((await writer.post('/?form=entry', { name })).status, 303);
    assert.match(await (await writer.get('/')).text(), new RegExp(name), 'whoever wrote it sees it at once');
    // Others hear of it in a moment; the test's own limit of time is the only one.
    while (!(await (await reader.get('/')).text()).includes(name))
      await new Promise((resolve) => setImmediate(resolve));
  }
  const names = await rows(one, 'entry', ['name'], databaseUrl);
  assert.deepEqual(
    names.map(({ name }) => name),
    ['Bob', 'Visitor 1', 'Visitor 2', 'Visitor 3'],
  );
});

test('many posts to two servers at once, each stored once', async (t) => {
  const databaseUrl = await postgres.createDatabase();
  const servers = [
    await serveFiles(t, guestBook, { databaseUrl }),
    await serveFiles(t, guestBook, { databaseUrl }),
  ] as const;
  const names = Array.from({ length: 60 }, (_, index) => `Visitor ${index}`);
  const statuses = await Promise.all(
    names.map(async (name, index) => (await servers[index % 2 === 0 ? 0 : 1].post('/?form=entry', { name })).status),
  );
  assert.deepEqual([...new Set(statuses)], [303]);
  const stored = (await rows(servers[0], 'entry', ['name'], databaseUrl)).map(({ name }) => name);
  assert.equal(stored.length, names.length + 1);
  assert.deepEqual(new Set(stored), new Set(['Bob', ...names]));
  assert.deepEqual(
    servers.flatMap(({ log }) => log.lines),
    [],
  );
});

/** The cookie that an answer sets, as the browser sends it. */
function cookieOf(answer: Response): string {
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

test('who posts to one server sees it on the other one at once', async (t) => {
  const databaseUrl = await postgres.createDatabase();
  const one = await serveFiles(t, guestBook, { databaseUrl });
  const other = await serveFiles(t, guestBook, { databaseUrl });
  for (const name of ['Ada', 'Grace', 'Mary']) {
    for (const site of [one, other]) await site.get('/');
    const posted = await one.post('/?form=entry', { name });
    assert.match(
      posted.headers.get('set-cookie') ?? '',
      /^backlot_written=\d+; Path=\/; Max-Age=10; HttpOnly; SameSite=Lax$/,
    );
    const next = await other.get(posted.headers.get('location') ?? '', { cookie: cookieOf(posted) });
    assert.match(await next.text(), new RegExp(name));
    assert.equal(next.headers.get('cache-control'), 'public, max-age=0, must-revalidate');
    assert.equal(next.headers.get('set-cookie'), null);
  }
  const asScript = await one.post('/?form=entry', { name: 'Script' }, { accept: 'application/json' });
  assert.match(await (await other.get('/', { cookie: cookieOf(asScript) })).text(), /Script/);
});

test('also where the other server cannot follow the log', async (t) => {
  const databaseUrl = await postgres.createDatabase();
  const one = await serveFiles(t, guestBook, { databaseUrl });
  let gate: Promise<void> | undefined;
  const other = await serveFiles(t, guestBook, {
    databaseUrl,
    observe: (driver) => ({
      ...driver,
      async entriesAfter(position, limit) {
        await gate;
        return await driver.entriesAfter(position, limit);
      },
    }),
  });
  const held = Promise.withResolvers<void>();
  try {
    await other.get('/');
    gate = held.promise;
    const posted = await one.post('/?form=entry', { name: 'Ada' });
    assert.match(await (await other.get('/', { cookie: cookieOf(posted) })).text(), /Ada/);
    const [, position = ''] = cookieOf(posted).split('=');
    for (const cookie of [`backlot_written=${position}000`, 'backlot_written=-1', 'backlot_written=x', 'a=b'])
      assert.equal((await other.get('/', { cookie })).status, 200, cookie);
  } finally {
    held.resolve();
  }
  assert.deepEqual(other.log.lines, []);
});

test('one server alone sets no such cookie', async (t) => {
  const site = await serveFiles(t, guestBook);
  assert.equal((await site.post('/?form=entry', { name: 'Ada' })).headers.get('set-cookie'), null);
});
