import assert from 'node:assert/strict';
import { applyAll, column, insert, menu, must, onBothDatabases, system, visitor } from './fixtures.ts';
import type { World } from './fixtures.ts';

const path = `/_backlot/files/${'a'.repeat(32)}-20x10.jpg`;
const other = `/_backlot/files/${'b'.repeat(32)}.pdf`;

/** A menu with columns that hold files. */
async function withFiles({ tables }: World): Promise<void> {
  const extra = [
    column('image', { kind: 'url' }),
    column('recipe', { kind: 'file' }),
    column('papers', { kind: 'set' }),
    column('about', { kind: 'html' }),
    column('note', { kind: 'text' }),
  ];
  await applyAll(tables, menu(extra));
}

/** Tables and columns that hold a file. */
async function holders({ tables }: Pick<World, 'tables'>, file = path): Promise<string[]> {
  return (await tables.uploadHolders(file)).map(({ table, column: name }) => `${table.name}.${name}`).sort();
}

onBothDatabases('a row holds the files that its columns and its markup name, and no text', async (world) => {
  await withFiles(world);
  const { tables } = world;
  await insert(tables, 'dish', { name: 'A', image: path, recipe: other, note: path });
  await insert(tables, 'dish', { name: 'B', about: `<p><img src="${path}?w=400" alt=""></p>`, papers: [other, path] });
  assert.deepEqual(await holders(world), ['dish.about', 'dish.image', 'dish.papers']);
  assert.deepEqual(await holders(world, other), ['dish.papers', 'dish.recipe']);
  assert.deepEqual(await holders(world, path.replace('20x10', '20x1')), []);
});

onBothDatabases('a file is let go with its value and its row, and held again when that is undone', async (world) => {
  await withFiles(world);
  const { tables } = world;
  const [row] = await must(
    tables.write(visitor, [{ operation: 'insert', table: 'dish', values: { name: 'A', image: path } }]),
  );
  const id = String(row?.['id']);
  const cleared = await tables.write(system, [{ operation: 'update', table: 'dish', id, values: { image: null } }]);
  assert.deepEqual(await holders(world), []);
  assert.ok(cleared.ok);
  assert.equal((await tables.undo(system, cleared.group!)).ok, true);
  const deleted = await tables.write(system, [{ operation: 'delete', table: 'dish', id }]);
  assert.deepEqual(await holders(world), []);
  assert.ok(deleted.ok);
  assert.equal((await tables.undo(system, deleted.group!)).ok, true);
  assert.deepEqual(await holders(world), ['dish.image']);
});

onBothDatabases(
  'a rename, a restart and another process find the same; a column that is gone holds nothing',
  async (world) => {
    await withFiles(world);
    await insert(world.tables, 'dish', { name: 'A', image: path });
    await world.tables.rename('dish.image', 'picture');
    assert.deepEqual(await holders(world), ['dish.picture']);
    assert.deepEqual(await holders(await world.another()), ['dish.picture']);
    const again = await world.reopen();
    assert.deepEqual(await holders(again), ['dish.picture']);
    await applyAll(again.tables, menu());
    assert.deepEqual(await holders(again), []);
  },
);

onBothDatabases('what was stored before files were noted is found at the next start', async (world) => {
  await withFiles(world);
  await insert(world.tables, 'dish', { name: 'A', image: path });
  await world.driver.migrate([{ sql: 'drop table _upload', params: [] }], []);
  assert.deepEqual(await holders(await world.reopen()), ['dish.image']);
});
