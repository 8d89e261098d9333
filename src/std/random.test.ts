import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom, systemRandom } from './random.ts';

void test('bytes of the system are as many as asked for, and never the same twice', () => {
  const drawn = new Set<string>();
  for (let count = 0; count < 5000; count++) {
    const bytes = systemRandom.bytes(16);
    assert.equal(bytes.length, 16);
    drawn.add(Buffer.from(bytes).toString('hex'));
  }
  assert.equal(drawn.size, 5000);
  for (const length of [0, 1, 31, 1024, 1025, 100_000]) assert.equal(systemRandom.bytes(length).length, length);
});

void test('what was given out is not written over by what comes later', () => {
  const first = systemRandom.bytes(32);
  const copy = Uint8Array.from(first);
  for (let count = 0; count < 1000; count++) systemRandom.bytes(32);
  assert.deepEqual(first, copy);
});

void test('a seed gives the same bytes again', () => {
  assert.deepEqual(seededRandom(7).bytes(64), seededRandom(7).bytes(64));
  assert.notDeepEqual(seededRandom(7).bytes(64), seededRandom(8).bytes(64));
});
