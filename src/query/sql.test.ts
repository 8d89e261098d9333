import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toSql } from './index.ts';
import type { SqlOptions } from './index.ts';
import { checked, dish, makeScope, section } from './fixture.ts';
import type { Table } from '../schema/index.ts';

/** What follows the selected columns, in both dialects. */
function written(text: string, table: Table = dish, options: SqlOptions = {}): readonly string[] {
  const query = checked(text, table);
  return (['sqlite', 'postgres'] as const).map((dialect) =>
    toSql(query, makeScope(), dialect, options).sql.replace(/^.*? AS t0 ?/, ''),
  );
}

void test('selects the physical columns, not those of many references, in the default order', () => {
  assert.deepEqual(toSql(checked('', section), makeScope(), 'sqlite'), {
    sql:
      'SELECT t0."_id", t0."_version", t0."_created_at", t0."_updated_at", t0."_position", t0."_author", t0."name", ' +
      't0."max" FROM "section" AS t0 ORDER BY t0."_position" ASC, t0."_id" ASC',
    params: [],
  });
  assert.doesNotMatch(toSql(checked(''), makeScope(), 'postgres').sql, /allergens/);
});

void test('counts without order or limit', () => {
  assert.deepEqual(toSql(checked('available=true&sort=name'), makeScope(), 'postgres', { count: true, limit: 3 }), {
    sql: 'SELECT COUNT(*) AS "count" FROM "dish" AS t0 WHERE t0."available" = $1',
    params: [true],
  });
  assert.deepEqual(toSql(checked('available=true'), makeScope(), 'sqlite', { count: true }).params, [1]);
});

void test('comparisons, golden', () => {
  assert.deepEqual(written('name=a&name=b&name.min=c&name.like=d&name.not=e', dish, { limit: 2, offset: 4 }), [
    'WHERE t0."_fold_name" IN (?, ?) AND t0."_fold_name" >= ? AND instr(t0."_fold_name", ?) > 0 AND ' +
      '(t0."_fold_name" = ?) IS NOT TRUE ORDER BY t0."_position" ASC, t0."_id" ASC LIMIT ? OFFSET ?',
    'WHERE t0."_fold_name" IN ($1, $2) AND t0."_fold_name" COLLATE "C" >= $3 AND strpos(t0."_fold_name", $4) > 0 AND ' +
      '(t0."_fold_name" = $5) IS NOT TRUE ORDER BY t0."_position" COLLATE "C" ASC, t0."_id" COLLATE "C" ASC ' +
      'LIMIT $6 OFFSET $7',
  ]);
  assert.deepEqual(written('available&!available&name&tags&price', dish, { count: true }), [
    'WHERE t0."available" = 1 AND COALESCE(t0."available", 0) = 0 AND t0."name" <> \'\' AND t0."tags" <> \'[]\' AND ' +
      't0."price" IS NOT NULL',
    'WHERE t0."available" AND COALESCE(t0."available", FALSE) = FALSE AND t0."name" <> \'\' AND t0."tags" <> \'[]\' AND ' +
      't0."price" IS NOT NULL',
  ]);
});

void test('sets and ranges, golden', () => {
  assert.deepEqual(written('tags=a&tags=b&tags.like=c&created_at=2026-08-14', dish, { count: true }), [
    'WHERE EXISTS (SELECT 1 FROM json_each(t0."_fold_tags") AS t1 WHERE t1.value IN (?, ?)) AND ' +
      'EXISTS (SELECT 1 FROM json_each(t0."_fold_tags") AS t2 WHERE instr(t2.value, ?) > 0) AND ' +
      't0."_created_at" BETWEEN ? AND ?',
    'WHERE (t0."_fold_tags"::jsonb ? $1 OR t0."_fold_tags"::jsonb ? $2) AND EXISTS (SELECT 1 FROM ' +
      'jsonb_array_elements_text(t0."_fold_tags"::jsonb) AS t2(value) WHERE strpos(t2.value, $3) > 0) AND ' +
      't0."_created_at" COLLATE "C" BETWEEN $4 AND $5',
  ]);
});

