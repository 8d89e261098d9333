import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { manualClock } from '../std/index.ts';
import type { Clock } from '../std/index.ts';
import { accessReport } from './access-report.ts';
import { compileCache } from './compile-cache.ts';
import { folderWith, page, writeInto } from './fixtures.ts';
import { loadSite } from './load.ts';
import { readSeeds } from './seeds.ts';
import type { Site } from './site.ts';

const root = path.join(import.meta.dirname, '..', '..');
/** Late enough that every file of a test was touched long ago. */
const later: Clock = { now: () => Date.now() + 60 * 60 * 1000 };

/** Everything that a site says. */
function saidBy(site: Site): unknown {
  const { routes, pages, schema, grants, parts, noindex, diagnostics, formNotices, postedForms, redirects } = site;
  return {
    pages: [...pages.values()],
    paths: [...site.files.keys()].map((file) => [file, routes.pathsOf(file), routes.resolve(`/${file}`)]),
    access: accessReport(site),
    seeds: readSeeds(site),
    details: [...site.details],
    restricted: [...site.restricted],
    formFiles: site.formFiles,
    schema,
    grants,
    parts,
    noindex,
    diagnostics,
    formNotices,
    postedForms,
    redirects,
  };
}

async function cacheFor(t: TestContext, clock: Clock = later): Promise<{ dir: string; program: string; clock: Clock }> {
  return { dir: path.join(await folderWith(t, {}), 'cache'), program: '1', clock };
}

const published = ['agency', 'business-casual', 'clean-blog', 'freelancer', 'shop-homepage'];

for (const name of ['examples/trattoria', ...published.map((each) => `node_modules/startbootstrap-${each}/dist`)]) {
  void test(`${name} says the same from the cache, page by page`, async (t) => {
    const dir = await folderWith(t, {});
    await cp(path.join(root, name), dir, { recursive: true });
    if (!name.startsWith('examples/')) await postForms(dir);
    const cache = await cacheFor(t);
    const options = { dir, timeZone: 'Europe/Rome', currency: 'EUR' };
    const fresh = saidBy(await loadSite(options));
    assert.deepEqual(saidBy(await loadSite({ ...options, cache })), fresh, 'while it is filled');
    assert.deepEqual(saidBy(await loadSite({ ...options, cache })), fresh, 'from it');
  });
}

/** Published sites work once their forms are posted. */
async function postForms(dir: string): Promise<void> {
  for (const file of await readdir(dir)) {
    if (!file.endsWith('.html')) continue;
    const text = await readFile(path.join(dir, file), 'utf8');
    await writeFile(
      path.join(dir, file),
      text.replaceAll('<form', '<form method="post"').replaceAll('<input', '<input name="a"'),
    );
  }
}

const header = (text: string): string => `<header data-part="top"><a href="index.html">${text}</a></header>`;
const smallSite = {
  'index.html': page(`${header('Home')}<ul data-list="dish"><li><b data-text="name">Soup</b></li></ul>`),
  'menu/soup.html': page(`${header('Old')}<article data-row="dish?slug"><h1 data-text="name">Soup</h1></article>`),
  'contact.html': page('<form method="post" name="message"><input name="email" type="email"></form>'),
  'plain.html': page('<form><input type="email"><textarea></textarea></form><meta name="robots" content="noindex">'),
  _redirects: '/old /contact 301\n',
};

void test('a start on unchanged files takes everything from the cache', async (t) => {
  const dir = await folderWith(t, smallSite);
  const cache = await cacheFor(t);
  await loadSite({ dir, cache });
  await forge(path.join(cache.dir, 'settled'), 'site/form-not-posted', 'was/kept');
  await forge(path.join(cache.dir, 'settled'), 'does not send anything', 'comes from the cache');
  await forge(path.join(cache.dir, 'survey'), '"noindex":false', '"noindex":true');
  for (const entry of await pageEntries(cache.dir)) await forge(entry, '"lang":"en"', '"lang":"tlh"');
  const site = await loadSite({ dir, cache });
  assert.match(site.formNotices.join(' '), /comes from the cache/);
  assert.ok(site.noindex.has('index.html'));
  assert.equal(site.pages.get('index.html')?.template.lang, 'tlh');
});

