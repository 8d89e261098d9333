import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { startPostgres } from '../../test/postgres.ts';
import { openPostgres } from '../database/index.ts';
import { checkQuery, parseQuery } from '../query/index.ts';
import type { Row } from '../schema/index.ts';
import { manualClock, memoryLog } from '../std/index.ts';
import type { RowWrite, TableReader, Tables } from '../tables/index.ts';
import { openHouse, requestFor, write } from './fixtures.ts';
import type { House } from './fixtures.ts';

const menu = `<!doctype html><html lang="en"><title>Menu</title>
<form method="get" aria-controls="menu"><input type="number" name="price.max"><input type="checkbox" name="vegetarian"></form>
<div id="menu" data-list="section"><section itemscope><h2 itemprop="name">Pasta</h2>
<ul data-list="dish?available&amp;sort=price&amp;limit=3">
<li itemscope data-class="dear?price.min=20"><a itemprop="url" href="dish/tagliatelle.html"><b itemprop="name">Tagliatelle</b></a>
<data itemprop="price" value="14.5">€14.50</data><em data-if="vegetarian">vegetarian</em></li>
<li itemscope><a itemprop="url" href="dish/tagliatelle.html"><b itemprop="name">Rigatoni</b></a> <data itemprop="price" value="12">€12.00</data></li>
<li data-if="!rows">Nothing today.</li></ul><p data-text="{count(dish)} in all">2 in all</p></section></div></html>`;
const dish = `<!doctype html><html lang="en"><title>Dish</title><main data-row="dish?slug" itemscope><h1 itemprop="name">Tagliatelle</h1>
<p>In <span itemprop="section" itemscope><span itemprop="name">Pasta</span></span></p>
<ul data-list="dish?section={section.id}&amp;id.not={id}"><li itemscope><b itemprop="name">Rigatoni</b></li></ul></main></html>`;
const search = `<!doctype html><html lang="en"><title>Search</title><form method=get aria-controls=found><input name=q></form>
<ol id="found" data-list="dish?section.name=Pasta&amp;sort=-name"><li itemscope><b itemprop="name">Tagliatelle</b></li><li itemscope><b itemprop="name">Rigatoni</b></li></ol></html>`;

const requests = [
  ['menu.html', '/menu', ''],
  ['menu.html', '/menu', 'price.max=13'],
  ['menu.html', '/menu', 'vegetarian=on'],
  ['dish/tagliatelle.html', '/dish/tagliatelle', ''],
  ['dish/tagliatelle.html', '/dish/rigatoni', ''],
  ['search.html', '/search', ''],
  ['search.html', '/search', 'q=rig'],
] as const;

/** One random step: a write to some row, chosen by numbers so that any failure is replayed. */
interface Step {
  readonly kind: 'insert' | 'update' | 'delete' | 'rename-section';
  readonly row: number;
  readonly price: number;
  readonly vegetarian: boolean;
  readonly available: boolean;
  readonly section: number;
  readonly name: string;
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('insert', 'update', 'update', 'delete', 'rename-section'),
    row: fc.nat(20),
    price: fc.integer({ min: 500, max: 2500 }),
    vegetarian: fc.boolean(),
    available: fc.boolean(),
    section: fc.nat(3),
    name: fc.constantFrom('Tagliatelle', 'Rigatoni', 'Pasta', 'rigà <b>', 'Zuppa & co', 'riga'),
  }),
  { minLength: 1, maxLength: 12 },
);

async function everyRow(reader: TableReader, tables: Tables, name: string): Promise<readonly Row[]> {
  const parsed = parseQuery('');
  assert.ok(parsed.ok);
  const checked = checkQuery(parsed.value, tables.schema.tables[name]!, { schema: tables.schema });
  assert.ok(checked.ok);
  return await reader.list(checked.value, { value: () => null, nowMs: 0, today: '' });
}

async function doStep(house: House, step: Step): Promise<void> {
  const { tables } = house;
  const chosen = await tables.snapshot(async (reader): Promise<RowWrite | undefined> => {
    const dishes = await everyRow(reader, tables, 'dish');
    const sections = await everyRow(reader, tables, 'section');
    const one = dishes[step.row % Math.max(1, dishes.length)];
    const section = sections[step.section % Math.max(1, sections.length)];
    const values = { name: step.name, price: step.price, vegetarian: step.vegetarian, available: step.available };
    if (step.kind === 'rename-section') {
      return (
        section && { operation: 'update', table: 'section', id: String(section['id']), values: { name: step.name } }
      );
    }
    if (step.kind === 'insert') {
      return {
        operation: 'insert',
        table: 'dish',
        values: { ...values, section: section ? String(section['id']) : null },
      };
    }
    if (!one) return undefined;
    const id = String(one['id']);
    return step.kind === 'delete'
      ? { operation: 'delete', table: 'dish', id }
      : { operation: 'update', table: 'dish', id, values };
  });
  if (chosen) await write(house, chosen);
}

async function cachedEqualsFresh(house: House): Promise<void> {
  for (const [file, path, search] of requests) {
    const key = file === 'dish/tagliatelle.html' ? { key: path.slice(path.lastIndexOf('/') + 1) } : {};
    const request = requestFor(house, file, { path, search, ...key });
    const cached = await house.pages.get(request);
    const fresh = await house.pages.fresh(request);
    assert.equal(cached.kind === 'page', fresh.found, `${path}?${search}`);
    if (cached.kind === 'page') {
      assert.equal(cached.page.representation('identity').bytes.toString(), fresh.html, `${path}?${search}`);
    }
  }
}

async function lawHolds(house: House, runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      await cachedEqualsFresh(house);
      for (const step of sequence) {
        await doStep(house, step);
        await cachedEqualsFresh(house);
      }
    }),
    { numRuns: runs },
  );
}

const files = { 'menu.html': menu, 'dish/tagliatelle.html': dish, 'search.html': search };

test('cached bytes equal fresh bytes after any sequence of writes, on SQLite', async (t) => {
  const house = await openHouse(files);
  t.after(() => house.close());
  await lawHolds(house, 25);
});

test('cached bytes equal fresh bytes after any sequence of writes, on PostgreSQL', async (t) => {
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const driver = await openPostgres({ url: await postgres.createDatabase(), clock: manualClock(), log: memoryLog() });
  const house = await openHouse(files, driver);
  t.after(() => house.close());
  await lawHolds(house, 8);
});
