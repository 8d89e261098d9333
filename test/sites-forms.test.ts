import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rows } from './rows.ts';
import { serveFiles } from './served.ts';
import type { Served } from './served.ts';
import { body, bodyOf, page, texts, values } from './written.ts';

/*
 * Small sites with forms as front-end developers write them. Each says what its author expects by the page language.
 */

/** Posts a form as served, by its place among the page's actions, and gives the answer's status, place and page. */
async function send(
  site: Served,
  path: string,
  fields: Record<string, string> | [string, string][],
  which = 0,
): Promise<{ status: number; location: string | null; html: string }> {
  const action = values(await (await site.get(path)).text(), 'action')[which];
  assert.ok(action !== undefined, `${path} has no form number ${which}`);
  return await sendTo(site, action, fields);
}

async function sendTo(
  site: Served,
  action: string,
  fields: Record<string, string> | [string, string][],
): Promise<{ status: number; location: string | null; html: string }> {
  const answer = await site.post(action, fields);
  return { status: answer.status, location: answer.headers.get('location'), html: await answer.text() };
}

// A one-page site: navigation by fragments, the form at the foot, `action="#contact"`. The author expects the visitor
// back at that section, with the note that was hidden.
test('a one-page site answers at its own section', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page(
      `<nav><a href="#about">About</a> <a href="#contact">Contact</a></nav><section id=about><h2>About</h2></section>\n<section id="contact"><form id="contactForm" method="post" action="#contact"><p role=alert data-if="invalid" hidden>Oops</p><p data-if="saved" hidden>Thanks</p><input name=email type=email required><button>Go</button></form></section>`,
    ),
  });
  const served = await body(site, '/');
  assert.match(served, /<nav><a href="#about">About<\/a> <a href="#contact">Contact<\/a><\/nav>/);
  const saved = await send(site, '/', { email: 'ada@example.org' });
  assert.equal(saved.status, 303);
  assert.equal(saved.location, '/?saved=contactForm#contact');
  assert.match(await body(site, '/?saved=contactForm'), /<p data-if="saved">Thanks/);
  const refused = await send(site, '/', { email: 'x' });
  assert.equal(refused.status, 422);
  assert.match(refused.html, /<p role=alert data-if="invalid">Oops/);
});

// German form, German names, German messages.
test('a German form speaks German and keeps its own names', async (t) => {
  const site = await serveFiles(t, {
    'anfrage.html': page(
      `<form method=post name=Anfrage><label>Name <input name="Name" required></label> <label>E-Mail <input type=email name="E-Mail" required></label> <label>Größe <input name="Größe" type=number min=1 max=5></label><button>Senden</button></form>`,
      'de',
    ),
  });
  const refused = await send(site, '/anfrage', { Name: '', 'E-Mail': 'x', Größe: '9' });
  assert.equal(refused.status, 422);
  const messages = texts(refused.html, 'p');
  assert.deepEqual(
    [messages[0], messages[2]],
    ['Bitte füllen Sie dieses Feld aus.', 'Bitte geben Sie höchstens 5 ein.'],
  );
  assert.equal((await send(site, '/anfrage', { Name: 'Jürgen', 'E-Mail': 'j@example.org', Größe: '3' })).status, 303);
  assert.deepEqual(await rows(site, 'anfrage', ['name', 'e-mail', 'grosse']), [
    { name: 'Jürgen', 'e-mail': 'j@example.org', grosse: 3 },
  ]);
});

