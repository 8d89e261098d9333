import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ColumnType, Value } from '../schema/index.ts';
import { formatForms } from './format-attribute.ts';
import type { LearntFormat } from './format-learn.ts';
import { fitFormat, learnFormat, parseFormatAttribute, printFormat, readFormat } from './format.ts';
import type { Format } from './format.ts';

const zone = 'Europe/Rome';
const euro: ColumnType = { kind: 'money', currency: 'EUR' };

/** Learns from pairs of machine value and text in one kind of element. */
function learn(lang: string, element: string, ...samples: readonly (readonly [string | null, string])[]): LearntFormat {
  return learnFormat(
    samples.map(([machine, text]) => ({ machine, text, element })),
    lang,
    zone,
  );
}

function print(learnt: LearntFormat, value: Value, lang: string): string {
  assert.ok(learnt.format && learnt.type);
  return printFormat(learnt.format, learnt.type, value, lang, zone);
}

/** Parses a `data-format` that must be right. */
function written(text: string): { format: Format; type: ColumnType } {
  const parsed = parseFormatAttribute(text);
  assert.ok(parsed.ok, text);
  return parsed;
}

void test('digits and apostrophes are the author’s, not those that the language has most often', () => {
  const rial = learn('ar', 'data', ['14.5', '١٤٫٥٠ ر.س.'], ['1100', '١٬١٠٠٫٠٠ ر.س.']);
  assert.deepEqual([rial.warning, rial.type], [undefined, { kind: 'money', currency: 'SAR' }]);
  assert.equal(print(rial, 123456, 'ar'), '١٬٢٣٤٫٥٦ ر.س.');
  assert.equal(rial.format && readFormat(rial.format, rial.type!, '٩٫٩٠ ر.س.', 'ar', zone), 990);
  const day = learn('ar', 'time', ['2026-08-14', '١٤ أغسطس ٢٠٢٦']);
  assert.equal(day.warning, undefined);
  assert.equal(print(day, '2026-09-05', 'ar'), '٥ سبتمبر ٢٠٢٦');
  assert.equal(day.format && readFormat(day.format, day.type!, '٥ سبتمبر ٢٠٢٦', 'ar', zone), '2026-09-05');
  const latin = learn('ar-EG', 'data', ['1100', '1,100']);
  assert.equal(print(latin, 2500, 'ar-EG'), '2,500');
  for (const apostrophe of ['’', "'"]) {
    const francs = learn('de-CH', 'data', ['1100', `CHF 1${apostrophe}100.00`], ['14.5', 'CHF 14.50']);
    assert.equal(francs.warning, undefined);
    assert.equal(print(francs, 123456700, 'de-CH'), `CHF 1${apostrophe}234${apostrophe}567.00`);
    assert.equal(francs.format && readFormat(francs.format, francs.type!, 'CHF 1’100.50', 'de-CH', zone), 110050);
  }
});

void test('the first of a month is counted where the language counts it', () => {
  for (const [lang, first, fifth, second] of [
    ['fr', '1er septembre 2026', '5 septembre 2026', '2 octobre 2026'],
    ['pt-BR', '1º de setembro de 2026', '5 de setembro de 2026', '2 de outubro de 2026'],
    ['it', 'martedì 1º settembre', 'sabato 5 settembre', 'venerdì 2 ottobre'],
    ['en', '1st September 2026', '5th September 2026', '2nd October 2026'],
  ] as const) {
    const learnt = learn(lang, 'time', ['2026-09-05', fifth], ['2026-09-01', first]);
    assert.equal(learnt.warning, undefined, lang);
    assert.equal(print(learnt, '2026-10-02', lang), second);
    assert.equal(print(learnt, '2026-09-01', lang), first);
    const read = learnt.format && readFormat(learnt.format, learnt.type!, first, lang, zone);
    assert.equal(read, lang === 'it' ? undefined : '2026-09-01');
  }
});

