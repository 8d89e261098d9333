import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { Client } from 'pg';
import { startPostgres } from '../../test/postgres.ts';
import type { PostgresServer } from '../../test/postgres.ts';
import type { Row } from '../schema/index.ts';
import { siteWithQueries } from './agreement-query.ts';
import type { Case } from './agreement-query.ts';
import type { Site } from './agreement-site.ts';
import { fillStatements } from './agreement-tables.ts';
import {
  checkQuery,
  compareRows,
  formatQuery,
  matches,
  matchesOwn,
  parseQuery,
  servingIndexes,
  sampleSql,
  sortColumns,
  toSql,
  toSqlParts,
} from './index.ts';
import type { CheckedQuery, CheckOptions, Dialect, Query, SqlQuery, Way } from './index.ts';

/** A database that holds one site at a time. */
interface TestDatabase {
  readonly dialect: Dialect;
  fill(site: Site): Promise<void>;
  rows(query: SqlQuery): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

function optionsOf({ site, scopeTypes }: Case): CheckOptions {
  return { schema: site.schema, scopeType: (path) => scopeTypes[path] };
}

function parsed(text: string): Query {
  const query = parseQuery(text);
  if (!query.ok) return assert.fail(`${text}: ${JSON.stringify(query.errors)}`);
  return query.value;
}

/** The query of a case, of those parts that check. */
function queryOf(each: Case): CheckedQuery {
  const options = optionsOf(each);
  const checks = (text: string): boolean => checkQuery(parsed(text), each.table, options).ok;
  const sort = each.sort.filter((key) => checks(`sort=${key}`));
  const parts = [...each.conditions.filter(checks), `sort=${sort.join(',')}`, `q=${encodeURIComponent(each.search)}`];
  const query = parsed(parts.join('&'));
  assert.deepEqual(parsed(formatQuery(query)), query);
  const checked = checkQuery(query, each.table, options);
  if (!checked.ok) return assert.fail(JSON.stringify(checked.errors));
  return checked.value;
}

function inMemory(each: Case, query: CheckedQuery): readonly string[] {
  const rows = (each.site.rows[each.table.name] ?? []).filter((row) => {
    const matched = matches(query, row, each.scope, each.site.related);
    assertOwn(query, row, each, matched);
    return matched;
  });
  return rows.toSorted(compareRows(query, each.site.related)).map((row) => String(row['id']));
}

/** `matchesOwn` may leave a question open but never answers it wrongly, whatever columns it is shown. */
function assertOwn(query: CheckedQuery, row: Row, each: Case, matched: boolean): void {
  const whole = matchesOwn(query, row, each.scope);
  if (whole !== 'depends') assert.equal(whole, matched);
  const some = Object.fromEntries(Object.entries(row).filter((_, index) => index % 2 === 0));
  const part = matchesOwn(query, some, each.scope);
  if (part !== 'depends') assert.equal(part, matched);
}

async function assertAgrees(database: TestDatabase, each: Case): Promise<void> {
  const query = queryOf(each);
  const expected = inMemory(each, query);
  const { dialect } = database;
  const { limit, offset } = each;
  const say = (sql: SqlQuery): string =>
    `${formatQuery(query.query)} on ${each.table.name}\n${sql.sql}\n${JSON.stringify(sql.params)}`;
  const all = toSql(query, each.scope, dialect);
  const idsOf = async (sql: SqlQuery): Promise<readonly unknown[]> =>
    (await database.rows(sql)).map((row) => row['_id']);
  assert.deepEqual(await idsOf(all), expected, say(all));
  const part = toSql(query, each.scope, dialect, { limit, offset });
  assert.deepEqual(await idsOf(part), expected.slice(offset, offset + limit), say(part));
  await makeIndexes(database, query);
  if (sortColumns(query)) {
    for (const way of waysOf(dialect)) {
      const found = toSql(query, each.scope, dialect, { limit, offset, way });
      assert.deepEqual(await idsOf(found), expected.slice(offset, offset + limit), say(found));
    }
  }
  const sample = sampleSql(query, each.scope, dialect, new Map());
  if (sample) {
    const [counted] = await database.rows(sample);
    assert.ok(Number(counted?.['count']) <= Number(counted?.['sampled']), say(sample));
  }
  const rest = toSql(query, each.scope, dialect, { offset });
  assert.deepEqual(await idsOf(rest), expected.slice(offset), say(rest));
  const place = offset % Math.max(1, expected.length);
  const last = (each.site.rows[each.table.name] ?? []).find((row) => row['id'] === expected[place]);
  if (last && sortColumns(query)) {
    for (const way of [undefined, ...waysOf(dialect)]) {
      const found: unknown[] = [];
      for (const part of toSqlParts(query, each.scope, dialect, { after: last, ...(way && { way }) })) {
        const following = part(limit - found.length);
        found.push(...(await idsOf(following)));
        assert.deepEqual(found, expected.slice(place + 1, place + 1 + found.length), say(following));
        if (found.length === limit) break;
      }
      assert.deepEqual(found, expected.slice(place + 1, place + 1 + limit), say(all));
    }
  }
  const count = toSql(query, each.scope, dialect, { count: true });
  assert.equal(Number((await database.rows(count))[0]?.['count']), expected.length, say(count));
}

function waysOf(dialect: Dialect): readonly Way[] {
  return dialect === 'postgres' ? ['walk', 'collect', 'scan'] : ['walk', 'collect'];
}

/** What is found must not depend on the indexes that are there. */
async function makeIndexes(database: TestDatabase, query: CheckedQuery): Promise<void> {
  const serving = servingIndexes(query, database.dialect);
  for (const index of [serving?.walk, serving?.collect]) {
    if (!index) continue;
    const keys = index.keys.map(({ written }) => written).join(', ');
    await database.rows({ sql: `CREATE INDEX ON "${index.table.sqlName}" (${keys})`, params: [] });
  }
}

async function assertAlwaysAgree(database: TestDatabase, runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(siteWithQueries, async ({ site, cases }) => {
      await database.fill(site);
      for (const each of cases) await assertAgrees(database, each);
    }),
    { numRuns: runs },
  );
}

