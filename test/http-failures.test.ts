import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { rows } from './rows.ts';
import { serveFiles } from './served.ts';
import type { Served, ServeOptions } from './served.ts';

const files = {
  'index.html': '<!doctype html><title>Home</title><p>home',
  'contact.html':
    '<!doctype html><html lang=en><title>Contact</title><form name=message method=post action="/" enctype="multipart/form-data">' +
    '<p role=alert data-if=invalid hidden>Wrong.</p><input name=name required><input type=file name=paper></form>',
  'list.html':
    '<!doctype html><title>L</title><ul data-list="cake?sort=name"><li itemscope><b itemprop=name>Torta</b></li></ul>',
};
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const json = { accept: 'application/json' };

/** A server whose database fails on demand. */
async function failing(
  serve: (fault: NonNullable<ServeOptions['fault']>) => Promise<Served>,
): Promise<{ readonly site: Served; readonly fail: (message: string | undefined, errcode?: number) => void }> {
  let failure: Error | undefined;
  const site = await serve((point) => {
    if (failure && point === 'commit') throw failure;
  });
  return {
    site,
    fail(message, errcode = 0) {
      failure =
        message === undefined ? undefined : Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode });
    },
  };
}

/** The ids of failures in the log. */
function loggedIds(site: Served): readonly unknown[] {
  return site.log.lines.filter(({ level }) => level === 'error').map(({ fields }) => fields['id']);
}

for (const [name, message, errcode] of [
  ['full disk', 'database or disk is full', 13],
  ['disk that fails', 'disk I/O error', 10],
] as const) {
  test(`a ${name}: the form comes back with what was typed and 503, pages go on, health says so`, async (t) => {
    const { site, fail } = await failing((fault) => serveFiles(t, files, { fault }));
    assert.equal((await site.get('/_backlot/health')).status, 200);
    fail(message, errcode);
    const refused = await site.post('/contact?form=message', { name: 'Ada' });
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    const page = await refused.text();
    assert.match(page, /value="Ada"/);
    assert.match(page, /Nothing is lost/);
    assert.doesNotMatch(page, new RegExp(message));
    const id = refused.headers.get('x-request-id') ?? '';
    assert.match(id, uuid);
    assert.deepEqual(loggedIds(site), [id]);
    for (const path of ['/', '/contact', '/list']) assert.equal((await site.get(path)).status, 200, path);
    const health = await site.get('/_backlot/health');
    assert.equal(health.status, 503);
    const said = (await health.json()) as { status: string; database: unknown };
    assert.equal(said.status, 'unavailable');
    assert.deepEqual(said.database, { readable: true, writable: false });
    const head = await fetch(`${site.address}/_backlot/health`, { method: 'HEAD' });
    assert.equal(head.status, 503);
    assert.equal(await head.text(), '');
    assert.deepEqual(await rows(site, 'message', ['name']), []);
  });
}

test('a disk that has room again is written to again, without a restart', async (t) => {
  const { site, fail } = await failing((fault) => serveFiles(t, files, { fault }));
  fail('database or disk is full', 13);
  assert.equal((await site.post('/contact?form=message', { name: 'Ada' }, json)).status, 503);
  fail(undefined);
  assert.equal((await site.post('/contact?form=message', { name: 'Ada' }, json)).status, 200);
  assert.equal((await site.get('/_backlot/health')).status, 200);
  assert.equal((await rows(site, 'message', ['name'])).length, 1);
});

test('a file sent with a form that could not be saved is not kept', async (t) => {
  const { site, fail } = await failing((fault) => serveFiles(t, files, { fault }));
  fail('database or disk is full', 13);
  const body = new FormData();
  body.set('name', 'Ada');
  body.set('paper', new File(['hello'], 'a.txt', { type: 'text/plain' }));
  const answer = await fetch(`${site.address}/contact?form=message`, { method: 'POST', body });
  assert.equal(answer.status, 503);
  for (const folder of ['incoming', 'kept']) {
    assert.deepEqual(await readdir(join(site.dataDir, 'uploads', folder)), []);
  }
});

