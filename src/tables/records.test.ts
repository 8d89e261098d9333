import assert from 'node:assert/strict';
import {
  applyAll,
  column,
  declare,
  onPostgres,
  insert,
  list,
  menu,
  must,
  integer,
  names,
  onBothDatabases,
  user,
  visitor,
} from './fixtures.ts';

onBothDatabases(
  'an inserted row has ids, times, position and a slug, and reads back as it was written',
  async (world) => {
    const { tables } = world;
    await applyAll(tables, menu());
    const pasta = await insert(tables, 'section', { name: 'Pasta' });
    const egg = await insert(tables, 'allergen', { name: 'egg' });
    const outcome = await tables.write(user('u1'), [
      {
        operation: 'insert',
        table: 'dish',
        values: { name: 'Tagliatelle al ragù', price: 1450, vegetarian: false, section: pasta, allergens: [egg] },
      },
    ]);
    assert.ok(outcome.ok);
    const row = outcome.rows[0]!;
    assert.deepEqual(row, {
      id: row['id'],
      version: 1,
      created_at: '2026-08-14T12:00:00.000Z',
      updated_at: '2026-08-14T12:00:00.000Z',
      position: row['id'],
      author: 'u1',
      slug: 'tagliatelle-al-ragu',
      name: 'Tagliatelle al ragù',
      price: 1450,
      vegetarian: false,
      section: pasta,
      twin: null,
      allergens: [egg],
    });
    const read = await tables.snapshot((reader) => reader.byId('dish', String(row['id'])));
    assert.deepEqual(read, row);
    assert.deepEqual(await list(tables, 'dish', 'price.max=15&q=tagli'), [row]);
    assert.equal(await tables.snapshot(async ({ position }) => position), outcome.position);
  },
);

onBothDatabases('values are canonicalised, and refused as the columns say', async ({ tables }) => {
  await applyAll(tables, menu());
  const id = await insert(tables, 'dish', { name: 'a\r\nb\0' });
  assert.equal((await list(tables, 'dish'))[0]!['name'], 'a\nb');
  const outcome = await tables.write(visitor, [
    { operation: 'insert', table: 'dish', values: { name: '', price: 1.5, section: 'nobody', version: 9, nothing: 1 } },
    { operation: 'insert', table: 'dish', values: { name: 'x'.repeat(41) } },
    { operation: 'update', table: 'dish', id, values: { name: null } },
  ]);
  assert.ok(!outcome.ok && outcome.reason === 'invalid');
  assert.deepEqual(
    outcome.columns.map((refusal) => [refusal.write, refusal.column, refusal.reason]),
    [
      [0, 'price', 'type'],
      [0, 'version', 'type'],
      [0, 'nothing', 'type'],
      [0, 'name', 'required'],
      [0, 'section', 'reference'],
      [1, 'name', 'maxLength'],
      [2, 'name', 'required'],
    ],
  );
  assert.equal((await list(tables, 'dish')).length, 1);
});

onBothDatabases(
  'slugs are made unique, also when many arrive together, and stay when the row is edited',
  async ({ tables }) => {
    await applyAll(tables, menu());
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, () =>
        must(tables.write(visitor, [{ operation: 'insert', table: 'dish', values: { name: 'Soup!' } }])),
      ),
    );
    const slugs = new Set(outcomes.map(([row]) => row!['slug']));
    assert.equal(slugs.size, 12);
    assert.ok(slugs.has('soup'));
    const id = String(outcomes[0]![0]!['id']);
    const slug = outcomes[0]![0]!['slug'];
    const [edited] = await must(
      tables.write(visitor, [{ operation: 'update', table: 'dish', id, values: { name: 'Stew' } }]),
    );
    assert.equal(edited!['slug'], slug);
    const [moved] = await must(
      tables.write(visitor, [{ operation: 'update', table: 'dish', id, values: { slug: 'Big Stew' } }]),
    );
    assert.equal(moved!['slug'], 'big-stew');
  },
);

onBothDatabases('an edit that saw an older version is refused with the row as it is now', async ({ tables }) => {
  await applyAll(tables, menu());
  const id = await insert(tables, 'section', { name: 'Pasta' });
  await must(
    tables.write(visitor, [{ operation: 'update', table: 'section', id, version: 1, values: { name: 'Paste' } }]),
  );
  const late = await tables.write(visitor, [
    { operation: 'update', table: 'section', id, version: 1, values: { name: 'Pizza' } },
  ]);
  assert.ok(!late.ok && late.reason === 'version');
  assert.equal(late.current['name'], 'Paste');
  assert.equal(late.current['version'], 2);
  const gone = await tables.write(visitor, [{ operation: 'delete', table: 'section', id: 'nobody' }]);
  assert.deepEqual(gone, { ok: false, reason: 'missing', write: 0 });
});

onBothDatabases('edits without a version that meet are made one after the other', async ({ tables }) => {
  await applyAll(tables, menu());
  const id = await insert(tables, 'section', { name: 'Pasta' });
  const edit = (name: string) =>
    tables.write(visitor, [{ operation: 'update', table: 'section', id, values: { name } }]);
  const outcomes = await Promise.all([edit('a'), edit('b'), edit('c')]);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.ok),
    [true, true, true],
  );
  assert.equal((await list(tables, 'section'))[0]!['version'], 4);
});

