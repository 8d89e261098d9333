import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindTypes } from './bind.ts';
import { pageDataOf, plainRows, put, template } from './fixtures.ts';
import type { PlainRow } from './fixtures.ts';
import { readPage } from './read.ts';
import { renderPage } from './render.ts';
import type { ColumnType } from '../schema/index.ts';
import type { Template } from './template.ts';

/* The pages of EXAMPLES.md. */

const menu = `<form method="get" role="search" aria-controls="menu">
  <label>Up to <input type="number" name="price.max" min="5" step="5"></label>
  <label><input type="checkbox" name="vegetarian"> vegetarian only</label> <button>Show</button>
</form>
<div id="menu" data-list="section">
  <section itemscope>
    <h2 itemprop="name">Pasta</h2>
    <ul data-list="dish?available&amp;sort=price">
      <li itemscope data-class="new?created_at.min={section.season_start}">
        <a itemprop="url" href="menu/tagliatelle.html"><img itemprop="image" src="img/tagliatelle.svg" alt="Tagliatelle al ragù" data-attr-alt="{name}"> <b itemprop="name">Tagliatelle al ragù</b></a>
        <data itemprop="price" value="14.5">€14.50</data>
        <em data-if="vegetarian">vegetarian</em>
        <span data-list="allergen"><abbr itemprop="allergens" itemscope><span itemprop="name">egg</span></abbr>, </span>
      </li>
      <li itemscope><a itemprop="url" href="menu/tagliatelle.html"><img itemprop="image" src="img/norma.svg" alt=""> <b itemprop="name">Rigatoni alla Norma</b></a> <data itemprop="price" value="12">€12.00</data> <em>vegetarian</em></li>
      <li data-if="!rows">Nothing in this section today.</li>
    </ul>
  </section>
</div>
`;

function menuTemplate(): Template {
  const money: ColumnType = { kind: 'money', currency: 'EUR' };
  const typed = (_scope: number, path: string): ColumnType => {
    if (path === 'price') return money;
    return path === 'vegetarian' ? { kind: 'boolean' } : { kind: path === 'image' || path === 'url' ? 'url' : 'text' };
  };
  return bindTypes(template(menu, 'menu.html'), typed).template;
}

/** The menu with one dish in its one section. */
function menuWith(dish: PlainRow): string {
  const compiled = menuTemplate();
  return renderPage(compiled, pageDataOf(compiled, { 1: [{ values: { name: 'Pasta' }, scopes: { 2: [dish] } }] }));
}

void test('the menu’s samples are two dishes of a section, the first with an allergen', () => {
  const [pasta] = plainRows(readPage(menuTemplate()).rows)[1]!;
  const dishes = pasta!.scopes![2]!.map(({ values, scopes }) => ({ ...values, allergens: scopes![3]!.length }));
  const url = '/menu/tagliatelle.html';
  assert.deepEqual(dishes, [
    { url, image: '/img/tagliatelle.svg', name: 'Tagliatelle al ragù', price: 1450, vegetarian: true, allergens: 1 },
    { url, image: '/img/norma.svg', name: 'Rigatoni alla Norma', price: 1200, vegetarian: true, allergens: 0 },
  ]);
});

void test('a dish of any name and price stands in the menu', () => {
  const values = {
    url: '/menu/cacio',
    image: '/img/c.svg',
    name: 'Cacio <e> "pepe"',
    price: 110000,
    vegetarian: false,
  };
  const html = menuWith({ values, scopes: { 3: [{ values: { name: 'milk' } }, { values: { name: 'egg' } }] } });
  assert.ok(html.includes('<data itemprop="price" value="1100">€1,100.00</data>'));
  assert.ok(html.includes('<b itemprop="name">Cacio &lt;e&gt; "pepe"</b>'));
  assert.ok(
    html.includes(
      '<a itemprop="url" href="menu/cacio.html"><img itemprop="image" src="img/c.svg" alt="Cacio &lt;e&gt; &quot;pepe&quot;"',
    ),
  );
  assert.ok(
    html.includes(
      '<span itemprop="name">milk</span></abbr>, <abbr itemprop="allergens" itemscope><span itemprop="name">egg</span></abbr>, </span>',
    ),
  );
  assert.ok(!html.includes('vegetarian</em>') && !html.includes('Nothing in this section'));
});

