import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePage } from './compile.ts';
import { faults, put, rendered, template } from './fixtures.ts';
import { readPage } from './read.ts';

const names = (...all: string[]) => all.map((name) => ({ values: { name } }));

void test('a list repeats its sample with the separator that stands between the first two', () => {
  const page = '<ul data-list="dish">\n  <li itemscope><b itemprop="name">A</b></li>\n  <li itemscope>B</li>\n</ul>';
  assert.equal(
    rendered(page, { 1: names('X', 'Y', 'Z') }),
    '<ul data-list="dish">\n  <li itemscope><b itemprop="name">X</b></li>\n  <li itemscope><b itemprop="name">Y</b></li>\n  <li itemscope><b itemprop="name">Z</b></li>\n</ul>',
  );
});

void test('the separator of a single sample is the text after it, else the space before it', () => {
  assert.equal(
    rendered('<p data-list="tag"><b itemscope><i itemprop="name">a</i></b>, </p>', { 1: names('x', 'y') }),
    '<p data-list="tag"><b itemscope><i itemprop="name">x</i></b>, <b itemscope><i itemprop="name">y</i></b>, </p>',
  );
  assert.equal(
    rendered('<p data-list="tag">\n <b itemscope><i itemprop="name">a</i></b>\n</p>', { 1: names('x', 'y') }),
    '<p data-list="tag">\n <b itemscope><i itemprop="name">x</i></b>\n <b itemscope><i itemprop="name">y</i></b>\n</p>',
  );
});

void test('without rows the samples go and the rest of the container stays', () => {
  const page = '<ul data-list="dish"><li>Menu</li> <li itemscope itemprop>A</li> <li data-if="!rows">None</li></ul>';
  assert.equal(rendered(page, { 1: [] }), '<ul data-list="dish"><li>Menu</li>  <li data-if="!rows">None</li></ul>');
});

void test('the empty state goes where there are rows', () => {
  const page = '<ul data-list="dish"><li itemscope><b itemprop="name">A</b></li><li data-if="!rows">None</li></ul>';
  assert.equal(
    rendered(page, { 1: names('A') }),
    '<ul data-list="dish"><li itemscope><b itemprop="name">A</b></li></ul>',
  );
});

void test('a list may begin on its first item, among other things', () => {
  const page =
    '<ul><li>Menu</li><li itemscope data-list="dish"><b itemprop="name">A</b></li><li itemscope>B</li><li data-if="!rows">None</li></ul>';
  assert.equal(
    rendered(page, { 1: names('X', 'Y') }),
    '<ul><li>Menu</li><li itemscope data-list="dish"><b itemprop="name">X</b></li><li itemscope data-list="dish"><b itemprop="name">Y</b></li></ul>',
  );
  assert.equal(rendered(page, { 1: [] }), '<ul><li>Menu</li><li data-if="!rows">None</li></ul>');
});

void test('items of a table need not say tbody', () => {
  const page = '<table data-list="dish"><tr itemscope><td itemprop="name">A</table>';
  assert.equal(
    rendered(page, { 1: names('X', 'Y') }),
    '<table data-list="dish"><tr itemscope><td itemprop="name">X<tr itemscope><td itemprop="name">Y</table>',
  );
});

void test('end tags that are left out stay out', () => {
  const page = '<ul data-list="dish">\n<li itemscope><b itemprop="name">A</b>\n<li itemscope>B\n</ul>';
  assert.equal(
    rendered(page, { 1: names('X', 'Y') }),
    '<ul data-list="dish">\n<li itemscope><b itemprop="name">X</b>\n<li itemscope><b itemprop="name">Y</b>\n</ul>',
  );
});

void test('the sample with the most marks is the template; the others are read by laying it over them', () => {
  const page =
    '<ul data-list="dish"><li itemscope><b>A</b> <i>x</i></li><li itemscope><b itemprop="name">B</b> <i data-if="hot">hot</i></li><li itemscope><b>C</b></li></ul>';
  const read = readPage(template(page)).rows[1]!.map(({ values }) => values);
  assert.deepEqual(read, [
    { name: 'A', hot: true },
    { name: 'B', hot: true },
    { name: 'C', hot: false },
  ]);
});