onBothDatabases('an edit that changes nothing leaves version and log alone', async ({ tables, driver }) => {
  await applyAll(tables, menu());
  const id = await insert(tables, 'section', { name: 'Pasta' });
  const before = await driver.position();
  const [row] = await must(
    tables.write(visitor, [{ operation: 'update', table: 'section', id, values: { name: 'Pasta' } }]),
  );
  assert.equal(row!['version'], 1);
  assert.equal(await driver.position(), before);
});

onBothDatabases(
  'deleting takes children along and leaves references empty, all of it in one change of the log',
  async (world) => {
    const { tables, driver } = world;
    await applyAll(tables, menu());
    const pasta = await insert(tables, 'section', { name: 'Pasta' });
    const pizza = await insert(tables, 'section', { name: 'Pizza' });
    const egg = await insert(tables, 'allergen', { name: 'egg' });
    const child = await insert(tables, 'dish', { name: 'Ragù', section: pasta, allergens: [egg] });
    await insert(tables, 'dish', { name: 'Margherita', section: pizza, twin: child, allergens: [egg] });
    const before = await driver.position();
    await must(tables.write(visitor, [{ operation: 'delete', table: 'section', id: pasta }]));
    const [left, ...others] = await list(tables, 'dish');
    assert.deepEqual(others, []);
    assert.equal(left!['twin'], null);
    assert.equal(left!['version'], 2);
    const entries = await driver.entriesAfter(before, 10);
    assert.deepEqual(
      entries.map(({ table, operation, group }) => `${operation} ${table} ${group === entries[0]!.group}`),
      ['update dish true', 'delete section true', 'delete dish true'],
    );
    await must(tables.write(visitor, [{ operation: 'delete', table: 'allergen', id: egg }]));
    assert.equal((await list(tables, 'dish'))[0]!['allergens'], null);
  },
);

onBothDatabases(
  'rows of one change may refer to each other, in circles too, and go in one change',
  async ({ tables }) => {
    await applyAll(tables, menu());
    await must(
      tables.write(visitor, [
        { operation: 'insert', table: 'dish', id: 'a', values: { name: 'A', twin: 'b' } },
        { operation: 'insert', table: 'dish', id: 'b', values: { name: 'B', twin: 'a' } },
      ]),
    );
    assert.deepEqual(
      (await list(tables, 'dish', 'sort=name')).map((row) => row['twin']),
      ['b', 'a'],
    );
    await must(
      tables.write(visitor, [
        { operation: 'delete', table: 'dish', id: 'a' },
        { operation: 'delete', table: 'dish', id: 'b' },
      ]),
    );
    assert.deepEqual(await list(tables, 'dish'), []);
  },
);

onBothDatabases('an id that is taken is refused, not overwritten', async ({ tables }) => {
  await applyAll(tables, menu());
  const write = { operation: 'insert', table: 'section', id: 'a', values: { name: 'A' } } as const;
  await must(tables.write(visitor, [write]));
  const again = await tables.write(visitor, [write]);
  assert.ok(!again.ok && again.reason === 'invalid');
  assert.deepEqual(again.columns[0]!.column, 'id');
});

onBothDatabases('children and aggregates over them', async ({ tables }) => {
  await applyAll(tables, menu());
  const pasta = await insert(tables, 'section', { name: 'Pasta' });
  for (const [name, price] of [
    ['Ragù', 1450],
    ['Norma', 1200],
    ['Bianca', null],
  ] as const) {
    await insert(tables, 'dish', { name, price, section: pasta });
  }
  await tables.snapshot(async (reader) => {
    const of = (kind: 'count' | 'sum' | 'min' | 'max', value?: string) =>
      reader.aggregate(kind, 'dish', 'section', pasta, value);
    assert.deepEqual(
      (await reader.children('dish', 'section', pasta)).map((row) => row['name']),
      ['Ragù', 'Norma', 'Bianca'],
    );
    assert.deepEqual(
      [await of('count'), await of('count', 'price'), await of('sum', 'price'), await of('min', 'price')],
      [3, 2, 2650, 1200],
    );
    assert.equal(await of('max', 'name'), 'Ragù');
    assert.equal(await reader.aggregate('max', 'dish', 'section', 'nobody', 'price'), null);
  });
});

onBothDatabases('search follows edits and deletes', async ({ tables }) => {
  await applyAll(tables, menu());
  const id = await insert(tables, 'dish', { name: 'Crème brûlée' });
  await insert(tables, 'dish', { name: 'Cremeschnitte 2' });
  assert.deepEqual(await names(tables, 'dish', 'q=creme bru'), ['Crème brûlée']);
  assert.equal((await names(tables, 'dish', 'q=CREME')).length, 2);
  await must(tables.write(visitor, [{ operation: 'update', table: 'dish', id, values: { name: 'Panna cotta' } }]));
  assert.deepEqual(await names(tables, 'dish', 'q=creme'), ['Cremeschnitte 2']);
  assert.deepEqual(await names(tables, 'dish', 'q=cotta'), ['Panna cotta']);
  await must(tables.write(visitor, [{ operation: 'delete', table: 'dish', id }]));
  assert.deepEqual(await names(tables, 'dish', 'q=cotta'), []);
});

