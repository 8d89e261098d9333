import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindTypes } from './bind.ts';
import { faults, pageDataOf, put, rendered, template } from './fixtures.ts';
import { readPage } from './read.ts';
import { renderPage } from './render.ts';

/** The inside of a row page: the markup that differs, rendered with other values. */
function row(markup: string, values: Record<string, string | number | boolean | null>, file = 'menu/a.html'): string {
  const open = '<main data-row="dish?slug" itemscope>';
  const html = rendered(
    `${open}${markup}</main>`,
    { 1: [{ values }] },
    { path: `/${file.replace('.html', '')}` },
    file,
  );
  return html.slice(open.length, -'</main>'.length);
}

void test('text is escaped; the space around it stays', () => {
  assert.equal(
    row('<b itemprop="name">\n  A &amp; B\n</b>', { name: '<i>&' }),
    '<b itemprop="name">\n  &lt;i&gt;&amp;\n</b>',
  );
});

void test('the value of the sample itself is written with the author’s bytes', () => {
  assert.equal(
    row('<b itemprop=name> A &#38;&nbsp;B</b>', { name: 'A &\u00a0B' }),
    '<b itemprop=name> A &#38;&nbsp;B</b>',
  );
});

void test('each element keeps its value where microdata says', () => {
  assert.equal(
    row(
      '<meta itemprop="a" content="1"><img itemprop="b" src="../x.png"><a itemprop="c" href="b.html">go</a><object itemprop="d" data="y.pdf"></object><data itemprop="e" value="v"></data><time itemprop="f" datetime="2026-01-02"></time><meter itemprop="g" value="1"></meter>',
      { a: '2', b: '/z.png', c: '/menu/c', d: '/menu/w.pdf', e: 'u', f: '2027-01-01', g: 5 },
    ),
    '<meta itemprop="a" content="2"><img itemprop="b" src="../z.png"><a itemprop="c" href="c.html">go</a><object itemprop="d" data="w.pdf"></object><data itemprop="e" value="u"></data><time itemprop="f" datetime="2027-01-01"></time><meter itemprop="g" value="5"></meter>',
  );
});

void test('links are read from the root and placeholders are not read at all', () => {
  const page =
    '<main data-row="dish?slug" itemscope><a itemprop="one" href="../img/a.svg">x</a><a itemprop="two" href="#!">x</a><a itemprop="three" href="https://example.org/">x</a></main>';
  const [read] = readPage(template(page, 'menu/a.html')).rows[1]!;
  assert.deepEqual(read?.values, { one: '/img/a.svg', three: 'https://example.org/' });
});

void test('links to pages follow the sample: from the root, without .html, to an index', () => {
  assert.equal(
    row('<a itemprop="url" href="/menu/a">x</a>', { url: '/menu/b' }),
    '<a itemprop="url" href="/menu/b">x</a>',
  );
  assert.equal(row('<a itemprop="url" href="./a">x</a>', { url: '/menu/b' }), '<a itemprop="url" href="b">x</a>');
  assert.equal(
    row('<a itemprop="url" href="a.html">x</a>', { url: '/blog/' }),
    '<a itemprop="url" href="../blog/index.html">x</a>',
  );
});

void test('a missing link or picture loses its attribute', () => {
  assert.equal(
    row('<a itemprop="l" href="x">t</a><img itemprop="p" src=y alt="">', { l: null, p: null }),
    '<a itemprop="l">t</a><img itemprop="p" alt="">',
  );
});

void test('a URL of another scheme is blocked', () => {
  assert.equal(
    row('<a itemprop="l" href="x">t</a>', { l: 'javascript:alert(1)' }),
    '<a itemprop="l" href="#blocked">t</a>',
  );
});

void test('srcset follows the sample’s pattern, and is dropped where there is none', () => {
  assert.equal(
    row('<img itemprop="p" src="/a.jpg" srcset="/a-400.jpg 400w, /a-800.jpg 800w">', { p: '/b.jpg' }),
    '<img itemprop="p" src="/b.jpg" srcset="/b-400.jpg 400w, /b-800.jpg 800w">',
  );
  assert.equal(
    row('<img itemprop="p" src="/a.jpg" srcset="/c.jpg 2x">', { p: '/b.jpg' }),
    '<img itemprop="p" src="/b.jpg">',
  );
  assert.equal(
    row('<img itemprop="p" src="/a.jpg" srcset="/c.jpg 400w">', { p: '/_backlot/files/1.jpg' }),
    '<img itemprop="p" src="/_backlot/files/1.jpg" srcset="/_backlot/files/1.jpg?w=400 400w">',
  );
});

