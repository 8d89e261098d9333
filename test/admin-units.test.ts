import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row, Table } from '../admin/src/api-types.ts';
import { checkField } from '../admin/src/editor/check-field.ts';
import { isAccepted } from '../admin/src/editor/files/accept.ts';
import { linkAddress } from '../admin/src/editor/link-address.ts';
import { rawOf, valueOf, valuesOf, withChange } from '../admin/src/editor/field-values.ts';
import { isUnread, withMarks } from '../admin/src/inbox/marks.ts';
import { takeNewest } from '../admin/src/inbox/merge.ts';
import { csvCell } from '../admin/src/rows/csv-cell.ts';

const english = { locale: 'en-GB', timeZone: 'Europe/Rome' } as const;
const german = { locale: 'de-DE', timeZone: 'Europe/Rome' } as const;

test('numbers are read as people of several countries write them', () => {
  const money = { kind: 'money', currency: 'EUR' } as const;
  for (const [typed, value] of [
    ['14.5', '14.5'],
    ['14,50', '14.50'],
    ['1.400,00', '1400.00'],
    ['1,400.00', '1400.00'],
    ['€ 14.5', '14.5'],
    ['1 400,5', '1400.5'],
    ['.5', '0.5'],
    ['-3', '-3'],
    ['', null],
  ] as const) {
    assert.equal(valueOf(money, typed, english), value, typed);
  }
  for (const wrong of ['abc', '1-2', '1.2.3', '--1', '12a3'])
    assert.equal(valueOf(money, wrong, english), undefined, wrong);
  assert.equal(valueOf({ kind: 'integer' }, '12', english), 12);
  // A lone sign before three digits means what it means where one reads it.
  assert.equal(valueOf(money, '1,400', english), '1400');
  assert.equal(valueOf(money, '1.400', english), '1.400');
  assert.equal(valueOf(money, '1.400', german), '1400');
  assert.equal(valueOf(money, '1,400', german), '1.400');
  assert.equal(valueOf({ kind: 'integer' }, '1.400.000', german), 1_400_000);
});

test('what a control shows for a value stands for that value again', () => {
  assert.equal(rawOf({ kind: 'money', currency: 'EUR' }, '11', english), '11.00');
  assert.equal(rawOf({ kind: 'money', currency: 'JPY' }, '1100', english), '1100');
  assert.equal(rawOf({ kind: 'decimal', scale: 1 }, '2', english), '2.0');
  assert.equal(rawOf({ kind: 'money', currency: 'EUR' }, '1400.5', german), '1400,50');
  const tags = { kind: 'references', table: 'tag' } as const;
  const instant = '2026-08-14T17:30:00.000Z';
  assert.equal(valueOf({ kind: 'instant' }, rawOf({ kind: 'instant' }, instant, english), english), instant);
  assert.equal(valueOf(tags, rawOf(tags, null, english), english), null);
});

test('an instant is written as the clock of the site shows it', () => {
  const instant = { kind: 'instant' } as const;
  assert.equal(rawOf(instant, '2026-08-14T17:30:00.000Z', english), '2026-08-14T19:30');
  assert.equal(rawOf(instant, '2026-12-14T17:30:00.000Z', english), '2026-12-14T18:30');
  assert.equal(valueOf(instant, '2026-03-29T03:30', english), '2026-03-29T01:30:00.000Z');
  assert.equal(valueOf(instant, 'soon', english), undefined);
});

test('a field is refused for what the server would refuse it', () => {
  const [column] = tableOf('dish', ['name']).columns;
  const check = (more: object, raw: string, writing: typeof english | typeof german = english): string | undefined =>
    checkField({ ...column!, ...more }, raw, writing)?.code;
  assert.equal(check({}, ''), undefined);
  assert.equal(check({ required: true }, ''), 'required');
  assert.equal(check({ constraints: { maxLength: 3 } }, 'four'), 'maxLength');
  assert.equal(check({ constraints: { minLength: 3 } }, 'tw'), 'minLength');
  assert.equal(check({ constraints: { pattern: '[a-z]+' } }, 'ab1'), 'pattern');
  assert.equal(check({ constraints: { pattern: '[a-z' } }, 'ab1'), undefined);
  assert.equal(check({ constraints: { options: ['a', 'b'] } }, 'c'), 'options');
  const decimal = { type: { kind: 'decimal', scale: 2 }, constraints: { min: '0.1', max: '10', step: '0.1' } };
  assert.equal(check(decimal, '0,3', german), undefined);
  assert.equal(check(decimal, '0.35'), 'step');
  assert.equal(check(decimal, '0.05'), 'min');
  assert.equal(check(decimal, '10.1'), 'max');
  assert.equal(check(decimal, 'ten'), 'type');
  const night = { type: { kind: 'time' }, constraints: { min: '22:00', max: '06:00' } };
  assert.equal(check(night, '23:30'), undefined);
  assert.equal(check(night, '12:00'), 'min');
});

