import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqlite } from '../database/index.ts';
import type { SeedRow } from '../schema/index.ts';
import { manualClock, memoryLog, seededRandom } from '../std/index.ts';
import { compareSchemas } from './compare.ts';
import { addReferences, createTable } from './ddl.ts';
import {
  applyAll,
  boolean,
  column,
  declare,
  insert,
  integer,
  list,
  menu,
  money,
  must,
  names,
  onBothDatabases,
  onPostgres,
  reference,
  references,
  schemaOf,
  system,
  text,
  user,
  visitor,
} from './fixtures.ts';
import { openTables } from './open.ts';
import { additiveSubset } from './plan.ts';
import type { SchemaStep, Tables } from './tables.ts';

function stepNames(steps: readonly SchemaStep[]): string[] {
  return steps.map((step) => `${step.kind} ${step.table}${'column' in step ? `.${step.column}` : ''}`);
}

const dish = (...columns: ReturnType<typeof column>[]) => [declare('dish', [column('name'), ...columns])];

async function columnNames(tables: Tables): Promise<string[]> {
  const columns = Object.values(tables.schema.tables['dish']!.columns).filter((each) => !each.system);
  return columns.map((each) => `${each.name}${each.detached ? ' (detached)' : ''}`).sort();
}

void test('tables are laid out with shadows, search, references and links', () => {
  const { target } = compareSchemas(
    null,
    schemaOf([
      declare('section', [column('name')]),
      declare(
        'dish',
        [
          column('price', money, { queried: true }),
          column('section', reference('section')),
          column('tags', references('section')),
        ],
        { page: { file: 'dish.html', prefix: '/dish/' } },
      ),
    ]),
  );
  const table = target.tables['dish']!;
  assert.deepEqual(createTable(table, target, 'sqlite'), [
    'create table "dish" (_row integer primary key, "_id" text not null unique, "_version" integer not null, ' +
      '"_created_at" text not null, "_updated_at" text not null, "_position" text not null, "_author" text, ' +
      '"_slug" text, "price" integer, "section" text references "section" ("_id"), "_words" text) strict',
    `create virtual table "_search_dish" using fts5 ("_words", content='dish', content_rowid='_row', tokenize='ascii', columnsize=0)`,
    'create trigger "_search_insert_dish" after insert on "dish" begin ' +
      'insert into "_search_dish" (rowid, "_words") values (new._row, new."_words"); end',
    'create trigger "_search_delete_dish" after delete on "dish" begin ' +
      `insert into "_search_dish" ("_search_dish", rowid, "_words") values ('delete', old._row, old."_words"); end`,
    'create trigger "_search_update_dish" after update of "_words" on "dish" begin ' +
      `insert into "_search_dish" ("_search_dish", rowid, "_words") values ('delete', old._row, old."_words"); ` +
      'insert into "_search_dish" (rowid, "_words") values (new._row, new."_words"); end',
    'create index if not exists "_index_dish__position" on "dish" ("_position", "_id")',
    'create unique index if not exists "_index_dish__slug" on "dish" ("_slug")',
    'create index if not exists "_index_dish_price" on "dish" ("price")',
    'create index if not exists "_index_dish_section" on "dish" ("section", "_position")',
  ]);
  assert.deepEqual(addReferences(table, target, 'postgres'), [
    'alter table "dish" add constraint "_key_dish_section" foreign key ("section") references "section" ("_id")',
    'create table "dish_tags" ("_from" text collate "C" not null references "dish" ("_id"), ' +
      '"_to" text collate "C" not null references "section" ("_id"), "_order" integer not null, primary key ("_from", "_to"))',
    'create index "_index_dish_tags__to" on "dish_tags" ("_to")',
  ]);
});

onBothDatabases(
  'what the pages add is added, and what they drop is kept, detached, until it comes back',
  async (world) => {
    const { tables } = world;
    await applyAll(tables, dish(column('price', money)));
    await insert(tables, 'dish', { name: 'Soup', price: 500 });
    const plan = await tables.plan(schemaOf([...dish(column('hot', boolean)), declare('section', [column('name')])]));
    assert.deepEqual(stepNames(plan.steps), ['add-column dish.hot', 'detach-column dish.price', 'add-table section']);
    assert.ok(plan.additive);
    await tables.apply(plan);
    assert.deepEqual(await columnNames(tables), ['hot', 'name', 'price (detached)']);
    assert.deepEqual(Object.keys((await list(tables, 'dish'))[0]!).includes('price'), false);
    const back = await tables.plan(schemaOf(dish(column('price', money))));
    assert.deepEqual(stepNames(back.steps), [
      'attach-column dish.price',
      'detach-column dish.hot',
      'detach-table section',
    ]);
    await tables.apply(back);
    assert.equal((await list(tables, 'dish'))[0]!['price'], 500);
    assert.deepEqual((await tables.plan(schemaOf(dish(column('price', money))))).steps, []);
  },
);