void test('an uploaded picture without srcset is asked for in twice the width of its place', () => {
  const upload = { p: '/_backlot/files/1.jpg' };
  for (const [place, written] of [
    ['<img itemprop="p" src="/a.jpg" width="112" height="112">', '/_backlot/files/1.jpg?w=224'],
    ['<img itemprop="p" src="/a.jpg">', '/_backlot/files/1.jpg'],
    ['<img itemprop="p" src="/a.jpg" width="50%">', '/_backlot/files/1.jpg'],
    ['<a itemprop="p" href="/a.jpg" width="112">A</a>', '/_backlot/files/1.jpg'],
  ] as const) {
    assert.equal(row(place, upload), place.replace('/a.jpg', written));
  }
  const plain = '<img itemprop="p" src="/a.jpg" width="112">';
  assert.equal(row(plain, { p: '/b.jpg' }), plain.replace('/a', '/b'));
});

void test('an amount is learnt from its sample: type, format and the words around it', () => {
  const page =
    '<main data-row="dish?slug" itemscope lang="en"><data itemprop="price" value="14.5">from €14.50 pp</data></main>';
  const compiled = template(page);
  assert.deepEqual(compiled.scopes[1]?.bindings[0]?.type, { kind: 'money', currency: 'EUR' });
  assert.deepEqual(readPage(compiled).rows[1]?.[0]?.values, { price: 1450 });
  assert.ok(rendered(page, { 1: [{ values: { price: 110000 } }] }).includes('value="1100">from €1,100.00 pp</data>'));
});

void test('a date is learnt in its language', () => {
  const page =
    '<main data-row="event?slug" itemscope lang="de"><time itemprop="day" datetime="2026-08-14">Freitag, 14. August 2026</time></main>';
  assert.ok(
    rendered(page, { 1: [{ values: { day: '2026-12-24' } }] }).includes(
      '<time itemprop="day" datetime="2026-12-24">Donnerstag, 24. Dezember 2026</time>',
    ),
  );
});

void test('data-format reads and writes plain text', () => {
  const page =
    '<main data-row="dish?slug" itemscope lang="en"><b itemprop="price" data-format="currency:EUR">€14.50</b></main>';
  assert.deepEqual(readPage(template(page)).rows[1]?.[0]?.values, { price: 1450 });
  assert.ok(rendered(page, { 1: [{ values: { price: 900 } }] }).includes('>€9.00</b>'));
});

void test('html is sanitised, and new elements get the classes that all samples share', () => {
  const page =
    '<main data-row="dish?slug" itemscope><div itemprop="d" data-format="html"><p class="lead">A <em>b</em>.</p></div></main>';
  assert.equal(put(page), page);
  assert.ok(
    rendered(page, { 1: [{ values: { d: '<p onclick=x>C<script>alert(1)</script></p>' } }] }).includes(
      'data-format="html"><p class="lead">C</p></div>',
    ),
  );
});

void test('markdown is rendered', () => {
  const page = '<main data-row="dish?slug" itemscope><div itemprop="d" data-format="markdown"><p>A</p></div></main>';
  assert.ok(rendered(page, { 1: [{ values: { d: '*B* <b>' } }] }).includes('<p><em>B</em> &lt;b&gt;</p>'));
});

void test('data-text makes text of columns', () => {
  assert.equal(
    row('<p data-text="{name} in {place}">A in B</p>', { name: 'X', place: '<Y>' }),
    '<p data-text="{name} in {place}">X in &lt;Y&gt;</p>',
  );
});

