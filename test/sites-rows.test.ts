import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call } from './api.ts';
import { firstOwner } from './owner.ts';
import { command, rows } from './rows.ts';
import { serveFiles } from './served.ts';
import { body, page, texts, values } from './written.ts';

/*
 * Small sites around single rows, their pages, relations, formats and parts. Each says what its author expects by the
 * page language.
 */

// The addresses of files.
test('files have clean addresses and keep their own', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page('<p>home</p>'),
    'about.html': page('<p>about</p>'),
    'blog/index.html': page('<p>blog</p>'),
    'blog/old.htm': page('<p>old</p>'),
    'Über uns.html': page('<p>umlaut</p>'),
  });
  for (const [path, text] of [
    ['/', 'home'],
    ['/about', 'about'],
    ['/about.html', 'about'],
    ['/index.html', 'home'],
    ['/blog/', 'blog'],
    ['/blog/index.html', 'blog'],
    ['/%C3%9Cber%20uns', 'umlaut'],
  ] as const)
    assert.deepEqual(texts(await body(site, path), 'p'), [text], path);
  assert.match((await site.get('/about.html')).headers.get('link') ?? '', /<[^>]*\/about>; rel="canonical"/);
  assert.equal((await site.get('/about')).headers.get('link'), null);
  const slashless = await site.get('/blog');
  assert.equal(slashless.status, 301);
  assert.equal(new URL(slashless.headers.get('location') ?? '', site.address).pathname, '/blog/');
  assert.equal((await site.get('/about/')).status >= 300, true);
});

// A single row on every page: opening hours in a footer, edited once.
test('a single row is one row wherever it stands', async (t) => {
  const footer = `<footer data-row="site" itemscope>Open <span itemprop="hours">Tuesday to Sunday</span>, <a itemprop="phone" href="tel:+3906123">call</a></footer>`;
  const site = await serveFiles(t, { 'index.html': page(footer), 'about.html': page(footer) });
  assert.equal(await body(site, '/about'), footer);
  assert.deepEqual(await rows(site, 'site', ['hours', 'phone']), [
    { hours: 'Tuesday to Sunday', phone: 'tel:+3906123' },
  ]);
});

// A title in the head, named by the row below.
test('itemref brings the title of the page into the row, and what the owner changes with it', async (t) => {
  const site = await serveFiles(t, {
    'dish.html':
      '<!doctype html><html lang="en"><head><title id="t" itemprop="name">Norma</title></head>' +
      '<body><main data-row="dish?slug" itemscope itemref="t"><h1 itemprop="name">Norma</h1></main></body></html>',
  });
  const html = await (await site.get('/dish/norma')).text();
  assert.deepEqual([texts(html, 'title'), texts(html, 'h1')], [['Norma'], ['Norma']]);
  const cookie = await firstOwner(site);
  const [row] = await rows(site, 'dish', ['id']);
  const written = await call(site, `PATCH /dish/${String(row?.['id'])}`, { body: { name: 'Norma & more' }, cookie });
  assert.equal(written.status, 200);
  const changed = await (await site.get('/dish/norma')).text();
  assert.match(
    changed,
    /<title id="t" itemprop="name">Norma &amp; more<\/title>.*<h1 itemprop="name">Norma &amp; more<\/h1>/s,
  );
});

// Detail pages at the root and in folders, a style of link for each.
test('a detail page at the root stands for a folder of its own name', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page(
      `<ul data-list="post"><li itemscope><a itemprop="url" href="post.html"><b itemprop="title">Hello world</b></a></li><li itemscope><a itemprop="url" href="post.html"><b itemprop="title">Ça va? Größe!</b></a></li></ul>`,
    ),
    'post.html': page(
      `<link rel="stylesheet" href="style.css"><main data-row="post?slug" itemscope><h1 itemprop="title">Hello world</h1><a href="index.html">home</a></main>`,
    ),
    'style.css': 'p{}',
  });
  const html = await body(site, '/');
  const links = values(html, 'href').map((href) => new URL(href, `${site.address}/`).pathname);
  for (const [index, title] of ['Hello world', 'Ça va? Größe!'].entries()) {
    const detail = await body(site, links[index] ?? '');
    assert.deepEqual(texts(detail, 'h1'), [title]);
    // Links of the page still lead where they led from disk.
    for (const href of values(detail, 'href')) {
      const answer = await site.get(new URL(href, site.address + (links[index] ?? '')).pathname);
      assert.equal(answer.status, 200, href);
    }
  }
  assert.match(links[1] ?? '', /^\/post\/ca-va-gro(?:ss|s)e/);
});

