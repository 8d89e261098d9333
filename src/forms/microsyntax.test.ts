import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isEmail, splitEmails } from './address.ts';
import {
  compareDecimals,
  formatDecimal,
  isStepAligned,
  neighbouringSteps,
  parseNumber,
  parseNumberLeniently,
} from './number.ts';
import {
  formatDate,
  formatLocalDateTime,
  formatMonth,
  formatTime,
  formatWeek,
  normaliseLocalDateTime,
  parseDate,
  parseLocalDateTime,
  parseMonth,
  parseTime,
  parseWeek,
} from './temporal.ts';

/** Each text with whether it is valid, by type: the topics of the standard's microsyntaxes. */
const validity: readonly (readonly [string, (text: string) => unknown, readonly string[], readonly string[]])[] = [
  [
    'number',
    parseNumber,
    [
      '0',
      '-0',
      '1',
      '-1',
      '.5',
      '-.5',
      '0.5',
      '1e3',
      '1E3',
      '1e+3',
      '1e-3',
      '-1.5e-3',
      '007',
      '1.7976931348623157e308',
    ],
    [
      '',
      ' ',
      '+1',
      '1.',
      '-',
      '.',
      'e3',
      '1e',
      '1e+',
      '1,5',
      ' 1',
      '1 ',
      '--1',
      '0x10',
      'Infinity',
      '-Infinity',
      'NaN',
      '1e309',
      '１',
    ],
  ],
  [
    'date',
    parseDate,
    ['2026-08-14', '0001-01-01', '2024-02-29', '2000-02-29', '9999-12-31', '10000-01-01', '275760-09-13'],
    [
      '',
      '0000-01-01',
      '2026-2-03',
      '2026-02-3',
      '26-02-03',
      '2025-02-29',
      '1900-02-29',
      '2026-04-31',
      '2026-13-01',
      '2026-00-10',
      '2026-01-00',
      '2026-01-32',
      '-2026-01-01',
      '2026-08-14T10:00',
      ' 2026-08-14',
      '2026/08/14',
      '٢٠٢٦-01-01',
    ],
  ],
  [
    'month',
    parseMonth,
    ['2026-08', '0001-01', '9999-12'],
    ['', '0000-12', '2026-13', '2026-00', '2026-8', '2026-08-01', '999-01'],
  ],
  [
    'week',
    parseWeek,
    ['2026-W33', '0001-W01', '2020-W53', '2015-W53', '2004-W53', '2026-W53'],
    ['', '2026-W00', '2026-W54', '2025-W53', '2021-W53', '2026-w33', '2026-33', '2026-W3', '0000-W01', '2026-W033'],
  ],
  [
    'time',
    parseTime,
    ['00:00', '23:59', '19:30:05', '23:59:59', '19:30:00.1', '19:30:00.12', '19:30:00.123'],
    [
      '',
      '24:00',
      '19:60',
      '19:30:60',
      '9:30',
      '19:3',
      '19',
      '19:30:5',
      '19:30:05.',
      '19:30:05.1234',
      '19:30Z',
      ' 19:30',
      '19:30 PM',
      '-1:30',
    ],
  ],
  [
    'datetime-local',
    parseLocalDateTime,
    ['2026-08-14T19:30', '2026-08-14 19:30', '2026-08-14T19:30:05.5', '0001-01-01T00:00'],
    [
      '',
      '2026-08-14',
      '2026-08-14T',
      '2026-08-14T24:00',
      '2026-08-14T19:30Z',
      '2026-08-14T19:30+02:00',
      '2026-08-14t19:30',
      '2026-08-14  19:30',
      '2025-02-29T10:00',
    ],
  ],
  [
    'email',
    (text) => isEmail(text) || undefined,
    [
      'a@b',
      'ada@example.org',
      'a.b+c@x-y.example',
      "!#$%&'*+/=?^_`{|}~.-@b",
      '.a.@b',
      'a@1',
      `a@${'x'.repeat(63)}.org`,
    ],
    [
      '',
      'a',
      '@b',
      'a@',
      'a@b@c',
      'a b@c',
      'a@b.',
      'a@.b',
      'a@-b',
      'a@b-',
      'a@b..c',
      'ä@b',
      'a@ä',
      'a,b@c',
      '"a"@b',
      'a@b\n',
      `a@${'x'.repeat(64)}.org`,
    ],
  ],
];