test('files are taken as browsers read accept', () => {
  const photo = { name: 'Fig.JPG', type: 'image/jpeg' };
  assert.equal(isAccepted(photo, undefined), true);
  assert.equal(isAccepted(photo, '.pdf, .jpg'), true);
  assert.equal(isAccepted(photo, 'image/*'), true);
  assert.equal(isAccepted(photo, 'image/png,.pdf'), false);
});

test('addresses of links are completed, and those that may not stand in a page refused', () => {
  for (const [typed, address] of [
    ['example.org/menu', 'https://example.org/menu'],
    ['https://example.org', 'https://example.org'],
    ['/menu/norma', '/menu/norma'],
    ['about.html', 'about.html'],
    ['#hours', '#hours'],
    ['ada@example.org', 'mailto:ada@example.org'],
    ['tel:+390511', 'tel:+390511'],
    ['javascript:alert(1)', undefined],
    ['data:text/html,x', undefined],
    ['two words', undefined],
    ['', undefined],
  ] as const) {
    assert.equal(linkAddress(typed), address, typed);
  }
});

test('what is marked is read or unread at once, as the server will say', () => {
  const none = { readBefore: null, read: [], unread: [] };
  const table = tableOf('message', ['name']);
  const old = { table, row: { id: 'a' }, at: '2026-08-01T10:00:00.000Z' };
  const late = { table, row: { id: 'b' }, at: '2026-08-03T10:00:00.000Z' };
  assert.equal(isUnread(old, none), true);
  const passed = withMarks(withMarks(none, { read: ['b'] }), { readBefore: '2026-08-02T00:00:00.000Z' });
  assert.deepEqual([isUnread(old, passed), isUnread(late, passed)], [false, true]);
  const back = withMarks(withMarks(passed, { read: ['b'] }), { unread: ['a'] });
  assert.deepEqual([isUnread(old, back), isUnread(late, back)], [true, false]);
  assert.deepEqual(withMarks(back, { read: ['a'] }).unread, []);
});

test('only fields that differ from the row are changes, and only they are saved', () => {
  const table = tableOf('dish', ['name', 'note']);
  const row = { id: '1', name: 'Norma', note: null };
  const [name, note] = table.columns;
  const once = withChange(row, {}, name!, 'Norma!', english);
  assert.deepEqual(withChange(row, once, note!, 'new', english), { name: 'Norma!', note: 'new' });
  assert.deepEqual(withChange(row, once, name!, 'Norma', english), {});
  assert.deepEqual(valuesOf(table, { name: '', note: 'x' }, english), { name: null, note: 'x' });
});

test('several tables become one list, newest first, and no row comes before one that is not read yet', () => {
  const [a, b] = [tableOf('a', []), tableOf('b', [])];
  const first = takeNewest([a, b], {
    a: { waiting: [rowAt('a1', 9), rowAt('a2', 3)], next: 'more' },
    b: { waiting: [rowAt('b1', 5), rowAt('b2', 1)], next: null },
  });
  assert.deepEqual(
    first.submissions.map(({ row }) => row.id),
    ['a1', 'b1', 'a2'],
  );
  assert.deepEqual(first.next?.['b']?.waiting, [rowAt('b2', 1)]);
  const last = takeNewest([a, b], { ...first.next, a: { waiting: [rowAt('a3', 2)], next: null } });
  assert.deepEqual(
    last.submissions.map(({ row }) => row.id),
    ['a3', 'b2'],
  );
  assert.equal(last.next, undefined);
});

test('cells of a download are quoted, and none is a formula', () => {
  assert.equal(csvCell('a "b", c'), '"a ""b"", c"');
  assert.equal(csvCell('two\nlines'), '"two\nlines"');
  assert.equal(csvCell('=1+1'), "'=1+1");
  assert.equal(csvCell('+39 051'), "'+39 051");
  assert.equal(csvCell('-12.5'), '-12.5');
  assert.equal(csvCell(null), '');
  assert.equal(csvCell(['x', 'y']), '"x, y"');
});

function rowAt(id: string, second: number): Row {
  return { id, created_at: `2026-08-14T10:00:0${second}.000Z` };
}

function tableOf(name: string, columns: readonly string[]): Table {
  return {
    name,
    label: name,
    owner: 'site',
    single: false,
    detached: false,
    versionColumn: 'version',
    history: true,
    columns: columns.map((column) => ({
      name: column,
      label: column,
      type: { kind: 'text' },
      required: false,
      unique: false,
      system: false,
      detached: false,
      constraints: {},
    })),
    children: [],
    may: [],
    isSubmissions: true,
    paths: [],
  };
}