// Every kind of control in one form. The author expects what the browser would take and nothing else.
const everyControl = `<form method=post name=signup>
<fieldset><legend>Size</legend><label><input type=radio name=size value=s required> S</label> <label><input type=radio name=size value=m> M</label></fieldset>
<label><input type=checkbox name=topping value=ham> ham</label> <label><input type=checkbox name=topping value=figs> figs</label> <label><input type=checkbox name=terms required> terms</label>
<select name=colours multiple><option>red<option value=g>green<option>blue</select> <select name=country required><option value="">choose<optgroup label=EU><option value=it>Italy<option value=de>Germany</optgroup><option disabled value=xx>X</select>
<input type=date name=day min=2026-01-01 max=2026-12-31><input type=time name=at step=900><input type=month name=m><input type=week name=w><input type="datetime-local" name=moment>
<input type=color name=colour value="#ff0000"><input type=range name=r min=0 max=10 step=0.5 value=5><input type=url name=site><input type=tel name=tel pattern="[0-9 ]+"><input name=ro readonly value=fixed><input name=off disabled value=d>
<textarea name=note maxlength=10></textarea><input type=number name=amount step=0.01 min=0><input name=area list=areas><datalist id=areas><option>north<option>south</datalist><input type=hidden name=source value=web>
<fieldset disabled><legend><input name=inlegend></legend><input name=unused></fieldset><button name=go value=now>Go</button></form><input name=outside form=nowhere>`;
const filled: [string, string][] = [
  ['size', 'm'],
  ['topping', 'figs'],
  ['topping', 'ham'],
  ['terms', 'on'],
  ['colours', 'g'],
  ['colours', 'blue'],
  ['country', 'it'],
  ['day', '2026-05-05'],
  ['at', '19:15'],
  ['m', '2026-05'],
  ['w', '2026-W09'],
  ['moment', '2026-05-05T10:00'],
  ['colour', '#00FF00'],
  ['r', '5.5'],
  ['site', 'https://example.org/'],
  ['tel', '12 3'],
  ['ro', 'changed'],
  ['off', 'changed'],
  ['note', 'a\r\nb'],
  ['amount', '1.10'],
  ['area', 'east'],
  ['source', 'app'],
  ['inlegend', 'yes'],
  ['unused', 'no'],
  ['outside', 'no'],
  ['go', 'now'],
];

test('every kind of control is stored as what it is', async (t) => {
  const site = await serveFiles(t, { 'index.html': page(everyControl) });
  assert.equal((await send(site, '/', filled)).status, 303);
  const [row] = await rows(site, 'signup', ['size', 'topping', 'terms', 'colours', 'country', 'day', 'at', 'm', 'w']);
  assert.deepEqual(row, {
    size: 'm',
    topping: ['ham', 'figs'],
    terms: true,
    colours: ['g', 'blue'],
    country: 'it',
    day: '2026-05-05',
    at: '19:15',
    m: '2026-05',
    w: '2026-W09',
  });
  const names = ['moment', 'colour', 'r', 'site', 'tel', 'ro', 'off', 'note', 'amount', 'area', 'source', 'inlegend'];
  assert.deepEqual(await rows(site, 'signup', [...names, 'unused', 'outside']), [
    {
      moment: '2026-05-05T10:00',
      colour: '#00ff00',
      r: '5.5',
      site: 'https://example.org/',
      tel: '12 3',
      ro: 'fixed',
      off: null,
      note: 'a\nb',
      amount: '1.1',
      area: 'east',
      source: 'app',
      inlegend: 'yes',
      unused: null,
      outside: undefined,
    },
  ]);
});

test('each kind of control refuses what its browser would', async (t) => {
  const site = await serveFiles(t, { 'index.html': page(everyControl) });
  const wrong: [string, string][] = [
    ['size', 'xl'],
    ['topping', 'snails'],
    ['terms', 'off'],
    ['colours', 'pink'],
    ['country', 'xx'],
    ['day', '2027-01-01'],
    ['at', '19:07'],
    ['m', '2026-13'],
    ['w', '2026-W60'],
    ['moment', 'yesterday'],
    ['r', '99'],
    ['site', 'example.org'],
    ['tel', 'abc'],
    ['note', 'longer than ten'],
    ['amount', '1.105'],
  ];
  for (const [name, value] of wrong) {
    const fields = [...filled.filter(([other]) => other !== name), [name, value] as [string, string]];
    const answer = await site.post('/?form=signup', fields, { accept: 'application/json' });
    assert.equal(answer.status, 422, name);
    const { errors } = (await answer.json()) as { errors: { field: string }[] };
    assert.deepEqual(
      errors.map(({ field }) => field),
      [name],
    );
  }
  for (const name of ['size', 'terms', 'country']) {
    const fields = filled.filter(([other]) => other !== name);
    assert.equal((await sendTo(site, '/?form=signup', fields)).status, 422, `without ${name}`);
  }
  assert.deepEqual(await rows(site, 'signup', ['id']), []);
});

