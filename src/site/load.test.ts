import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { folderWith, page } from './fixtures.ts';
import { loadSite } from './load.ts';
import type { Site, SiteForm, SitePage } from './site.ts';

async function siteWith(t: TestContext, files: Readonly<Record<string, string>>): Promise<Site> {
  return await loadSite({ dir: await folderWith(t, files) });
}

function errorsOf(site: Site): string[] {
  return site.diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ code, at }) => `${at?.file ?? ''}:${at?.line ?? ''} ${code}`);
}

function columnsOf(site: Site, table: string): Record<string, string> {
  const columns = Object.values(site.schema.tables[table]?.columns ?? {}).filter((column) => !column.system);
  return Object.fromEntries(
    columns.map(({ name, type }) => [name, 'table' in type ? `${type.kind} ${type.table}` : type.kind]),
  );
}

function pageOf(site: Site, file: string): SitePage {
  const found = site.pages.get(file);
  assert.ok(found, `${file} is no page`);
  return found;
}

function formOf(site: Site, file: string, index = 0): SiteForm {
  const form = pageOf(site, file).forms[index];
  assert.ok(form);
  return form;
}

function form(attributes: string): string {
  return `<form method="post" ${attributes}><input name="x"></form>`;
}

function header(link: string): string {
  return `<header data-part="header"><a href="${link}">Home</a></header>`;
}

function pagedList(id: string): string {
  return `<ul id="${id}" data-list="${id}?limit=2"><li itemscope><b itemprop="name">A</b></li></ul>
    <nav aria-controls="${id}"><a rel="next" href="#">Next</a></nav>`;
}

const menu = `
<form method="get" role="search" aria-controls="menu">
  <input type="number" name="price.max" min="5" step="5"><input type="checkbox" name="vegetarian">
  <input type="search" name="q"><select name="sort"><option value="price">Cheapest<option value="-price">Dearest</select>
</form>
<div id="menu" data-list="section"><section itemscope>
  <h2 itemprop="name">Pasta</h2>
  <ul data-list="dish?available&amp;sort=price"><li itemscope>
    <a itemprop="url" href="menu/tagliatelle.html"><b itemprop="name">Tagliatelle</b></a>
    <data itemprop="price" value="14.5">€14.50</data> <em data-if="vegetarian">vegetarian</em>
    <span data-list="allergen"><abbr itemprop="allergens" itemscope><span itemprop="name">egg</span></abbr></span>
  </li></ul>
</section></div>`;

const dish = `
<main data-row="dish?slug" itemscope><h1 itemprop="name">Tagliatelle</h1>
<p>In <span itemprop="section" itemscope><span itemprop="name">Pasta</span></span></p>
<div itemprop="description" data-format="html"><p>Six hours.</p></div></main>`;

void test('lists, rows, conditions and queries make tables with types and relations', async (t) => {
  const site = await siteWith(t, { 'menu.html': page(menu), 'menu/tagliatelle.html': page(dish) });
  assert.deepEqual(errorsOf(site), []);
  assert.deepEqual(columnsOf(site, 'dish'), {
    allergens: 'references allergen',
    available: 'boolean',
    description: 'html',
    name: 'text',
    price: 'money',
    section: 'reference section',
    vegetarian: 'boolean',
  });
  assert.deepEqual(columnsOf(site, 'section'), { name: 'text' });
  assert.deepEqual(site.schema.tables['dish']?.page, { file: 'menu/tagliatelle.html', prefix: '/menu/' });
  assert.equal(site.schema.tables['dish']?.slugFrom, 'name');
});

void test('children of a row carry the condition that says so', async (t) => {
  const site = await siteWith(t, { 'menu.html': page(menu), 'menu/tagliatelle.html': page(dish) });
  const { template, queries } = pageOf(site, 'menu.html');
  const dishes = template.scopes.find((scope) => scope.table === 'dish');
  const query = dishes && queries[dishes.id];
  assert.deepEqual(query?.query.conditions[0], {
    path: 'section',
    operator: 'eq',
    operands: [{ kind: 'path', path: 'id' }],
  });
  assert.deepEqual(query.scopePaths, ['id']);
});