void test('samples with a data-if of their own are variants; the first match wins, else the one without', () => {
  const page =
    '<ol data-list="post"><li itemscope data-if="pinned" class="big"><b itemprop="name">A</b></li><li itemscope><b itemprop="name">B</b></li></ol>';
  const rows = [{ values: { name: 'X', pinned: false } }, { values: { name: 'Y', pinned: true } }];
  assert.equal(
    rendered(page, { 1: rows }),
    '<ol data-list="post"><li itemscope><b itemprop="name">X</b></li><li itemscope data-if="pinned" class="big"><b itemprop="name">Y</b></li></ol>',
  );
});

void test('a row that fits no variant is left out', () => {
  const page = '<ol data-list="post"><li itemscope data-if="pinned"><b itemprop="name">A</b></li></ol>';
  assert.equal(rendered(page, { 1: [{ values: { name: 'X', pinned: false } }] }), '<ol data-list="post"></ol>');
});

void test('lists nest, and each shows its own rows', () => {
  const page =
    '<div data-list="section"><section itemscope><h2 itemprop="name">A</h2><ul data-list="dish"><li itemscope><b itemprop="name">a</b></li></ul></section></div>';
  const rows = [
    { values: { name: 'One' }, scopes: { 2: names('x', 'y') } },
    { values: { name: 'Two' }, scopes: { 2: [] } },
  ];
  assert.equal(
    rendered(page, { 1: rows }),
    '<div data-list="section"><section itemscope><h2 itemprop="name">One</h2><ul data-list="dish"><li itemscope><b itemprop="name">x</b></li><li itemscope><b itemprop="name">y</b></li></ul></section><section itemscope><h2 itemprop="name">Two</h2><ul data-list="dish"></ul></section></div>',
  );
  assert.deepEqual(
    template(page).scopes.map(({ kind, table, relation }) => [kind, table, relation.kind]),
    [
      ['page', null, 'none'],
      ['list', 'section', 'none'],
      ['list', 'dish', 'children'],
    ],
  );
});

void test('a list that names the row around in its query is no list of children', () => {
  const page =
    '<main data-row="dish?slug" itemscope><h1 itemprop="name">A</h1><ul data-list="dish?section={section}"><li itemscope><b itemprop="name">B</b></li></ul></main>';
  assert.deepEqual(template(page).scopes[2]?.relation, { kind: 'none' });
});

void test('an item with itemprop in a list is one of many references', () => {
  const page =
    '<main data-row="post?slug" itemscope><h1 itemprop="name">A</h1><p data-list="tag"><a itemprop="tags" itemscope><b itemprop="name">t</b></a></p></main>';
  assert.deepEqual(template(page).scopes[2]?.relation, { kind: 'references', column: 'tags' });
});

void test('an item with itemprop alone is a reference, left out where there is none', () => {
  const page =
    '<main data-row="dish?slug" itemscope><h1 itemprop="name">A</h1><p>In <i itemprop="section" itemscope><b itemprop="name">Pasta</b></i></p></main>';
  assert.equal(put(page), page);
  assert.equal(
    rendered(page, { 1: [{ values: { name: 'B' } }] }),
    '<main data-row="dish?slug" itemscope><h1 itemprop="name">B</h1><p>In </p></main>',
  );
  assert.deepEqual(template(page).scopes[2]?.relation, { kind: 'reference', column: 'section' });
});

void test('microdata outside lists and rows is left alone', () => {
  const page =
    '<div itemscope itemtype="https://schema.org/Organization"><b itemprop="name">Us</b></div><p data-if="user">x</p>';
  assert.deepEqual(template(page).scopes[0]?.bindings, []);
});