onBothDatabases('the schema in use is kept with the data', async (world) => {
  await applyAll(world.tables, menu());
  const id = await insert(world.tables, 'dish', { name: 'Soup' });
  const { schema } = world.tables;
  const { tables } = await world.reopen();
  assert.deepEqual(tables.schema, schema);
  assert.equal((await list(tables, 'dish'))[0]!['id'], id);
});

onBothDatabases('a tightened rule lists the rows that break it; they stand until edited', async ({ tables }) => {
  await applyAll(tables, dish(column('stars', integer)));
  const good = await insert(tables, 'dish', { name: 'Good', stars: 5 });
  const bad = await insert(tables, 'dish', { name: 'Bad', stars: 9 });
  const rated = [
    declare('dish', [column('name'), column('stars', integer, { constraints: { max: '5' } })], { form: true }),
  ];
  const plan = await tables.plan(schemaOf(rated));
  assert.deepEqual(plan.steps, [
    { kind: 'change-rules', table: 'dish', column: 'stars', tightened: true, offending: [bad], offendingTotal: 1 },
  ]);
  assert.equal(plan.additive, false);
  await assert.rejects(tables.apply(plan), { code: 'tables/not-additive' });
  const { plan: some, left } = additiveSubset(plan, tables.schema);
  await tables.apply(some);
  assert.equal(left.length, 1);
  assert.deepEqual(tables.schema.tables['dish']!.columns['stars']!.constraints, {});
  await tables.apply(plan, { all: true });
  const edit = (id: string, stars: number) =>
    tables.write(visitor, [{ operation: 'update', table: 'dish', id, values: { stars } }]);
  assert.ok((await edit(good, 4)).ok);
  assert.ok(
    (await tables.write(visitor, [{ operation: 'update', table: 'dish', id: bad, values: { name: 'Still' } }])).ok,
  );
  assert.equal((await edit(bad, 8)).ok, false);
});

onBothDatabases(
  'a column that changes its type takes its values along; what it held is kept aside',
  async ({ tables }) => {
    await applyAll(tables, dish(column('price')));
    await insert(tables, 'dish', { name: 'Soup', price: '5.50' });
    const free = await insert(tables, 'dish', { name: 'Bread', price: 'free' });
    const target = schemaOf(dish(column('price', money)));
    const plan = await tables.plan(target);
    assert.deepEqual(plan.steps, [
      {
        kind: 'change-type',
        table: 'dish',
        column: 'price',
        from: 'text',
        to: 'money EUR',
        values: 2,
        offending: [free],
        offendingTotal: 1,
      },
    ]);
    const { plan: some } = additiveSubset(plan, tables.schema);
    await tables.apply(some);
    assert.deepEqual((await list(tables, 'dish'))[0]!['price'], '5.50');
    await assert.rejects(tables.apply(plan, { all: true }), { code: 'tables/cannot-convert' });
    await must(tables.write(visitor, [{ operation: 'update', table: 'dish', id: free, values: { price: '0' } }]));
    await tables.apply(await tables.plan(target), { all: true });
    assert.deepEqual(
      (await list(tables, 'dish', 'sort=-price')).map((row) => row['price']),
      [550, 0],
    );
    assert.deepEqual(await columnNames(tables), ['name', 'price', 'price-was-text (detached)']);
    assert.deepEqual((await tables.plan(target)).steps, []);
  },
);

onBothDatabases('a column that holds nothing changes its type unasked', async ({ tables }) => {
  await applyAll(tables, dish(column('price')));
  await insert(tables, 'dish', { name: 'Soup' });
  const plan = await tables.plan(schemaOf(dish(column('price', money))));
  assert.ok(plan.additive);
  await tables.apply(plan);
  await insert(tables, 'dish', { name: 'Bread', price: 100 });
});

