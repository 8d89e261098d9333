import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  applyAll,
  column,
  declare,
  insert,
  list,
  menu,
  must,
  onBothDatabases,
  onSqlite,
  schemaOf,
  text,
  user,
  visitor,
} from './fixtures.ts';
import type { World } from './fixtures.ts';
import { readPatch } from './patch.ts';
import type { Row, Schema, Value } from '../schema/index.ts';
import type { LoggedEntry } from '../database/index.ts';
import type { RowWrite, Tables } from './tables.ts';

onBothDatabases(
  'the history of a row says who changed what, with values as JSON carries them',
  async ({ tables, clock }) => {
    await applyAll(tables, menu());
    const id = await insert(tables, 'dish', { name: 'Soup', price: 550 });
    clock.advance(60_000);
    await must(
      tables.write(user('u1'), [{ operation: 'update', table: 'dish', id, values: { price: 600, vegetarian: true } }]),
    );
    const history = await tables.history('dish', id);
    assert.deepEqual(
      history.map(({ actor, operation, version, time, patch }) => ({
        actor,
        operation,
        version,
        time,
        patch: JSON.parse(patch!),
      })),
      [
        {
          actor: 'visitor',
          operation: 'insert',
          version: 1,
          time: '2026-08-14T12:00:00.000Z',
          patch: {
            created_at: [null, '2026-08-14T12:00:00.000Z'],
            updated_at: [null, '2026-08-14T12:00:00.000Z'],
            position: [null, id],
            slug: [null, 'soup'],
            name: [null, 'Soup'],
            price: [null, '5.5'],
          },
        },
        {
          actor: 'u1',
          operation: 'update',
          version: 2,
          time: '2026-08-14T12:01:00.000Z',
          patch: {
            updated_at: ['2026-08-14T12:00:00.000Z', '2026-08-14T12:01:00.000Z'],
            price: ['5.5', '6'],
            vegetarian: [null, true],
          },
        },
      ],
    );
  },
);

onBothDatabases(
  'undo brings a deleted row back with its children, links and references',
  async ({ tables, driver }) => {
    await applyAll(tables, menu());
    const pasta = await insert(tables, 'section', { name: 'Pasta' });
    const egg = await insert(tables, 'allergen', { name: 'egg' });
    const child = await insert(
      tables,
      'dish',
      { name: 'Ragù', price: 1450, section: pasta, allergens: [egg] },
      user('u1'),
    );
    await insert(tables, 'dish', { name: 'Other', twin: child });
    const before = await list(tables, 'dish', 'sort=name');
    await must(tables.write(visitor, [{ operation: 'delete', table: 'section', id: pasta }]));
    const group = (await driver.entriesAfter((await driver.position()) - 1, 1))[0]!.group;
    await must(tables.undo(user('u2'), group));
    const after = await list(tables, 'dish', 'sort=name');
    assert.deepEqual(withoutVersions(after), withoutVersions(before));
    const again = await tables.undo(user('u2'), group);
    assert.ok(!again.ok && again.reason === 'version');
  },
);

onBothDatabases(
  'undo refuses where somebody has changed the same value since, and leaves other values alone',
  async (world) => {
    const { tables } = world;
    await applyAll(tables, menu());
    const id = await insert(tables, 'dish', { name: 'Soup', price: 500 });
    const edit = async (values: Extract<RowWrite, { operation: 'update' }>['values']): Promise<number> => {
      await must(tables.write(visitor, [{ operation: 'update', table: 'dish', id, values }]));
      return (await tables.history('dish', id)).at(-1)!.group;
    };
    const first = await edit({ price: 600 });
    await edit({ name: 'Stew' });
    await must(tables.undo(visitor, first));
    assert.deepEqual(
      (await list(tables, 'dish')).map(({ name, price }) => [name, price]),
      [['Stew', 500]],
    );
    const second = await edit({ price: 700 });
    await edit({ price: 800 });
    const refused = await tables.undo(visitor, second);
    assert.ok(!refused.ok && refused.reason === 'version');
    assert.equal(refused.current['price'], 800);
  },
);

onBothDatabases(
  'secrets never reach the log, and a table may keep keys only or nothing',
  async ({ tables, driver }) => {
    const { schema } = {
      schema: schemaOf([
        declare('member', [column('name'), column('hash', text)]),
        declare('visit', [column('name')]),
        declare('key', [column('name')]),
      ]),
    };
    const member = schema.tables['member']!;
    const target: Schema = {
      tables: {
        member: {
          ...member,
          columns: { ...member.columns, hash: { ...member.columns['hash']!, secret: true, folded: false } },
        },
        visit: { ...schema.tables['visit']!, log: 'none' },
        key: { ...schema.tables['key']!, log: 'keys' },
      },
    };
    await tables.apply(await tables.plan(target));
    const start = await driver.position();
    await insert(tables, 'member', { name: 'Ada', hash: 'top-secret' });
    await insert(tables, 'visit', { name: 'x' });
    const key = await insert(tables, 'key', { name: 'x' });
    const entries = await driver.entriesAfter(start, 10);
    assert.deepEqual(
      entries.map(({ table, patch }) => [table, patch === null]),
      [
        ['member', false],
        ['key', true],
      ],
    );
    assert.doesNotMatch(JSON.stringify(entries), /top-secret/);
    assert.equal((await list(tables, 'member'))[0]!['hash'], 'top-secret');
    const group = (await tables.history('key', key))[0]!.group;
    await assert.rejects(tables.undo(visitor, group), { code: 'tables/not-undoable' });
  },
);