void test('money by example, other amounts as the language writes them', () => {
  const cases: [string, [string, string][], ColumnType, [number, string][]][] = [
    [
      'en',
      [
        ['14.5', '€14.50'],
        ['12', '€12.00'],
      ],
      euro,
      [
        [110000, '€1,100.00'],
        [-550, '-€5.50'],
        [0, '€0.00'],
      ],
    ],
    ['de', [['14.5', '14,50 €']], euro, [[110000, '1.100,00 €']]],
    ['de', [['1100', '1.100,00\u00a0€']], euro, [[1450, '14,50\u00a0€']]],
    [
      'de',
      [['14.5', '€ 14,50']],
      euro,
      [
        [110000, '€ 1.100,00'],
        [1400, '€ 14,00'],
      ],
    ],
    ['en', [['14.5', '14,50 €']], euro, [[110000, '1.100,00 €']]],
    ['en', [['14.5', 'from €14.50 pp']], euro, [[110000, 'from €1,100.00 pp']]],
    [
      'en',
      [['5', '$5']],
      { kind: 'money', currency: 'USD' },
      [
        [550, '$5.50'],
        [110000, '$1,100'],
      ],
    ],
    ['en-CA', [['5', '$5']], { kind: 'money', currency: 'CAD' }, [[550, '$5.50']]],
    [
      'en',
      [
        ['14.5', '€14.50'],
        ['12', '€12'],
      ],
      euro,
      [
        [1000, '€10'],
        [1010, '€10.10'],
      ],
    ],
    [
      'de-CH',
      [
        ['12', 'CHF 12.–'],
        ['12.5', 'CHF 12.50'],
      ],
      { kind: 'money', currency: 'CHF' },
      [[500, 'CHF 5.–']],
    ],
    ['en', [['1500', 'USD 1,500.00']], { kind: 'money', currency: 'USD' }, [[100, 'USD 1.00']]],
    ['sv', [['99', '99 kr']], { kind: 'money', currency: 'SEK' }, [[9950, '99,50 kr']]],
    ['ja', [['1500', '1,500円']], { kind: 'money', currency: 'JPY' }, [[20000, '20,000円']]],
  ];
  for (const [lang, samples, type, values] of cases) {
    const learnt = learn(lang, 'data', ...samples);
    assert.deepEqual(learnt.type, type, samples[0]![1]);
    assert.equal(learnt.warning, undefined);
    for (const [value, text] of values) assert.equal(print(learnt, value, lang), text);
  }
});

void test('numbers by example', () => {
  const cases: [string, [string, string][], string, Value, string][] = [
    ['en', [['1234567', '1,234,567']], 'integer', 12, '12'],
    ['en', [['2026', '2026']], 'integer', 1999, '1999'],
    ['en', [['15', '15%']], 'integer', 20, '20%'],
    ['en', [['0.15', '15%']], 'decimal', 20, '20%'],
    ['en', [['12', '12 kg']], 'integer', 1000, '1,000 kg'],
    ['en', [['3.5', '3.5 of 5']], 'decimal', 400, '4 of 5'],
    ['en', [['3.14159', '3.14']], 'decimal', 271828, '2.72'],
    [
      'en',
      [
        ['14.5', '14.50'],
        ['12', '12.00'],
      ],
      'decimal',
      5,
      '0.05',
    ],
    ['en', [['2', '+2']], 'integer', -3, '-3'],
    ['ar-EG', [['14.5', '١٤٫٥']], 'decimal', 250, '٢٫٥'],
  ];
  for (const [lang, samples, kind, value, text] of cases) {
    const learnt = learn(lang, 'data', ...samples);
    assert.equal(learnt.type?.kind, kind, samples[0]![1]);
    assert.equal(print(learnt, value, lang), text);
  }
});

