import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { manualClock, seededRandom } from '../std/index.ts';
import { pngOf } from './fixtures.ts';
import { openFileStore } from './index.ts';
import type { FileStore } from './index.ts';

async function storeIn(context: TestContext, program?: string) {
  const dir = await mkdtemp(join(tmpdir(), 'backlot-images-'));
  const images = program === undefined ? {} : { program: pathToFileURL(join(dir, 'program.mjs')) };
  if (program !== undefined) await writeFile(join(dir, 'program.mjs'), program);
  const store = await openFileStore({ dir, random: seededRandom(7), clock: manualClock(), images });
  context.after(async () => {
    store.close();
    await rm(dir, { recursive: true, force: true });
  });
  return { dir, store };
}

async function put(store: FileStore, filename: string, content: Uint8Array | string) {
  const sent = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(content);
  };
  return await store.store({ filename, mediaType: '' }, sent());
}

/** Stores a picture, adopts it and reads what is kept. */
async function kept(store: FileStore, filename: string, content: Uint8Array) {
  const upload = await put(store, filename, content);
  assert.equal(upload.refused, undefined);
  await store.adopt([upload.path]);
  const bytes = await readFile((await store.open(upload.path))!.diskPath);
  return { upload, bytes, metadata: await sharp(bytes, { animated: true }).metadata() };
}

function plain(width: number, height: number) {
  return sharp({ create: { width, height, channels: 3, background: 'teal' } });
}

/** A GIF that blinks. */
async function animation(frames: number): Promise<Buffer> {
  const inputs = await Promise.all(
    Array.from({ length: frames }, async (_, index) => {
      const background = index % 2 === 0 ? 'white' : 'black';
      return await sharp({ create: { width: 4, height: 4, channels: 3, background } })
        .png()
        .toBuffer();
    }),
  );
  return await sharp(inputs, { join: { animated: true } })
    .gif()
    .toBuffer();
}

for (const [filename, format] of [
  ['a.jpg', 'jpeg'],
  ['a.png', 'png'],
  ['a.webp', 'webp'],
  ['a.avif', 'heif'],
  ['a.gif', 'gif'],
] as const) {
  void test(`${filename} is kept as what it is, without metadata, and says its size`, async (t) => {
    const { store } = await storeIn(t);
    const sent = plain(60, 40).withExif({ IFD0: { Copyright: 'secret place' } });
    const { upload, metadata, bytes } = await kept(
      store,
      filename,
      await sent.toFormat(format === 'heif' ? 'avif' : format).toBuffer(),
    );
    assert.deepEqual([upload.width, upload.height, metadata.format], [60, 40, format]);
    assert.deepEqual([metadata.exif, metadata.icc, metadata.xmp], [undefined, undefined, undefined]);
    assert.ok(!bytes.includes('secret place'));
  });
}

void test('a photograph lying on its side is turned, one in print colours gets those of screens', async (t) => {
  const { store } = await storeIn(t);
  const turned = await kept(store, 'a.jpg', await plain(60, 40).jpeg().withMetadata({ orientation: 8 }).toBuffer());
  assert.deepEqual([turned.upload.width, turned.upload.height, turned.metadata.orientation], [40, 60, undefined]);
  const print = await kept(store, 'b.jpg', await plain(9, 9).toColourspace('cmyk').jpeg().toBuffer());
  assert.deepEqual([print.metadata.space, print.metadata.channels], ['srgb', 3]);
});

void test('a very large picture is kept in 3840 pixels', async (t) => {
  const { store } = await storeIn(t);
  const { upload } = await kept(store, 'a.jpg', await plain(5000, 50).jpeg().toBuffer());
  assert.deepEqual([upload.width, upload.height], [3840, 38]);
  assert.match(upload.path, /-3840x38\.jpg$/);
});

void test('animations keep their frames, in every width', async (t) => {
  const { store } = await storeIn(t);
  const gif = await animation(5);
  const { upload, metadata } = await kept(store, 'a.gif', gif);
  assert.deepEqual([upload.width, upload.height, metadata.pages], [4, 4, 5]);
  const large = await sharp(gif, { animated: true }).resize({ width: 200, kernel: 'nearest' }).webp().toBuffer();
  const webp = await kept(store, 'a.webp', large);
  const small = await store.open(webp.upload.path, { width: 100 });
  const made = await sharp(small!.diskPath, { animated: true }).metadata();
  assert.deepEqual([made.width, made.pages], [160, 5]);
});

void test('what hangs on a picture besides is gone: another file, a script', async (t) => {
  const { store } = await storeIn(t);
  const png = await plain(5, 5).png().toBuffer();
  const { bytes } = await kept(
    store,
    'a.png',
    Buffer.concat([png, Buffer.from('<script>alert(1)</script>PK\x03\x04')]),
  );
  assert.ok(!bytes.includes('script'));
  const gif = await plain(5, 5).gif().toBuffer();
  const commented = Buffer.concat([gif.subarray(0, 13), Buffer.from('!\xfe\x05*/;x\0', 'latin1'), gif.subarray(13)]);
  const other = await put(store, 'b.gif', commented);
  if (other.path !== '') await store.adopt([other.path]);
  const left = other.path === '' ? Buffer.alloc(0) : await readFile((await store.open(other.path))!.diskPath);
  assert.ok(!left.includes('*/;x'));
});