onPostgres('a child that slips in while its parent is deleted goes with it, and the log says so', async (world) => {
  await applyAll(world.tables, menu());
  const other = await world.another();
  const parents = await Promise.all(
    Array.from({ length: 10 }, (_, index) => insert(world.tables, 'section', { name: `${index}` })),
  );
  await Promise.all(
    parents.flatMap((section) => [
      world.tables.write(visitor, [{ operation: 'delete', table: 'section', id: section }]),
      other.tables.write(visitor, [{ operation: 'insert', table: 'dish', values: { name: 'late', section } }]),
    ]),
  );
  assert.deepEqual(await list(world.tables, 'section'), []);
  assert.deepEqual(await list(world.tables, 'dish'), []);
  const entries = await world.driver.entriesAfter(0, 1000);
  const count = (operation: string): number =>
    entries.filter((entry) => entry.table === 'dish' && entry.operation === operation).length;
  assert.equal(count('insert'), count('delete'));
});

onBothDatabases('a table with exactly one row takes no second', async ({ tables }) => {
  await applyAll(tables, [declare('site', [column('name')], { single: true })]);
  await insert(tables, 'site', { name: 'Trattoria' });
  const second = await tables.write(visitor, [{ operation: 'insert', table: 'site', values: { name: 'Bar' } }]);
  assert.ok(!second.ok && second.reason === 'invalid');
});

onBothDatabases('two first rows of a table with exactly one that meet: the database takes one', async (world) => {
  const { tables } = world;
  await applyAll(tables, [declare('site', [column('name')], { single: true })]);
  const other = await world.another();
  const write = (door: typeof tables, name: string): ReturnType<typeof tables.write> =>
    door.write(visitor, [{ operation: 'insert', table: 'site', values: { name } }]);
  const outcomes = await Promise.all([write(tables, 'a'), write(other.tables, 'b'), write(tables, 'c')]);
  assert.equal(outcomes.filter(({ ok }) => ok).length, 1);
  for (const outcome of outcomes) {
    if (outcome.ok) continue;
    assert.ok(outcome.reason === 'invalid');
    assert.deepEqual(
      outcome.columns.map(({ reason, message }) => [reason, message]),
      [['unique', 'site has exactly one row, and it is there already.']],
    );
  }
  await applyAll(tables, [declare('site', [column('name')])]);
  await insert(tables, 'site', { name: 'd' });
  assert.equal((await list(tables, 'site')).length, 2);
});

onBothDatabases('every write keeps the steps of the control', async ({ tables }) => {
  const constraints = { min: '1', max: '9', step: '2' };
  await applyAll(tables, [
    declare('party', [
      column('guests', integer, { constraints }),
      column('tip', integer, { constraints: { step: '5' } }),
    ]),
  ]);
  const write = async (values: Record<string, number>): Promise<unknown> => {
    const outcome = await tables.write(visitor, [{ operation: 'insert', table: 'party', values }]);
    return (
      outcome.ok || (outcome.reason === 'invalid' && outcome.columns.map(({ column, reason }) => [column, reason]))
    );
  };
  assert.equal(await write({ guests: 3, tip: 10 }), true);
  assert.deepEqual(await write({ guests: 4, tip: 12 }), [
    ['guests', 'step'],
    ['tip', 'step'],
  ]);
});

onBothDatabases('many references keep their order, and a later write of the same change wins', async ({ tables }) => {
  await applyAll(tables, menu());
  const [a, b] = [await insert(tables, 'allergen', { name: 'a' }), await insert(tables, 'allergen', { name: 'b' })];
  await must(
    tables.write(visitor, [
      { operation: 'insert', table: 'dish', id: 'd', values: { name: 'D', allergens: [b, a, b] } },
      { operation: 'update', table: 'dish', id: 'd', values: { allergens: [a, b] } },
    ]),
  );
  assert.deepEqual((await list(tables, 'dish'))[0]!['allergens'], [a, b]);
  const missing = await tables.write(visitor, [
    { operation: 'update', table: 'dish', id: 'd', values: { allergens: [a, 'nobody'] } },
  ]);
  assert.ok(!missing.ok && missing.reason === 'invalid');
  assert.equal(missing.columns[0]!.reason, 'reference');
});

onBothDatabases('rich text is cleaned where it enters', async ({ tables }) => {
  await applyAll(tables, [declare('note', [column('body', { kind: 'html' })])]);
  await insert(tables, 'note', {
    body: '<p onclick="x()">Hi <script>alert(1)</script><a href="javascript:x()">you</a></p>',
  });
  assert.equal((await list(tables, 'note'))[0]!['body'], '<p>Hi <a>you</a></p>');
});
