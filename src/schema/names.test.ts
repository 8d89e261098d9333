import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { foldColumn, foldName, linkTable, relationOf, sqlNameFor, systemColumn, withSystemColumns } from './index.ts';
import type { Column, Table } from './index.ts';

function column(name: string, change: Partial<Column> = {}): Column {
  return {
    name,
    label: name,
    sqlName: name,
    type: { kind: 'text' },
    required: false,
    unique: false,
    folded: false,
    constraints: {},
    system: false,
    detached: false,
    at: [],
    ...change,
  };
}

function table(name: string, columns: readonly Column[]): Table {
  const own = Object.fromEntries(columns.map((each) => [each.name, each]));
  return {
    name,
    label: name,
    sqlName: name,
    columns: withSystemColumns(own, false),
    single: false,
    log: 'full',
    owner: 'site',
    detached: false,
    at: [],
  };
}

void test('folds names to plain ones', () => {
  const cases: readonly [string, string][] = [
    ['first_name', 'first_name'],
    ['E-Mail', 'e-mail'],
    ['Straße & Nr.', 'strasse_nr'],
    ['Größe', 'grosse'],
    ['Størrelse', 'storrelse'],
    ['user[name]', 'user_name'],
    ['ﬁle①', 'file1'],
    ['цена', ''],
    ['', ''],
    ['__proto__', 'proto'],
    ['__PROTO__', 'proto'],
    ['constructor', 'constructor_'],
    ['Constructor', 'constructor_'],
  ];
  for (const [name, folded] of cases) assert.equal(foldName(name), folded, name);
});

void test('a folded name stays as it is, and holds nothing else', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const folded = foldName(name);
      assert.match(folded, /^[a-z0-9_-]*$/);
      assert.equal(foldName(folded), folded);
    }),
  );
});

void test('physical names are free, short, and not ours', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 100 }), fc.constantFrom('a', '_a'))),
      (names) => {
        const taken = new Set<string>();
        for (const name of names) {
          const sqlName = sqlNameFor(name, taken);
          assert.ok(!taken.has(sqlName) && !sqlName.startsWith('_') && sqlName !== '');
          assert.ok(Buffer.byteLength(sqlName) <= 60);
          taken.add(sqlName);
        }
      },
    ),
  );
});

void test('derived names stay within 60 bytes and apart', () => {
  const long = [
    column('x', { sqlName: `${'a'.repeat(59)}1` }),
    column('y', { sqlName: `${'a'.repeat(59)}2` }),
  ] as const;
  assert.ok(foldColumn(long[0]).length <= 60);
  assert.notEqual(foldColumn(long[0]), foldColumn(long[1]));
  assert.notEqual(linkTable(table('dish', []), long[0]), linkTable(table('dish', []), long[1]));
  assert.equal(linkTable(table('dish', []), column('allergens')), 'dish_allergens');
});

void test('a site column shadows one of ours, which stays reachable', () => {
  const shadowed = table('job', [column('position')]);
  assert.equal(shadowed.columns['position']?.sqlName, 'position');
  assert.equal(systemColumn(shadowed, 'position')?.name, '_position');
  assert.equal(systemColumn(table('dish', []), 'position')?.name, 'position');
});

void test('names of object members are no relations', () => {
  const dish = table('dish', []);
  assert.equal(relationOf({ tables: { dish } }, dish, 'constructor'), undefined);
});
