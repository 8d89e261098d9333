import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { call, restaurant, signedIn } from './api.ts';
import type { ApiReply } from './api.ts';
import { startPostgres } from './postgres.ts';
import type { PostgresServer } from './postgres.ts';
import { serveFiles } from './served.ts';
import type { Served } from './served.ts';

let server: Promise<PostgresServer> | undefined;
after(async () => {
  await (await server)?.stop();
});

const site: Record<string, string> = {
  ...restaurant,
  'book.html': `<!DOCTYPE html><html lang=en><title>Guest book</title>
<ul data-list="entry?approved" data-as="anyone"><li itemscope><b itemprop=name>Sample</b></li></ul>
<form data-save=entry method=post><input name=name required><input name=bot-field hidden>
<button>Sign</button></form>`,
};

/** A site with an admin, on each database. */
function onBothDatabases(name: string, run: (served: Served, cookie: string) => Promise<void>): void {
  void test(`${name} (SQLite)`, async (t) => {
    const served = await serveFiles(t, site);
    await run(served, await signedIn(served));
  });
  void test(`${name} (PostgreSQL)`, async (t) => {
    server ??= startPostgres({ fsync: false });
    const databaseUrl = await (await server).createDatabase();
    const served = await serveFiles(t, site, { databaseUrl });
    await run(served, await signedIn(served, 'admin', databaseUrl));
  });
}

async function send(served: Served, name: string, more: Record<string, string> = {}): Promise<void> {
  assert.equal((await served.post('/book', { name, ...more })).status, 303);
}

async function entries(served: Served, cookie: string): Promise<readonly string[]> {
  const { at } = await call(served, 'GET /entry?sort=id', { cookie });
  return (at('rows') as { name: string }[]).map(({ name }) => name);
}

onBothDatabases('the summary counts what was sent by day, and what waits to be approved', async (served, cookie) => {
  await send(served, 'Ada');
  await send(served, 'Bob');
  const summary = await call(served, 'GET /summary', { cookie });
  assert.equal(summary.status, 200, JSON.stringify(summary.json));
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Rome' }).format(new Date());
  const days = summary.at('submissions', 'days') as string[];
  assert.equal(days.length, 30);
  assert.ok(days.includes(today));
  assert.equal(new Set(days).size, 30);
  const tables = summary.at('submissions', 'tables') as { table: string; counts: number[] }[];
  const sent = Object.fromEntries(tables.map(({ table, counts }) => [table, counts.reduce((a, b) => a + b, 0)]));
  assert.deepEqual(sent, { entry: 3, message: 0 }, 'the sample of the page was made today too');
  assert.deepEqual(summary.at('waiting'), [{ table: 'entry', column: 'approved', count: 2 }]);
  await send(served, 'Cleo');
  assert.equal((await call(served, 'GET /summary', { cookie })).at('waiting', 0, 'count'), 3);
  assert.equal((await call(served, 'GET /summary')).status, 401);
});

onBothDatabases('what was read is remembered for the user, not for the device', async (served, cookie) => {
  const empty = { readBefore: null, read: [], unread: [] };
  assert.deepEqual((await call(served, 'GET /me/reading', { cookie })).json, empty);
  const mark = (body: unknown): Promise<ApiReply> => call(served, 'POST /me/reading', { cookie, body });
  await Promise.all(['a', 'b', 'c'].map((id) => mark({ read: [id] })));
  const { at } = await call(served, 'GET /me/reading', { cookie });
  assert.deepEqual((at('read') as string[]).toSorted(), ['a', 'b', 'c']);
  assert.deepEqual((await mark({ unread: ['b'] })).at('unread'), ['b']);
  const all = await mark({ readBefore: '2026-08-14T12:00:00Z' });
  assert.deepEqual(all.json, { ...empty, readBefore: '2026-08-14T12:00:00.000Z' });
  assert.equal((await mark({ readBefore: 'yesterday' })).status, 422);
  assert.equal((await mark({ seen: [] })).status, 422);
  assert.equal((await call(served, 'GET /tables/_reading', { cookie })).status, 403, 'no rows of everybody');
});

onBothDatabases('marks do not grow without end: the older half becomes a moment', async (served, cookie) => {
  const ids = Array.from(
    { length: 1200 },
    (_, index) => `0198${(index + 1).toString(16).padStart(4, '0')}-0000-7000-8000-000000000000`,
  );
  for (let from = 0; from < ids.length; from += 400) {
    await call(served, 'POST /me/reading', { cookie, body: { read: ids.slice(from, from + 400).toReversed() } });
  }
  const { at } = await call(served, 'GET /me/reading', { cookie });
  const read = at('read') as string[];
  assert.equal(read.length, 500);
  assert.ok(read.includes(ids.at(-1)!));
  const passed = Number.parseInt('0198' + (700).toString(16).padStart(4, '0') + '0000', 16);
  assert.equal(at('readBefore'), new Date(passed).toISOString());
});

