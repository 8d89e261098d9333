import assert from 'node:assert/strict';
import { test } from 'node:test';
import { command, rows } from './rows.ts';
import { serveFiles } from './served.ts';
import { body, page, texts, values } from './written.ts';

/*
 * Small sites in the styles that front-end developers write. Each says what its author expects by the page language.
 */

const card = (image: string, title: string, day: string, text: string): string =>
  `<div class="column is-one-third" itemscope><div class="card"><figure class="image is-4by3"><img itemprop="image" src="img/${image}" alt=""></figure><p class="title"><a itemprop="url" href="blog/first.html"><span itemprop="title">${title}</span></a></p><time itemprop="published" datetime="${day}">${text}</time></div></div>`;

const bare = (text: string): string => text.replaceAll(' data-list="member?team=kitchen"', '');

const item = (name: string, value: string, price: string, day: string, date: string): string =>
  `<li itemscope><b itemprop="name">${name}</b> <data itemprop="preis" value="${value}">ab ${price}</data> seit <time itemprop="seit" datetime="${day}">${date}</time></li>`;

const list = (id: string, table: string): string =>
  `<ul id="${id}" data-list="${table}?limit=1"><li itemscope><b itemprop="name">${table} 1</b></li><li itemscope><b itemprop="name">${table} 2</b></li></ul><nav aria-controls="${id}"><a rel="next" href="#">more</a></nav>`;

const products =
  '<ul id="products" data-list="product"><li itemscope><b itemprop="name">Mug</b> <span itemprop="category" itemscope><i itemprop="name">Cups</i></span></li><li itemscope><b itemprop="name">Dish</b> <span itemprop="category" itemscope><i itemprop="name">Plates</i></span></li></ul>';
const filter = (name: string, mark: string): string =>
  `<form aria-controls="products"><select name="${name}" data-list="category?sort=name"><option value="">All</option><option itemscope${mark} data-text="{name}">Cups</option><option itemscope>Plates</option></select><button>Go</button></form>${products}`;

const ordered = (id: string): string =>
  `<form aria-controls="${id}"><select name="${id}.sort"><option value="">as drawn<option value="-name">Z to A</select><input name="${id}.name.like"></form>
<ul id="${id}" data-list="${id}"><li itemscope><b itemprop="name">${id} a</b></li><li itemscope><b itemprop="name">${id} b</b></li></ul>`;

// A card grid in Bulma's markup. The author expects newest first, two to a page, and the framework's own pagination:
// previous and next go where there is none, as many numbers as there are pages, the current one marked as in the file.
test('a card listing is sorted and paged with the author’s own pagination', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page(`<div class="columns is-multiline" id="cards" data-list="article?sort=-published&amp;limit=2">
  ${card('a.jpg', 'First post', '2026-05-03', '3 May 2026')}
  ${card('b.jpg', 'Second post', '2026-12-24', '24 December 2026')}
  ${card('c.jpg', 'Third post', '2026-01-24', '24 January 2026')}
</div>
<nav class="pagination" aria-label="pagination" aria-controls="cards">
  <a class="pagination-previous" rel="prev" href="#">Previous</a>
  <a class="pagination-next" rel="next" href="#">Next page</a>
  <ul class="pagination-list">
    <li><a class="pagination-link is-current" aria-label="Page 1" aria-current="page" href="#">1</a></li>
    <li><a class="pagination-link" aria-label="Goto page 2" href="#">2</a></li>
  </ul>
</nav>`),
    'blog/first.html': page(
      `<article data-row="article?slug" itemscope><h1 itemprop="title">First post</h1><img itemprop="image" src="../img/a.jpg" alt=""><div itemprop="body" data-format="html"><p>Long <b>text</b></p></div><nav><a rel="prev" href="#">older</a> <a rel="next" href="#">newer</a></nav></article>`,
    ),
  });
  const first = await body(site, '/');
  assert.deepEqual(texts(first, 'time'), ['24 December 2026', '3 May 2026']);
  assert.deepEqual(values(first, 'href'), ['blog/second-post.html', 'blog/first.html', '/?page=2', '/', '/?page=2']);
  assert.match(first, /<a class="pagination-link is-current" aria-label="Page 1" aria-current="page" href="\/">1<\/a>/);
  const second = await body(site, '/?page=2');
  assert.deepEqual(texts(second, 'time'), ['24 January 2026']);
  assert.doesNotMatch(second, /rel="next"/);
  assert.match(second, /<a class="pagination-previous" rel="prev" href="\/">Previous<\/a>/);
  assert.match(second, /<a class="pagination-link" aria-label="Goto page 1" href="\/">1<\/a>/);
  assert.match(
    second,
    /<a class="pagination-link is-current" aria-label="Page 2" aria-current="page" href="\/\?page=2">2<\/a>/,
  );
  // The detail page of a post that only the list knows, its text not written yet, between its neighbours.
  const detail = await body(site, '/blog/second-post');
  assert.deepEqual(texts(detail, 'h1'), ['Second post']);
  assert.deepEqual(values(detail, 'src'), ['../img/b.jpg']);
  assert.deepEqual(values(detail, 'href'), ['/blog/first', '/blog/third-post']);
  assert.equal((await site.get('/blog/nowhere')).status, 404);
});