void test('dates and times by example', () => {
  const cases: [string, [string, string][], string, string][] = [
    ['en', [['2026-08-14', 'Friday 14 August 2026']], '2027-01-05', 'Tuesday 5 January 2027'],
    ['en-GB', [['2026-08-14', 'Friday 14 August 2026']], '2027-01-05', 'Tuesday 5 January 2027'],
    ['en', [['2026-08-14', 'Friday, August 14, 2026']], '2027-01-05', 'Tuesday, January 5, 2027'],
    ['de', [['2026-08-14', '14.08.2026']], '2027-01-05', '05.01.2027'],
    ['en', [['2026-08-14', '14.08.2026']], '2027-01-05', '05.01.2027'],
    ['fr', [['2026-08-14', 'vendredi 14 août']], '2027-01-05', 'mardi 5 janvier'],
    ['en', [['2026-08-14', 'venerdì 14 agosto']], '2027-01-05', 'martedì 5 gennaio'],
    ['en', [['2026-09-24', 'Posted on September 24th, 2026']], '2026-09-21', 'Posted on September 21st, 2026'],
    ['ja', [['2026-08-14', '2026年8月14日']], '2027-01-05', '2027年1月5日'],
    ['ca', [['2026-08-14', '14 d’agost del 2026']], '2027-01-05', '5 de gener del 2027'],
    ['en', [['19:30', '7:30 pm']], '09:05', '9:05 am'],
    ['en', [['19:30', '7.30 p.m.']], '00:15', '12.15 a.m.'],
    ['en', [['19:30', '19:30']], '09:05', '09:05'],
    [
      'de',
      [['2026-08-14T19:30', 'Freitag, 14. August 2026, 19:30 Uhr']],
      '2027-01-05T18:00',
      'Dienstag, 5. Januar 2027, 18:00 Uhr',
    ],
    ['en', [['2026-08-14T17:30Z', '14 Aug 2026, 19:30']], '2027-01-05T18:00:00.000Z', '5 Jan 2027, 19:00'],
    ['en', [['2026-08', 'August 2026']], '2027-01', 'January 2027'],
    ['en', [['2026-W33', 'Week 33, 2026']], '2026-W01', 'Week 1, 2026'],
    [
      'en',
      [
        ['2026-05-14', '14 May'],
        ['2026-08-14', '14 Aug'],
      ],
      '2027-01-05',
      '5 Jan',
    ],
  ];
  for (const [lang, samples, value, text] of cases) {
    const learnt = learn(lang, 'time', ...samples);
    assert.equal(learnt.warning, undefined, samples[0]![1]);
    assert.equal(print(learnt, value, lang), text);
  }
});

void test('a text that fits two formats warns and names them', () => {
  const may = learn('en', 'time', ['2026-05-14', '14 May 2026']);
  assert.match(may.warning!.fix, /data-format="date:d MMMM y" or data-format="date:d MMM y"/);
  const eighth = learn('en', 'time', ['2026-08-08', '08.08.2026']);
  assert.match(eighth.warning!.message, /could read “05.01.2026” or “01.05.2026”/);
});