function withoutVersions(rows: readonly Row[]): unknown[] {
  return rows.map(({ version: _version, updated_at: _updated, ...row }) => row);
}

/* ---- laws ---- */

/** One random act on a small world of sections and dishes, by numbers that pick among what there is. */
interface Act {
  readonly kind: 'insert' | 'update' | 'delete';
  readonly table: 'section' | 'dish';
  readonly pick: number;
  readonly other: number;
  readonly name: string;
  readonly price: number | null;
}

const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('insert', 'insert', 'update', 'delete'),
    table: fc.constantFrom('section', 'dish', 'dish'),
    pick: fc.nat(20),
    other: fc.nat(20),
    name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
    price: fc.option(fc.integer({ min: -1000, max: 1000 })),
  }),
  { minLength: 1, maxLength: 25 },
);

async function perform(tables: Tables, act: Act): Promise<void> {
  const rows = {
    section: await list(tables, 'section'),
    dish: await list(tables, 'dish'),
    allergen: await list(tables, 'allergen'),
  };
  const id = (table: keyof typeof rows, pick: number): string | null =>
    rows[table].length === 0 ? null : String(rows[table][pick % rows[table].length]!['id']);
  const values: Record<string, Value> = { name: act.name };
  if (act.table === 'dish') {
    values['price'] = act.price;
    values['section'] = id('section', act.other);
    values['twin'] = id('dish', act.other + 1);
    const allergen = id('allergen', act.other);
    values['allergens'] = allergen === null || act.other % 3 === 0 ? null : [allergen];
  }
  const target = id(act.table, act.pick);
  const write: RowWrite | undefined =
    act.kind === 'insert'
      ? { operation: 'insert', table: act.table, values }
      : target === null
        ? undefined
        : act.kind === 'update'
          ? { operation: 'update', table: act.table, id: target, values }
          : { operation: 'delete', table: act.table, id: target };
  // A name of NUL only is refused as missing.
  if (write) await tables.write(visitor, [write]);
}

async function allRows(tables: Tables): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>();
  for (const table of ['section', 'dish', 'allergen']) {
    for (const row of await list(tables, table)) rows.set(`${table} ${String(row['id'])}`, row);
  }
  return rows;
}

/** The rows as the log alone tells them. */
function replay(schema: Schema, entries: readonly LoggedEntry[]): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const { table: name, id, operation, version, patch } of entries) {
    const table = schema.tables[name];
    if (!table || operation === 'schema') continue;
    const key = `${name} ${id}`;
    if (operation === 'delete') rows.delete(key);
    else {
      const empty = Object.fromEntries(Object.keys(table.columns).map((column) => [column, null]));
      const before = operation === 'insert' ? empty : rows.get(key);
      rows.set(key, { ...before, ...readPatch(table, patch!, 'after'), id, version });
    }
  }
  return rows;
}

async function lawOfTheLog({ tables, driver }: World, script: readonly Act[]): Promise<void> {
  for (const act of script) await perform(tables, act);
  const entries = await driver.entriesAfter(0, 100_000);
  assert.deepEqual(replay(tables.schema, entries), await allRows(tables));
}

async function emptyAll(tables: Tables): Promise<void> {
  for (const table of ['section', 'dish']) {
    for (const row of await list(tables, table)) {
      await tables.write(visitor, [{ operation: 'delete', table, id: String(row['id']) }]);
    }
  }
}

onBothDatabases('replaying the log gives the rows, whatever was written', async (world) => {
  await applyAll(world.tables, menu());
  await insert(world.tables, 'allergen', { name: 'egg' });
  await insert(world.tables, 'allergen', { name: 'wheat' });
  const numRuns = world.driver.dialect === 'sqlite' ? 40 : 6;
  await fc.assert(
    fc.asyncProperty(acts, async (script) => {
      await lawOfTheLog(world, script);
      await emptyAll(world.tables);
    }),
    { numRuns },
  );
});

onSqlite('undoing changes from the last to the first gives what was before each', async (world) => {
  const { tables, driver } = world;
  await applyAll(tables, menu());
  await insert(tables, 'allergen', { name: 'egg' });
  await fc.assert(
    fc.asyncProperty(acts, async (script) => {
      const states: { group: number; before: Map<string, Row> }[] = [];
      for (const act of script) {
        const before = await allRows(tables);
        const position = await driver.position();
        await perform(tables, act);
        const [entry] = await driver.entriesAfter(position, 1);
        if (entry) states.push({ group: entry.group, before });
      }
      for (const { group, before } of states.toReversed()) {
        await must(tables.undo(visitor, group));
        assert.deepEqual(withoutTimes(await allRows(tables)), withoutTimes(before));
      }
      await emptyAll(tables);
    }),
    { numRuns: 25 },
  );
});

function withoutTimes(rows: ReadonlyMap<string, Row>): unknown {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, row]) => [key, withoutVersions([row])]);
}