test('index.html of a folder may stand for its folder’s rows; at the root it is an error', async (t) => {
  const site = await serveFiles(t, {
    'team/index.html': page(`<main data-row="member?slug" itemscope><h1 itemprop="name">Ada</h1></main>`),
  });
  assert.deepEqual(texts(await body(site, '/team/ada'), 'h1'), ['Ada']);
  const wrong = await serveFiles(t, {
    'index.html': page(`<main data-row="member?slug" itemscope><h1 itemprop="name">Ada</h1></main>`),
    'other.html': page('<p>fine</p>'),
  });
  assert.equal((await wrong.get('/other')).status, 200);
  const { code, stdout } = await command(['check', '--data', wrong.dataDir]);
  assert.equal(code, 1);
  assert.match(stdout, /index\.html:5:\d+: error: /);
});

// Slugs: unique, stable, from the first heading where no name or title is.
test('rows that are called the same get pages of their own', async (t) => {
  const item = `<li itemscope><a itemprop="url" href="p/one.html"><b itemprop="label">Same</b></a></li>`;
  const site = await serveFiles(t, {
    'index.html': page(
      `<ul data-list="thing">${item}${item}<li itemscope><a itemprop="url" href="p/one.html"><b itemprop="label">???</b></a></li></ul>`,
    ),
    'p/one.html': page(
      `<main data-row="thing?slug" itemscope><p itemprop="note">n</p><h1 itemprop="label">One</h1></main>`,
    ),
  });
  const links = values(await body(site, '/'), 'href');
  assert.equal(new Set(links).size, links.length, links.join(' '));
  for (const link of links) assert.equal((await site.get(`/${link}`)).status, 200, link);
});

// Every value-carrying element.
const everyValue = `<div data-row="thing" itemscope><meta itemprop="code" content="A-1"><audio itemprop="sound" src="s.mp3"></audio><iframe itemprop="frame" src="https://example.org/embed" title="x"></iframe><img itemprop="image" src="i.png" alt=""><video itemprop="film" src="f.mp4"></video><a itemprop="home" href="https://example.org/">home</a><object itemprop="doc" data="d.pdf"></object><data itemprop="amount" value="3">3</data><meter itemprop="level" value="0.5" min="0" max="1">half</meter><time itemprop="day" datetime="2026-08-14">14 August 2026</time><b itemprop="name">Name</b></div>`;

test('every value-carrying element keeps its value where microdata says', async (t) => {
  const site = await serveFiles(t, { 'index.html': page(everyValue, 'en-GB') });
  assert.equal(await body(site, '/'), everyValue);
  const [row] = await rows(site, 'thing', ['code', 'sound', 'frame', 'image', 'film', 'home', 'doc', 'day', 'name']);
  assert.deepEqual(row, {
    code: 'A-1',
    sound: '/s.mp3',
    frame: 'https://example.org/embed',
    image: '/i.png',
    film: '/f.mp4',
    home: 'https://example.org/',
    doc: '/d.pdf',
    day: '2026-08-14',
    name: 'Name',
  });
  const [numbers] = await rows(site, 'thing', ['amount', 'level']);
  assert.deepEqual(Object.values(numbers ?? {}).map(Number), [3, 0.5]);
});

// Relations by nested items: a reference, many references, children, a set.
test('nested items are relations', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page(
      `<ul data-list="book"><li itemscope><b itemprop="title">Emma</b> by <span itemprop="writer" itemscope><i itemprop="name">Austen</i></span> <u data-list="genre"><a itemprop="genres" itemscope><s itemprop="name">novel</s></a>, <a itemprop="genres" itemscope><s itemprop="name">comedy</s></a></u> <em itemprop="mood">light</em> <em itemprop="mood">sharp</em><ol data-list="review"><li itemscope><q itemprop="text">Good</q></li></ol></li>
<li itemscope><b itemprop="title">Persuasion</b> by <span itemprop="writer" itemscope><i itemprop="name">Austen</i></span> <u><a itemprop="genres" itemscope><s itemprop="name">novel</s></a></u> <em itemprop="mood">calm</em><ol></ol></li></ul>
<p data-list="writer"><span itemscope><i itemprop="name">Austen</i> <small data-text="{count(book)}">2</small></span></p>`,
    ),
  });
  const html = await body(site, '/');
  assert.deepEqual(texts(html, 'u'), ['novel, comedy', 'novel']);
  assert.deepEqual(texts(html, 'em'), ['light', 'sharp', 'calm']);
  assert.deepEqual(texts(html, 'small'), ['2']);
  assert.deepEqual(await rows(site, 'writer', ['name']), [{ name: 'Austen' }]);
  assert.deepEqual(await rows(site, 'genre', ['name']), [{ name: 'novel' }, { name: 'comedy' }]);
  assert.deepEqual(await rows(site, 'book', ['mood']), [{ mood: ['light', 'sharp'] }, { mood: ['calm'] }]);
  const [review] = await rows(site, 'review', ['text', 'book']);
  assert.equal(review?.['text'], 'Good');
  assert.equal(review?.['book'], (await rows(site, 'book', ['id']))[0]?.['id']);
});

