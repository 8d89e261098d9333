import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { after, test } from 'node:test';
import { signedIn } from './api.ts';
import { startPostgres } from './postgres.ts';
import type { PostgresServer } from './postgres.ts';
import { rows } from './rows.ts';
import { folderOf, serveFiles, serveFolder } from './served.ts';
import type { Served } from './served.ts';

let server: Promise<PostgresServer> | undefined;
after(async () => {
  await (await server)?.stop();
});

const config = `import { defineSite } from 'backlot';

export default defineSite({
  hooks: { note: { insert: { check: ({ after }) => (after.text === 'bad' ? { text: 'Not that.' } : undefined) } } },
  routes: {
    'GET /hello/:name': (request, { params, actor, clock }) =>
      Response.json({
        name: params.name,
        query: new URL(request.url).searchParams.get('q'),
        kind: actor.kind,
        cookie: request.headers.get('cookie'),
        now: typeof clock.now(),
      }),
    'GET /hello/world': () => new Response('plain', { headers: { 'set-cookie': 'a=1', 'cache-control': 'max-age=5' } }),
    'POST /note': async (request, { write, read }) => {
      const made = await write.insert('note', { text: await request.text() });
      return Response.json({ ...made, count: await read.count('note') }, { status: made.ok ? 201 : 422 });
    },
    'GET /throws': () => {
      throw new RangeError('secret detail');
    },
    'GET /nonsense': () => 'text' as never,
  },
});
`;
const site = {
  'index.html': '<!DOCTYPE html><title>Notes</title><form data-save=note method=post><input name=text></form>',
  'backlot.config.ts': config,
};

/** A journey on each database. */
function onBothDatabases(name: string, run: (served: Served, database: string | undefined) => Promise<void>): void {
  void test(`${name} (SQLite)`, async (t) => run(await serveFiles(t, site), undefined));
  void test(`${name} (PostgreSQL)`, async (t) => {
    server ??= startPostgres({ fsync: false });
    const databaseUrl = await (await server).createDatabase();
    await run(await serveFiles(t, site, { databaseUrl }), databaseUrl);
  });
}

onBothDatabases('a route answers with what it is given, and writes as who asks', async (served, database) => {
  const cookie = await signedIn(served, 'admin', database);
  const hello = await served.get('/hello/Ada%20L%C3%BC?q=1', { cookie: `${cookie}; theme=dark` });
  const expected = { name: 'Ada Lü', query: '1', kind: 'user', cookie: 'theme=dark', now: 'number' };
  assert.deepEqual(await hello.json(), expected);
  assert.equal(hello.headers.get('cache-control'), 'no-store');
  assert.equal(hello.headers.get('x-content-type-options'), 'nosniff');
  const plain = await served.get('/hello/world');
  assert.deepEqual(
    [await plain.text(), plain.headers.get('set-cookie'), plain.headers.get('cache-control')],
    ['plain', 'a=1', 'max-age=5'],
  );
  const send = (body: string, headers = {}): Promise<Response> =>
    fetch(`${served.address}/note`, { method: 'POST', body, headers: { origin: served.address, ...headers } });
  assert.deepEqual([(await send('good', { cookie })).status, (await send('bad')).status], [201, 422]);
  const [row] = await rows(served, 'note', ['text', 'author'], database);
  assert.equal(row?.['text'], 'good');
  assert.equal(typeof row['author'], 'string');
});