test('a fault nobody thought of: 500, a general text, an id that is in the log, and the server stays up', async (t) => {
  let broken = false;
  const site = await serveFiles(t, files, {
    fault: () => {
      if (broken) throw new TypeError('secret detail at line 7');
    },
  });
  broken = true;
  const page = await site.post('/contact?form=message', { name: 'Ada' });
  const data = await site.post('/contact?form=message', { name: 'Eve' }, json);
  broken = false;
  for (const answer of [page, data]) {
    assert.equal(answer.status, 500);
    const text = await answer.text();
    assert.doesNotMatch(text, /secret|line 7|TypeError/);
    const id = answer.headers.get('x-request-id') ?? '';
    assert.match(id, uuid);
    assert.ok(text.includes(id));
    assert.ok(loggedIds(site).includes(id));
  }
  assert.equal((JSON.parse(await (await site.get('/_backlot/health')).text()) as { status: string }).status, 'ok');
  assert.equal((await site.post('/contact?form=message', { name: 'Ada' })).status, 303);
});

test('a page with a fault answers 500 with an id; the others are served', async (t) => {
  const site = await serveFiles(t, {
    'index.html': '<p>home',
    'bad.html': '<ul data-list="cake?no=such&amp;sort=column"><li itemscope><b itemprop=name>Torta</b></li></ul>',
  });
  const answer = await site.get('/bad');
  assert.equal(answer.status, 500);
  const text = await answer.text();
  assert.ok(text.includes(answer.headers.get('x-request-id') ?? '?'));
  assert.deepEqual(loggedIds(site), [answer.headers.get('x-request-id')]);
  assert.doesNotMatch(text, /column/);
  assert.equal((await site.get('/')).status, 200);
  // A page may be mended while visitors have it open: what they send is not told to be nowhere.
  const posted = await site.post('/bad?form=order', { name: 'Ada' });
  assert.equal(posted.status, 503);
  assert.match(await posted.text(), /send it later/);
  const dev = await serveFiles(
    t,
    { 'bad.html': '<ul data-list="cake?sort=column"><li itemscope><b itemprop=name>T</b></li></ul>' },
    { dev: true },
  );
  assert.match(await (await dev.get('/bad')).text(), /bad\.html:1:/);
});

test('errors of visitors are not logged', async (t) => {
  const site = await serveFiles(t, files);
  await site.get('/nothing');
  await site.post('/contact?form=message', { name: '' });
  await site.post('/contact?form=other', { name: '' });
  await site.post('/contact', { name: '' }, { origin: 'null' });
  assert.deepEqual(site.log.lines, []);
});

test('the request log has ids, no queries and no bodies; without the setting there is none', async (t) => {
  const site = await serveFiles(t, files, { environment: { BACKLOT_LOG: 'requests' } });
  await site.get('/contact?email=ada@example.org');
  await site.get('/contact?email=ada@example.org', { cookie: 'backlot_session=hush', authorization: 'Bearer hush' });
  await site.get('/%zz?hush');
  await site.get('/nothing');
  await site.post('/contact?form=message&x=hush', { name: 'Ada Hush' });
  await site.post('/contact?form=message', { name: 'Ada' }, { origin: 'null' });
  await site.get('/_backlot/health');
  const lines = site.log.lines.filter(({ message }) => message === 'request');
  assert.deepEqual(
    lines.map(({ fields }) => [fields['method'], fields['path'], fields['status']]),
    [
      ['GET', '/contact', 200],
      ['GET', '/contact', 200],
      ['GET', '/%zz', 404],
      ['GET', '/nothing', 404],
      ['POST', '/contact', 303],
      ['POST', '/contact', 403],
      ['GET', '/_backlot/health', 200],
    ],
  );
  for (const { fields } of lines) {
    assert.match(String(fields['id']), uuid);
    assert.equal(typeof fields['ms'], 'number');
  }
  assert.doesNotMatch(JSON.stringify(site.log.lines), /hush|ada|127\.0\.0\.1/i);
});

test('health is small, never cached, and says when tables wait for the operator', async (t) => {
  const site = await serveFiles(t, files);
  const answer = await site.get('/_backlot/health');
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.equal(answer.headers.get('content-type'), 'application/json');
  assert.deepEqual(await answer.json(), {
    status: 'ok',
    database: { readable: true, writable: true },
    schema: 'current',
  });
});