// Radio buttons, boxes and selects keep what was chosen when the page comes back.
test('a refused form shows every choice as it was made', async (t) => {
  const site = await serveFiles(t, { 'index.html': page(everyControl) });
  const { html } = await send(site, '/', [...filled.filter(([name]) => name !== 'day'), ['day', '1999-01-01']]);
  assert.match(html, /value=m checked> M/);
  assert.doesNotMatch(html, /value=s required checked/);
  assert.match(html, /value=ham checked/);
  assert.match(html, /name=terms required checked/);
  assert.match(html, /<option>red<option value=g selected>green<option selected>blue/);
  assert.match(html, /<option value=it selected>/);
  assert.match(html, /name=day min=2026-01-01 max=2026-12-31 value="1999-01-01" aria-invalid="true"/);
  assert.match(html, /<textarea name=note maxlength=10>a\nb<\/textarea>/);
  assert.match(html, /name=ro readonly value=fixed/);
  assert.equal(html.match(/aria-invalid/g)?.length, 1);
});

// A to-do list: every row with a form that changes it and a button that deletes it, and a form to add one.
const todo = page(
  `<ul data-list="todo" data-as="anyone"><li itemscope><b itemprop="title">Milk</b> <form method=post data-save=todo data-as=anyone><input name=title required value="Milk"><input type=checkbox name=done><button>Save</button><button formaction="?delete">Delete</button></form></li>
<li itemscope><b itemprop="title">Bread</b></li></ul>
<form method=post data-save=todo data-as=anyone><input name=title required><button>Add</button></form>`,
);

test('forms in rows change and delete their own row', async (t) => {
  const site = await serveFiles(t, { 'todo.html': todo });
  const read = (): Promise<readonly Record<string, unknown>[]> => rows(site, 'todo', ['title', 'done']);
  assert.equal((await send(site, '/todo', { title: 'Oat milk', done: 'on' }, 0)).status, 303);
  assert.deepEqual((await read())[0], { title: 'Oat milk', done: true });
  const changed = await body(site, '/todo');
  assert.deepEqual(texts(changed, 'b'), ['Oat milk', 'Bread']);
  assert.match(changed, /value="Oat milk"><input type=checkbox name=done checked>/);
  // An unticked box is false, not untouched.
  assert.equal((await send(site, '/todo', { title: 'Oat milk' }, 0)).status, 303);
  assert.deepEqual((await read())[0], { title: 'Oat milk', done: false });
  assert.equal((await send(site, '/todo', { title: 'Eggs' }, 2)).status, 303);
  assert.deepEqual(texts(await body(site, '/todo'), 'b'), ['Oat milk', 'Bread', 'Eggs']);
  const deletion = values(await body(site, '/todo'), 'formaction')[1];
  assert.equal((await sendTo(site, deletion ?? '', { title: '' })).status, 303);
  assert.deepEqual(texts(await body(site, '/todo'), 'b'), ['Oat milk', 'Eggs']);
});

test('a wrong change shows at its own row only', async (t) => {
  const site = await serveFiles(t, { 'todo.html': todo });
  const { status, html } = await send(site, '/todo', { title: '' }, 1);
  assert.equal(status, 422);
  assert.equal(html.match(/aria-invalid/g)?.length, 1);
  assert.match(html, /Bread<\/b> <form[^>]*><input name=title required value="" aria-invalid="true"/);
  assert.deepEqual(texts(bodyOf(html), 'b'), ['Milk', 'Bread']);
});

