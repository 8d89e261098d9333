import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Table } from '../schema/index.ts';
import { checked, dish, makeScope, section } from './fixture.ts';
import { toSql } from './index.ts';

/** The table as a rename left it in the database: `column` kept the physical name `sqlName`. */
function renamed(table: Table, column: string, sqlName: string): Table {
  return { ...table, columns: { ...table.columns, [column]: { ...table.columns[column]!, sqlName } } };
}

void test('a renamed table and its renamed columns are read by their physical names, through relations too', () => {
  const inUse = new Map([
    ['dish', { table: { ...renamed(dish, 'price', 'cost'), sqlName: 'plate' } }],
    ['section', { table: renamed(section, 'max', 'most') }],
  ]);
  const query = checked('price.max=20&section.max.min=3&sort=price', dish);
  const { sql } = toSql(query, makeScope(), 'sqlite', { inUse });
  assert.match(sql, /^SELECT .*t0\."cost".* FROM "plate" AS t0 /);
  assert.match(sql, /t0\."cost" <= \?/);
  assert.match(sql, /"most" >= \?/);
  assert.match(sql, /ORDER BY t0\."cost"/);
  assert.doesNotMatch(sql, /"price"|"max"/);
});

void test('a later schema is followed by the same query', () => {
  const query = checked('price.max=20', dish);
  const before = toSql(query, makeScope(), 'sqlite', { inUse: new Map([['dish', { table: dish }]]) });
  const after = toSql(query, makeScope(), 'sqlite', {
    inUse: new Map([['dish', { table: renamed(dish, 'price', 'cost') }]]),
  });
  assert.match(before.sql, /t0\."price" <= \?/);
  assert.match(after.sql, /t0\."cost" <= \?/);
});
