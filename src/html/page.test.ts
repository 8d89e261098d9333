import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePage } from './compile.ts';
import { faults, put, rendered, template } from './fixtures.ts';

const names = (...ids: string[]) => ids.map((id) => ({ id, values: { name: id.toUpperCase() } }));

void test('ids in items end in the row’s id, and what refers to them follows', () => {
  const page =
    '<ul data-list=d><li itemscope><b itemprop=name id=n>A</b><label for=q>x</label><input id=q aria-labelledby="n q other"><a href="#q" data-bs-target=#n>y</a></li></ul>';
  assert.equal(
    rendered(page, { 1: names('r') }),
    '<ul data-list=d><li itemscope><b itemprop=name id="n-r">R</b><label for="q-r">x</label><input id="q-r" aria-labelledby="n-r q-r other"><a href="#q-r" data-bs-target="#n-r">y</a></li></ul>',
  );
});

void test('the template’s own sample keeps its ids', () => {
  const page = '<ul data-list=d><li itemscope><b itemprop=name id=n>A</b></li></ul>';
  assert.equal(put(page), page);
  const twice = rendered(page, { 1: names('a', 'a') });
  assert.equal(twice.match(/id=n>/g)?.length, 1);
});

void test('ids refer across lists to the item of the same row', () => {
  const page =
    '<ul data-list=d><li itemscope><a itemprop=name href=#tab data-text="{name}">A</a></li></ul><div data-list=d><p itemscope id=tab><b itemprop=name>A</b></p></div>';
  const links = page.replace(' itemprop=name href', ' href');
  const html = rendered(links, { 1: names('x', 'y'), 2: names('x', 'y') });
  assert.deepEqual(
    [...html.matchAll(/(?:href|id)="?#?(tab[^" >]*)/g)].map((match) => match[1]),
    ['tab-x', 'tab-y', 'tab-x', 'tab-y'],
  );
});

void test('an element with data-as is not sent to others', () => {
  const page = '<p data-as=editor>secret</p><p data-as=anyone>open</p>';
  assert.equal(rendered(page, {}), '<p data-as=anyone>open</p>');
  assert.equal(rendered(page, {}, { guards: { 0: true } }), page);
  assert.deepEqual(
    template(page).guards.map(({ as }) => as),
    ['editor'],
  );
  assert.equal(template('<html data-as=user><p data-if=user>x</p>').as, 'user');
});

void test('links of a shared navigation tell which page is shown', () => {
  const page =
    '<header data-part=top><nav><a href="index.html" aria-current="page">Home</a><a href=about.html>About</a><a href=#x>x</a></nav></header>';
  assert.equal(
    rendered(page, {}, { path: '/about' }),
    '<header data-part=top><nav><a href="index.html">Home</a><a href=about.html aria-current="page">About</a><a href=#x>x</a></nav></header>',
  );
  assert.equal(rendered(page, {}, { path: '/' }), page);
});

void test('a pagination is filled, and its ends go with their list items', () => {
  const page =
    '<ul id=l data-list=d><li itemscope itemprop=x></ul><nav aria-controls=l><ul><li><a rel=prev href=#>‹</a></li><li class=active><a href="#" aria-current=page>1</a></li><li><a href="#">2</a></li><li><a rel=next href=#>›</a></li></ul></nav>';
  const html = rendered(
    page,
    { 1: [] },
    {
      paginations: {
        0: {
          next: '/d?page=2',
          pages: [
            { number: 1, href: '/d', current: true },
            { number: 2, href: '/d?page=2', current: false },
            { number: 3, href: '/d?page=3', current: false },
          ],
        },
      },
    },
  );
  assert.equal(
    html.slice(html.indexOf('<nav')),
    '<nav aria-controls=l><ul><li class=active><a href="/d" aria-current=page>1</a></li><li><a href="/d?page=2">2</a></li><li><a href="/d?page=3">3</a></li><li><a rel=next href="/d?page=2">›</a></li></ul></nav>',
  );
  assert.deepEqual(template(page).paginations, [{ index: 0, controls: 'l' }]);
});

