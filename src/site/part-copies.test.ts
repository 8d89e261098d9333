import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { folderWith, page } from './fixtures.ts';
import { loadSite } from './load.ts';
import { partCopies } from './part-copies.ts';
import type { PartCopies, PartFingerprints } from './part-copies.ts';
import type { Site } from './site.ts';

const old = '<header data-part="header"><a href="index.html">Home</a></header>';
const oldBelow = '<header data-part="header"><a href="../index.html">Home</a></header>';
const fresh = '<header data-part="header"><a href="index.html">Home</a> <a href="menu/index.html">Menu</a></header>';

async function copiesIn(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  earlier: PartFingerprints = {},
): Promise<PartCopies> {
  return await partCopies(await siteOf(t, files), earlier);
}

async function siteOf(t: TestContext, files: Readonly<Record<string, string>>): Promise<Site> {
  const pages = Object.fromEntries(Object.entries(files).map(([file, body]) => [file, page(body)]));
  return await loadSite({ dir: await folderWith(t, pages) });
}

test('a copy that says the same from another folder is up to date', async (t) => {
  const { differing, texts } = await copiesIn(t, { 'index.html': old, 'about.html': old, 'menu/index.html': oldBelow });
  assert.deepEqual(differing, []);
  assert.equal(texts.size, 0);
});

test('a copy of an earlier master is brought up to date, its links in its own folder', async (t) => {
  const before = await siteOf(t, { 'index.html': old });
  const earlier = { header: [before.parts['header']!] };
  const { differing, texts } = await copiesIn(t, { 'index.html': fresh, 'menu/index.html': oldBelow }, earlier);
  assert.deepEqual(
    differing.map(({ at, edited }) => [at.file, edited]),
    [['menu/index.html', false]],
  );
  const expected = '<header data-part="header"><a href="../index.html">Home</a> <a href="index.html">Menu</a></header>';
  assert.deepEqual([...texts], [['menu/index.html', page(expected)]]);
});

test('a copy that someone wrote into is told, and its file left alone', async (t) => {
  const { differing, texts } = await copiesIn(t, { 'index.html': fresh, 'about.html': old });
  assert.deepEqual(
    differing.map(({ at, edited }) => [at.file, at.line, edited]),
    [['about.html', 5, true]],
  );
  assert.equal(texts.size, 0);
});