void test('the menu’s own first dish is written with the author’s bytes', () => {
  const compiled = menuTemplate();
  const html = renderPage(compiled, pageDataOf(compiled, plainRows(readPage(compiled).rows)));
  const first = menu.slice(0, menu.indexOf('      <li itemscope><a'));
  assert.equal(html.slice(0, first.length), first);
});

void test('a dish’s page and the guest book are their own first rendering', () => {
  const dish = `<main data-row="dish?slug" itemscope>
  <h1 itemprop="name">Tagliatelle al ragù</h1> <p>In <span itemprop="section" itemscope><span itemprop="name">Pasta</span></span></p>
  <div itemprop="description" data-format="html"><p class="lead">Six-hour <em>ragù</em>.</p></div>
  <h2>Also good</h2>
  <ul data-list="dish?section={section.id}&amp;id.not={id}&amp;limit=3"><li itemscope><a itemprop="url" href="tagliatelle.html"><span itemprop="name">Rigatoni alla Norma</span></a></li></ul>
</main>
`;
  assert.equal(put(dish, {}, 'menu/tagliatelle.html'), dish);
  const book = `<ul data-list="entry?approved&amp;sort=-created_at" data-as="anyone"><li itemscope><b itemprop="name">Bob</b>: <span itemprop="text">Lovely evening.</span></li></ul>
<form method="post" data-save="entry" action="#thanks"><input name="name" required> <input name="text" required maxlength="500"> <button>Write</button></form>
<p id="thanks" data-if="saved=entry" hidden>Thank you. It appears once we have read it.</p>
`;
  assert.equal(put(book), book);
});

void test('a refused form comes back with only its own places changed', () => {
  const contact = `<form name="message" method="post" action="thanks.html">
  <p role="alert" data-if="invalid" hidden>Please correct the fields marked below.</p>
  <label>Name <input name="name" required maxlength="80"></label>
  <label>Email <input type="email" name="email" required aria-errormessage="e1"></label> <p id="e1" hidden>We need an address to answer you, such as ada@example.org.</p>
  <label>Guests <input type="number" name="guests" min="1" max="12" value="2"></label>
  <textarea name="body" required minlength="10"></textarea> <button>Send</button>
</form>
`;
  const compiled = template(contact, 'contact.html');
  const controls = {
    0: { value: 'Ada' },
    1: { value: 'ada@', message: 'No address.' },
    2: { value: '40', message: 'At most 12.' },
    3: { value: 'Hi', message: 'Too short.' },
  };
  const data = pageDataOf(
    compiled,
    {},
    { names: { invalid: true }, forms: { 0: { action: '/contact?form=message', controls } } },
  );
  assert.equal(
    renderPage(compiled, data),
    `<form name="message" method="post" action="/contact?form=message">
  <p role="alert" data-if="invalid">Please correct the fields marked below.</p>
  <label>Name <input name="name" required maxlength="80" value="Ada"></label>
  <label>Email <input type="email" name="email" required aria-errormessage="e1" value="ada@" aria-invalid="true"></label> <p id="e1">We need an address to answer you, such as ada@example.org.</p>
  <label>Guests <input type="number" name="guests" min="1" max="12" value="40" aria-invalid="true" aria-describedby="guests-error"></label><p id="guests-error" class="error">At most 12.</p>
  <textarea name="body" required minlength="10" aria-invalid="true" aria-describedby="body-error">Hi</textarea><p id="body-error" class="error">Too short.</p> <button>Send</button>
</form>
`,
  );
});

void test('a compiled page is plain data: kept on disk as JSON it renders the same', () => {
  const compiled = menuTemplate();
  const kept: Template = JSON.parse(JSON.stringify(compiled));
  const data = pageDataOf(compiled, plainRows(readPage(compiled).rows));
  assert.equal(renderPage(kept, data), renderPage(compiled, data));
  assert.deepEqual(kept.scopes, compiled.scopes);
});
