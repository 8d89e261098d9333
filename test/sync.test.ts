import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { command } from './rows.ts';
import { folderOf, serveFolder } from './served.ts';

const page = (header: string, body = ''): string => `<!doctype html><title>T</title>${header}<main>${body}</main>`;
const old = '<header data-part="header"><a href="index.html">Home</a></header>';
const fresh = '<header data-part="header"><a href="index.html">Home</a> <a href="about.html">About</a></header>';

test('sync writes a changed header into the copies, and leaves an edited copy alone', async (t) => {
  const dir = await folderOf(t, {
    'index.html': page(old),
    'about.html': page(old, 'About'),
    'edited.html': page(old.replace('Home', 'House'), 'Edited'),
  });
  const site = await serveFolder(t, dir);
  await writeFile(join(dir, 'index.html'), page(fresh));
  const { code, stdout, stderr } = await command(['sync', '--data', site.dataDir]);
  assert.equal(await readFile(join(dir, 'about.html'), 'utf8'), page(fresh, 'About'));
  assert.equal(await readFile(join(dir, 'edited.html'), 'utf8'), page(old.replace('Home', 'House'), 'Edited'));
  assert.match(stdout, /about\.html: brought up to date/);
  assert.match(stderr, /edited\.html:1:\d+: this copy of “header”/);
  assert.equal(code, 1);
});