// Many pages. The author expects a row of numbers that fits, wherever the visitor is, and the dots drawn in the file.
test('a long pagination shows its ends and the neighbourhood', async (t) => {
  const items = Array.from({ length: 20 }, (_, index) => `<li itemscope itemprop="name">Item ${index + 1}</li>`);
  const site = await serveFiles(t, {
    'drawn.html': page(
      `<ul id="all" data-list="item?limit=1">${items.join('')}</ul><nav aria-controls="all"><a href="#" aria-current="page">1</a><a href="#">2</a><i>…</i><a href="#">9</a></nav>`,
    ),
  });
  const numbers = async (path: string): Promise<string> =>
    (await body(site, path))
      .match(/<nav.*<\/nav>/)![0]
      .replaceAll(/<i>(.)<\/i>|<[^>]*>/g, '$1 ')
      .replaceAll(/\s+/g, ' ')
      .trim();
  assert.equal(await numbers('/drawn'), '1 2 3 4 5 6 7 … 20');
  assert.equal(await numbers('/drawn?page=5'), '1 2 3 4 5 6 7 … 20');
  assert.equal(await numbers('/drawn?page=11'), '1 … 9 10 11 12 13 … 20');
  assert.equal(await numbers('/drawn?page=20'), '1 … 14 15 16 17 18 19 20');
});

// Rows of an HTML table without end tags, as many write them, directly in <table>. The author expects one <tr> for each event, in order of time, and
// the way the dates are written kept.
test('a table of events keeps its markup, its dates and its order', async (t) => {
  const table = `<table data-list="event?sort=starts"><tr itemscope><td><time itemprop="starts" datetime="2026-09-01T21:00">Tuesday 1 September 2026, 21:00</time><td itemprop="what">Blues &amp; more<td><data itemprop="fee" value="7.5">€7.50</data>
<tr itemscope><td><time itemprop="starts" datetime="2026-08-14T20:30">Friday 14 August 2026, 20:30</time><td itemprop="what">Jazz<td><data itemprop="fee" value="1500">€1,500.00</data>
</table>`;
  const site = await serveFiles(t, { 'events.html': page(table, 'en-GB') });
  const html = await body(site, '/events');
  assert.deepEqual(texts(html, 'time'), ['Friday 14 August 2026, 20:30', 'Tuesday 1 September 2026, 21:00']);
  assert.deepEqual(texts(html, 'data'), ['€1,500.00', '€7.50']);
  assert.equal(html.match(/<tr itemscope>/g)?.length, 2);
  assert.deepEqual(await rows(site, 'event', ['starts', 'what', 'fee']), [
    { starts: '2026-09-01T21:00', what: 'Blues & more', fee: '7.5' },
    { starts: '2026-08-14T20:30', what: 'Jazz', fee: '1500' },
  ]);
});