onBothDatabases(
  'a rename is proposed, and done by name only: values, history and undo follow it',
  async ({ tables }) => {
    await applyAll(tables, dish(column('cost', money)));
    const id = await insert(tables, 'dish', { name: 'Soup', cost: 500 });
    await must(tables.write(visitor, [{ operation: 'update', table: 'dish', id, values: { cost: 600 } }]));
    const plan = await tables.plan(schemaOf(dish(column('price', money))));
    assert.deepEqual(
      plan.steps.find(({ kind }) => kind === 'rename-proposed'),
      { kind: 'rename-proposed', table: 'dish', from: 'cost', to: 'price' },
    );
    // The page has changed already, and `serve` has added the new column.
    await tables.apply(plan);
    await tables.rename('dish.cost', 'price');
    assert.equal((await list(tables, 'dish', 'price=6'))[0]!['price'], 600);
    assert.deepEqual((await tables.plan(schemaOf(dish(column('price', money))))).steps, []);
    await tables.rename('dish', 'meal');
    const history = await tables.history('meal', id);
    assert.deepEqual(
      history.map(({ operation, patch }) => [operation, Object.keys(JSON.parse(patch!)).includes('price')]),
      [
        ['insert', true],
        ['update', true],
      ],
    );
    await must(tables.undo(visitor, history[1]!.group));
    assert.equal((await list(tables, 'meal'))[0]!['price'], 500);
    await assert.rejects(tables.rename('meal.nothing', 'x'), { code: 'tables/unknown-name' });
    await assert.rejects(tables.rename('meal.price', 'rows'), { code: 'tables/reserved-name' });
    await assert.rejects(tables.rename('meal.price', 'name'), { code: 'tables/name-taken' });
  },
);

onBothDatabases(
  'a rename before the files are edited waits for them, and their values stay in sight',
  async (world) => {
    const { tables } = world;
    await applyAll(tables, dish(column('cost', money), column('extra', money)));
    await insert(tables, 'dish', { name: 'Soup', cost: 500 });
    await assert.rejects(tables.renameLater('dish.nothing', 'x'), { code: 'tables/unknown-name' });
    await tables.renameLater('dish.cost', 'price');
    await tables.renameLater('dish', 'meal');
    // The files say what they said: nothing is made anew, and the old names hold the data.
    const before = schemaOf(dish(column('cost', money), column('extra', money)));
    await tables.followRenames(before);
    assert.deepEqual((await tables.plan(before)).steps, []);
    assert.equal((await list(tables, 'dish'))[0]!['cost'], 500);
    const again = await world.reopen();
    const edited = schemaOf([declare('meal', [column('name'), column('price', money), column('extra', money)])]);
    const { steps } = await again.tables.plan(edited);
    assert.deepEqual(
      steps.filter(({ kind }) => kind !== 'change-rules'),
      [],
    );
    await again.tables.followRenames(edited);
    await again.tables.apply(await again.tables.plan(edited));
    assert.equal((await list(again.tables, 'meal'))[0]!['price'], 500);
    assert.equal(again.tables.schema.tables['dish'], undefined);
  },
);

onBothDatabases('rows get slugs when they get a page', async ({ tables }) => {
  await applyAll(tables, dish());
  for (const name of ['Soup', 'Soup', 'Bread']) await insert(tables, 'dish', { name });
  await applyAll(tables, [declare('dish', [column('name')], { page: { file: 'dish.html', prefix: '/dish/' } })]);
  assert.deepEqual(
    (await list(tables, 'dish')).map((row) => row['slug']),
    ['soup', 'soup-2', 'bread'],
  );
});

const at = { file: 'menu.html', line: 3, column: 1 };
const seed = (table: string, values: SeedRow['values'], more: Partial<SeedRow> = {}): SeedRow => ({
  table,
  values,
  references: {},
  links: {},
  at,
  ...more,
});