void test('numbers left out are replaced by the ellipsis the author drew', () => {
  const page =
    '<ul id=l data-list=d><li itemscope itemprop=x></ul><nav aria-controls=l><a href=# class=active>1</a> <a href=#>2</a> <span class=gap>…</span> <a href=#>9</a></nav>';
  const shown = (numbers: readonly number[]): string => {
    const pages = numbers.map((number) => ({ number, href: `/d?page=${number}`, current: number === 5 }));
    const html = rendered(page, { 1: [] }, { paginations: { 0: { pages } } });
    return html.slice(html.indexOf('<nav')).replaceAll(/ href="[^"]*"| aria-current="page"/g, '');
  };
  assert.equal(
    shown([1, 4, 5, 6, 20]),
    '<nav aria-controls=l><a>1</a> <span class=gap>…</span> <a>4</a> <a class=active>5</a> <a>6</a> <span class=gap>…</span> <a>20</a></nav>',
  );
  assert.equal(shown([1, 2]), '<nav aria-controls=l><a>1</a> <a>2</a></nav>');
});

void test('a row’s page leads to its neighbours', () => {
  const page =
    '<main data-row="post?slug" itemscope><h1 itemprop=name>A</h1></main><nav><a rel=prev href=x>p</a> <a rel=next href=y>n</a></nav>';
  const html = rendered(page, { 1: names('a') }, { paginations: { 0: { prev: '/post/b', pages: [] } } });
  assert.ok(html.endsWith('<nav><a rel=prev href="/post/b">p</a> </nav>'));
});

void test('conditions of the page itself', () => {
  assert.equal(
    rendered('<p data-if="user">in</p><p data-if="!user">out</p>', {}, { names: { user: 'u' } }),
    '<p data-if="user">in</p>',
  );
});

void test('an element whose samples disagree about hidden is shown by hiding it', () => {
  const page =
    '<ul data-list=d><li itemscope><b itemprop=name>A</b><i data-if=hot hidden>hot</i></li><li itemscope><b>B</b><i>hot</i></li></ul>';
  const html = rendered(page, {
    1: [
      { id: 'x', values: { name: 'X', hot: true } },
      { id: 'y', values: { name: 'Y', hot: false } },
    ],
  });
  assert.ok(html.includes('X</b><i data-if=hot>hot</i>') && html.includes('Y</b><i data-if=hot hidden>hot</i>'));
});

void test('long names work like short ones, and leave short ones to the page’s scripts', () => {
  const page = '<ul data-backlot-list=d data-list=theirs><li itemscope><b itemprop=name>A</b></li></ul>';
  assert.ok(rendered(page, { 1: names('a', 'b') }).includes('>B</b>'));
  assert.deepEqual(faults(page), ['1:25 warning html/mixed-names']);
  assert.deepEqual(faults('<p data-backlot-lst=x></p>'), ['1:4 error html/unknown-mark']);
});

void test('a page without marks or a posted form is its own template', () => {
  const page = '<!doctype html><p data-x>a</p><form><input></form>';
  const { template: compiled } = compilePage({ file: 'a.html', text: page });
  assert.equal(compiled.marked, false);
  assert.equal(rendered(page, {}), page);
});

void test('a row without a row is left out; the page’s own frame stays', () => {
  assert.equal(rendered('<div data-row=user itemscope><b itemprop=name>A</b></div>!', { 1: [] }), '!');
  assert.equal(
    rendered('<body data-row=site itemscope><b itemprop=name>A</b></body>', { 1: [] }),
    '<body data-row=site itemscope><b itemprop=name></b></body>',
  );
});

void test('nesting too deep to be read is told, and nothing is marked', () => {
  const { template: compiled, diagnostics } = compilePage({
    file: 'a.html',
    text: `<form method=post>${'<b>'.repeat(5000)}`,
  });
  assert.deepEqual([compiled.marked, diagnostics[0]?.code], [false, 'html/page-too-large']);
});

void test('a hundred thousand elements, badly closed, compile in one pass', () => {
  const text = `<form method=post>${'<div><p>x<li>y</div>'.repeat(35_000)}`;
  assert.equal(rendered(text, {}), text);
});
