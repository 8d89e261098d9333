import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { monthDays, parseValue, weekDays, weekOfDate } from './index.ts';

void test('a week holds its days', () => {
  assert.equal(weekOfDate('2026-01-01'), '2026-W01');
  assert.equal(weekOfDate('2027-01-01'), '2026-W53');
  assert.equal(weekOfDate('2024-12-30'), '2025-W01');
  assert.deepEqual(weekDays('2026-W33'), ['2026-08-10', '2026-08-16']);
  assert.deepEqual(monthDays('2024-02'), ['2024-02-01', '2024-02-29']);
});

void test('every date lies in the week that it is given', () => {
  const day = fc.date({ min: new Date('0001-01-08'), max: new Date('9999-12-20'), noInvalidDate: true });
  fc.assert(
    fc.property(day, (date) => {
      const text = date.toISOString().slice(0, 10);
      const week = weekOfDate(text);
      assert.equal(parseValue({ kind: 'week' }, week), week);
      const [first, last] = weekDays(week);
      assert.ok(first <= text && text <= last);
    }),
  );
});
