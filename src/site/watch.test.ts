import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { folderWith, writeInto } from './fixtures.ts';
import { watchSite } from './watch.ts';

void test('tells of changes together, and of nothing that is no part of the site', async (t) => {
  const dir = await folderWith(t, { 'index.html': 'a', 'gone.html': 'g', '.git/x': '', 'data/main.sqlite': '' });
  const told = Promise.withResolvers<readonly string[]>();
  const watch = await watchSite(dir, told.resolve, { leaveOut: [path.join(dir, 'data')], quietMs: 150 });
  t.after(() => watch.close());
  await watch.ready;
  await writeInto(dir, { '.git/y': '1', 'data/other.txt': '1', _redirects: '/a /b', 'new/page.html': 'p' });
  await writeInto(dir, { 'index.html': 'changed' });
  await rm(path.join(dir, 'gone.html'));
  assert.deepEqual(await told.promise, ['_redirects', 'gone.html', 'index.html', 'new/page.html']);
});