test('a change to a row that somebody changed in between is refused, what was typed kept', async (t) => {
  const site = await serveFiles(t, { 'todo.html': todo });
  const [action = ''] = values(await body(site, '/todo'), 'action');
  await sendTo(site, action, { title: 'First' });
  const second = await sendTo(site, action, { title: 'Second' });
  assert.equal(second.status, 409);
  assert.match(second.html, /value="Second"/);
  assert.match(second.html, /changed this entry/);
  assert.equal((await rows(site, 'todo', ['title']))[0]?.['title'], 'First');
  // The page that came back carries the new version: sent again, it is saved.
  const [again = ''] = values(second.html, 'action');
  assert.equal((await sendTo(site, again, { title: 'Second' })).status, 303);
});

// A blog post with comments: the form stands in the post's row, so a comment belongs to that post.
const blog = {
  'blog/index.html': page(
    `<div data-list="post"><article itemscope><h2><a itemprop="url" href="hello.html"><span itemprop="title">Hello</span></a></h2> <small data-text="{count(comment)} comments">2 comments</small></article><article itemscope><h2><a itemprop="url" href="hello.html"><span itemprop="title">Second post</span></a></h2></article></div>`,
  ),
  'blog/hello.html': page(
    `<article data-row="post?slug" itemscope><h1 itemprop="title">Hello</h1>
<ol data-list="comment?sort=created_at" data-as="anyone"><li itemscope><b itemprop="who">Ada</b> <p itemprop="text">First!</p></li><li itemscope><b itemprop="who">Bob</b> <p itemprop="text">Second</p></li><li data-if="!rows">No comments yet</li></ol>
<form method=post data-save="comment"><input name=who required><textarea name=text required maxlength=200></textarea><p data-if="saved" hidden>Thank you</p><button>Send</button></form></article>`,
  ),
};

test('a form in a row adds children to that row', async (t) => {
  const site = await serveFiles(t, blog);
  assert.deepEqual(texts(await body(site, '/blog/second-post'), 'li'), ['No comments yet']);
  const saved = await send(site, '/blog/second-post', { who: 'Eve', text: 'Hi <b>there</b>' });
  assert.deepEqual([saved.status, saved.location], [303, '/blog/second-post?saved=comment']);
  assert.deepEqual(texts(await body(site, '/blog/second-post'), 'b'), ['Eve']);
  assert.match(await body(site, '/blog/second-post?saved=comment'), /<p data-if="saved">Thank you/);
  assert.match(await body(site, '/blog/second-post'), /Hi &lt;b&gt;there&lt;\/b&gt;/);
  assert.deepEqual(texts(await body(site, '/blog/hello'), 'b'), ['Ada', 'Bob']);
  assert.deepEqual(texts(await body(site, '/blog/'), 'small'), ['2 comments', '1 comments']);
  const refused = await send(site, '/blog/second-post', { who: 'Eve', text: '' });
  assert.equal(refused.status, 422);
  assert.match(refused.html, /name=who required value="Eve"/);
  assert.deepEqual(texts(bodyOf(refused.html), 'h1'), ['Second post']);
});

// A script on the post's page that posts to the address bar's URL names no row. There is only one it can mean.
test('a script on a row’s page may leave the row out', async (t) => {
  const site = await serveFiles(t, blog);
  const answer = await site.post('/blog/second-post', { who: 'Eve', text: 'From a script' });
  assert.equal(answer.status, 303);
  assert.deepEqual(texts(await body(site, '/blog/second-post'), 'b'), ['Eve']);
});