// A gallery with srcset. The author expects the sample exactly as written, and the others without a srcset that would
// show the first photograph.
test('a photo gallery never shows one picture’s srcset with another', async (t) => {
  const first = `<figure itemscope><a itemprop="full" href="img/sea-1600.jpg"><img itemprop="image" src="img/sea-400.jpg" srcset="img/sea-400.jpg 400w, img/sea-800.jpg 800w" sizes="50vw" alt="The sea" data-attr-alt="{caption}"></a><figcaption itemprop="caption">The sea</figcaption></figure>`;
  const site = await serveFiles(t, {
    'gallery.html': page(`<div data-list="photo">${first}
<figure itemscope><a itemprop="full" href="img/hill-1600.jpg"><img itemprop="image" src="img/hill-400.jpg" srcset="img/hill-400.jpg 400w, img/hill-800.jpg 800w" sizes="50vw" alt="A “hill”"></a><figcaption itemprop="caption">A “hill”</figcaption></figure></div>`),
  });
  const html = await body(site, '/gallery');
  assert.ok(html.includes(first));
  const other = html.slice(html.indexOf(first) + first.length);
  assert.doesNotMatch(other, /sea/);
  assert.match(other, /src="img\/hill-400\.jpg"/);
  assert.match(other, /alt="A “hill”"/);
});

// A definition list with groups in <div>, and another whose items share their parent with other things.
test('definition lists hold rows, alone or among other things', async (t) => {
  const written = `<dl data-list="faq"><div itemscope><dt itemprop="question">Open?</dt><dd itemprop="answer">Yes</dd></div>
<div itemscope><dt itemprop="question">Dogs?</dt><dd itemprop="answer">No</dd></div></dl>
<dl><dt>Kitchen<dd data-list="member?team=kitchen" itemscope><span itemprop="name">Ada</span><dd itemscope><span itemprop="name">Bob</span><dt>Hall<dd>nobody yet</dl>`;
  const site = await serveFiles(t, { 'faq.html': page(written) });
  const html = await body(site, '/faq');
  assert.deepEqual(texts(html, 'dd').slice(0, 2), ['Yes', 'No']);
  // Each row is written as the first sample is, its mark too.
  assert.equal(bare(html), bare(written));
  assert.deepEqual(await rows(site, 'member', ['name', 'team']), [
    { name: 'Ada', team: 'kitchen' },
    { name: 'Bob', team: 'kitchen' },
  ]);
});

// A German price list: euros behind, a comma, a full stop for thousands, the month in German.
test('a German page learns German prices and dates', async (t) => {
  const site = await serveFiles(t, {
    'preise.html': page(
      `<ul data-list="artikel?sort=-preis">${item('Brot', '14.5', '14,50 €', '2026-02-03', '3. Februar 2026')}${item('Käse', '1014.5', '1.014,50 €', '2026-11-30', '30. November 2026')}</ul>`,
      'de',
    ),
  });
  const html = await body(site, '/preise');
  assert.deepEqual(texts(html, 'data'), ['ab 1.014,50 €', 'ab 14,50 €']);
  assert.deepEqual(texts(html, 'time'), ['30. November 2026', '3. Februar 2026']);
});

// Long names, beside a script that uses the short ones for itself. The author expects the script's attributes untouched.
test('data-backlot- names work where scripts use the short ones', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page(
      `<ul data-backlot-list="pet?sort=name"><li itemscope><b itemprop="name">Rex</b> <i data-backlot-if="dog">dog</i></li><li itemscope><b itemprop="name">Alf</b> </li></ul>\n<div data-list="of the script" data-text="{{ x }}" data-if="((">…</div>`,
    ),
  });
  const html = await body(site, '/');
  assert.deepEqual(texts(html, 'li'), ['Alf', 'Rex dog']);
  assert.match(html, /<div data-list="of the script" data-text="\{\{ x \}\}" data-if="\(\(">…<\/div>/);
});

// A page with two lists that are both paged: names in the address bear the list's id, and one does not turn the other.
test('two paged lists on one page turn apart', async (t) => {
  const site = await serveFiles(t, { 'index.html': page(list('left', 'cat') + list('right', 'dog')) });
  assert.deepEqual(texts(await body(site, '/'), 'li'), ['cat 1', 'dog 1']);
  assert.deepEqual(texts(await body(site, '/?right.page=2'), 'li'), ['cat 1', 'dog 2']);
  assert.deepEqual(values(await body(site, '/?right.page=2'), 'href'), ['/?right.page=2&left.page=2']);
  // A plain name is nobody's here, and a page that does not exist is no error.
  assert.deepEqual(texts(await body(site, '/?page=2&left.page=99'), 'li'), ['cat 2', 'dog 1']);
});