void test('a GET form narrows the lists that know its names, in the container or inside it', async (t) => {
  const site = await siteWith(t, { 'menu.html': page(menu), 'menu/tagliatelle.html': page(dish) });
  const { template, parameters } = pageOf(site, 'menu.html');
  const dishes = template.scopes.find((scope) => scope.table === 'dish')!.id;
  const form = formOf(site, 'menu.html');
  assert.equal(form.operation, 'query');
  assert.deepEqual(
    form.filters.map(({ parameter, lists }) => [parameter, lists]),
    [
      ['price.max', [dishes]],
      ['vegetarian', [dishes]],
      ['q', [dishes]],
      ['sort', [dishes]],
    ],
  );
  assert.deepEqual(parameters, ['price.max', 'q', 'sort', 'vegetarian']);
});

void test('a filter by a name that no list knows is an error at its control', async (t) => {
  const site = await siteWith(t, { 'menu.html': page(menu.replace('name="price.max"', 'name="prize.max"')) });
  assert.deepEqual(errorsOf(site), ['menu.html:7 query/unknown-name']);
  assert.equal(pageOf(site, 'menu.html').ok, false);
});

void test('an unmarked posted form makes a table of its own, and its action is where it leads', async (t) => {
  const site = await siteWith(t, {
    'contact.html': page(`<form name="message" method="post" action="thanks.html#top">
      <input name="name" required maxlength="80"><input type="email" name="email" required>
      <input type="number" name="guests" min="1" max="12"><textarea name="body" required></textarea><button>Send</button></form>`),
    'thanks.html': page('<p>Thanks</p>'),
  });
  assert.deepEqual(columnsOf(site, 'message'), { name: 'text', email: 'text', guests: 'integer', body: 'text' });
  const form = formOf(site, 'contact.html');
  assert.deepEqual(
    [form.operation, form.table, form.name, form.successPath, form.as, form.asExplicit],
    ['insert', 'message', 'message', '/thanks#top', 'anyone', false],
  );
  assert.deepEqual(form.columns, { 0: 'name', 1: 'email', 2: 'guests', 3: 'body' });
  assert.equal(site.pages.has('thanks.html'), false);
});

void test('a form is named by its name, else its id, else the page; an implicit one never reaches a declared table', async (t) => {
  const site = await siteWith(t, {
    'blog/index.html': page(form('') + form('id="Order Form"') + form('name="dish"')),
    'menu.html': page('<ul data-list="dish"><li itemscope><b itemprop="name">A</b></li></ul>'),
    'two.html': page(form('name="a"') + form('name="a"')),
  });
  assert.deepEqual(errorsOf(site), []);
  const named = (file: string) => pageOf(site, file).forms.map(({ name, table }) => `${name}:${table ?? ''}`);
  assert.deepEqual(named('blog/index.html'), ['blog:blog', 'Order Form:order_form', 'dish:dish-form']);
  assert.deepEqual(named('two.html'), ['a:a', 'a-2:a-2']);
});

void test('actions that are no page of the site lead back here; those of other sites are left alone', async (t) => {
  const actions = [
    '#',
    '',
    'contact.php',
    '#thanks',
    'https://example.org/x',
    'mailto:a@example.org',
    '/about',
    'about.html?x=1',
  ];
  const site = await siteWith(t, {
    'a/index.html': page(actions.map((action) => form(`action="${action}"`)).join('')),
    'about.html': 'x',
    'a/about.html': 'x',
  });
  const leads = pageOf(site, 'a/index.html').forms.map(
    ({ operation, successPath, successFragment }) => `${operation} ${successPath ?? successFragment ?? '-'}`,
  );
  assert.deepEqual(leads, [
    'insert -',
    'insert -',
    'insert -',
    'insert #thanks',
    'none -',
    'none -',
    'insert /about',
    'insert /a/about?x=1',
  ]);
});

