import assert from 'node:assert/strict';
import { applyAll, list, menu, names, onBothDatabases, visitor } from './fixtures.ts';
import type { World } from './fixtures.ts';
import { placeholder } from './layout.ts';
import type { RowWrite, WriteExtra } from './tables.ts';

const soup: RowWrite = { operation: 'insert', table: 'dish', values: { name: 'Soup' } };

/** Another table of the database, which changes may carry statements for. */
async function outbox({ tables, driver }: World): Promise<void> {
  await applyAll(tables, menu());
  const text = driver.dialect === 'sqlite' ? 'text' : 'text collate "C"';
  await driver.migrate([{ sql: `create table _outbox (id ${text} unique)`, params: [] }], []);
}

function notes({ driver }: World, touches = 1): WriteExtra {
  const sql = `insert into _outbox (id) values (${placeholder(driver.dialect, 1)})`;
  return { statements: (rows) => rows.map((row) => ({ sql, params: [String(row?.['slug'])], touches })) };
}

async function noted({ driver }: World): Promise<unknown[]> {
  return (await driver.query('select id from _outbox order by id', [])).map(({ id }) => id);
}

onBothDatabases(
  'a change carries statements made from its rows, prepared anew when a slug was taken',
  async (world) => {
    await outbox(world);
    const { tables } = world;
    const outcomes = await Promise.all([
      tables.write(visitor, [soup], notes(world)),
      tables.write(visitor, [soup], notes(world)),
    ]);
    assert.deepEqual(
      outcomes.map(({ ok }) => ok),
      [true, true],
    );
    const slugs = (await list(tables, 'dish')).map((row) => row['slug']);
    assert.deepEqual(new Set(await noted(world)), new Set(slugs));
  },
);

onBothDatabases('a refused statement refuses the whole change, and a refused row its statements', async (world) => {
  await outbox(world);
  const { tables } = world;
  await assert.rejects(tables.write(visitor, [soup], notes(world, 2)), { code: 'tables/extra-refused' });
  const nameless: RowWrite = { operation: 'insert', table: 'dish', values: {} };
  assert.equal((await tables.write(visitor, [nameless], notes(world))).ok, false);
  assert.deepEqual([await names(tables, 'dish'), await noted(world)], [[], []]);
});

onBothDatabases('statements are applied also where the rows stay as they are', async (world) => {
  await outbox(world);
  const { tables } = world;
  const inserted = await tables.write(visitor, [soup]);
  assert.ok(inserted.ok);
  const same: RowWrite = { operation: 'update', table: 'dish', id: String(inserted.rows[0]!['id']), values: {} };
  assert.equal((await tables.write(visitor, [same], notes(world))).ok, true);
  assert.deepEqual(await noted(world), ['soup']);
});