for (const [type, parse, valid, invalid] of validity) {
  void test(`${type}: valid and invalid texts`, () => {
    assert.deepEqual(
      valid.filter((text) => parse(text) === undefined),
      [],
    );
    assert.deepEqual(
      invalid.filter((text) => parse(text) !== undefined),
      [],
    );
  });
}

function read(text: string): string | undefined {
  const value = parseNumberLeniently(text);
  return value && formatDecimal(value);
}

void test('numbers of attributes are read leniently', () => {
  const texts = ['+1', ' 1', '1.', '1abc', '1e3x', '.5.5', '1e', '-', '', 'x1', '1e999'];
  assert.deepEqual(texts.map(read), [
    '1',
    '1',
    '1',
    '1',
    '1000',
    '0.5',
    '1',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

void test('addresses of a list are stripped of white space, not of emptiness', () => {
  assert.deepEqual(splitEmails(' a@b ,c@d,, '), ['a@b', 'c@d', '', '']);
  assert.deepEqual(splitEmails(''), []);
});

void test('local dates and times are normalised to T and the shortest time', () => {
  const texts = ['2026-08-14 19:30', '2026-08-14T19:30:00', '2026-08-14T19:30:00.000', '2026-08-14T19:30:05.50'];
  assert.deepEqual(texts.map(normaliseLocalDateTime), [
    '2026-08-14T19:30',
    '2026-08-14T19:30',
    '2026-08-14T19:30',
    '2026-08-14T19:30:05.5',
  ]);
});

const day = fc.integer({ min: -719_162, max: 2_932_896 });

void test('law: dates and times are read back as they are written, and agree with JavaScript’s calendar', () => {
  fc.assert(
    fc.property(day, fc.nat({ max: 86_399_999 }), (days, timeMs) => {
      const ms = days * 86_400_000;
      assert.equal(parseDate(formatDate(ms)), ms);
      assert.equal(formatDate(ms), new Date(ms).toISOString().slice(0, 10));
      assert.equal(parseTime(formatTime(timeMs)), timeMs);
      assert.equal(parseLocalDateTime(formatLocalDateTime(ms + timeMs)), ms + timeMs);
      const monday = parseWeek(formatWeek(ms)) ?? NaN;
      assert.ok(monday <= ms && ms < monday + 7 * 86_400_000 && new Date(monday).getUTCDay() === 1);
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: -23_628, max: 90_000 }), (months) => parseMonth(formatMonth(months)) === months),
  );
});

const decimalText = fc
  .tuple(
    fc.boolean(),
    fc.stringMatching(/^\d{1,12}$/),
    fc.stringMatching(/^\d{0,12}$/),
    fc.integer({ min: -9, max: 9 }),
  )
  .map(
    ([negative, whole, fraction, exponent]) =>
      `${negative ? '-' : ''}${whole}${fraction && `.${fraction}`}e${exponent}`,
  );

void test('law: decimals keep their value and their order', () => {
  fc.assert(
    fc.property(decimalText, decimalText, (a, b) => {
      const [left, right] = [parseNumber(a)!, parseNumber(b)!];
      assert.equal(Number(formatDecimal(left)), Number(a) === 0 ? 0 : Number(a));
      if (Number(a) !== Number(b))
        assert.equal(Math.sign(compareDecimals(left, right)), Math.sign(Number(a) - Number(b)));
    }),
  );
});

void test('law: every whole number of steps from the base is aligned, and the neighbours of all else are', () => {
  fc.assert(
    fc.property(
      decimalText,
      fc.stringMatching(/^0?\.\d{0,3}[1-9]$/),
      fc.bigInt({ min: -9999n, max: 9999n }),
      (base, step, count) => {
        const [from, by] = [parseNumber(base)!, parseNumber(step)!];
        const scale = Math.max(from.scale, by.scale);
        const units = (value: { mantissa: bigint; scale: number }): bigint =>
          value.mantissa * 10n ** BigInt(scale - value.scale);
        const value = { mantissa: units(from) + count * units(by), scale };
        assert.ok(isStepAligned(value, from, by));
        const off = { mantissa: value.mantissa * 10n + 1n, scale: scale + 1 };
        assert.ok(!isStepAligned(off, from, by));
        const { below, above } = neighbouringSteps(off, from, by);
        assert.ok(isStepAligned(below, from, by) && isStepAligned(above, from, by));
        assert.ok(compareDecimals(below, off) < 0 && compareDecimals(off, above) < 0);
      },
    ),
  );
});