// Bad page numbers and filters in an address are ignored; a filter form shows what is in force.
// Two lists on one page, each with a form that orders it. The author writes the list's id before the parameter.
test('a parameter with a list’s id before it steers that list only', async (t) => {
  const site = await serveFiles(t, { 'index.html': page(ordered('cup') + ordered('plate')) });
  assert.deepEqual(texts(await body(site, '/?cup.sort=-name'), 'b'), ['cup b', 'cup a', 'plate a', 'plate b']);
  assert.deepEqual(texts(await body(site, '/?cup.sort=-name&plate.name.like=B'), 'b'), ['cup b', 'cup a', 'plate b']);
  assert.deepEqual(texts(await body(site, '/?sort=-name'), 'b'), ['cup a', 'cup b', 'plate a', 'plate b']);
});

test('a filter form accepts only what it offers and shows what is in force', async (t) => {
  const site = await serveFiles(t, {
    'index.html':
      page(`<form role="search" aria-controls="things"><input type="search" name="q"><select name="colour"><option value="">any<option>red<option>blue</select><select name="sort"><option value="">as is<option value="-price">dear first</select><input type="checkbox" name="colour" value="green"><input name="price.min" type="number" step="0.5"><label><input type="radio" name="size" value="s">s</label><label><input type="radio" name="size" value="m">m</label><button>Go</button></form>
<ul id="things" data-list="thing"><li itemscope><b itemprop="name">Äpfel</b> <i itemprop="colour">red</i> <data itemprop="price" value="3">€3.00</data> <s itemprop="size">s</s></li><li itemscope><b itemprop="name">Birne</b> <i itemprop="colour">green</i> <data itemprop="price" value="2.5">€2.50</data> <s itemprop="size">m</s></li><li itemscope><b itemprop="name">Beere</b> <i itemprop="colour">blue</i> <data itemprop="price" value="10">€10.00</data> <s itemprop="size">s</s></li><li data-if="!rows">none</li></ul>`),
  });
  const names = async (query: string): Promise<readonly string[]> => texts(await body(site, `/${query}`), 'b');
  const all = ['Äpfel', 'Birne', 'Beere'];
  assert.deepEqual(await names(''), all);
  assert.deepEqual(await names('?colour=red'), ['Äpfel']);
  assert.deepEqual(await names('?colour=green&colour=blue'), ['Birne', 'Beere']);
  assert.deepEqual(await names('?q=apfel'), ['Äpfel']);
  assert.deepEqual(await names('?sort=-price'), ['Beere', 'Äpfel', 'Birne']);
  assert.deepEqual(await names('?price.min=2.5&size=s'), ['Äpfel', 'Beere']);
  assert.deepEqual(await names('?price.min=&colour=&q='), all);
  // What no control offers does nothing: not an option, not a step, not a number, not a control at all.
  for (const query of ['?colour=purple', '?sort=name', '?price.min=2.7', '?price.min=x', '?name=Birne', '?price.max=1'])
    assert.deepEqual(await names(query), all, query);
  assert.deepEqual(texts(await body(site, '/?q=nothing+at+all'), 'li'), ['none']);
  const shown = await body(site, '/?q=a&colour=green&sort=-price&price.min=0.5&size=m');
  assert.match(shown, /name="q" value="a"/);
  assert.match(shown, /value="green" checked/);
  assert.match(shown, /<option value="-price" selected>/);
  assert.match(shown, /name="price.min" type="number" step="0.5" value="0.5"/);
  assert.match(shown, /value="m" checked/);
});

// A list that has samples of different kinds: posts with and without a picture, quotes. First match wins.
test('samples with data-if of their own are variants', async (t) => {
  const site = await serveFiles(t, {
    'index.html':
      page(`<div data-list="post"><article class="quote" itemscope data-if="quote"><q itemprop="quote">Be brief.</q> <cite itemprop="who">Ada</cite></article>
<article class="picture" itemscope data-if="image"><img itemprop="image" src="a.jpg" alt=""><b itemprop="title">A picture</b></article>
<article class="text" itemscope><b itemprop="title">Words</b></article>
<article class="text" itemscope><b itemprop="title">More words</b></article></div>`),
  });
  const html = await body(site, '/');
  assert.deepEqual(values(html, 'class'), ['quote', 'picture', 'text', 'text']);
  assert.deepEqual(texts(html, 'article'), ['Be brief. Ada', 'A picture', 'Words', 'More words']);
});

