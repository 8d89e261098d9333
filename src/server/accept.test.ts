import assert from 'node:assert/strict';
import { test } from 'node:test';
import { negotiateCoding, prefersJson } from './accept.ts';

for (const [header, coding] of [
  [undefined, 'identity'],
  ['', 'identity'],
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['br;q=0.1, gzip;q=0.9', 'gzip'],
  ['br;q=0, gzip;q=0', 'identity'],
  ['*', 'br'],
  ['*;q=0', 'identity'],
  ['identity;q=1, gzip;q=0.5', 'identity'],
  ['GZIP', 'gzip'],
  ['deflate', 'identity'],
] as const) {
  test(`Accept-Encoding ${JSON.stringify(header)} gets ${coding}`, () => {
    assert.equal(negotiateCoding(header), coding);
  });
}

test('a browser gets a page, a script that asks for JSON gets JSON', () => {
  assert.equal(prefersJson('text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', undefined), false);
  assert.equal(prefersJson('application/json', undefined), true);
  assert.equal(prefersJson('application/json, text/plain, */*', undefined), true);
  assert.equal(prefersJson('text/html, application/json;q=0.5', undefined), false);
  assert.equal(prefersJson('*/*', undefined), false);
  assert.equal(prefersJson('*/*', 'XMLHttpRequest'), true);
  assert.equal(prefersJson(undefined, undefined), false);
});