void test('a text that contradicts its date fits nothing', () => {
  const saturday = learn('en', 'time', ['2026-08-14', 'Saturday 14 August']);
  assert.equal(saturday.format, null);
  assert.deepEqual(saturday.type, { kind: 'date' });
  assert.match(saturday.warning!.fix, /data-format="date:/);
  const mixed = learn('en', 'time', ['2026-08-14', '14 August'], ['19:30', '7:30 pm']);
  assert.match(mixed.warning!.message, /different kinds/);
});

void test('an offset other than the site’s zone warns', () => {
  const tokyo = learn('en', 'time', ['2026-08-14T19:30+09:00', '14 Aug 2026, 19:30']);
  assert.match(tokyo.warning!.message, /\+09:00.*Europe\/Rome/);
});

void test('texts that are no format', () => {
  assert.equal(learn('en', 'data', ['3', 'three stars']).format, null);
  assert.match(learn('en', 'data', ['3', 'three stars']).warning!.message, /“three stars” stands for 3/);
  assert.deepEqual(learn('en', 'data', ['M', 'M']), { format: null });
  assert.deepEqual(learn('en', 'data', ['A-1', 'Ref. A-1'], ['B-2', 'Ref. B-2']).format, {
    kind: 'text',
    prefix: 'Ref. ',
    suffix: '',
  });
  assert.deepEqual(learn('en', 'data', ['1', ''], ['2', '']).format, { kind: 'fixed', text: '' });
  assert.deepEqual(learn('en', 'data', ['x', 'Buy'], ['y', 'Buy']).format, { kind: 'fixed', text: 'Buy' });
  assert.deepEqual(learn('en', 'data', [null, 'x']), { format: null });
  assert.equal(learn('en', 'data', ['007', '007']).type, undefined);
  assert.match(learn('en', 'data', ['3.5', '3.5 (120 reviews)']).warning!.message, /120 reviews/);
});

void test('data-format says what it allows', () => {
  assert.deepEqual(written('currency:eur').type, euro);
  assert.equal(
    printFormat(written('number:0,000.0#').format, { kind: 'decimal', scale: 2 }, 123456, 'en', zone),
    '1,234.56',
  );
  assert.equal(printFormat(written('number:000').format, { kind: 'integer' }, 7, 'en', zone), '007');
  assert.equal(printFormat(written('percent').format, { kind: 'decimal', scale: 3 }, 125, 'de', zone), '12,5\u00a0%');
  assert.equal(printFormat(written('stars:5').format, { kind: 'integer' }, 3, 'en', zone), '★★★☆☆');
  assert.equal(printFormat(written('boolean:yes/no').format, { kind: 'boolean' }, false, 'en', zone), 'no');
  assert.equal(printFormat(written('date:long').format, { kind: 'date' }, '2026-08-14', 'de', zone), '14. August 2026');
  assert.equal(
    printFormat(written("date:EEEE 'the' do").format, { kind: 'date' }, '2026-08-12', 'en', zone),
    'Wednesday the 12th',
  );
  assert.equal(printFormat(written('time:short').format, { kind: 'time' }, '19:30', 'de', zone), '19:30');
  assert.equal(
    printFormat(written('date:long').format, { kind: 'instant' }, '2026-08-14T23:30:00.000Z', 'en', zone),
    'August 15, 2026',
  );
  for (const form of formatForms) assert.ok(parseFormatAttribute(form).ok, form);
  for (const bad of [
    '',
    'money',
    'currency:EURO',
    'number',
    'stars:0',
    'boolean:yes',
    'date:nope',
    'date:HH',
    'html:x',
  ]) {
    const parsed = parseFormatAttribute(bad);
    assert.ok(!parsed.ok && parsed.fix.length > 0, bad);
  }
});

void test('values that a format cannot print come out as machine text', () => {
  assert.equal(printFormat(written('date:long').format, { kind: 'text' }, 'soon', 'en', zone), 'soon');
  assert.equal(printFormat(written('number:0.00').format, { kind: 'text' }, 'many', 'en', zone), 'many');
  assert.equal(printFormat(written('currency:EUR').format, euro, null, 'en', zone), '');
});

void test('text without a machine value is read by the format', () => {
  const { format, type } = written('currency:EUR');
  assert.equal(readFormat(format, type, '€14.50', 'en', zone), 1450);
  assert.equal(readFormat(format, type, ' € 1,100 ', 'en', zone), 110000);
  assert.equal(readFormat(format, type, '14,50 €', 'de', zone), 1450);
  assert.equal(readFormat(format, type, '14.50 €', 'de', zone), undefined);
  assert.equal(readFormat(format, type, '-€5.50', 'en', zone), -550);
  assert.equal(readFormat(format, type, 'from 3 to 5', 'en', zone), undefined);
  assert.equal(readFormat(written('date:long').format, { kind: 'date' }, 'August 32, 2026', 'en', zone), undefined);
  assert.equal(
    readFormat(written('date:EEEE d MMMM').format, { kind: 'date' }, 'Friday 14 August', 'en', zone),
    undefined,
  );
  const fitted = fitFormat(format, type, [{ machine: null, text: 'from €14.50 pp' }], 'en', zone);
  assert.equal(printFormat(fitted, type, 1200, 'en', zone), 'from €12.00 pp');
});

const locales = fc.constantFrom('en', 'en-GB', 'de', 'it', 'fr', 'ja', 'ar', 'ar-EG', 'pl', 'en-IN', 'pt', 'ru');

void test('what is printed is read back: numbers', () => {
  const currencies = fc.constantFrom('EUR', 'USD', 'JPY', 'KWD', 'CHF');
  const formats = fc.oneof(
    currencies.map((currency) => `currency:${currency}`),
    fc.constantFrom('number:0', 'number:0,000', 'number:0.00', 'number:0,000.###', 'percent:0.00', 'percent'),
  );
  fc.assert(
    fc.property(locales, formats, fc.integer({ min: -1e12, max: 1e12 }), (lang, text, value) => {
      const { format, type } = written(text);
      assert.equal(readFormat(format, type, printFormat(format, type, value, lang, zone), lang, zone), value);
    }),
    { numRuns: 500 },
  );
});

/** A day between 1970 and 2099; months of every length among them. */
const days = fc.integer({ min: 0, max: 47_000 }).map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10));
const times = fc
  .tuple(fc.nat(23), fc.nat(59))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));

