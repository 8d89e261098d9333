import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkSite } from './check.ts';
import { loadSite } from './load.ts';
import { readSeeds } from './seeds.ts';
import type { Site } from './site.ts';

async function trattoria(): Promise<Site> {
  const dir = fileURLToPath(new URL('../../examples/trattoria', import.meta.url));
  return await loadSite({ dir, timeZone: 'Europe/Rome' });
}

void test('the example has nothing to complain of', async () => {
  const complaints = (await checkSite(await trattoria())).filter(({ severity }) => severity !== 'note');
  assert.deepEqual(complaints, []);
});

void test('its samples are its first rows, each dish once and in its section', async () => {
  const { rows, diagnostics } = readSeeds(await trattoria());
  assert.deepEqual(diagnostics, []);
  const dishes = rows.filter(({ table }) => table === 'dish');
  assert.ok(dishes.length >= 30, `${dishes.length} dishes`);
  assert.equal(new Set(dishes.map(({ values }) => values['name'])).size, dishes.length);
  for (const { values, references } of dishes) {
    assert.equal(values['available'], true);
    assert.equal(rows[references['section'] ?? -1]?.table, 'section', String(values['name']));
  }
  assert.equal(dishes.filter(({ slug }) => slug === 'tagliatelle').length, 1);
});

void test('its menu is filtered by price, its forms lead to the thank-you page, its dishes have pages', async () => {
  const { pages, routes, schema } = await trattoria();
  const dishes = pages.get('menu.html')?.template.scopes.find(({ table }) => table === 'dish');
  const [filter] = pages.get('menu.html')?.forms[0]?.filters ?? [];
  assert.deepEqual([filter?.parameter, filter?.lists], ['price.max', [dishes?.id]]);
  assert.equal(pages.get('book.html')?.forms[0]?.successPath, '/thanks');
  assert.equal(schema.tables['dish']?.page?.prefix, '/menu/');
  assert.deepEqual(routes.resolve('/menu/lasagne-verdi'), {
    kind: 'row',
    file: 'menu/tagliatelle.html',
    key: 'lasagne-verdi',
  });
});