onBothDatabases('what was no spam becomes the row that its form makes', async (served, cookie) => {
  await send(served, 'A person', { 'bot-field': 'filled by an extension' });
  const spam = await call(served, 'GET /_spam', { cookie });
  assert.equal((spam.at('rows') as unknown[]).length, 1);
  assert.deepEqual(await entries(served, cookie), ['Sample']);
  const id = String(spam.at('rows', 0, 'id'));
  assert.equal((await call(served, `POST /_spam/${id}/release`)).status, 401);
  const released = await call(served, `POST /_spam/${id}/release`, { cookie });
  assert.deepEqual([released.status, released.at('table'), released.at('row', 'name')], [201, 'entry', 'A person']);
  assert.deepEqual(await entries(served, cookie), ['Sample', 'A person']);
  assert.deepEqual((await call(served, 'GET /_spam', { cookie })).at('rows'), []);
  assert.equal((await call(served, `POST /_spam/${id}/release`, { cookie })).status, 404, 'only once');
});

onBothDatabases(
  'what people changed can be found by table, person and kind, and taken back',
  async (served, cookie) => {
    const made = await call(served, 'POST /dish', { cookie, body: { name: 'Soup', price: '5.5' } });
    const id = String(made.at('id'));
    await call(served, `PATCH /dish/${id}`, { cookie, body: { price: '6.5' } });
    await send(served, 'Ada');
    await call(served, `DELETE /dish/${id}`, { cookie });
    const changes = await call(served, 'GET /changes', { cookie });
    const kinds = (changes.at('changes') as { entries: { operation: string }[] }[]).map(
      (change) => change.entries[0]!.operation,
    );
    assert.deepEqual(kinds, ['delete', 'update', 'insert']);
    assert.equal(changes.at('changes', 0, 'actor', 'name'), 'admin@example.org');
    assert.equal(changes.at('changes', 0, 'entries', 0, 'values', 'name', 'before'), 'Soup');
    assert.deepEqual(
      [changes.at('changes', 0, 'entries', 0, 'row'), changes.at('changes', 0, 'undoable')],
      [null, true],
    );
    const part = await call(served, 'GET /changes?limit=2', { cookie });
    const rest = await call(served, `GET /changes?limit=2&_after=${String(part.at('next'))}`, { cookie });
    assert.deepEqual([rest.at('changes', 0, 'entries', 0, 'operation'), rest.at('next')], ['insert', null]);
    assert.deepEqual((await call(served, 'GET /changes?table=section', { cookie })).at('changes'), []);
    assert.equal((await call(served, 'GET /changes?operation=schema', { cookie })).status, 400);
    assert.equal((await call(served, 'GET /changes')).status, 401);
    const deletion = String(changes.at('changes', 0, 'change'));
    assert.equal((await call(served, `POST /changes/${deletion}/undo`, { cookie })).status, 200);
    assert.equal((await call(served, `GET /dish/${id}`, { cookie })).at('price'), '6.5');
    const history = await call(served, `GET /dish/${id}/history?limit=3`, { cookie });
    assert.equal((history.at('entries') as unknown[]).length, 3);
    const older = await call(served, `GET /dish/${id}/history?_after=${String(history.at('next'))}`, { cookie });
    assert.deepEqual([older.at('entries', 0, 'operation'), older.at('next')], ['insert', null]);
  },
);

onBothDatabases(
  'a row goes behind another, before another, to the beginning and to the end',
  async (served, cookie) => {
    const names = async (): Promise<string> => {
      const { at } = await call(served, 'GET /section', { cookie });
      return (at('rows') as { name: string }[]).map(({ name }) => name).join('');
    };
    const { at } = await call(served, 'GET /section', { cookie });
    const ids: Record<string, string> = {};
    const first = String(at('rows', 0, 'id'));
    await call(served, `DELETE /section/${first}`, { cookie });
    for (const name of ['A', 'B', 'C', 'D']) {
      ids[name] = String((await call(served, 'POST /section', { cookie, body: { name } })).at('id'));
    }
    assert.equal(await names(), 'ABCD');
    const move = (name: string, body: unknown): Promise<ApiReply> =>
      call(served, `POST /section/${ids[name]}/move`, { cookie, body });
    assert.equal((await move('A', { after: ids['C'] })).status, 200);
    assert.equal(await names(), 'BCAD');
    await move('D', { before: ids['C'] });
    assert.equal(await names(), 'BDCA');
    await move('D', { before: null });
    assert.equal(await names(), 'BCAD');
    const moved = await move('A', { after: null });
    assert.equal(await names(), 'ABCD');
    await call(served, `POST /changes/${moved.headers.get('backlot-change')}/undo`, { cookie });
    assert.equal(await names(), 'BCAD');
    assert.equal((await move('A', { before: 'nobody' })).status, 422);
    assert.equal((await move('A', {})).status, 422);
  },
);