void test('data-attr-X makes an attribute of columns and removes it for a single missing one', () => {
  assert.equal(
    row('<img data-attr-alt="{name}" alt="A">', { name: '"X"' }),
    '<img data-attr-alt="{name}" alt="&quot;X&quot;">',
  );
  assert.equal(row('<i data-attr-title="{name}" title="A"></i>', { name: null }), '<i data-attr-title="{name}"></i>');
  assert.equal(
    row('<i data-attr-title="Of {name}"></i>', { name: null }),
    '<i data-attr-title="Of {name}" title="Of "></i>',
  );
  assert.equal(
    row('<input data-attr-disabled="{gone}">', { gone: true }),
    '<input data-attr-disabled="{gone}" disabled>',
  );
});

void test('data in a link is kept inside its part of the link', () => {
  assert.equal(
    row('<a data-attr-href="/search?q={name}">x</a>', { name: 'a&b=c' }),
    '<a data-attr-href="/search?q={name}" href="/search?q=a%26b%3Dc">x</a>',
  );
});

void test('data-class switches classes', () => {
  assert.equal(
    row('<i class="a new" data-class="new?fresh big?large"></i>', { fresh: false, large: true }),
    '<i class="a big" data-class="new?fresh big?large"></i>',
  );
  assert.equal(row('<i data-class="new?fresh"></i>', { fresh: true }), '<i data-class="new?fresh" class="new"></i>');
  assert.equal(
    row('<i class=a  data-class="new?fresh"></i>', { fresh: false }),
    '<i class=a  data-class="new?fresh"></i>',
  );
});

void test('repeated plain values are a set', () => {
  const markup = '<p><i itemprop="tag">a</i>, <i itemprop="tag">b</i></p>';
  const page = `<main data-row="dish?slug" itemscope>${markup}</main>`;
  assert.deepEqual(readPage(template(page)).rows[1]?.[0]?.values, { tag: ['a', 'b'] });
  const html = rendered(page, { 1: [{ values: { tag: ['x', '<y>', 'z'] } }] });
  assert.ok(html.includes('<p><i itemprop="tag">x</i>, <i itemprop="tag">&lt;y&gt;</i>, <i itemprop="tag">z</i></p>'));
});

void test('an option is one element: data-text reads and writes its text', () => {
  const page =
    '<select name="topic" data-list="topic"><option itemscope value="1" data-attr-value="{id}" data-text="{name}">Table</option></select>';
  assert.deepEqual(readPage(template(page)).rows[1]?.[0]?.values, { name: 'Table' });
  assert.equal(
    rendered(page, { 1: [{ id: 'u1', values: { name: 'Wine' } }] }),
    '<select name="topic" data-list="topic"><option itemscope value="u1" data-attr-value="{id}" data-text="{name}">Wine</option></select>',
  );
});

void test('a value that its column’s type cannot hold is told', () => {
  const page = '<main data-row="dish?slug" itemscope><b itemprop="price">cheap</b></main>';
  const { template: bound, diagnostics } = bindTypes(template(page), () => ({ kind: 'integer' }));
  assert.deepEqual(
    diagnostics.map(({ code, at }) => [code, at?.column]),
    [['html/sample-unreadable', 38]],
  );
  assert.ok(renderPage(bound, pageDataOf(bound, { 1: [{ values: { price: 3 } }] })).includes('>3</b>'));
});

void test('text that would lose elements is an error', () => {
  assert.deepEqual(faults('<main data-row="dish?slug" itemscope><p itemprop="name">A <b>B</b></p></main>'), [
    '1:41 error html/text-with-elements',
  ]);
});

void test('data where it would run as code is an error', () => {
  for (const [markup, column] of [
    ['<script itemprop="x">1</script>', 46],
    ['<b data-attr-onclick="{x}">1</b>', 41],
    ['<style data-text="{x}">1</style>', 45],
    ['<i data-attr-srcdoc="{x}"></i>', 41],
    ['<i data-attr-x-data="{x}"></i>', 41],
    ['<i style="" data-attr-style="color:{x};{y}:1"></i>', 50],
  ] as const) {
    const found = faults(`<main data-row="dish?slug" itemscope>${markup}</main>`);
    assert.deepEqual(found, [`1:${column} error html/hole-not-allowed`], markup);
  }
});

void test('two marks for one attribute are an error', () => {
  assert.deepEqual(
    faults('<main data-row="dish?slug" itemscope><a itemprop="url" href="x" data-attr-href="{y}">A</a></main>').map(
      (line) => line.split(' ')[2],
    ),
    ['html/attribute-written-twice'],
  );
});