function sqliteDatabase(): TestDatabase {
  let database = new DatabaseSync(':memory:');
  return {
    dialect: 'sqlite',
    fill: async (site) => {
      database.close();
      database = new DatabaseSync(':memory:');
      for (const { sql, params } of fillStatements(site, 'sqlite')) database.prepare(sql).run(...params.map(bound));
    },
    rows: async ({ sql, params }) => database.prepare(named(sql)).all(...params.map(bound)),
  };
}

let indexCount = 0;

/** SQLite asks for a name. */
function named(sql: string): string {
  return sql.replace(/^CREATE INDEX ON/, () => `CREATE INDEX i${++indexCount} ON`);
}

function bound(value: SqlQuery['params'][number]): null | number | string {
  return typeof value === 'boolean' ? Number(value) : value;
}

function postgresDatabase(client: Client): TestDatabase {
  return {
    dialect: 'postgres',
    fill: async (site) => {
      await client.query('DROP SCHEMA IF EXISTS site CASCADE; CREATE SCHEMA site; SET search_path TO site');
      for (const { sql, params } of fillStatements(site, 'postgres')) await client.query(sql, [...params]);
    },
    rows: async ({ sql, params }) => (await client.query(sql, [...params])).rows,
  };
}

void test('the matcher and SQLite find the same rows in the same order', async () => {
  await assertAlwaysAgree(sqliteDatabase(), 200);
});

void describe('with PostgreSQL', () => {
  let server: PostgresServer;
  before(async () => {
    server = await startPostgres({ fsync: false });
  });
  after(async () => {
    await server.stop();
  });

  for (const icu of [false, true]) {
    void test(`the matcher and PostgreSQL agree, sorting ${icu ? 'by ICU' : 'by bytes'}`, async () => {
      const client = new Client({ connectionString: await server.createDatabase(undefined, { icu }) });
      await client.connect();
      try {
        await assertAlwaysAgree(postgresDatabase(client), 25);
      } finally {
        await client.end();
      }
    });
  }
});