test('what a route may not be sent is refused before it runs', async (t) => {
  const served = await serveFiles(t, site);
  const send = (headers: Record<string, string>, body: string | Uint8Array<ArrayBuffer> = 'x'): Promise<Response> =>
    fetch(`${served.address}/note`, { method: 'POST', body, headers });
  const own = { origin: served.address };
  const statuses = [
    (await send({ origin: 'https://elsewhere.example' })).status,
    (await send({ ...own, 'content-encoding': 'gzip' })).status,
    (await send(own, new Uint8Array(1024 * 1024 + 1))).status,
    (await fetch(`${served.address}/note`, { method: 'DELETE', headers: own })).status,
    (await served.get('/hello/%E0%A4%A')).status,
    (await served.get('/hello/a/b')).status,
  ];
  assert.deepEqual(statuses, [403, 415, 413, 405, 404, 404]);
  assert.deepEqual(await rows(served, 'note', ['text']), []);
  const head = await fetch(`${served.address}/hello/world`, { method: 'HEAD' });
  assert.deepEqual([head.status, await head.text()], [200, '']);
  const options = await fetch(`${served.address}/note`, { method: 'OPTIONS' });
  assert.deepEqual([options.status, options.headers.get('allow')], [204, 'POST, OPTIONS']);
});

test('a route that fails is told to its author with file and line, to the visitor in general', async (t) => {
  const served = await serveFiles(t, site);
  for (const path of ['/throws', '/nonsense']) {
    const answer = await served.get(path);
    assert.equal(answer.status, 500);
    assert.doesNotMatch(await answer.text(), /secret|backlot\.config/);
  }
  const [threw, nonsense] = served.log.lines.map(({ fields }) => String(fields['error']));
  assert.match(
    threw ?? '',
    /routes\["GET \/throws"\] \(backlot\.config\.ts:20:\d+\) failed: RangeError: secret detail/,
  );
  assert.match(
    nonsense ?? '',
    /routes\["GET \/nonsense"\] \(backlot\.config\.ts:22:\d+\) gave back nonsense: a route gives/,
  );
  assert.equal((await served.get('/hello/world')).status, 200, 'the server goes on');
});

const conflicts: readonly (readonly [string, RegExp])[] = [
  ['GET /', /backlot\.config\.ts:1: routes\["GET \/"\] is not the only one to answer there: so does index\.html/],
  ['POST /contact', /so does contact\.html/],
  ['GET /contact.html', /so does contact\.html/],
  ['GET /img/:file', /so does img\/logo\.svg/],
  ['GET /admin/reports', /so does the program itself, at \/admin/],
  ['GET /dishes/:slug', /so does the pages of rows, at \/dishes\//],
  ['FETCH /x', /must begin with a method/],
  ['GET /x?y', /has a path that cannot be read/],
  ['GET /:a/:a', /has a path that cannot be read/],
];

for (const [name, said] of conflicts) {
  void test(`a route that cannot be is said at the start: ${name}`, async (t) => {
    const dir = await folderOf(t, {
      'index.html': '<!DOCTYPE html><title>Home</title><p>Home',
      'contact.html': '<!DOCTYPE html><title>Contact</title><p>Contact',
      'dishes/soup.html': '<!DOCTYPE html><html data-row="dish?slug"><title>Soup</title><h1 data-text=name>Soup</h1>',
      'img/logo.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'backlot.config.ts': `export default { routes: { '${name}': () => new Response('x') } };\n`,
    });
    await assert.rejects(serveFolder(t, dir), { code: 'extend/config', message: said });
  });
}

test('two routes for the same requests are said at the start', async (t) => {
  const dir = await folderOf(t, {
    'backlot.config.ts': `export default {\n  routes: {\n    'GET /a/:x': () => 1,\n    'GET /a/:y': () => 2,\n  },\n};\n`,
  });
  await assert.rejects(serveFolder(t, dir), /backlot\.config\.ts:4: routes\["GET \/a\/:y"\] means the same requests/);
});

test('a body that does not come is not waited for', async (t) => {
  const served = await serveFiles(t, site, { timeouts: { bodyMs: 20 } });
  const { host } = new URL(served.address);
  const asked = request(`${served.address}/note`, { method: 'POST', headers: { host, 'content-length': 10 } });
  const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
  asked.on('error', () => undefined);
  asked.write('x');
  const [{ statusCode }] = await answered;
  asked.destroy();
  assert.equal(statusCode, 408);
  assert.deepEqual(await rows(served, 'note', ['text']), []);
});