for (const [what, filename, content, refused] of [
  ['half a JPEG', 'a.jpg', async () => half(await noise(300, 300).jpeg().toBuffer()), 'broken'],
  ['half a PNG', 'a.png', async () => half(await noise(300, 300).png().toBuffer()), 'broken'],
  ['half a WebP', 'a.webp', async () => half(await noise(300, 300).webp().toBuffer()), 'broken'],
  ['a head without a body', 'a.png', async () => pngOf(50, 50, Buffer.alloc(100)), 'broken'],
  ['a PNG that claims ten billion pixels', 'a.png', async () => pngOf(100_000, 100_000, Buffer.alloc(100)), 'pixels'],
  ['a PNG of 60 megapixels', 'a.png', async () => await plain(10_000, 6000).png().toBuffer(), 'pixels'],
  ['an animation of 301 frames', 'a.gif', async () => await animation(301), 'pixels'],
  [
    'an SVG of nothing',
    'a.svg',
    async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
    'broken',
  ],
  ['a huge SVG', 'a.svg', async () => Buffer.from(`<svg>${' '.repeat(1024 * 1024)}<path/></svg>`), 'pixels'],
  ['an empty PNG', 'a.png', async () => Buffer.alloc(0), 'type'],
  ['a JPEG that calls itself PNG', 'a.png', async () => await plain(5, 5).jpeg().toBuffer(), 'type'],
  ['an HTML page that calls itself SVG', 'a.svg', async () => Buffer.from('<html><body>hello</body></html>'), 'broken'],
] as const) {
  void test(`${what} is refused: ${refused}`, async (t) => {
    const { store, dir } = await storeIn(t);
    const upload = await put(store, filename, await content());
    assert.deepEqual([upload.refused, upload.path], [refused, '']);
    assert.deepEqual(await readdir(join(dir, 'incoming')), []);
  });
}

function noise(width: number, height: number) {
  return sharp({
    create: { width, height, channels: 3, background: 'white', noise: { type: 'gaussian', mean: 128, sigma: 30 } },
  });
}

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length / 2);
}

void test('a process that is killed in the middle costs one answer, and leaves nothing half-written', async (t) => {
  const program =
    'import { writeFileSync } from "node:fs";' +
    'process.on("message", ({ output }) => { writeFileSync(output, "half"); process.kill(process.pid, "SIGKILL"); });';
  const { store, dir } = await storeIn(t, program);
  const upload = await put(store, 'a.png', await plain(5, 5).png().toBuffer());
  assert.deepEqual([upload.refused, upload.path], ['busy', '']);
  assert.deepEqual(await readdir(join(dir, 'incoming')), []);
});

void test('files that are no pictures start no process', async (t) => {
  const { store } = await storeIn(t, 'throw new Error("started")');
  for (const [filename, content] of [
    ['a.txt', 'text'],
    ['a.pdf', '%PDF-1.7\n%âãÏÓ\n'],
    ['a.png', 'no picture'],
  ] as const) {
    await put(store, filename, content);
    assert.equal(store.imageProcesses, 0);
  }
});

void test('a width is made once for all who wait, is one of few, and never larger than the picture', async (t) => {
  const { store, dir } = await storeIn(t);
  const { upload } = await kept(store, 'a.jpg', await noise(700, 500).jpeg().toBuffer());
  const opened = await Promise.all(Array.from({ length: 9 }, () => store.open(upload.path, { width: 333 })));
  assert.equal(new Set(opened.map((file) => file!.diskPath)).size, 1);
  for (const width of [1, 97, 481, 640, 641, 700, 5000, 999_999]) await store.open(upload.path, { width });
  const [folder] = await readdir(join(dir, 'made'));
  assert.deepEqual((await readdir(join(dir, 'made', folder!))).sort(), ['160.jpg', '480.jpg', '640.jpg', '96.jpg']);
  assert.equal((await store.open(upload.path, { width: 650 }))!.diskPath, (await store.open(upload.path))!.diskPath);
  await store.discard([upload.path]);
  assert.deepEqual(await readdir(join(dir, 'made')), []);
});

void test('where a width cannot be made now, the whole picture is sent, not to be kept under that address', async (t) => {
  const { store, dir } = await storeIn(t);
  const { upload } = await kept(store, 'a.jpg', await plain(700, 500).jpeg().toBuffer());
  store.close();
  const broken = await openFileStore({
    dir,
    random: seededRandom(8),
    clock: manualClock(),
    images: { program: pathToFileURL(join(dir, 'none.mjs')) },
  });
  t.after(() => broken.close());
  const file = await broken.open(upload.path, { width: 100 });
  assert.deepEqual([file!.final, file!.diskPath.includes('kept')], [false, true]);
});