// Microdata for search engines is somebody else's.
test('microdata outside lists and rows is untouched', async (t) => {
  const written = `<div itemscope itemtype="https://schema.org/Restaurant"><h1 itemprop="name">Al Fico</h1><div itemprop="address" itemscope><span itemprop="street">Vicolo 7</span></div></div>`;
  const site = await serveFiles(t, { 'index.html': page(written) });
  assert.equal(await body(site, '/'), written);
  assert.deepEqual(site.notices, []);
});

// One row on several pages: the pages add up to one row.
test('samples of the same row on several pages unite', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page(
      `<ul data-list="dish?special&amp;sort=-price&amp;limit=1"><li itemscope><a itemprop="url" href="menu/norma.html"><b itemprop="name">Ragù</b></a> <data itemprop="price" value="14.5">€14.50</data></li></ul>`,
    ),
    'menu.html': page(
      `<ul data-list="dish?sort=price"><li itemscope><a itemprop="url" href="menu/norma.html"><b itemprop="name">Norma</b></a> <data itemprop="price" value="12">€12.00</data><i data-if="vegetarian">v</i></li><li itemscope><a itemprop="url" href="menu/norma.html"><b itemprop="name">Ragù</b></a> <data itemprop="price" value="14.5">€14.50</data></li></ul>`,
    ),
    'menu/norma.html': page(
      `<main data-row="dish?slug" itemscope><h1 itemprop="name">Norma</h1><p itemprop="text">Aubergine.</p></main>`,
    ),
  });
  const read = await rows(site, 'dish', ['name', 'slug', 'special', 'vegetarian', 'text', 'price']);
  assert.deepEqual(
    read.toSorted((a, b) => String(a['name']).localeCompare(String(b['name']))),
    [
      { name: 'Norma', slug: 'norma', special: null, vegetarian: true, text: 'Aubergine.', price: '12' },
      { name: 'Ragù', slug: 'ragu', special: true, vegetarian: false, text: null, price: '14.5' },
    ],
  );
  assert.deepEqual(values(await body(site, '/'), 'href'), ['menu/ragu.html']);
  assert.deepEqual(texts(await body(site, '/menu/ragu'), 'h1'), ['Ragù']);
});

// Formats by data-format where there is no machine value.
test('formats print and read what they say', async (t) => {
  const written = `<ul data-list="rating?sort=name"><li itemscope><b itemprop="name">A</b> <i itemprop="stars" data-format="stars:5">★★★☆☆</i> <s itemprop="price" data-format="currency:EUR">€1,234.50</s> <u itemprop="share" data-format="percent:0.0">12.5%</u> <em itemprop="open" data-format="boolean:yes/no">yes</em> <small itemprop="weight" data-format="number:0.00">1.50</small></li><li itemscope><b itemprop="name">B</b> <i itemprop="stars">★★★★★</i> <s itemprop="price">€2.00</s> <u itemprop="share">50.0%</u> <em itemprop="open">no</em> <small itemprop="weight">0.25</small></li></ul>`;
  const site = await serveFiles(t, { 'index.html': page(written) });
  const html = await body(site, '/');
  assert.deepEqual(texts(html, 'i'), ['★★★☆☆', '★★★★★']);
  assert.deepEqual(texts(html, 's'), ['€1,234.50', '€2.00']);
  assert.deepEqual(texts(html, 'u'), ['12.5%', '50.0%']);
  assert.deepEqual(texts(html, 'em'), ['yes', 'no']);
  assert.deepEqual(texts(html, 'small'), ['1.50', '0.25']);
  const [first] = await rows(site, 'rating', ['stars', 'price', 'share', 'open', 'weight']);
  assert.equal(first?.['open'], true);
  assert.deepEqual(
    [first?.['stars'], first?.['price'], first?.['share'], first?.['weight']].map(Number),
    [3, 1234.5, 0.125, 1.5],
  );
});

