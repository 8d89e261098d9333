import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareText } from '../query/index.ts';
import type { Column, ColumnType, Constraints, Value } from '../schema/index.ts';
import { refusalOf } from './check-values.ts';
import { convertValue } from './convert.ts';
import { column, declare, integer, money, schemaOf, text } from './fixtures.ts';
import { gate } from './gate.ts';
import { positionBetween } from './position.ts';
import { slugOf } from './slug.ts';

function refused(type: ColumnType, constraints: Constraints, value: Value, required = false): string | undefined {
  const made = schemaOf([declare('t', [column('x', type, { constraints, required })], { form: true })]);
  const checked: Column = made.tables['t']!.columns['x']!;
  return refusalOf(checked, value);
}

void test('a column refuses what its constraints forbid', () => {
  const time: ColumnType = { kind: 'time' };
  const cases: [ColumnType, Constraints, Value, string | undefined][] = [
    [integer, { min: '2', max: '10' }, 1, 'min'],
    [integer, { min: '2', max: '10' }, 11, 'max'],
    [integer, { min: '2', max: '10' }, 10, undefined],
    [money, { max: '9.5' }, 951, 'max'],
    [money, { max: '9.5' }, 950, undefined],
    [{ kind: 'date' }, { min: '2026-08-14' }, '2026-08-13', 'min'],
    [{ kind: 'date' }, {}, '2026-02-30', 'type'],
    [time, { min: '22:00', max: '06:00' }, '23:30', undefined],
    [time, { min: '22:00', max: '06:00' }, '12:00', 'min'],
    [text, { minLength: 3 }, 'ab', 'minLength'],
    [text, { maxLength: 1 }, '😀', 'maxLength'],
    [text, { pattern: '[a-z]+' }, 'abc1', 'pattern'],
    [text, { pattern: '[' }, 'anything', undefined],
    [text, { options: ['a', 'b'] }, 'c', 'options'],
    [text, { options: ['a', 'b'] }, '', undefined],
    [{ kind: 'set' }, { options: ['a', 'b'] }, ['a', 'c'], 'options'],
    [{ kind: 'boolean' }, {}, 1, 'type'],
    [integer, {}, 2 ** 53, 'type'],
  ];
  for (const [type, constraints, value, reason] of cases) {
    assert.equal(refused(type, constraints, value), reason, JSON.stringify([type, constraints, value]));
  }
  assert.equal(refused(text, {}, '', true), 'required');
  assert.equal(refused(integer, {}, null, true), 'required');
  assert.equal(refused(integer, {}, 0, true), undefined);
});

void test('a type changes to another only where nothing is lost', () => {
  const cases: [ColumnType, ColumnType, Value, Value | undefined][] = [
    [text, money, '14.5', 1450],
    [text, money, '14.555', undefined],
    [text, integer, ' 12 ', 12],
    [text, integer, 'twelve', undefined],
    [text, integer, '', null],
    [money, text, 1450, '14.5'],
    [integer, { kind: 'decimal', scale: 2 }, 5, 500],
    [{ kind: 'decimal', scale: 2 }, integer, 550, undefined],
    [text, { kind: 'html' }, 'a < b & c', 'a &lt; b &amp; c'],
    [text, { kind: 'markdown' }, ' *a* ', ' *a* '],
    [{ kind: 'html' }, text, '<b>a</b>', undefined],
    [text, { kind: 'set' }, 'a', ['a']],
    [{ kind: 'set' }, text, ['a', 'b'], undefined],
    [{ kind: 'date' }, { kind: 'datetime' }, '2026-08-14', '2026-08-14T00:00'],
  ];
  for (const [from, to, value, wanted] of cases) {
    assert.deepEqual(convertValue(from, to, value), wanted, JSON.stringify([from, to, value]));
  }
});

void test('slugs are folded words', () => {
  const cases: [string, string][] = [
    ['Tagliatelle al ragù', 'tagliatelle-al-ragu'],
    ['  Straße & Nr. 5! ', 'strasse-nr-5'],
    ['寿司', '寿司'],
    ['!!!', ''],
    ['long '.repeat(30), 'long-'.repeat(16).slice(0, -1)],
  ];
  for (const [written, slug] of cases) assert.equal(slugOf(written), slug);
});

void test('there is always a position between two others', () => {
  assert.ok(positionBetween('', null) > '');
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { maxLength: 60 }), (places) => {
      const keys = ['018f-a', '018f-b'];
      for (const place of places) {
        const index = place % (keys.length + 1);
        const key = positionBetween(keys[index - 1] ?? '', keys[index] ?? null);
        keys.splice(index, 0, key);
      }
      assert.deepEqual([...keys].sort(compareText), keys);
      assert.equal(new Set(keys).size, keys.length);
    }),
  );
});

void test('what runs alone waits for those inside and keeps others out', async () => {
  const door = gate();
  const told: string[] = [];
  const inside = Promise.withResolvers<void>();
  const first = door.pass(async () => {
    await inside.promise;
    told.push('first');
  });
  const only = door.alone(async () => void told.push('alone'));
  const second = door.pass(async () => void told.push('second'));
  inside.resolve();
  await Promise.all([first, only, second]);
  assert.deepEqual(told, ['first', 'alone', 'second']);
  await assert.rejects(door.alone(() => Promise.reject(new Error('x'))));
  assert.equal(await door.pass(async () => 'open'), 'open');
});
