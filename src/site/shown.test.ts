import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { folderWith, page } from './fixtures.ts';
import { loadSite } from './load.ts';

/** Whom the pages show a column to: each place as its words, `anyone` where it has none. */
async function audiences(t: TestContext, column: string, ...bodies: string[]): Promise<string[]> {
  const files = Object.fromEntries(bodies.map((body, index) => [`p${index}.html`, body]));
  const site = await loadSite({ dir: await folderWith(t, files) });
  return site.shown
    .filter((place) => `${place.table}.${place.column}` === column)
    .map((place) => place.audiences.join('+') || 'anyone')
    .sort();
}

const photo = '<li itemscope><img itemprop=image src="a.jpg" alt=""> <b itemprop=name>A</b></li>';

for (const [what, column, bodies, expected] of [
  ['a public list', 'dish.image', [`<ul data-list=dish>${photo}</ul>`], ['anyone']],
  ['a list that filters', 'dish.image', [`<ul data-list="dish?name=A">${photo}</ul>`], ['anyone']],
  ['a list for editors', 'dish.image', [`<ul data-list=dish data-as=editor>${photo}</ul>`], ['editor']],
  [
    'a list inside an element for members',
    'dish.image',
    [`<div data-as=member><ul data-list=dish>${photo}</ul></div>`],
    ['member'],
  ],
  [
    'a public list inside an element for editors',
    'dish.image',
    [`<div data-as=editor><ul data-list=dish data-as=anyone>${photo}</ul></div>`],
    ['editor'],
  ],
  [
    'an element for editors in a public list',
    'dish.cv',
    [
      '<ul data-list=dish><li itemscope><b itemprop=name>A</b> <a itemprop=cv href="a.pdf" data-as=editor>CV</a></li></ul>',
    ],
    ['editor'],
  ],
  [
    'the same column twice, once for editors',
    'dish.image',
    [`<div data-as=editor><ul data-list=dish>${photo}</ul></div><ul data-list=dish>${photo}</ul>`],
    ['anyone', 'editor'],
  ],
  [
    'one place after a guarded one in the same row',
    'dish.image',
    [
      '<ul data-list=dish><li itemscope><i data-as=editor><img itemprop=image src="a.jpg" alt=""></i> <img data-attr-src="{image}" src="a.jpg" alt=""></li></ul>',
    ],
    ['anyone', 'editor'],
  ],
  [
    'a path over a relation',
    'section.icon',
    [
      '<ul data-list=section><li itemscope><img itemprop=icon src="a.svg" alt=""></li></ul>',
      '<div data-as=editor><ul data-list=dish><li itemscope><b itemprop=name>A</b> <span itemprop=section itemscope><img itemprop=icon src="a.svg" alt=""></span></li></ul></div>',
    ],
    ['anyone', 'editor'],
  ],
  [
    'a condition, which shows nothing',
    'dish.cv',
    ['<ul data-list=dish><li itemscope><b itemprop=name>A</b> <i data-if=cv>has one</i></li></ul>'],
    [],
  ],
  [
    'a form, which shows nothing',
    'dish.photo',
    ['<form data-save=dish method=post><input type=file name=photo></form>'],
    [],
  ],
] as const) {
  void test(`who sees a column: ${what}`, async (t) => {
    assert.deepEqual(await audiences(t, column, ...bodies.map((body) => page(body))), expected);
  });
}

void test('a page for members narrows all that is on it', async (t) => {
  const body = page(`<ul data-list=dish>${photo}</ul>`).replace('<html', '<html data-as=member');
  assert.deepEqual(await audiences(t, 'dish.image', body), ['member']);
});

void test('a page with an error shows nothing', async (t) => {
  const writing = page('<form name=dish data-save=dish method=post><input name=name></form>');
  assert.deepEqual(await audiences(t, 'dish.image', page(`<ul data-list=dish>${photo}</ul>`), writing), []);
});