// A stock list in one form: one button saves all rows. Written in each of the ways that HTML allows.
for (const [how, open, close] of [
  ['in a table body', '<table><tbody data-list="item?sort=name" data-as=anyone>', '</tbody></table>'],
  ['directly in a table', '<table data-list="item?sort=name" data-as=anyone>', '</table>'],
] as const) {
  test(`a form that contains a list ${how} saves all its rows`, async (t) => {
    const site = await serveFiles(t, {
      'stock.html': page(
        `<form method=post name=stock data-as=anyone>${open}<tr itemscope><td itemprop=name>Apple<td><input type=number name=amount min=0 value=3><td><input type=checkbox name=ordered id=o><label for=o>ordered</label></tr><tr itemscope><td itemprop=name>Pear<td><input type=number name=amount min=0 value=5><td><input type=checkbox name=ordered checked></tr>${close}<button>Save all</button></form>`,
      ),
    });
    const read = (): Promise<readonly Record<string, unknown>[]> => rows(site, 'item', ['name', 'amount', 'ordered']);
    const seeded = [
      { name: 'Apple', amount: 3, ordered: false },
      { name: 'Pear', amount: 5, ordered: true },
    ];
    assert.deepEqual(await read(), seeded);
    const html = await body(site, '/stock');
    const [apple = '', , pear = ''] = values(html, 'name').filter((name) => name.includes('.'));
    const refused = await send(site, '/stock', { [apple]: '30', [pear]: '-2' });
    assert.equal(refused.status, 422);
    assert.match(refused.html, /value="-2" aria-invalid="true"/);
    assert.equal(refused.html.match(/aria-invalid/g)?.length, 1);
    assert.deepEqual(await read(), seeded);
    const saved = await send(site, '/stock', { [apple]: '30', [pear]: '12' });
    assert.equal(saved.status, 303);
    assert.deepEqual(await read(), [
      { name: 'Apple', amount: 30, ordered: false },
      { name: 'Pear', amount: 12, ordered: false },
    ]);
    assert.deepEqual(site.log.lines, []);
  });
}

// Without a word on who may, strangers cannot change the stock.
test('the rows of a list in a form are changed by nobody who may not', async (t) => {
  const site = await serveFiles(t, {
    'stock.html': page(
      `<form method=post name=stock><ul data-list="item" data-as=anyone><li itemscope><b itemprop=name>Apple</b><input type=number name=amount value=3></li></ul><button>Save all</button></form>`,
    ),
  });
  const [name = ''] = values(await body(site, '/stock'), 'name').filter((one) => one.includes('.'));
  const answer = await send(site, '/stock', { [name]: '30' });
  assert.ok([403, 404].includes(answer.status), String(answer.status));
  assert.deepEqual(await rows(site, 'item', ['amount']), [{ amount: 3 }]);
});

// A select whose options are rows: the one chosen is a reference, one that is not on offer is refused.
test('a select filled from rows offers them and takes nothing else', async (t) => {
  const site = await serveFiles(t, {
    'ask.html': page(
      `<form method=post name=ask><select name=topic required data-list="topic?sort=name"><option value="">Choose</option><option itemscope value="1" data-attr-value="{id}" data-text="{name}">Table</option><option itemscope value="2">Allergens</option></select><button>Ask</button></form>`,
    ),
  });
  const html = await body(site, '/ask');
  assert.deepEqual(texts(html, 'option'), ['Choose', 'Allergens', 'Table']);
  const [, id = ''] = values(html, 'value');
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.equal((await send(site, '/ask', { topic: id })).status, 303);
  assert.deepEqual(await rows(site, 'ask', ['topic']), [{ topic: id }]);
  for (const topic of ['1', '', '00000000-0000-7000-8000-000000000000', 'Table'])
    assert.equal((await send(site, '/ask', { topic })).status, 422, topic);
  const again = await send(site, '/ask', { topic: 'x' });
  assert.deepEqual(texts(bodyOf(again.html), 'option'), ['Choose', 'Allergens', 'Table']);
});

// A price in a hidden input of a row's form: the server fills it itself, whatever is sent.
test('a hidden input with data-attr-value is never believed', async (t) => {
  const site = await serveFiles(t, {
    'shop.html': page(
      `<ul data-list="product"><li itemscope><b itemprop="name">Cup</b> <data itemprop="price" value="9.5">€9.50</data> <form method=post data-save="inquiry"><input type=hidden name=price value="9.5" data-attr-value="{price}"><input name=who required><button>Ask</button></form></li></ul>`,
    ),
  });
  assert.equal((await send(site, '/shop', { who: 'Eve', price: '0.01' })).status, 303);
  const [row] = await rows(site, 'inquiry', ['who', 'price']);
  assert.equal(row?.['who'], 'Eve');
  assert.equal(String(row?.['price']), '9.5');
});