void test('relations, search and order, golden', () => {
  assert.deepEqual(written('section.name=a&allergens.name=b&allergens=c&q=d+1&sort=-section.name,count(allergens)'), [
    'LEFT JOIN "section" AS t5 ON t5."_id" = t0."section" ' +
      'WHERE EXISTS (SELECT 1 FROM "section" AS t1 WHERE t1."_id" = t0."section" AND t1."_fold_name" = ?) AND ' +
      'EXISTS (SELECT 1 FROM "dish_allergens" AS t3, "allergen" AS t2 WHERE t3."_from" = t0."_id" AND ' +
      't2."_id" = t3."_to" AND t2."_fold_name" = ?) AND EXISTS (SELECT 1 FROM "dish_allergens" AS t4 WHERE ' +
      't4."_from" = t0."_id" AND t4."_to" = ?) AND ' +
      't0."_row" IN (SELECT rowid FROM "_search_dish" WHERE "_search_dish" MATCH ?) ' +
      'ORDER BY t5."_fold_name" DESC NULLS LAST, t5."name" DESC, (SELECT COUNT(*) FROM "dish_allergens" AS t7, ' +
      '"allergen" AS t6 WHERE t7."_from" = t0."_id" AND t6."_id" = t7."_to") ASC, t0."_id" ASC',
    'LEFT JOIN "section" AS t5 ON t5."_id" = t0."section" ' +
      'WHERE EXISTS (SELECT 1 FROM "section" AS t1 WHERE t1."_id" = t0."section" AND t1."_fold_name" = $1) AND ' +
      'EXISTS (SELECT 1 FROM "dish_allergens" AS t3, "allergen" AS t2 WHERE t3."_from" = t0."_id" AND ' +
      't2."_id" = t3."_to" AND t2."_fold_name" = $2) AND EXISTS (SELECT 1 FROM "dish_allergens" AS t4 WHERE ' +
      't4."_from" = t0."_id" AND t4."_to" = $3) AND ' +
      'array_to_tsvector(string_to_array(t0."_words", \' \')) @@ $4::tsquery ' +
      'ORDER BY t5."_fold_name" COLLATE "C" DESC NULLS LAST, t5."name" COLLATE "C" DESC, (SELECT COUNT(*) FROM ' +
      '"dish_allergens" AS t7, "allergen" AS t6 WHERE t7."_from" = t0."_id" AND t6."_id" = t7."_to") ASC, ' +
      't0."_id" COLLATE "C" ASC',
  ]);
  const query = checked('q=d+1');
  assert.deepEqual(toSql(query, makeScope(), 'sqlite').params, ['d* AND xb*']);
  assert.deepEqual(toSql(query, makeScope(), 'postgres').params, ["'d':* & 'xb':*"]);
});

void test('children and aggregates, golden', () => {
  assert.deepEqual(
    written('dish&!count(dish)&dish.price.max=3&sum(dish.price).min=2', section, { count: true })[0],
    'WHERE EXISTS (SELECT 1 FROM "dish" AS t1 WHERE t1."section" = t0."_id") AND ' +
      '(EXISTS (SELECT 1 FROM "dish" AS t2 WHERE t2."section" = t0."_id")) IS NOT TRUE AND ' +
      'EXISTS (SELECT 1 FROM "dish" AS t3 WHERE t3."section" = t0."_id" AND t3."price" <= ?) AND ' +
      'COALESCE((SELECT SUM(t4."price") FROM "dish" AS t4 WHERE t4."section" = t0."_id"), 0) >= ?',
  );
});

void test('the text is made once for each number of values, and an absent operand has its own', () => {
  const query = checked('id={id}&name=a');
  const run = (id: string | null): { sql: string; params: readonly unknown[] } =>
    toSql(query, makeScope({ id }), 'sqlite', { count: true });
  assert.deepEqual(run('x').params, ['x', 'a']);
  assert.equal(run('x').sql, run('y').sql);
  assert.deepEqual(run(null), {
    sql: 'SELECT COUNT(*) AS "count" FROM "dish" AS t0 WHERE FALSE AND t0."_fold_name" = ?',
    params: ['a'],
  });
});

void test('values never become text of the statement', () => {
  const hostile = `'; DROP TABLE dish; --"`;
  for (const dialect of ['sqlite', 'postgres'] as const) {
    const { sql, params } = toSql(
      checked(`name=${encodeURIComponent(hostile)}&q=${encodeURIComponent(hostile)}`),
      makeScope(),
      dialect,
    );
    assert.doesNotMatch(sql, /DROP/i);
    assert.equal(params[0], hostile.toLowerCase());
    assert.match(String(params[1]), /^[a-z*&' :AND]+$/);
  }
});

void test('a name that only the caller knows has no SQL', () => {
  const query = checked('saved', dish, { extra: { saved: { kind: 'text' } } });
  assert.throws(() => toSql(query, makeScope(), 'sqlite'), /saved/);
});
