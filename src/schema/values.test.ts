import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  canonicalText,
  canonicalValue,
  currencyExponent,
  jsonValue,
  parseValue,
  scaledRange,
  typeLabel,
  valueFromJson,
} from './index.ts';
import type { ColumnType, Value } from './index.ts';

const euro: ColumnType = { kind: 'money', currency: 'EUR' };
const dinar: ColumnType = { kind: 'money', currency: 'KWD' };

const readings: readonly [ColumnType, string, Value | undefined][] = [
  [euro, '14.5', 1450],
  [euro, '14.505', undefined],
  [euro, '-0', 0],
  [euro, '1e3', 100000],
  [euro, '.5', 50],
  [euro, '5.', undefined],
  [euro, '+5', undefined],
  [euro, ' 5', undefined],
  [euro, '90071992547409.91', Number.MAX_SAFE_INTEGER],
  [euro, '90071992547409.92', undefined],
  [euro, '1e999999999', undefined],
  [euro, '0e999999999', 0],
  [dinar, '1.234', 1234],
  [{ kind: 'money', currency: 'JPY' }, '1.0', 1],
  [{ kind: 'integer' }, '12.0', 12],
  [{ kind: 'integer' }, '12.5', undefined],
  [{ kind: 'integer' }, '120e-1', 12],
  [{ kind: 'integer' }, '', null],
  [{ kind: 'real' }, '1.5e3', 1500],
  [{ kind: 'real' }, '1e999', undefined],
  [{ kind: 'text' }, '', ''],
  [{ kind: 'url' }, '', null],
  [{ kind: 'boolean' }, 'on', true],
  [{ kind: 'boolean' }, 'false', false],
  [{ kind: 'boolean' }, 'maybe', undefined],
  [{ kind: 'date' }, '2024-02-29', '2024-02-29'],
  [{ kind: 'date' }, '2026-02-29', undefined],
  [{ kind: 'date' }, '0000-01-01', undefined],
  [{ kind: 'date' }, '12026-01-01', undefined],
  [{ kind: 'time' }, '19:30:00', '19:30'],
  [{ kind: 'time' }, '19:30:05.250', '19:30:05.25'],
  [{ kind: 'time' }, '24:00', undefined],
  [{ kind: 'datetime' }, '2026-08-14 19:30', '2026-08-14T19:30'],
  [{ kind: 'month' }, '2026-13', undefined],
  [{ kind: 'month' }, '2026-08', '2026-08'],
  [{ kind: 'week' }, '2026-W53', '2026-W53'],
  [{ kind: 'week' }, '2025-W53', undefined],
  [{ kind: 'instant' }, '2026-08-14T19:30+02:00', '2026-08-14T17:30:00.000Z'],
  [{ kind: 'instant' }, '2026-08-14T19:30', undefined],
  [{ kind: 'set' }, '["a","b","a"]', ['a', 'b']],
  [{ kind: 'set' }, 'a, b', ['a, b']],
  [{ kind: 'set' }, '[1]', ['[1]']],
  [{ kind: 'reference', table: 'section' }, 'x', 'x'],
];

void test('reads machine text by type', () => {
  for (const [type, text, expected] of readings) {
    assert.deepEqual(parseValue(type, text), expected, `${typeLabel(type)} of ${JSON.stringify(text)}`);
  }
});

void test('writes machine text without trailing zeros', () => {
  assert.equal(canonicalText(euro, 1450), '14.5');
  assert.equal(canonicalText(euro, 110000), '1100');
  assert.equal(canonicalText(euro, -5), '-0.05');
  assert.equal(canonicalText({ kind: 'boolean' }, true), 'true');
  assert.equal(canonicalText({ kind: 'date' }, null), '');
  assert.equal(canonicalText({ kind: 'set' }, ['a', 'b"']), '["a","b\\""]');
});

void test('finds the whole numbers beside a decimal', () => {
  assert.deepEqual(scaledRange('20.555', 2), { low: 2056, high: 2055 });
  assert.deepEqual(scaledRange('-20.555', 2), { low: -2055, high: -2056 });
  assert.deepEqual(scaledRange('0.000001', 0), { low: 1, high: 0 });
  assert.deepEqual(scaledRange('-1e-9', 0), { low: 0, high: -1 });
  assert.deepEqual(scaledRange('1e300', 2), { low: 2 ** 53, high: Number.MAX_SAFE_INTEGER });
  assert.equal(scaledRange('x', 2), undefined);
});

void test('knows the exponents of ISO 4217, not those of Intl', () => {
  assert.equal(currencyExponent('HUF'), 2);
  assert.equal(currencyExponent('IQD'), 3);
  assert.equal(currencyExponent('ISK'), 0);
  assert.equal(currencyExponent('CLF'), 4);
  assert.equal(currencyExponent('XAU'), undefined);
});

void test('JSON carries decimals as strings', () => {
  assert.equal(jsonValue(euro, 1450), '14.5');
  assert.equal(jsonValue({ kind: 'integer' }, 3), 3);
  assert.equal(valueFromJson(euro, '14.5'), 1450);
  assert.equal(valueFromJson(euro, 14.5), 1450);
  assert.equal(valueFromJson({ kind: 'integer' }, '3'), undefined);
  assert.equal(valueFromJson({ kind: 'text' }, 3), undefined);
  assert.equal(valueFromJson({ kind: 'boolean' }, 'true'), undefined);
  assert.equal(valueFromJson({ kind: 'date' }, '2026-02-30'), undefined);
});

const types: readonly ColumnType[] = [
  { kind: 'text' },
  { kind: 'url' },
  { kind: 'integer' },
  { kind: 'decimal', scale: 3 },
  { kind: 'decimal', scale: 1 },
  euro,
  { kind: 'real' },
  { kind: 'boolean' },
  { kind: 'set' },
];

function valueOf(type: ColumnType): fc.Arbitrary<Value> {
  if (type.kind === 'text' || type.kind === 'url') return fc.string({ unit: 'binary' });
  if (type.kind === 'boolean') return fc.boolean();
  if (type.kind === 'set') return fc.array(fc.string({ unit: 'binary' }));
  if (type.kind === 'real') return fc.double({ noNaN: true, noDefaultInfinity: true });
  return fc.maxSafeInteger();
}

void test('canonical values survive text and JSON, and canonicalising twice is once', () => {
  const typed = fc.constantFrom(...types).chain((type) => fc.tuple(fc.constant(type), valueOf(type)));
  fc.assert(
    fc.property(typed, ([type, value]) => {
      const canonical = canonicalValue(type, value);
      assert.deepEqual(canonicalValue(type, canonical), canonical);
      assert.deepEqual(parseValue(type, canonicalText(type, canonical)), canonical);
      assert.deepEqual(valueFromJson(type, JSON.parse(JSON.stringify(jsonValue(type, canonical)))), canonical);
    }),
  );
});

void test('canonical text has LF line ends, no NUL and no lone surrogate', () => {
  assert.equal(canonicalValue({ kind: 'text' }, 'a\r\nb\rc\0d\ud800'), 'a\nb\ncd\ufffd');
  assert.deepEqual(canonicalValue({ kind: 'set' }, ['a\r', 'a\n']), ['a\n']);
  assert.equal(canonicalValue({ kind: 'set' }, []), null);
  assert.equal(canonicalValue({ kind: 'url' }, 'javascript:alert(1)'), '#blocked');
});
