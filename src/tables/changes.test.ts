import assert from 'node:assert/strict';
import { applyAll, insert, menu, must, onBothDatabases, user } from './fixtures.ts';
import type { ChangesAsked, LoggedChange, Tables } from './tables.ts';

const ada = user('ada');
const bob = user('bob');

/** Each change as its actor and what it did to which rows. */
async function told(tables: Tables, asked: Partial<ChangesAsked> = {}): Promise<readonly string[]> {
  return (await tables.changes({ limit: 10, ...asked })).map(
    ({ actor, count, entries }: LoggedChange) =>
      `${actor} ${count}: ${entries.map(({ operation, table }) => `${operation} ${table}`).join(', ')}`,
  );
}

onBothDatabases('changes are those of people, the newest first, and can be narrowed', async ({ tables }) => {
  await applyAll(tables, menu());
  const soup = await insert(tables, 'dish', { name: 'Soup', price: 550 });
  await must(tables.write(ada, [{ operation: 'update', table: 'dish', id: soup, values: { price: 600 } }]));
  await insert(tables, 'dish', { name: 'Sent by a visitor' });
  await must(
    tables.write(bob, [
      { operation: 'insert', table: 'dish', values: { name: 'Bread' } },
      { operation: 'delete', table: 'dish', id: soup },
    ]),
  );
  assert.deepEqual(await told(tables), ['bob 2: insert dish, delete dish', 'ada 1: update dish']);
  assert.deepEqual(await told(tables, { actor: 'ada' }), ['ada 1: update dish']);
  assert.deepEqual(await told(tables, { operation: 'delete' }), ['bob 1: delete dish']);
  assert.deepEqual(await told(tables, { table: 'section' }), []);
  const [newest] = await tables.changes({ limit: 1 });
  assert.deepEqual(await told(tables, { before: newest!.group }), ['ada 1: update dish']);
});

onBothDatabases('of a large change the first entries are given and the others counted', async ({ tables }) => {
  await applyAll(tables, menu());
  const names = Array.from({ length: 30 }, (_, index) => `Dish ${index}`);
  await must(
    tables.write(
      ada,
      names.map((name) => ({ operation: 'insert', table: 'dish', values: { name } })),
    ),
  );
  const [change] = await tables.changes({ limit: 5 });
  assert.deepEqual([change!.count, change!.entries.length], [30, 20]);
});

onBothDatabases('changes and history stand under the name that a table has today', async ({ tables }) => {
  await applyAll(tables, menu());
  const soup = await insert(tables, 'dish', { name: 'Soup' });
  await must(tables.write(ada, [{ operation: 'update', table: 'dish', id: soup, values: { name: 'Broth' } }]));
  await tables.rename('dish', 'meal');
  await must(tables.write(bob, [{ operation: 'update', table: 'meal', id: soup, values: { name: 'Stew' } }]));
  assert.deepEqual(await told(tables, { table: 'meal' }), ['bob 1: update meal', 'ada 1: update meal']);
  const newest = await tables.history('meal', soup, { limit: 2 });
  assert.deepEqual(
    newest.map(({ actor, table }) => `${actor} ${table}`),
    ['ada meal', 'bob meal'],
  );
  const older = await tables.history('meal', soup, { limit: 2, before: newest[0]!.position });
  assert.deepEqual(
    older.map(({ operation }) => operation),
    ['insert'],
  );
});
