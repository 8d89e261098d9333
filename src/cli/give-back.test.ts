import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHeapStatistics } from 'node:v8';
import { giveBack } from './give-back.ts';

/** Size of the heap while it holds a million objects that nothing holds afterwards. */
function heapWhenFull(): number {
  const rows = Array.from({ length: 1_000_000 }, (_each, index) => ({ index, text: `${index}` }));
  const { total_heap_size: bytes } = getHeapStatistics();
  assert.equal(rows.length, 1_000_000);
  return bytes;
}

void test('what is not in use any more goes back to the system', () => {
  const before = heapWhenFull();
  giveBack();
  const after = getHeapStatistics().total_heap_size;
  assert.ok(after < before / 2, `${before} bytes of heap became ${after}`);
});