void test('an item inside a row that is neither its value nor in a list is another thing altogether', () => {
  const page =
    '<main data-row="dish?slug" itemscope><h1 itemprop="name">A</h1><div itemscope itemtype="https://schema.org/Place"><b itemprop="name">Rome</b></div></main>';
  const html = rendered(page, { 1: [{ values: { name: 'B' } }] });
  assert.ok(html.includes('<h1 itemprop="name">B</h1>') && html.includes('<b itemprop="name">Rome</b>'));
});

void test('a list without a sample, and a row without a binding, are left alone and told', () => {
  assert.deepEqual(faults('<ul data-list="x"><li>a</li></ul>'), ['1:5 warning html/list-without-sample']);
  assert.deepEqual(faults('<div data-row="3">a</div>'), ['1:6 warning html/row-without-binding']);
});

void test('a row that is looked for is an error that says what to write', () => {
  for (const query of [
    'special&sort=-name',
    'special&limit=1',
    'sort=name',
    'q=norma',
    'special&!sold',
    'price.max=9',
  ]) {
    const page = `<main data-row="dish?${query}" itemscope><h1 itemprop="name">A</h1></main>`;
    const { diagnostics } = compilePage({ file: 'page.html', text: page });
    assert.deepEqual(
      diagnostics.map(({ at, code }) => [at?.column, code]),
      [[7, 'html/row-by-query']],
      query,
    );
    const limited = query.includes('limit') ? query : `${query}&limit=1`;
    assert.ok(diagnostics[0]?.fix?.includes(`data-list="dish?${limited.replaceAll('&', '&amp;')}"`), query);
  }
  assert.deepEqual(faults('<p data-row="dish?name=Norma&special=true"><b itemprop="name">Norma</b></p>'), []);
});

void test('a property that the template has no place for is told once, by its name', () => {
  const [first, ...others] = [
    '<li itemscope><b itemprop="title">A</b> <i data-if="!until">Present</i></li>',
    '<li itemscope><b itemprop="title">B</b> <i itemprop="until">2013</i></li>',
    '<li itemscope><b itemprop="title">C</b> <i itemprop="until">2012</i> <u itemprop="at" itemscope><s itemprop="name">R</s></u></li>',
  ];
  const text = `<ul data-list="job">\n${[first, ...others].join('\n')}</ul>`;
  const { diagnostics } = compilePage({ file: 'page.html', text });
  assert.deepEqual(
    diagnostics.map(({ at, code }) => [at?.line, at?.column, code]),
    [
      [3, 41, 'html/not-in-template'],
      [4, 70, 'html/not-in-template'],
    ],
  );
  assert.match(diagnostics[0]?.message ?? '', /itemprop="until".*line 2/);
  const variants = '<li itemscope data-if="big"><h2 itemprop="x">A</h2></li><li itemscope><i itemprop="y">B</i></li>';
  assert.deepEqual(faults(`<ul data-list="t">${variants}<li itemscope><i itemprop="y">C</i></li></ul>`), []);
});

void test('of two elements that may be absent, a sample has the one whose words it shows', () => {
  const page =
    '<ul data-list="t"><li itemscope><b itemprop="name">A</b> <i data-if="stock">✓</i><i data-if="!stock">–</i></li>' +
    '<li itemscope><b>B</b> <i>✓</i></li><li itemscope><b>C</b> <i>–</i></li></ul>';
  const rows = readPage(template(page)).rows[1] ?? [];
  assert.deepEqual(
    rows.slice(1).map(({ values }) => values['stock']),
    [true, false],
  );
});

void test('differing separators are told', () => {
  assert.deepEqual(
    faults(
      '<p data-list="t"><b itemscope itemprop="x"></b>, <b itemscope></b>, <b itemscope></b> and <b itemscope></b></p>',
    ),
    ['1:86 warning html/separators-differ'],
  );
});

void test('an element left open in an item is an error, as browsers would carry it into every row after it', () => {
  const page = '<p data-list="t"><b itemscope><i itemprop="n">a</b>c</i></p>';
  assert.deepEqual(
    faults(page).map((line) => line.split(' ')[1]),
    ['error'],
  );
});