onBothDatabases('samples become the first rows once, in the order of the file', async (world) => {
  const { tables } = world;
  await applyAll(tables, menu());
  const seeds = [
    seed('section', { name: 'Pasta' }),
    seed(
      'dish',
      { name: 'Ragù', price: 1450 },
      { references: { section: 0 }, links: { allergens: [4, 3] }, slug: 'tagliatelle' },
    ),
    seed('dish', { name: 'Aglio' }, { references: { section: 0, twin: 1 } }),
    seed('allergen', { name: 'egg' }),
    seed('allergen', { name: 'wheat' }),
  ];
  assert.equal(await tables.seed(seeds), 5);
  assert.equal(await tables.seed(seeds), 0);
  const dishes = await list(tables, 'dish');
  assert.deepEqual(
    dishes.map((row) => row['name']),
    ['Ragù', 'Aglio'],
  );
  assert.deepEqual(await names(tables, 'dish', 'sort=-created_at'), ['Ragù', 'Aglio']);
  assert.equal(dishes[0]!['slug'], 'tagliatelle');
  assert.equal(dishes[1]!['twin'], dishes[0]!['id']);
  const allergens = await list(tables, 'allergen');
  assert.deepEqual(dishes[0]!['allergens'], [allergens[1]!['id'], allergens[0]!['id']]);
  await must(
    tables.write(
      visitor,
      allergens.map(({ id }) => ({ operation: 'delete', table: 'allergen', id: String(id) })),
    ),
  );
  const again = (await world.reopen()).tables;
  assert.equal(await again.seed(seeds), 0);
  assert.deepEqual(await list(again, 'allergen'), []);
});

onBothDatabases('a table that visitors filled first takes no samples', async ({ tables }) => {
  await applyAll(tables, dish());
  await insert(tables, 'dish', { name: 'Mine' });
  assert.equal(await tables.seed([seed('dish', { name: 'Sample' })]), 0);
  assert.deepEqual(await names(tables, 'dish'), ['Mine']);
});

onBothDatabases('a sample that cannot be stored says where it stands', async ({ tables }) => {
  await applyAll(tables, dish(column('price', money)));
  await assert.rejects(tables.seed([seed('dish', { price: 'dear' })]), {
    code: 'tables/bad-sample',
    message: /^menu\.html:3:1: .*price/,
  });
});

const start = async (tables: Tables) => {
  await applyAll(tables, menu());
  return await tables.seed([seed('section', { name: 'Pasta' })]);
};

onPostgres('two processes that start at once make one schema and one set of samples', async (world) => {
  const other = (await world.another()).tables;
  const made = await Promise.all([start(world.tables), start(other)]);
  assert.deepEqual(made.sort(), [0, 1]);
  assert.deepEqual(await names(world.tables, 'section'), ['Pasta']);
  await other.feed.reached(await world.driver.position());
  assert.deepEqual(other.schema.tables['dish'], world.tables.schema.tables['dish']);
});

onPostgres('a change of the schema reaches other processes with the log', async (world) => {
  await applyAll(world.tables, dish());
  const other = (await world.another()).tables;
  await applyAll(world.tables, dish(column('price', money)));
  await other.feed.reached(await world.driver.position());
  await insert(other, 'dish', { name: 'Soup', price: 500 }, user('u1'));
  assert.equal((await list(world.tables, 'dish'))[0]!['price'], 500);
});

onBothDatabases('all rows of a table can be read with bounded memory', async ({ tables }) => {
  await applyAll(tables, dish());
  const writes = Array.from({ length: 1203 }, (_, index) => ({
    operation: 'insert' as const,
    table: 'dish',
    values: { name: `Dish ${index}` },
  }));
  await must(tables.write(system, writes));
  const exported: unknown[] = [];
  for await (const row of tables.exportRows('dish')) exported.push(row['name']);
  assert.deepEqual(
    exported,
    writes.map(({ values }) => values.name),
  );
  assert.equal(exported.length, 1203);
});

void test('a text column keeps its physical name when its name comes back with another meaning', () => {
  const first = compareSchemas(null, schemaOf(dish(column('price', text)))).target;
  const second = compareSchemas(first, schemaOf(dish(column('price', money)))).target;
  const third = compareSchemas(second, schemaOf(dish(column('price', boolean)))).target;
  const columns = Object.values(third.tables['dish']!.columns).filter((each) => each.name.startsWith('price'));
  assert.deepEqual(columns.map((each) => each.name).sort(), ['price', 'price-was-money', 'price-was-text']);
  assert.equal(new Set(columns.map((each) => each.sqlName)).size, 3);
  assert.equal(columns.find((each) => each.name === 'price-was-text')!.sqlName, 'price');
});

void test('a database that is only read, and has no tables yet, is empty', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'backlot-tables-'));
  const options = { file: join(folder, 'data.sqlite'), clock: manualClock(), log: memoryLog() };
  await (await openSqlite(options)).close();
  const driver = await openSqlite({ ...options, readOnly: true });
  const tables = await openTables({ ...options, driver, random: seededRandom(1) });
  assert.deepEqual(tables.schema, { tables: {} });
  assert.equal((await tables.plan(schemaOf(menu()))).steps.length, 3);
  await tables.close();
  await rm(folder, { recursive: true });
});