void test('what is printed is read back: dates and times', () => {
  const cases = fc.oneof(
    fc.tuple(fc.constantFrom('date:full', 'date:long', 'date:medium', 'date:d MMMM y', 'date:EEE, dd.MM.yyyy'), days),
    fc.tuple(fc.constantFrom('time:short', 'time:HH:mm', 'time:h.mm aaaa', 'time:h:mm a'), times),
    fc.tuple(
      fc.constantFrom('datetime:full', 'datetime:long', 'datetime:medium', "datetime:EEEE d MMMM y 'at' h:mm aaa"),
      fc.tuple(days, times).map((parts) => parts.join('T')),
    ),
    fc.tuple(
      fc.constantFrom('month:long', 'month:LLLL y'),
      days.map((day) => day.slice(0, 7)),
    ),
  );
  fc.assert(
    fc.property(locales, cases, (lang, [text, value]) => {
      const { format, type } = written(text);
      const printed = printFormat(format, type, value, lang, zone);
      assert.equal(readFormat(format, type, printed, lang, zone), value, printed);
    }),
    { numRuns: 500 },
  );
});

void test('what is printed is read back: instants, in any zone', () => {
  const zones = fc.constantFrom('UTC', 'Europe/Rome', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland');
  const instants = fc.integer({ min: 0, max: 60_000_000 }).map((minute) => new Date(minute * 60_000).toISOString());
  const { format } = written('datetime:long');
  fc.assert(
    fc.property(zones, instants, (timeZone, value) => {
      const printed = printFormat(format, { kind: 'instant' }, value, 'en', timeZone);
      const read = readFormat(format, { kind: 'instant' }, printed, 'en', timeZone);
      // Clocks that go back show an hour twice; the text then stands for the first.
      assert.equal(printFormat(format, { kind: 'instant' }, read!, 'en', timeZone), printed);
    }),
  );
});

void test('learning finds a format that gives the samples back, whatever Intl wrote them', () => {
  const options: fc.Arbitrary<Intl.DateTimeFormatOptions> = fc.record(
    {
      weekday: fc.constantFrom('long' as const, 'short' as const),
      year: fc.constantFrom('numeric' as const, '2-digit' as const),
      month: fc.constantFrom('numeric' as const, '2-digit' as const, 'long' as const, 'short' as const),
      day: fc.constantFrom('numeric' as const, '2-digit' as const),
    },
    { requiredKeys: ['month', 'day'] },
  );
  const around = fc.constantFrom('', 'on ', '(');
  fc.assert(
    fc.property(
      locales,
      options,
      fc.array(days, { minLength: 1, maxLength: 3 }),
      around,
      (lang, chosen, values, before) => {
        const formatter = new Intl.DateTimeFormat(lang, { ...chosen, timeZone: 'UTC' });
        const texts = values.map((value) => before + formatter.format(new Date(`${value}T00:00Z`)));
        const learnt = learn(lang, 'time', ...values.map((value, index) => [value, texts[index]!] as const));
        assert.ok(learnt.format, JSON.stringify([lang, chosen, texts]));
        values.forEach((value, index) => assert.equal(print(learnt, value, lang), texts[index]));
      },
    ),
    { numRuns: 150 },
  );
});

void test('learning finds a number format that gives the samples back', () => {
  const options: fc.Arbitrary<Intl.NumberFormatOptions> = fc.oneof(
    fc.record({
      style: fc.constant('currency' as const),
      currency: fc.constantFrom('EUR', 'USD', 'JPY', 'CHF', 'GBP'),
      currencyDisplay: fc.constantFrom('symbol' as const, 'code' as const),
    }),
    fc.record({ minimumFractionDigits: fc.nat(2), useGrouping: fc.constantFrom('auto' as const, false as const) }),
  );
  const amounts = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(locales, options, amounts, (lang, chosen, values) => {
      const formatter = new Intl.NumberFormat(lang, chosen);
      const texts = values.map((value) => formatter.format(value));
      const learnt = learn(lang, 'data', ...values.map((value, index) => [String(value), texts[index]!] as const));
      assert.ok(learnt.format && learnt.type, JSON.stringify([lang, chosen, texts]));
      const scale =
        learnt.type.kind === 'money'
          ? learnt.type.currency === 'JPY'
            ? 0
            : 2
          : learnt.type.kind === 'decimal'
            ? learnt.type.scale
            : 0;
      values.forEach((value, index) => assert.equal(print(learnt, value * 10 ** scale, lang), texts[index]));
    }),
    { numRuns: 200 },
  );
});