// Classes by place in the list and by column, as carousels and timelines need them.
test('classes follow place and columns', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page(
      `<ol data-list="slide?sort=-n"><li itemscope class="slide active" data-class="active?first right?odd star?kind=pro"><b itemprop="n">1</b><i itemprop="kind">pro</i></li><li itemscope class="slide right"><b itemprop="n">2</b><i itemprop="kind">free</i></li><li itemscope class="slide"><b itemprop="n">3</b><i itemprop="kind">Pro</i></li></ol>`,
    ),
  });
  assert.deepEqual(
    values(await body(site, '/'), 'class').map((classes) => classes.split(' ').toSorted().join(' ')),
    ['active right slide star', 'slide', 'right slide star'],
  );
});

// The sections of a menu with their dishes, an allergen list for each: EXAMPLES' own shape, with a section that is empty.
test('nested lists show each row’s own children, and a note where there are none', async (t) => {
  const written = `<div data-list="section"><section itemscope><h2 itemprop="name">Pasta</h2><ul data-list="dish?sort=price"><li itemscope><b itemprop="name">Norma</b> <data itemprop="price" value="12">€12.00</data> <small data-list="allergen"><abbr itemprop="allergens" itemscope><span itemprop="name">egg</span></abbr>, <abbr itemprop="allergens" itemscope><span itemprop="name">milk</span></abbr></small></li><li itemscope><b itemprop="name">Ragù</b> <data itemprop="price" value="14.5">€14.50</data> <small><abbr itemprop="allergens" itemscope><span itemprop="name">egg</span></abbr></small></li><li data-if="!rows" hidden>Nothing today.</li></ul></section>
<section itemscope><h2 itemprop="name">Dolci</h2><ul></ul></section></div>`;
  const site = await serveFiles(t, { 'menu.html': page(written) });
  const html = await body(site, '/menu');
  assert.deepEqual(texts(html, 'small'), ['egg, milk', 'egg']);
  assert.deepEqual(texts(html, 'section'), [
    'PastaNorma €12.00 egg, milkRagù €14.50 eggNothing today.',
    'DolciNothing today.',
  ]);
  const [full = '', empty = ''] = html.split('</section>');
  assert.match(full, /<li data-if="!rows" hidden>/);
  assert.match(empty, /<li data-if="!rows">Nothing today/);
  assert.deepEqual(await rows(site, 'allergen', ['name']), [{ name: 'egg' }, { name: 'milk' }]);
});

// `check` is quiet about a site that is right, and says of a wrong one what was found and what to write.
test('check finds nothing wrong with a small right site', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page('<ul data-list="pet"><li itemscope><b itemprop="name">Rex</b></li></ul>'),
  });
  const { code, stdout } = await command(['check', '--data', site.dataDir]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /0 errors, 0 warnings/);
});

// A shop's filter by category, its options the categories there are.
test('a filter’s select may be filled from rows, by their ids or their names', async (t) => {
  const site = await serveFiles(t, {
    'ids.html': page(filter('category', ' value="1" data-attr-value="{id}"')),
    'names.html': page(filter('category.name', '')),
  });
  const all = await body(site, '/ids');
  assert.deepEqual(texts(all, 'option'), ['All', 'Cups', 'Plates']);
  const [, id = ''] =
    /<option itemscope value="([^"]*)" data-attr-value="\{id\}" data-text="\{name\}">Plates/.exec(all) ?? [];
  const some = await body(site, `/ids?category=${id}`);
  assert.deepEqual(texts(some, 'b'), ['Dish']);
  assert.match(some, / selected>Plates/);
  assert.deepEqual(texts(await body(site, '/names?category.name=cups'), 'b'), ['Mug']);
  assert.deepEqual(texts(await body(site, '/names?category.name='), 'b'), ['Mug', 'Dish']);
  assert.deepEqual(texts(await body(site, '/ids?category=nothing'), 'b'), []);
});
