import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../src/std/index.ts';
import { startPostgres } from './postgres.ts';
import { rows } from './rows.ts';
import { folderOf, serveFolder } from './served.ts';
import type { Served } from './served.ts';

const pages = {
  'contact.html': `<!DOCTYPE html><html lang=en><title>Contact</title><form name=message method=post>
<input name=name required maxlength=80><button>Send</button></form></html>`,
};

async function send(site: Served, name: string, key: string): Promise<{ ok: boolean; id: string }> {
  const response = await site.post('/contact', { name }, { 'idempotency-key': key, accept: 'application/json' });
  return (await response.json()) as { ok: boolean; id: string };
}

void test('a form with a key is taken once, also by the next server on the data', async (t) => {
  const site = await serveFolder(t, await folderOf(t, pages));
  const first = await send(site, 'Ada', 'one');
  const next = await site.restart();
  assert.deepEqual(await send(next, 'Ada', 'one'), first);
  await send(next, 'Ada', 'two');
  assert.deepEqual(await rows(next, 'message', ['name']), [{ name: 'Ada' }, { name: 'Ada' }]);
});

void test('a key is forgotten after a day', async (t) => {
  const clock = manualClock();
  const site = await serveFolder(t, await folderOf(t, pages), { clock });
  await send(site, 'Ada', 'one');
  clock.advance(24 * 3_600_000 + 1);
  await send(site, 'Ada', 'one');
  assert.equal((await rows(site, 'message', ['name'])).length, 2);
});

void test('a form with a key that comes to two servers of one database at once is taken once', async (t) => {
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const databaseUrl = await postgres.createDatabase();
  const folder = await folderOf(t, pages);
  const one = await serveFolder(t, folder, { databaseUrl });
  const other = await serveFolder(t, folder, { databaseUrl });
  const answers = await Promise.all([send(one, 'Ada', 'one'), send(other, 'Ada', 'one'), send(other, 'Ada', 'one')]);
  assert.equal(new Set(answers.map(({ id }) => id)).size, 1);
  assert.deepEqual(await rows(one, 'message', ['name'], databaseUrl), [{ name: 'Ada' }]);
  await Promise.all([one.stop(), other.stop()]);
});