// Rich text keeps the classes that all samples share and loses what could run; Markdown becomes rich text.
test('rich text is sanitised and Markdown is shown as rich text', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page(
      `<div data-list="article" data-as="anyone"><article itemscope><div itemprop="body" data-format="html"><p class="lead">Six <em>hours</em>.</p></div><div itemprop="notes" data-format="markdown"><p>Some notes</p></div></article></div>
<form method=post name=x data-save="article"><textarea name=body></textarea><textarea name=notes></textarea></form>`,
    ),
  });
  const written = await body(site, '/');
  assert.match(written, /<p class="lead">Six <em>hours<\/em>\.<\/p>/);
  const posted = {
    body: '<h2 onclick="a()">Hi</h2><p>One<script>bad()</script><a href="javascript:bad()">x</a><a href="/y" style="position:fixed">y</a>',
    notes: '*light* <b onclick=x>bold</b> [x](javascript:bad())',
  };
  assert.equal((await site.post('/?form=x', posted)).status, 303);
  const html = (await body(site, '/')).split('<article')[2] ?? '';
  assert.match(html, /<h2>Hi<\/h2><p class="lead">One/);
  assert.match(html, /<a href="\/y">y<\/a>/);
  assert.match(html, /<em>light<\/em> &lt;b onclick/);
  assert.doesNotMatch(html, /<script|javascript:bad\(\)"|style=|<h2 onclick|<b /);
});

// The parts of a site: the master's bytes everywhere, links rebased, the current page marked.
test('a part is the master’s on every page, its links fitting the folder', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page(
      `<header data-part="header"><a href="#top">top</a><nav><a href="index.html">Home</a> <a href="menu.html">Menu</a> <a href="blog/">Blog</a> <a href="https://example.org/">Out</a></nav><img src="logo.svg" alt=""></header>`,
    ),
    'menu.html': page(`<header data-part="header">old copy</header><main id="top">menu</main>`),
    'blog/post.html': page(`<header data-part="header"></header><main>post</main>`),
    'blog/index.html': page(`<header data-part="header"></header>`),
  });
  const menu = await body(site, '/menu');
  assert.deepEqual(values(menu, 'href'), ['#top', 'index.html', 'menu.html', 'blog/', 'https://example.org/']);
  assert.match(menu, /<a href="menu.html" aria-current="page">/);
  const post = await body(site, '/blog/post');
  assert.deepEqual(values(post, 'src'), ['../logo.svg']);
  for (const href of values(post, 'href').filter((one) => !one.startsWith('http')))
    assert.equal((await site.get(new URL(href, `${site.address}/blog/post`).pathname)).status, 200, href);
  assert.match(await body(site, '/blog/'), /aria-current="page">Blog/);
});

// What only an administrator may see is not sent to others, in no form.
test('what others may not see is not in the bytes', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page(
      `<p>open</p><p data-as="admin">takings 4711</p><ul data-list="order_note" data-as="editor"><li itemscope><b itemprop="text">secret</b></li></ul><form method=post data-as="user" name="wish"><input name="wish"></form><nav><a href="inner.html" data-as="user">inner</a></nav>`,
    ),
    'inner.html': `<!DOCTYPE html><html lang="en" data-as="user"><title>x</title><body>\ninner only\n</body></html>`,
  });
  const html = await body(site, '/');
  assert.deepEqual(texts(html, 'p'), ['open']);
  for (const word of ['4711', 'secret', 'wish', 'inner']) assert.doesNotMatch(html, new RegExp(word), word);
  const inner = await site.get('/inner');
  assert.ok([401, 403, 404, 303].includes(inner.status), String(inner.status));
  assert.doesNotMatch(await inner.text(), /inner only/);
  assert.ok((await site.post('/?form=wish', { wish: 'x' })).status >= 400);
});

