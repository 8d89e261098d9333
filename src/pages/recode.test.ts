import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { cachedPage } from './cache.ts';
import { brotliRecoder } from './recode.ts';

const html = readFileSync('examples/trattoria/menu.html');

void test('a page that is asked for often is coded better, under another tag, and is the same page', async () => {
  const recoder = brotliRecoder();
  const { promise: recoded, resolve: told } = Promise.withResolvers<void>();
  const page = cachedPage(html, 200, {}, undefined, {
    offer: (bytes, done) =>
      recoder.offer(bytes, (coded) => {
        done(coded);
        told();
      }),
  });
  const first = page.representation('br');
  for (let asked = 1; asked < 32; asked++) assert.equal(page.representation('br'), first);
  await recoded;
  const better = page.representation('br');
  assert.notEqual(better.etag, first.etag);
  assert.ok(better.bytes.length < first.bytes.length);
  assert.deepEqual(brotliDecompressSync(better.bytes), html);
});

void test('while one page is coded, others wait for their next request', async () => {
  const recoder = brotliRecoder();
  await new Promise<void>((resolve) => {
    assert.equal(
      recoder.offer(html, () => resolve()),
      true,
    );
    assert.equal(
      recoder.offer(html, () => assert.fail()),
      false,
    );
  });
  assert.equal(
    recoder.offer(html, () => undefined),
    true,
  );
});
