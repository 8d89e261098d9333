import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import * as fc from 'fast-check';
import { folderWith, page } from './fixtures.ts';
import { loadSite } from './load.ts';
import { orderOf } from './seed-order.ts';
import { readSeeds } from './seeds.ts';
import type { Seeds } from './seeds.ts';

async function seedsOf(t: TestContext, files: Readonly<Record<string, string>>): Promise<Seeds> {
  const site = await loadSite({ dir: await folderWith(t, files) });
  assert.deepEqual(
    site.diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  );
  return readSeeds(site);
}

/** Rows as short text, references by the name of what they lead to. */
function written({ rows }: Seeds): string[] {
  const nameOf = (index: number): string => String(rows[index]?.values['name']);
  return rows.map(({ table, slug, values, references, links }) => {
    const parts = [
      ...Object.entries(values).map(([name, value]) => `${name}=${String(value)}`),
      ...Object.entries(references).map(([name, index]) => `${name}->${nameOf(index)}`),
      ...Object.entries(links).map(([name, indexes]) => `${name}->>${indexes.map(nameOf).join('+')}`),
    ];
    return `${table}${slug === undefined ? '' : `/${slug}`} ${parts.join(' ')}`;
  });
}

function item(name: string, more = ''): string {
  return `<li itemscope><b itemprop="name">${name}</b>${more}</li>`;
}

function link(href: string): string {
  return ` <a itemprop="url" href="${href}">more</a>`;
}

function allergens(...names: string[]): string {
  const each = names.map((name) => `<i itemprop="allergens" itemscope><u itemprop="name">${name}</u></i>`);
  return `<p data-list="allergen">${each.join(', ')}</p>`;
}

function dishes(...items: string[]): string {
  return `<ul data-list="dish">${items.join('')}</ul>`;
}

void test('every sample of a list is a row, with what the list’s query fixes', async (t) => {
  const seeds = await seedsOf(t, {
    'a.html': page(`<ul data-list="dish?available&amp;course=main">${item('A')}${item('A')}</ul>`),
  });
  assert.deepEqual(written(seeds), [
    'dish name=A available=true course=main',
    'dish name=A available=true course=main',
  ]);
});

void test('samples of one name join across lists and pages, and their columns unite', async (t) => {
  const seeds = await seedsOf(t, {
    'a.html': page(`<ul data-list="dish?sort=name">${item('A')}${item('B')}</ul>`),
    'b.html': page(`<ul data-list="dish">${item('b', ' <i itemprop="note">good</i>')}</ul>`),
  });
  assert.deepEqual(written(seeds), ['dish name=A', 'dish name=B note=good']);
  assert.deepEqual(
    seeds.diagnostics.map(({ code, at }) => `${at?.file ?? ''} ${code}`),
    ['b.html site/samples-disagree'],
  );
});

void test('for the same query the row in the same place is taken, whatever it is called', async (t) => {
  const seeds = await seedsOf(t, {
    'a.html': page(dishes(item('Fish'), item('Meat'))),
    'it.html': page(dishes(item('Pesce'), item('Carne'), item('Dolce'))),
  });
  assert.deepEqual(written(seeds), ['dish name=Fish', 'dish name=Meat', 'dish name=Dolce']);
  assert.equal(seeds.diagnostics.length, 2);
});

void test('the detail page wins, its file names the row, and other lists keep the order', async (t) => {
  const seeds = await seedsOf(t, {
    'menu.html': page(
      `<ul data-list="dish">${item('Norma')}${item('Tagliatelle', ' <i itemprop="note">short</i> <a itemprop="url" href="menu/tagliatelle.html">more</a>')}</ul>`,
    ),
    'menu/tagliatelle.html': page(
      '<main data-row="dish?slug" itemscope><h1 itemprop="name">Tagliatelle</h1><p itemprop="note">long</p></main>',
    ),
  });
  assert.deepEqual(written(seeds), ['dish name=Norma note=null', 'dish/tagliatelle name=Tagliatelle note=long']);
  assert.deepEqual(
    seeds.diagnostics.map(({ code }) => code),
    ['site/samples-disagree'],
  );
});

