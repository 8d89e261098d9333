import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row, Table } from '../admin/src/api-types.ts';
import { rawOf, valueOf, valuesOf, withChange } from '../admin/src/editor/field-values.ts';
import { takeNewest } from '../admin/src/inbox/merge.ts';
import { csvCell } from '../admin/src/rows/csv-cell.ts';

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
    assert.equal(valueOf(money, typed), value, typed);
  }
  for (const wrong of ['abc', '1-2', '1.2.3', '--1', '12a3']) assert.equal(valueOf(money, wrong), undefined, wrong);
  assert.equal(valueOf({ kind: 'integer' }, '12'), 12);
});

test('what a control shows for a value stands for that value again', () => {
  assert.equal(rawOf({ kind: 'money', currency: 'EUR' }, '11'), '11.00');
  assert.equal(rawOf({ kind: 'money', currency: 'JPY' }, '1100'), '1100');
  assert.equal(rawOf({ kind: 'decimal', scale: 1 }, '2'), '2.0');
  const instant = '2026-08-14T17:30:00.000Z';
  assert.equal(valueOf({ kind: 'instant' }, rawOf({ kind: 'instant' }, instant)), instant);
  assert.equal(valueOf({ kind: 'references', table: 'tag' }, rawOf({ kind: 'references', table: 'tag' }, null)), null);
});

test('only fields that differ from the row are changes, and only they are saved', () => {
  const table = tableOf('dish', ['name', 'note']);
  const row = { id: '1', name: 'Norma', note: null };
  const [name, note] = table.columns;
  const once = withChange(table, row, {}, name!, 'Norma!');
  assert.deepEqual(withChange(table, row, once, note!, 'new'), { name: 'Norma!', note: 'new' });
  assert.deepEqual(withChange(table, row, once, name!, 'Norma'), {});
  assert.deepEqual(valuesOf(table, { name: '', note: 'x' }), { values: { name: null, note: 'x' }, wrong: [] });
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