// Queries: what compares how.
test('queries compare folded text, decimals, presence and relations', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page(
      `<ul data-list="dish"><li itemscope><b itemprop="name">Crème brûlée</b> <data itemprop="price" value="10">€10.00</data><i data-if="hot">hot</i><u itemprop="origin">France</u></li><li itemscope><b itemprop="name">Apfelstrudel</b> <data itemprop="price" value="9.5">€9.50</data><u itemprop="origin">Österreich</u></li><li itemscope><b itemprop="name">Zabaione</b></li></ul>
<p class="like" data-list="dish?name.like=BRULEE"><b itemscope><s itemprop="name">Crème brûlée</s></b></p>
<p class="not" data-list="dish?origin.not=France&amp;sort=name"><b itemscope><s itemprop="name">Apfelstrudel</s></b></p>
<p class="range" data-list="dish?price.min=9.5&amp;price.max=9.99"><b itemscope><s itemprop="name">Apfelstrudel</s></b></p>
<p class="absent" data-list="dish?!origin"><b itemscope><s itemprop="name">Zabaione</s></b></p>
<p class="sorted" data-list="dish?sort=-price"><b itemscope><s itemprop="name">Crème brûlée</s></b></p>
<p class="folded" data-list="dish?origin=osterreich"><b itemscope><s itemprop="name">Apfelstrudel</s></b></p>`,
    ),
  });
  const html = await body(site, '/');
  const named = (name: string): string => texts(html, 'p')[values(html, 'class').indexOf(name)] ?? '';
  assert.equal(named('like'), 'Crème brûlée');
  assert.equal(named('not'), 'ApfelstrudelZabaione');
  assert.equal(named('range'), 'Apfelstrudel');
  assert.equal(named('absent'), 'Zabaione');
  assert.equal(named('sorted'), 'Crème brûléeApfelstrudelZabaione');
  assert.equal(named('folded'), 'Apfelstrudel');
});

// Names of places: first, last, odd, index, and the row whose page is shown.
test('a list knows its places and the page that is shown', async (t) => {
  const site = await serveFiles(t, {
    'docs/intro.html': page(
      `<nav data-list="chapter"><a itemscope itemprop="url" href="intro.html" data-class="here?current"><span itemprop="title">Intro</span></a></nav><main data-row="chapter?slug" itemscope><h1 itemprop="title">Intro</h1></main>`,
    ),
    'index.html': page(
      `<ol data-list="chapter"><li itemscope><b data-text="{index}">1</b> <i itemprop="title">Intro</i><s data-if="!last">, </s></li><li itemscope><i itemprop="title">Usage</i></li><li itemscope><i itemprop="title">End</i></li></ol>`,
    ),
  });
  const html = await body(site, '/');
  assert.deepEqual(texts(html, 'b'), ['1', '2', '3']);
  assert.deepEqual(texts(html, 'li'), ['1 Intro,', '2 Usage,', '3 End']);
});

// Ids in items follow the row, and so does what refers to them.
test('ids in rows stay unique and labels keep their controls', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page(
      `<div class="accordion" data-list="faq"><div itemscope><h2><button data-bs-target="#answer" aria-controls="answer" id="head" itemprop="question">Why?</button></h2><div id="answer" aria-labelledby="head"><p itemprop="answer">Because.</p></div></div><div itemscope><h2><button itemprop="question">How?</button></h2><div><p itemprop="answer">So.</p></div></div></div>`,
    ),
  });
  const html = await body(site, '/');
  const ids = values(html, 'id');
  assert.equal(ids.length, 4);
  assert.equal(new Set(ids).size, 4);
  assert.deepEqual(values(html, 'aria-controls'), [ids[1], ids[3]]);
  assert.deepEqual(values(html, 'data-bs-target'), [`#${ids[1]}`, `#${ids[3]}`]);
  assert.deepEqual(values(html, 'aria-labelledby'), [ids[0], ids[2]]);
});

// Forms with columns that clash with ours, and names that fold together.
test('an unmarked form may call its fields as it likes', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page(
      `<form method=post name=user><input name=id><input name=version><input name=created_at><input name="Full Name"><input name="full_name"><input name="full-name"><input name="constructor"><input name="'; drop table x; --"></form>`,
    ),
  });
  const fields: [string, string][] = [
    'id',
    'version',
    'created_at',
    'Full Name',
    'full_name',
    'full-name',
    'constructor',
    "'; drop table x; --",
  ].map((name, index) => [name, `v${index}`]);
  assert.equal((await site.post('/?form=user', fields)).status, 303);
  const { stdout } = await command(['export', 'user-form', '--format', 'json', '--data', site.dataDir]);
  const [row = {}] = JSON.parse(stdout) as Record<string, unknown>[];
  const kept = Object.values(row);
  for (const [, value] of fields) assert.ok(kept.includes(value), value);
  assert.match(String(row['id']), /^[0-9a-f-]{36}$/);
  assert.deepEqual(site.log.lines, []);
});