void test('Netlify and Formspree markup mean the same as an implicit form', async (t) => {
  const site = await siteWith(t, {
    'index.html': page(`
      <form name="contact" method="post" netlify-honeypot="trap" data-netlify="true" action="/thanks"><input type="hidden" name="form-name" value="contact">
        <input name="trap"><input type="hidden" name="subject" value="s"><input name="email"></form>
      <form action="https://formspree.io/f/abc" method="post" id="order-form"><input name="_gotcha"><input type="hidden" name="_next" value="/thanks.html"><input name="dish"></form>`),
    'thanks.html': 'x',
  });
  const [netlify, formspree] = pageOf(site, 'index.html').forms;
  assert.deepEqual([netlify?.dialect, netlify?.table, netlify?.successPath], ['netlify', 'contact', '/thanks']);
  assert.deepEqual(columnsOf(site, 'contact'), { email: 'text' });
  assert.deepEqual(
    [formspree?.dialect, formspree?.table, formspree?.successPath],
    ['formspree', 'order-form', '/thanks'],
  );
  assert.deepEqual(columnsOf(site, 'order-form'), { dish: 'text' });
});

void test('data-save updates the row around it, and inserts children into the row of another table', async (t) => {
  const site = await siteWith(t, {
    'posts/first.html': page(`<main data-row="post?slug" itemscope data-as="anyone"><h1 itemprop="title">First</h1>
      <form method="post" data-save="post"><input name="title" required><button formaction="?delete">Delete</button></form>
      <form method="post" data-save="comment" action="first.html"><textarea name="text" required></textarea></form>
      <form method="post" data-save="post" action="first.html" data-as="editor"><input name="title"></form></main>
      <form method="post" data-save="post" action="posts/first.html"><input name="title"></form>`),
  });
  assert.deepEqual(errorsOf(site), []);
  const forms = pageOf(site, 'posts/first.html').forms;
  assert.deepEqual(
    forms.map(({ operation, table, as, asExplicit, deletes }) => [operation, table, as, asExplicit, deletes]),
    [
      ['update', 'post', 'own', false, true],
      ['insert', 'comment', 'anyone', true, false],
      ['update', 'post', 'editor', true, false],
      ['insert', 'post', 'anyone', false, false],
    ],
  );
  assert.deepEqual(forms[1]?.parent, { scope: forms[1]?.place.scope, column: 'post', table: 'post' });
  assert.deepEqual(columnsOf(site, 'comment'), { text: 'text', post: 'reference post' });
  assert.equal(forms[1]?.successRow, false);
  assert.equal(forms[2]?.successRow, true);
});

void test('a select that rows fill makes a reference', async (t) => {
  const site = await siteWith(t, {
    'contact.html': page(`<form method="post" name="message"><select name="topic" data-list="topic">
      <option itemscope value="1" data-attr-value="{id}" data-text="{name}">Table</option></select></form>`),
  });
  assert.deepEqual(errorsOf(site), []);
  assert.deepEqual(columnsOf(site, 'message'), { topic: 'reference topic' });
  assert.deepEqual(columnsOf(site, 'topic'), { name: 'text' });
});

void test('controls inside a list in a form belong to its rows', async (t) => {
  const site = await siteWith(t, {
    'stock.html': page(`<form method="post" data-save="stocktake" data-as="editor"><input name="note">
      <ul data-list="item"><li itemscope><b itemprop="name">Nail</b><input type="number" name="count_now" value="3"></li></ul></form>`),
  });
  assert.deepEqual(errorsOf(site), []);
  const form = formOf(site, 'stock.html');
  assert.deepEqual(form.columns, { 0: 'note' });
  assert.deepEqual(form.items, [{ scope: 1, table: 'item', columns: { 1: 'count_now' } }]);
  assert.deepEqual(columnsOf(site, 'item'), { name: 'text', count_now: 'integer' });
});

