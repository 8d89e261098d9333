import assert from 'node:assert/strict';
import type { Row } from '../schema/index.ts';
import { checkQuery, compareRows, matches, parseQuery } from '../query/index.ts';
import type { CheckedQuery, QueryScope } from '../query/index.ts';
import {
  applyAll,
  column,
  declare,
  integer,
  largeTableRows,
  must,
  onBothDatabases,
  onPostgres,
  system,
  text,
} from './fixtures.ts';
import type { World } from './fixtures.ts';
import { queryKept } from './kept-plan.ts';
import type { ListOptions, Tables } from './tables.ts';

const scope: QueryScope = { value: () => null, nowMs: Date.UTC(2026, 7, 14), today: '2026-08-14' };

const declared = [
  declare('dish', [
    column('name', text),
    column('kind', text),
    column('price', integer),
    column('sold', { kind: 'boolean' }),
    column('since', { kind: 'date' }),
  ]),
];

function queryOf(tables: Tables, written: string): CheckedQuery {
  const parsed = parseQuery(written);
  assert.ok(parsed.ok);
  const checked = checkQuery(parsed.value, tables.schema.tables['dish']!, { schema: tables.schema });
  assert.ok(checked.ok, written);
  return checked.value;
}

/** Rows in which every column repeats, and is sometimes missing. */
async function fill(tables: Tables, from: number, to: number): Promise<readonly Row[]> {
  const rows = await must(
    tables.write(
      system,
      Array.from({ length: to - from }, (_, offset) => {
        const index = from + offset;
        const values = {
          name: index % 11 === 0 ? null : `${'abcde'[index % 5]}${index % 3 === 0 ? 'X' : 'x'} soup ${index % 4}`,
          kind: ['new', 'open', 'done'][index % 3]!,
          price: index % 7 === 0 ? null : (index * 37) % 50,
          sold: index % 4 === 0 ? null : index % 2 === 0,
          since: `2026-0${1 + (index % 9)}-01`,
        };
        return { operation: 'insert' as const, table: 'dish', values };
      }),
    ),
  );
  return rows.map((row) => row!);
}

async function largeWorld({ tables }: World): Promise<readonly Row[]> {
  await applyAll(tables, declared);
  return await fill(tables, 0, largeTableRows + 40);
}

function page(tables: Tables, query: CheckedQuery, options: ListOptions): Promise<readonly Row[]> {
  return tables.snapshot((reader) => reader.list(query, scope, options));
}

const queries = [
  'sort=name',
  'sort=-price',
  'sort=price,name',
  'kind=new&sort=-name',
  'kind=new&sold&sort=since,-price',
  '!sold&sort=name',
  'price.min=5&price.max=30&sort=name',
  'price.max=20&sort=-price',
  'price=4&price=8&kind=open&sort=since',
  'since=2026-03-01&sort=name',
  'kind.not=new&sort=since',
  'q=sou&sort=-name',
  'q=ax&kind=done&sort=price',
  'q=ax',
  'q=ax&price.min=10&sort=name',
  'name.like=soup&sort=-price',
  'name.like=nothing&kind=new&sort=name',
];

onBothDatabases('pages are the same before their indexes are made and after, wherever they begin', async (world) => {
  const { tables } = world;
  const rows = await largeWorld(world);
  for (const written of queries) {
    const query = queryOf(tables, written);
    const expected = rows.filter((row) => matches(query, row, scope)).sort(compareRows(query));
    for (const round of ['before', 'after']) {
      const seen: unknown[] = [];
      for (let after: Row | undefined; ;) {
        const found = await page(tables, query, { limit: 7, ...(after && { after }) });
        seen.push(...found.map((row) => row['id']));
        after = found.at(-1);
        if (found.length < 7) break;
      }
      assert.deepEqual(
        seen,
        expected.map((row) => row['id']),
        `${written} ${round}`,
      );
      await tables.pageIndexes.settled();
    }
  }
  assert.deepEqual(
    world.log.lines.filter(({ level, message }) => level !== 'info' && !message.includes('fsync')),
    [],
  );
});

onBothDatabases('small tables, and pages that need none, get no index', async (world) => {
  const { tables } = world;
  await applyAll(tables, declared);
  await fill(tables, 0, 20);
  await page(tables, queryOf(tables, 'sort=name'), { limit: 5 });
  await tables.pageIndexes.settled();
  assert.deepEqual(await tables.pageIndexes.list(), []);
  await fill(tables, 20, 20 + largeTableRows);
  await page(tables, queryOf(tables, ''), { limit: 5 });
  await page(tables, queryOf(tables, 'sort=name'), {});
  await tables.pageIndexes.settled();
  assert.deepEqual(await tables.pageIndexes.list(), []);
});