void test('a link to a row’s own address names it', async (t) => {
  const seeds = await seedsOf(t, {
    'menu.html': page(
      `<ul data-list="dish">${item('Rigatoni', link('menu/norma.html'))}${item('Other', link('menu/x.html'))}</ul>`,
    ),
    'menu/x.html': page('<main data-row="dish?slug" itemscope><h1 itemprop="name">Sample</h1></main>'),
  });
  assert.deepEqual(written(seeds), ['dish/norma name=Rigatoni', 'dish name=Other', 'dish/x name=Sample']);
});

void test('nesting makes relations: children, references and many references', async (t) => {
  const seeds = await seedsOf(t, {
    'menu.html': page(
      `<div data-list="section"><section itemscope><h2 itemprop="name">Pasta</h2>${dishes(item('T', allergens('egg', 'milk')), item('N', allergens('egg')))}</section>
       <section itemscope><h2 itemprop="name">Fish</h2>${dishes(item('S'))}</section></div>`,
    ),
    'dish/t.html': page(
      '<main data-row="dish?slug" itemscope><h1 itemprop="name">T</h1><span itemprop="section" itemscope><b itemprop="name">Pasta</b></span></main>',
    ),
  });
  assert.deepEqual(written(seeds), [
    'section name=Pasta',
    'dish/t name=T section->Pasta allergens->>egg+milk',
    'allergen name=egg',
    'allergen name=milk',
    'dish name=N section->Pasta allergens->>egg',
    'section name=Fish',
    'dish name=S section->Fish',
  ]);
  assert.deepEqual(seeds.diagnostics, []);
});

void test('a list that asks for the row around gives its samples that reference', async (t) => {
  const seeds = await seedsOf(t, {
    'dish/t.html': page(
      `<main data-row="dish?slug" itemscope><h1 itemprop="name">T</h1><ul data-list="dish?section={section.id}&amp;id.not={id}">${item('N')}</ul>
       <span itemprop="section" itemscope><b itemprop="name">Pasta</b></span><ul data-list="review?dish={id}">${item('Ada')}</ul></main>`,
    ),
  });
  assert.deepEqual(written(seeds), [
    'dish/t name=T section->Pasta',
    'section name=Pasta',
    'dish name=N section->Pasta',
    'review name=Ada dish->T',
  ]);
});

void test('what is not for anyone is decoration', async (t) => {
  const seeds = await seedsOf(t, {
    'a.html': page(
      `<ul data-list="entry" data-as="editor">${item('A')}</ul><ul data-list="note" data-as="anyone">${item('B')}</ul>`,
    ),
  });
  assert.deepEqual(written(seeds), ['note name=B']);
});

void test('a sample that contradicts its list is told', async (t) => {
  const seeds = await seedsOf(t, {
    'a.html': page(`<ul data-list="dish?course=main">${item('A', ' <i itemprop="course">dessert</i>')}</ul>`),
  });
  assert.deepEqual(
    seeds.diagnostics.map(({ code }) => code),
    ['site/sample-contradicts-query'],
  );
});

void test('the only row of a table is one row, however many pages show it', async (t) => {
  const seeds = await seedsOf(t, {
    'a.html': page('<p data-row="home"><b itemprop="name">Fico</b></p>'),
    'b.html': page('<p data-row="home"><i itemprop="phone">1</i></p>'),
  });
  assert.deepEqual(written(seeds), ['home name=Fico phone=1']);
});

void test('an order keeps every list that does not contradict one before it', () => {
  const sequence = fc.uniqueArray(fc.nat({ max: 11 }), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(sequence, { maxLength: 5 }), (lists) => {
      const order = orderOf(
        12,
        lists.map((items) => ({ items, own: true })),
      );
      assert.deepEqual(
        [...order].sort((a, b) => a - b),
        Array.from({ length: 12 }, (_, index) => index),
      );
      const longest = lists.toSorted((a, b) => b.length - a.length)[0] ?? [];
      assert.deepEqual(
        order.filter((each) => longest.includes(each)),
        longest,
      );
    }),
  );
});