// Two forms without names on one page, as in many templates: each keeps its own table and its own errors.
test('two unnamed forms on a page do not answer for each other', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page(
      `<form method="post"><input name="email" type="email" required></form><form method="post"><input name="phone" required><p data-if="saved" hidden>Done</p></form>`,
    ),
  });
  const refused = await send(site, '/', { phone: '' }, 1);
  assert.equal(refused.status, 422);
  assert.match(refused.html, /name="phone" required aria-invalid="true"/);
  assert.doesNotMatch(refused.html, /type="email" required aria-invalid/);
  const saved = await send(site, '/', { phone: '123' }, 1);
  assert.equal(saved.status, 303);
  assert.match(await body(site, saved.location ?? ''), /<p data-if="saved">Done/);
  // Without the form's name the fields tell.
  assert.equal((await site.post('/', { email: 'a@example.org' })).status, 303);
});

// Success pages as authors write them: a page, a folder, the new row's page, none at all, somebody else's script.
for (const [action, expected] of [
  ['thanks.html', '/thanks?saved=ask'],
  ['thanks', '/thanks?saved=ask'],
  ['/thanks.html#done', '/thanks?saved=ask#done'],
  ['thanks.html?from=form', '/thanks?from=form&saved=ask'],
  ['', '/ask?saved=ask'],
  ['#', '/ask?saved=ask'],
  ['mail.php', '/ask?saved=ask'],
  ['sub/', '/sub/?saved=ask'],
] as const) {
  test(`a form with action="${action}" leads to ${expected}`, async (t) => {
    const site = await serveFiles(t, {
      'ask.html': page(`<form method="post" name="ask" action="${action}"><input name="q"></form>`),
      'thanks.html': page('<p id="done">Thanks</p>'),
      'sub/index.html': page('<p>Sub</p>'),
    });
    const { status, location } = await send(site, '/ask', { q: 'x' });
    assert.deepEqual([status, location], [303, expected]);
    assert.equal((await site.get(expected.split('#')[0] ?? '')).status, 200);
  });
}

test('a form whose action is the detail page of its table leads to the new row’s page', async (t) => {
  const site = await serveFiles(t, {
    'new.html': page(
      `<form method="post" data-save="advert" action="ads/bicycle.html"><input name="title" required></form>`,
    ),
    'ads/bicycle.html': page(
      `<main data-row="advert?slug" data-as="anyone" itemscope><h1 itemprop="title">Bicycle</h1></main>`,
    ),
  });
  const { status, location } = await send(site, '/new', { title: 'Sofá “grande”' });
  assert.equal(status, 303);
  assert.equal(location?.split('?')[0], '/ads/sofa-grande');
  assert.deepEqual(texts(await body(site, location ?? ''), 'h1'), ['Sofá “grande”']);
});

// A form that leads to another site is that site's affair and stays as it is.
test('a form that posts elsewhere is not touched', async (t) => {
  const html = page(
    `<form method="post" action="https://example.org/subscribe"><input name="email"></form><form method="post" action="mailto:a@example.org"><input name="q"></form><dialog><form method="dialog"><button>OK</button></form></dialog>`,
  );
  const site = await serveFiles(t, { 'index.html': html });
  assert.equal(await (await site.get('/')).text(), html);
});

// Arabic, which the messages are not written in.
test('a message in another language than the page’s says in which, and which way it runs', async (t) => {
  const form = '<form name="f" method="post"><input name="name" required></form>';
  const site = await serveFiles(t, { 'ar.html': page(form, 'ar'), 'de.html': page(form, 'de-AT') });
  const arabic = await (await site.post('/ar?form=f', { name: '' })).text();
  assert.match(arabic, /<p id="name-error" class="error" lang="en" dir="ltr">Please fill in this field\.<\/p>/);
  const german = await (await site.post('/de?form=f', { name: '' })).text();
  assert.match(german, /<p id="name-error" class="error">/);
});