void test('a file touched shortly before it was read is read again', async (t) => {
  const dir = await folderWith(t, smallSite);
  const cache = await cacheFor(t, { now: () => Date.now() });
  await loadSite({ dir, cache });
  await writeInto(dir, { 'contact.html': smallSite['contact.html'].replace('"email" type', '"phone" type') });
  const site = await loadSite({ dir, cache });
  assert.equal(site.pages.get('contact.html')?.forms[0]?.definition.controls[0]?.name, 'phone');
});

/** Each makes another site of the one before. */
const changes: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['a letter of a page', { 'contact.html': smallSite['contact.html'].replace('message', 'massage') }],
  ['the master of a part', { 'index.html': smallSite['index.html'].replace('Home', 'Hame') }],
  ['a copy of a part', { 'menu/soup.html': smallSite['menu/soup.html'].replace('Old', 'New') }],
  ['a page that is not marked', { 'plain.html': smallSite['plain.html'].replace('noindex', 'index') }],
  ['the redirects', { _redirects: '/old /menu/soup 301\n' }],
  ['a file that is no page', { 'style.css': '' }],
  ['another page', { 'about.html': page(`${header('Far')}<p data-row="site" data-text="motto">Good</p>`) }],
  ['a master before the others', { 'about.html': page(header('Near')), 'index.html': page('<p>Nothing</p>') }],
  [
    'what a column is',
    { 'contact.html': page('<form method="post" data-save="dish"><input name="name" type="number"></form>') },
  ],
  ['bytes that are no text', { 'contact.html': 'a\u0000' }],
];

void test('whatever changes, the cache says what a fresh reading says', async (t) => {
  const dir = await folderWith(t, smallSite);
  const cache = await cacheFor(t, { now: () => Date.now() });
  await loadSite({ dir, cache });
  for (const [what, files] of changes) {
    await writeInto(dir, files);
    assert.deepEqual(saidBy(await loadSite({ dir, cache })), saidBy(await loadSite({ dir })), what);
  }
  await rm(path.join(dir, 'index.html'));
  assert.deepEqual(saidBy(await loadSite({ dir, cache })), saidBy(await loadSite({ dir })), 'a page that is gone');
});

function contact(site: Site): string | undefined {
  return site.pages.get('contact.html')?.forms[0]?.name;
}

void test('other settings and other programs have caches of their own', async (t) => {
  const dir = await folderWith(t, smallSite);
  const cache = await cacheFor(t);
  const first = { dir, cache, timeZone: 'Europe/Rome' };
  await loadSite(first);
  for (const entry of await allEntries(cache.dir)) await forge(entry, 'message', 'massage');
  assert.equal(contact(await loadSite(first)), 'massage', 'from the cache');
  for (const other of [
    { ...first, timeZone: 'UTC' },
    { ...first, currency: 'EUR' },
    { ...first, origin: 'https://example.org' },
    { ...first, cache: { ...cache, program: '2' } },
  ]) {
    assert.equal(contact(await loadSite(other)), 'message');
  }
});

const hostile: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
  ['nothing', () => Buffer.alloc(0)],
  ['half of it', (bytes) => bytes.subarray(0, bytes.length / 2)],
  ['all but the last byte', (bytes) => bytes.subarray(0, -1)],
  ['only the hash', (bytes) => bytes.subarray(0, 44)],
  ['one bit', (bytes) => Buffer.from(bytes.map((byte, index) => (index === bytes.length - 9 ? byte ^ 1 : byte)))],
  ['one bit of the hash', (bytes) => Buffer.from(bytes.map((byte, index) => (index === 3 ? byte ^ 1 : byte)))],
  ['noise', (bytes) => Buffer.from(bytes.map((_byte, index) => (index * 7919) % 256))],
  ['no JSON', () => signed('{')],
  ['another JSON', () => signed('null')],
  ['a list', () => signed('[]')],
  ['another entry', () => signed('{"stamp":"x","name":"survey","value":[[1]]}')],
];

