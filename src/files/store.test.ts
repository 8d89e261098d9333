import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { manualClock, seededRandom } from '../std/index.ts';
import { pngOf } from './fixtures.ts';
import { openFileStore } from './index.ts';

async function storeIn(context: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'backlot-files-'));
  context.after(async () => await rm(dir, { recursive: true, force: true }));
  const clock = manualClock();
  const store = await openFileStore({ dir, random: seededRandom(7), clock });
  context.after(() => store.close());
  return { dir, clock, store };
}

async function* chunksOf(content: Uint8Array | string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('half');
  throw new Error('gone');
}

/** The smallest picture: one grey pixel. */
function pngBytes(): Buffer {
  return pngOf(1, 1, Buffer.from([0, 128]));
}

void test('a file is stored under a random name with its extension, and is not served before it is adopted', async (t) => {
  const { store } = await storeIn(t);
  const upload = await store.store({ filename: 'Photo.PNG', mediaType: 'image/png' }, chunksOf(pngBytes()));
  assert.match(upload.path, /^\/_backlot\/files\/[0-9a-f]{32}-1x1\.png$/);
  assert.equal(upload.size, pngBytes().length);
  assert.equal(await store.open(upload.path), undefined);
  assert.notEqual(await store.open(upload.path, { provisional: true }), undefined);
  await store.adopt([upload.path]);
  assert.notEqual(await store.open(upload.path), undefined);
});

for (const [filename, content] of [
  ['photo.png', '<script>alert(1)</script>'],
  ['photo.jpg', pngBytes()],
  ['page.html', '<p>Hello'],
  ['tool.exe', 'MZ not really'],
  ['notes.txt', Buffer.from([0x68, 0xff, 0xfe])],
  ['notes.txt', Buffer.from('a\0b')],
  ['notes.txt', Buffer.from('cut in a character: \u20ac').subarray(0, -1)],
  ['unknown', 'text without an extension'],
  ['empty.pdf', ''],
] as const) {
  void test(`${filename} is refused when its content is ${JSON.stringify(String(content).slice(0, 24))}`, async (t) => {
    const { store, dir } = await storeIn(t);
    const upload = await store.store({ filename, mediaType: 'image/png' }, chunksOf(content));
    assert.equal(upload.refused, 'type');
    assert.equal(upload.path, '');
    assert.deepEqual(await readdir(join(dir, 'incoming')), []);
  });
}

for (const [filename, content, extension] of [
  ['notes.txt', 'Grüße', 'txt'],
  ['list.csv', 'a,b\r\n1,2\r\n', 'csv'],
  ['plan.svg', '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9"/></svg>', 'svg'],
  ['camera', pngBytes(), 'png'],
  ['menu.pdf', '%PDF-1.7\n%âãÏÓ\n', 'pdf'],
] as const) {
  void test(`${filename} is stored as ${extension}`, async (t) => {
    const { store } = await storeIn(t);
    const upload = await store.store({ filename, mediaType: '' }, chunksOf(content));
    assert.equal(upload.path.split('.')[1], extension);
  });
}

void test('a sender that breaks off leaves nothing behind', async (t) => {
  const { store, dir } = await storeIn(t);
  await assert.rejects(store.store({ filename: 'a.txt', mediaType: '' }, broken()), /gone/);
  assert.deepEqual(await readdir(join(dir, 'incoming')), []);
});

void test('adopting twice is no error, adopting what is gone is', async (t) => {
  const { store } = await storeIn(t);
  const upload = await store.store({ filename: 'a.txt', mediaType: '' }, chunksOf('a'));
  await store.adopt([upload.path]);
  await store.adopt([upload.path]);
  await store.discard([upload.path]);
  await assert.rejects(store.adopt([upload.path]), { code: 'files/missing' });
});

void test('no path leads out of the store', async (t) => {
  const { store, dir } = await storeIn(t);
  for (const path of [
    '/_backlot/files/../incoming/x.txt',
    '/_backlot/files/..%2f..%2fetc%2fpasswd',
    '/etc/passwd',
    '/_backlot/files/',
    '/_backlot/files/0123456789abcdef0123456789abcdef/../x.txt',
  ]) {
    assert.equal(await store.open(path), undefined, path);
    await store.discard([path]);
  }
  assert.deepEqual((await readdir(dir)).sort(), ['incoming', 'kept', 'made', 'named']);
});

void test('a sweep removes old files that nobody adopted or no row holds, and no others', async (t) => {
  const { store, clock, dir } = await storeIn(t);
  const put = async (): Promise<string> =>
    (await store.store({ filename: 'a.txt', mediaType: '' }, chunksOf('a'))).path;
  const [held, orphan] = [await put(), await put()];
  await put();
  await store.adopt([held, orphan]);
  clock.advance(60_000);
  await put();
  assert.equal(await store.sweep({ olderThanMs: 30_000 }), 1);
  assert.equal(await store.sweep({ olderThanMs: 30_000, isReferenced: async (path) => path === held }), 1);
  assert.notEqual(await store.open(held), undefined);
  assert.equal(await store.open(orphan), undefined);
  assert.equal((await readdir(join(dir, 'incoming'))).length, 1);
});

void test('a folder that cannot be made is an operating failure that names it', async (t) => {
  const { dir } = await storeIn(t);
  const upload = openFileStore({ dir: join(dir, 'incoming', '\0'), random: seededRandom(1), clock: manualClock() });
  await assert.rejects(upload, { code: 'files/unusable' });
});

void test('a file is sent under the name that it came with, in any script', async (t) => {
  const { store } = await storeIn(t);
  for (const [filename, disposition] of [
    ['Menu.pdf', 'attachment; filename="Menu.pdf"'],
    [
      'Speisekarte “Übersicht”.pdf',
      `filename="Speisekarte _Ubersicht_.pdf"; filename*=UTF-8''Speisekarte%20%E2%80%9C%C3%9Cbersicht%E2%80%9D.pdf`,
    ],
    ['メニュー.pdf', `filename="____.pdf"; filename*=UTF-8''%E3%83%A1%E3%83%8B%E3%83%A5%E3%83%BC.pdf`],
    [`a"b\\c%d'(1).pdf`, `filename="a_b_c_d'(1).pdf"; filename*=UTF-8''a%22b%5Cc%25d%27%281%29.pdf`],
    ['menu', 'filename="menu.pdf"'],
  ] as const) {
    const { path } = await store.store({ filename, mediaType: '' }, chunksOf('%PDF-1.7\n%âãÏÓ\n'));
    await store.adopt([path]);
    const sent = (await store.open(path))!.headers['content-disposition']!;
    assert.ok(sent.endsWith(disposition), `${sent} for ${filename}`);
    assert.match(sent, /^[\x20-\x7e]*$/);
  }
});

void test('no line end of a name reaches a header', async (t) => {
  const { store } = await storeIn(t);
  const { path } = await store.store({ filename: 'a\r\nSet-Cookie: x=1\r\n.txt', mediaType: '' }, chunksOf('a'));
  await store.adopt([path]);
  assert.doesNotMatch((await store.open(path))!.headers['content-disposition']!, /[\r\n]/);
});