// A sold-out thing: its note and its disabled button say the same, so they are one yes-or-no column.
test('attributes that are there or not are yes-or-no columns', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page(
      `<ul data-list="thing?sort=-name"><li itemscope><b itemprop="name">A</b><i data-if="soldout">sold out</i><button disabled data-attr-disabled="{soldout}">buy</button></li><li itemscope><b itemprop="name">B</b><button>buy</button></li><li itemscope><b itemprop="name">C</b><i>sold out</i><button disabled>buy</button></li></ul>`,
    ),
  });
  assert.deepEqual(await rows(site, 'thing', ['name', 'soldout']), [
    { name: 'A', soldout: true },
    { name: 'B', soldout: false },
    { name: 'C', soldout: true },
  ]);
  const html = await body(site, '/');
  assert.deepEqual(texts(html, 'li'), ['Csold outbuy', 'Bbuy', 'Asold outbuy']);
  assert.deepEqual(html.match(/<button(?: disabled)?/g), ['<button disabled', '<button', '<button disabled']);
});

// Counts and sums over a row's children, as text and as conditions.
test('aggregates count a row’s own children', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page(
      `<ul data-list="post"><li itemscope><b itemprop="title">A</b><i data-if="count(comment).min=2">busy</i><s data-if="count(comment)=0">quiet</s><u data-text="{count(comment)}, {max(comment.stars)}, {sum(comment.stars)}">2, 5, 8</u><ol data-list="comment"><li itemscope><q itemprop="text">one</q><data itemprop="stars" value="3">3</data></li><li itemscope><q itemprop="text">two</q><data itemprop="stars" value="5">5</data></li></ol></li><li itemscope><b itemprop="title">B</b><ol></ol></li></ul>`,
    ),
  });
  const html = await body(site, '/');
  assert.deepEqual(texts(html, 'u'), ['2, 5, 8', '0, , 0']);
  assert.deepEqual([texts(html, 'i'), texts(html, 's')], [['busy'], ['quiet']]);
});

// A newsletter form in the footer of every page: one table, and each page answers for itself.
test('a form in a part posts to the page it is seen on', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page(
      `<footer data-part="footer"><form method="post" name="news"><p data-if="saved" hidden>Thanks</p><input name="email" type="email" required></form></footer>`,
    ),
    'menu.html': page('<footer data-part="footer"></footer>'),
    'a/b.html': page('<h1>Deep</h1><footer data-part="footer">old</footer>'),
  });
  const pages = ['/', '/menu', '/a/b'];
  for (const [index, path] of pages.entries()) {
    const [action = ''] = values(await body(site, path), 'action');
    assert.equal(action, `${path}?form=news`);
    assert.equal((await site.post(action, { email: 'x' })).status, 422);
    const answer = await site.post(action, { email: `v${index}@example.org` });
    assert.equal(answer.headers.get('location'), `${path}?saved=news`);
    assert.match(await body(site, `${path}?saved=news`), /<p data-if="saved">Thanks/);
  }
  assert.equal((await rows(site, 'news', ['email'])).length, pages.length);
});

// HTML as it was written in 1999: capitals, no quotes, no end tags, CRLF.
test('old markup keeps every byte but what is filled', async (t) => {
  const written =
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">\r\n<HTML>\r\n<BODY BGCOLOR=white>\r\n<UL DATA-LIST=X>\r\n<LI ITEMSCOPE><B ITEMPROP=Name>One</B>\r\n<LI ITEMSCOPE><B ITEMPROP=Name>Two</B>\r\n</UL>\r\n<FORM METHOD=POST NAME=F ACTION=thanks.php><INPUT NAME=A></FORM></BODY>';
  const site = await serveFiles(t, { 'x.html': written });
  assert.equal(await (await site.get('/x')).text(), written.replace('ACTION=thanks.php', 'ACTION="/x?form=F"'));
  assert.deepEqual(await rows(site, 'x', ['name']), [{ name: 'One' }, { name: 'Two' }]);
  assert.equal((await site.post('/x?form=F', { A: '1' })).headers.get('location'), '/x?saved=F');
});