void test('detail pages: at the root for a folder of their name, an index for its folder, never the first page', async (t) => {
  const row = page(
    '<main data-row="post?slug" itemscope><h1 itemprop="title">A</h1><img src="img/a.png" alt=""></main>',
  );
  const other = page('<main data-row="note?slug" itemscope><h1 itemprop="title">A</h1></main>');
  const site = await siteWith(t, { 'index.html': other, 'post.html': row, 'notes/index.html': other });
  assert.deepEqual(errorsOf(site), ['index.html:5 site/detail-at-root']);
  assert.equal(site.schema.tables['post']?.page?.prefix, '/post/');
  assert.equal(site.schema.tables['note']?.page?.prefix, '/notes/');
  assert.match(pageOf(site, 'post.html').template.source.text, /src="\.\.\/img\/a\.png"/v);
  assert.deepEqual(site.routes.resolve('/post/x'), { kind: 'row', file: 'post.html', key: 'x' });
});

void test('a yes or no is no key of a page: the error says how to show a row that has it', async (t) => {
  const site = await siteWith(t, {
    'dishes.html': page(
      '<ul data-list="dish"><li itemscope><b itemprop="name">A</b> <i data-if="special">!</i></li></ul>' +
        '<main data-row="dish?special" itemscope><h1 itemprop="name">A</h1></main>',
    ),
  });
  assert.deepEqual(errorsOf(site), ['dishes.html:5 site/key-tells-no-row']);
  assert.match(site.diagnostics[0]?.fix ?? '', /data-list="dish\?special&amp;limit=1"/);
});

void test('a reserved name is told once, with the name to take', async (t) => {
  const site = await siteWith(t, {
    'faq.html': page('<ul data-list="faq"><li itemscope><b itemprop="q">Why?</b> <i itemprop="a">So</i></li></ul>'),
  });
  assert.deepEqual(errorsOf(site), ['faq.html:5 tables/reserved-name']);
  assert.match(site.diagnostics[0]?.fix ?? '', /`q_`/);
});

void test('one bad page does not take down the others', async (t) => {
  const good = '<form name="a" method="post"><input name="x"></form>';
  const site = await siteWith(t, {
    'bad.html': page(
      '<script data-text="{name}"></script><ul data-list="b?sort=nothing"><li itemscope><i itemprop="x">1</i></li></ul>',
    ),
    'good.html': page(good),
    'latin.html': '',
  });
  assert.equal(pageOf(site, 'bad.html').ok, false);
  assert.equal(pageOf(site, 'good.html').ok, true);
  assert.equal(formOf(site, 'good.html').table, 'a');
});

void test('what a page with an error declares stays declared, for the pages that show it', async (t) => {
  const site = await siteWith(t, {
    'a.html': page(
      '<p data-text="{nothing}"></p><ul data-list="dish"><li itemscope><b itemprop="name">A</b><i itemprop="note">n</i></li></ul>',
    ),
    'b.html': page('<ul data-list="dish?sort=note"><li itemscope><b itemprop="name">A</b></li></ul>'),
  });
  assert.deepEqual(errorsOf(site), ['a.html:5 site/unknown-name']);
  assert.equal(pageOf(site, 'b.html').ok, true);
  assert.deepEqual(columnsOf(site, 'dish'), { name: 'text', note: 'text' });
});

void test('hostile and broken files are told or served, never thrown', async (t) => {
  const site = await siteWith(t, {
    'empty.html': '',
    'deep.html': `${'<div>'.repeat(2000)}<form method="post">`,
    'open.html':
      '<ul data-list="a"><li itemscope><b itemprop="name">x</b><form method=post name=f><input name=constructor>',
    'names.html': page(
      '<form method="post" name="__proto__"><input name="toString"></form><form method="post" name="%$§"><input name="日本"></form>',
    ),
    'nul.html': '<form method=post name="a\0b"><input name=x>\0',
    'ü/ß & %41.html': page('<form method="post" action="?x#y"><input name="x"></form>'),
  });
  for (const file of ['names.html', 'open.html', 'ü/ß & %41.html']) assert.equal(pageOf(site, file).ok, true, file);
  assert.equal(pageOf(site, 'deep.html').ok, false);
  assert.equal(site.pages.has('empty.html'), false);
  assert.deepEqual(columnsOf(site, 'f'), { constructor_: 'text', a: 'reference a' });
  assert.deepEqual(formOf(site, 'names.html').columns, { 0: 'tostring' });
  const [path = ''] = pageOf(site, 'ü/ß & %41.html').urlPaths;
  assert.deepEqual(site.routes.resolve(path), { kind: 'page', file: 'ü/ß & %41.html' });
});