async function askSorted({ tables }: World): Promise<void> {
  await page(tables, queryOf(tables, 'kind=new&sort=-price'), { limit: 5 });
  await tables.pageIndexes.settled();
}

async function told({ tables }: World): Promise<unknown> {
  return (await tables.pageIndexes.list()).map(({ table, columns }) => ({ table, columns }));
}

onBothDatabases('an index is made once, is told of, and outlives the process', async (world) => {
  await largeWorld(world);
  await askSorted(world);
  await askSorted(world);
  const expected = [{ table: 'dish', columns: ['kind', '-price'] }];
  assert.deepEqual(await told(world), expected);
  const again = await world.reopen();
  await askSorted(again);
  assert.deepEqual(await told(again), expected);
});

onBothDatabases('the index that has not been used for longest gives way', async (world) => {
  const { tables } = world;
  await largeWorld(world);
  const sorts = ['name', 'kind', 'price', 'sold', 'since'].flatMap((name) => [name, `-${name}`]);
  const asked = sorts.flatMap((sort) => [`sort=${sort}`, `kind=new&sort=${sort}`]);
  const ask = async (written: string): Promise<void> => {
    await page(tables, queryOf(tables, written), { limit: 5 });
    await tables.pageIndexes.settled();
  };
  for (const written of asked) {
    await ask('sort=name');
    await ask(written);
  }
  const indexes = (await tables.pageIndexes.list()).map(({ columns }) => columns.join());
  assert.equal(indexes.length, 16);
  assert.ok(indexes.includes('name'));
  assert.ok(!indexes.includes('kind,name'));
  const kept = await world.driver.query(
    world.driver.dialect === 'sqlite'
      ? "select name from sqlite_schema where name like '\\_page\\_%' escape '\\'"
      : "select indexname from pg_indexes where indexname like '\\_page\\_%'",
    [],
  );
  assert.equal(kept.length, 16);
});

onBothDatabases('writes go on while an index is made', async (world) => {
  const { tables } = world;
  await largeWorld(world);
  await page(tables, queryOf(tables, 'sort=price'), { limit: 5 });
  const more = fill(tables, 200, 210);
  await Promise.all([more, tables.pageIndexes.settled()]);
  const found = await page(tables, queryOf(tables, 'sort=price'), { limit: 500 });
  assert.equal(found.length, largeTableRows + 50);
});

onPostgres('what keeps the planner to an index holds for one statement', async ({ driver }) => {
  const settings: unknown[] = [];
  await driver.snapshot(async (reader) => {
    for (const kept of ['entered', 'ordered', 'planned'] as const) {
      settings.push(...(await queryKept(reader, 'postgres', kept, shown)));
      settings.push(...(await reader.query(shown.sql, shown.params)));
    }
  });
  const usual = { seqscan: 'on', sort: 'on', plan: 'auto' };
  assert.deepEqual(settings, [
    { seqscan: 'off', sort: 'on', plan: 'force_custom_plan' },
    usual,
    { seqscan: 'off', sort: 'off', plan: 'auto' },
    usual,
    usual,
    usual,
  ]);
});

const shown = {
  sql: `select current_setting('enable_seqscan') as seqscan, current_setting('enable_sort') as sort,
    current_setting('plan_cache_mode') as plan`,
  params: [],
};

onPostgres('a value that does not fit into an index is stored all the same', async (world) => {
  const { tables } = world;
  await largeWorld(world);
  await page(tables, queryOf(tables, 'sort=name'), { limit: 5 });
  await tables.pageIndexes.settled();
  assert.equal((await tables.pageIndexes.list()).length, 1);
  const long = Array.from({ length: 4000 }, (_, index) =>
    String.fromCodePoint(0x4e00 + ((index * 7919) % 20_000)),
  ).join('');
  const [row] = await must(tables.write(system, [{ operation: 'insert', table: 'dish', values: { name: long } }]));
  assert.equal(row!['name'], long);
  assert.deepEqual(await tables.pageIndexes.list(), []);
});

onBothDatabases('a total is counted again only when a table that it reads has changed', async (world) => {
  const { tables, driver } = world;
  await largeWorld(world);
  const query = queryOf(tables, 'kind=new');
  const count = (): Promise<number> => tables.snapshot((reader) => reader.count(query, scope));
  await tables.feed.reached(await driver.position());
  const first = await count();
  // Behind the log's back, so that a second count would show.
  await driver.commit([{ statements: [{ sql: `update dish set "_fold_kind" = 'open'`, params: [] }], entries: [] }]);
  assert.equal(await count(), first);
  const [row] = await fill(tables, 300, 301);
  await tables.feed.reached(await driver.position());
  assert.equal(await count(), row!['kind'] === 'new' ? 1 : 0);
});