void test('what is damaged in the cache is worked out again and mended', async (t) => {
  const dir = await folderWith(t, smallSite);
  const cache = await cacheFor(t);
  await loadSite({ dir, cache });
  const fresh = saidBy(await loadSite({ dir }));
  const whole = new Map<string, Buffer>();
  for (const entry of await allEntries(cache.dir)) whole.set(entry, await readFile(entry));
  for (const [what, damage] of hostile) {
    for (const [entry, bytes] of whole) await writeFile(entry, damage(bytes));
    assert.deepEqual(saidBy(await loadSite({ dir, cache })), fresh, what);
    for (const [entry, bytes] of whole) assert.deepEqual(await readFile(entry), bytes, `${what}: mended`);
  }
});

void test('entries under each other’s names are not taken', async (t) => {
  const dir = await folderWith(t, smallSite);
  const cache = await cacheFor(t);
  await loadSite({ dir, cache });
  const entries = await allEntries(cache.dir);
  const bytes = await Promise.all(entries.map((entry) => readFile(entry)));
  for (const [index, entry] of entries.entries()) await writeFile(entry, bytes[(index + 1) % bytes.length]!);
  assert.deepEqual(saidBy(await loadSite({ dir, cache })), saidBy(await loadSite({ dir })));
});

void test('a cache that cannot be written, or goes while the site is served, is done without', async (t) => {
  const dir = await folderWith(t, smallSite);
  const fresh = saidBy(await loadSite({ dir }));
  const cache = await cacheFor(t);
  await writeFile(cache.dir, 'a file where the folder should be');
  assert.deepEqual(saidBy(await loadSite({ dir, cache })), fresh, 'no folder');
  await rm(cache.dir);
  await loadSite({ dir, cache });
  const site = await loadSite({ dir, cache });
  await rm(cache.dir, { recursive: true });
  assert.deepEqual(saidBy(site), fresh, 'gone');
});

void test('what no page needs any more is removed', async (t) => {
  const dir = await folderWith(t, smallSite);
  const cache = await cacheFor(t);
  await loadSite({ dir, cache });
  const before = await pageEntries(cache.dir);
  await rm(path.join(dir, 'contact.html'));
  await loadSite({ dir, cache });
  assert.equal((await pageEntries(cache.dir)).length, before.length - 1);
});

void test('an entry is kept as long as another server may need it', async (t) => {
  const dir = path.join(await folderWith(t, {}), 'cache');
  const clock = manualClock(Date.now());
  const cache = compileCache({ dir, stamp: 'a', clock });
  cache.write('pages/aa/one', 1);
  cache.sweep('pages', new Set());
  assert.equal(cache.read('pages/aa/one'), 1);
  clock.advance(2 * 60 * 60 * 1000);
  cache.sweep('pages', new Set(['pages/aa/one']));
  assert.equal(cache.read('pages/aa/one'), 1);
  cache.sweep('pages', new Set());
  assert.equal(cache.read('pages/aa/one'), undefined);
});

async function allEntries(dir: string): Promise<string[]> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

async function pageEntries(dir: string): Promise<string[]> {
  return await allEntries(path.join(dir, 'pages'));
}

/** Changes an entry as only its own program could, to tell what comes from it. */
async function forge(entry: string, from: string, to: string): Promise<void> {
  const body = (await readFile(entry, 'utf8')).slice(44);
  await writeFile(entry, signed(body.replaceAll(from, to)));
}

function signed(body: string): Buffer {
  return Buffer.from(`${createHash('sha256').update(body).digest('base64url')}\n${body}`);
}