void test('two pages that disagree on a type are told, both places', async (t) => {
  const site = await siteWith(t, {
    'a.html': page(
      '<ul data-list="event"><li itemscope><time itemprop="day" datetime="2026-08-14">14 August 2026</time></li></ul>',
    ),
    'b.html': page('<form method="post" data-save="event" data-as="editor"><input type="number" name="day"></form>'),
  });
  const [error] = site.diagnostics.filter(({ severity }) => severity === 'error');
  assert.equal(error?.code, 'tables/types-disagree');
  assert.deepEqual([error.at?.file, error.also?.file], ['b.html', 'a.html']);
  assert.equal(pageOf(site, 'a.html').ok, true);
  assert.equal(pageOf(site, 'b.html').ok, false);
});

void test('a file that is not UTF-8 is told and left as it is', async (t) => {
  const dir = await folderWith(t, {
    'a.html': Buffer.from('<form method=post>caf\xe9</form>', 'latin1'),
    'b.html': '',
  });
  const site = await loadSite({ dir });
  assert.deepEqual(errorsOf(site), ['a.html:1 html/encoding']);
  assert.equal(site.pages.has('a.html'), false);
  assert.equal(site.files.has('a.html'), true);
});

void test('shared parts are served from their master, rebased', async (t) => {
  const site = await siteWith(t, {
    'index.html': page(header('about.html')),
    'deep/a.html': page(header('../old.html')),
    'about.html': page(''),
  });
  const deep = pageOf(site, 'deep/a.html');
  assert.match(deep.template.source.text, /href="\.\.\/about\.html"/v);
  assert.deepEqual(deep.dependencies, ['index.html']);
  assert.deepEqual(pageOf(site, 'index.html').dependencies, []);
});

void test('parts that hold each other do not go round in circles', async (t) => {
  const site = await siteWith(t, {
    'a.html': page('<div data-part="one"><div data-part="two">x</div></div>'),
    'b.html': page('<div data-part="two"><div data-part="one">y</div></div>'),
  });
  const codes = site.diagnostics.map(({ code, at }) => `${at?.file ?? ''} ${code}`);
  assert.deepEqual(codes, ['a.html site/part-in-part', 'b.html site/part-in-part']);
  assert.equal(pageOf(site, 'b.html').ok, true);
});

void test('paged lists get a parameter each, named by the list where several are steered', async (t) => {
  const site = await siteWith(t, {
    'one.html': page(pagedList('a')),
    'two.html': page(pagedList('a') + pagedList('b')),
  });
  assert.deepEqual(pageOf(site, 'one.html').pageParameters, { 1: 'page' });
  assert.deepEqual(pageOf(site, 'one.html').parameters, ['page']);
  assert.deepEqual(pageOf(site, 'two.html').pageParameters, { 1: 'a.page', 2: 'b.page' });
});

void test('tables of the server’s that are not in use are refused by name', async (t) => {
  const site = await siteWith(t, { 'a.html': page('<p data-row="user"><b itemprop="name">Ada</b></p>') });
  assert.deepEqual(errorsOf(site), ['a.html:5 site/server-table']);
  assert.equal(site.schema.tables['user'], undefined);
});

void test('pages without marks are never parsed, and are no pages of the site’s', async (t) => {
  const files = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [`p/${index}.html`, page(`<p>${index}</p>`)]),
  );
  const site = await siteWith(t, {
    ...files,
    'hidden.html': '<meta name="robots" content="noindex">',
    'f.html': '<form>',
  });
  assert.equal(site.pages.size, 0);
  assert.equal(site.files.size, 1002);
  assert.deepEqual([...site.noindex], ['hidden.html']);
  assert.deepEqual(site.formFiles, ['f.html']);
});
