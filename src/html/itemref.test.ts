import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePage } from './compile.ts';
import { faults, pageDataOf, plainRows, put, rendered, template } from './fixtures.ts';
import { readPage } from './read.ts';
import { renderPage } from './render.ts';

/* `itemref`, after "the properties of an item" in the HTML standard. */

const dish =
  '<title id="title" itemprop="name">Norma</title><meta id="about" itemprop="note" content="Aubergines">' +
  '<main data-row="dish?slug" itemscope itemref="title about  price"><h1 itemprop="name">Norma</h1></main>' +
  '<aside id="price"><p>Only <b itemprop="cost">12</b> euros</p></aside>';

void test('what a row names by itemref shows that row, before it and after it', () => {
  const html = rendered(dish, { 1: [{ values: { name: 'Ragù', note: 'Six hours', cost: '14' } }] });
  assert.equal(
    html,
    dish.replaceAll('>Norma<', '>Ragù<').replace('"Aubergines"', '"Six hours"').replace('>12<', '>14<'),
  );
});

void test('it is read as the row’s sample, and renders itself', () => {
  const compiled = template(dish);
  const [row] = readPage(compiled).rows[1] ?? [];
  assert.deepEqual(row?.values, { name: 'Norma', note: 'Aubergines', cost: '12' });
  assert.equal(put(dish), dish);
});

void test('a rendered page is read back through it', () => {
  const compiled = template(dish);
  const values = { name: 'A', note: 'B', cost: '3' };
  const html = renderPage(compiled, pageDataOf(compiled, { 1: [{ values }] }));
  assert.deepEqual(plainRows(readPage(compiled, html).rows)[1]?.[0]?.values, values);
});

void test('an element named without itemprop is searched for properties; an item in it is another thing', () => {
  const page =
    '<p data-row="site" itemscope itemref="a"><b itemprop="x">1</b></p>' +
    '<div id="a"><i itemprop="y">2</i><u itemscope><s itemprop="y">3</s></u></div>';
  assert.deepEqual(readPage(template(page)).rows[1]?.[0]?.values, { x: '1', y: '2' });
});

void test('itemref may stand on the item directly inside the row, and name a row’s list', () => {
  const page =
    '<main data-row="dish?slug"><article itemscope itemref="more"><b itemprop="name">A</b></article></main>' +
    '<ul id="more" data-list="note"><li itemscope><i itemprop="text">good</i></li></ul>';
  const compiled = template(page);
  assert.deepEqual(compiled.scopes[2]?.relation, { kind: 'children' });
  assert.deepEqual(readPage(compiled).rows[1]?.[0]?.scopes[2]?.[0]?.values, { text: 'good' });
});

void test('a row that binds through itemref alone is a row', () => {
  const page = '<p data-row="site" itemscope itemref="a"></p><b id="a" itemprop="x">1</b>';
  assert.deepEqual(readPage(template(page)).rows[1]?.[0]?.values, { x: '1' });
});

void test('who may not see the row gets nothing of what it names', () => {
  const page =
    '<p data-row="site" data-as="user" itemscope itemref="a"><b itemprop="x">1</b></p>.<b id="a" itemprop="y">2</b>';
  const rows = { 1: [{ values: { x: '1', y: '2' } }] };
  assert.equal(rendered(page, rows, { guards: { 0: true } }), page);
  assert.equal(rendered(page, rows, { guards: { 0: false } }), '.');
  const needs = template(page).scopes[1]?.row.paths.map(({ path, guarded }) => [path, guarded]);
  assert.deepEqual(needs, [
    ['x', [[0]]],
    ['y', [[0]]],
  ]);
});

void test('what cannot be followed is told where itemref is written', () => {
  const notFollowed = ['1:40 warning html/itemref-not-followed'];
  assert.deepEqual(faults(item('none')), notFollowed);
  assert.deepEqual(faults(item('in')), notFollowed);
  assert.deepEqual(faults(item('m')), notFollowed);
  const inList = `<ul data-list="y"><li itemscope><i id="li" itemprop="z">2</i></li></ul>`;
  assert.deepEqual(faults(item('li') + inList), ['1:40 error html/itemref-elsewhere']);
  const [, second] = [item('a'), item('a').replaceAll('"m"', '"n"')];
  const twice = compilePage({ file: 'page.html', text: `${item('a')}\n${second}<i id="a" itemprop="y">2</i>` });
  assert.deepEqual(
    twice.diagnostics.map(({ at, message }) => [at?.line, message]),
    [[2, '“a” belongs to another row already, and can show one only.']],
  );
});

void test('itemref of a list’s item is not followed, and of an item that is none of ours not told', () => {
  assert.deepEqual(faults('<p data-list="t"><b itemscope itemref="a"><i itemprop="x">1</i></b></p><i id="a"></i>'), [
    '1:31 warning html/itemref-not-followed',
  ]);
  const foreign = '<p itemscope itemref="a"></p><i id="a" itemprop="x">1</i>';
  assert.deepEqual(faults(`${foreign}<b data-row="site"><i itemprop="y">1</i></b>`), []);
});

function item(ref: string): string {
  return `<main id="m" data-row="site" itemscope itemref="${ref}"><b id="in" itemprop="x">1</b></main>`;
}
