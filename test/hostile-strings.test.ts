import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { attribute, parsePage, textContent } from '../src/html/index.ts';
import type { PageElement } from '../src/html/index.ts';
import { startBrowser } from './browser.ts';
import { rows } from './rows.ts';
import { serveFiles } from './served.ts';
import { page } from './written.ts';

/*
 * What a visitor writes comes back as what it is, in every kind of place, and never as anything else: the page keeps
 * its elements, nothing runs, and no link leads where none may.
 */

const hostile = [
  '<script>globalThis.bad=1</script>',
  '"><img src=x onerror="globalThis.bad=1">',
  "' onmouseover='globalThis.bad=1' x='",
  '</textarea></title></style></select></template><svg onload=globalThis.bad=1>',
  '<!-- --><!--><b>',
  ']]><![CDATA[<p>',
  '&lt;b&gt;&amp;&quot;&#x3C;&#60;',
  '&ampquot;&notit;&copy',
  'javascript:globalThis.bad=1',
  'JaVa\tScRiPt:globalThis.bad=1',
  ' javascript:globalThis.bad=1',
  'data:text/html,<script>globalThis.bad=1</script>',
  'vbscript:x',
  '//evil.example/x',
  '/\\evil.example',
  "x');background:url(//evil.example/a);x('",
  'red;}body{display:none',
  '{name} {id} {{7*7}} ${7*7} <%= 7*7 %>',
  'data-list="thing" data-as=anyone',
  '<ul data-list="secret"><li itemscope><b itemprop="name">x</b></li></ul>',
  'a\u0000b\u0001\u0008',
  'line\nbreak\ttab',
  '\u202Eevil\u202C \u200B\uFEFF \u2028\u2029',
  '😀 e\u0301 ﬁ ß İ',
  '../../../etc/passwd',
  "'; drop table thing; --",
  '%00%0d%0aSet-Cookie:x=y',
  'constructor',
  '__proto__',
  'x'.repeat(400),
];

/** One list that shows a text in every kind of place. */
const everyPlace = page(
  `<div id="list" data-list="thing" data-as="anyone"><article itemscope id="item" data-class="here?name=sample" title="sample" data-attr-title="{name}" data-x="a sample b" data-attr-data-x="a {name} b"><h2 id="head" itemprop="name">sample</h2><p data-text="before {name} after">before sample after</p><a data-attr-href="{name}" href="sample">link</a><a data-attr-href="/search?q={name}" href="/search?q=sample">search</a><img alt="sample" data-attr-alt="{name}" src="data:,"><div style="background:url('x')" data-attr-style="background:url('{name}')">s</div><a itemprop="link" href="sample">l</a><div itemprop="rich" data-format="html">rich</div><div itemprop="mark" data-format="markdown">mark</div><meta itemprop="hidden" content="meta"><form method="post" data-save="thing" data-as="anyone"><input name="name" value="sample"><textarea name="notes">sample</textarea><select name="kind"><option>sample</select><label for="head">x</label></form></article></div>
<form method="get"><select name="choice"><option value="">any</option></select></form>
<form name="pick" method="post"><select name="thing" data-list="thing" data-as="anyone"><option itemscope value="1" data-attr-value="{id}" data-text="{name}">sample</option></select></form>
<form name="add" method="post" data-save="thing"><input name="name"><textarea name="notes"></textarea><input name="link"><textarea name="rich"></textarea><textarea name="mark"></textarea><input name="hidden"></form>`,
);

let started: Awaited<ReturnType<typeof startBrowser>>;
let browser: Browser;
before(async () => {
  started = await startBrowser();
  browser = started.browser;
});
after(() => started.stop());

test('hostile strings are only ever text, in every kind of place', async (t) => {
  const site = await serveFiles(t, { 'index.html': everyPlace });
  assert.deepEqual(site.notices, []);
  const plain = 'harmless';
  for (const text of [plain, ...hostile]) {
    const fields = { name: text, notes: text, link: text, rich: text, mark: text, hidden: text };
    const answer = await site.post('/?form=add', fields);
    assert.equal(answer.status, 303, text);
  }
  const stored = await rows(site, 'thing', ['name', 'notes', 'hidden', 'link']);
  // The sample, the harmless one, and one for each; NUL cannot be stored and is left out.
  assert.deepEqual(
    stored.map(({ notes }) => notes),
    ['sample', plain, ...hostile].map((text) => text.replaceAll('\0', '')),
  );
  const html = await (await site.get('/')).text();
  const articles = elementsOf(html, 'article');
  assert.equal(articles.length, hostile.length + 2);
  const shape = shapeOf(articles[1]!);
  for (const [index, article] of articles.entries()) {
    const text = (stored[index]?.['name'] ?? '') as string;
    assert.equal(shapeOf(article), shape, text);
    assertPlaces(article, text);
  }
  const options = elementsOf(html, 'option').filter((option) => attribute(option, 'data-attr-value') !== undefined);
  assert.deepEqual(
    options.map((option) => textContent(option)),
    stored.map(({ name }) => name),
  );
  await assertNothingRuns(site.address);
  assert.deepEqual(site.log.lines, []);
});

function elementsOf(html: string, tag: string): readonly PageElement[] {
  return parsePage({ file: 'x.html', text: html }).elements.filter(({ tagName }) => tagName === tag);
}

/** The elements of an item with their attributes' names, without what is rich text by intent. */
function shapeOf(item: PageElement): string {
  const inner = item.childNodes.flatMap((child) => ('tagName' in child ? [child] : []));
  const rich = attribute(item, 'data-format') !== undefined;
  const names = item.attrs.map(({ name }) => name).toSorted();
  return `${item.tagName}[${names.filter((name) => name !== 'class' && name !== 'selected').join(' ')}](${rich ? '' : inner.map(shapeOf).join(' ')})`;
}

function assertPlaces(article: PageElement, text: string): void {
  const all = [...inside(article)];
  const one = (tag: string, index = 0): PageElement => all.filter(({ tagName }) => tagName === tag)[index]!;
  assert.equal(textContent(one('h2')), text);
  assert.equal(textContent(one('p')), `before ${text} after`);
  assert.equal(attribute(article, 'title'), text);
  assert.equal(attribute(article, 'data-x'), `a ${text} b`);
  assert.equal(attribute(one('img'), 'alt'), text);
  assert.equal(attribute(one('input'), 'value'), text);
  for (const link of all.filter(({ tagName }) => tagName === 'a')) {
    const href = attribute(link, 'href') ?? '';
    assert.match(new URL(href, 'http://site.invalid/').protocol, /^(?:https?|mailto|tel):$/, href);
  }
  const search = attribute(one('a', 1), 'href') ?? '';
  const target = new URL(search, 'http://site.invalid/');
  assert.deepEqual(
    [target.origin, target.pathname, [...target.searchParams.keys()]],
    ['http://site.invalid', '/search', ['q']],
  );
  const style = attribute(one('div'), 'style') ?? '';
  assert.match(style, /^background:url\('(?:[^'\\]|\\.)*'\)$/);
  for (const element of all)
    assert.deepEqual(
      element.attrs.filter(({ name }) => /^on/i.test(name)),
      [],
      text,
    );
}

function* inside(element: PageElement): Generator<PageElement> {
  for (const child of element.childNodes) {
    if (!('tagName' in child)) continue;
    yield child;
    yield* inside(child);
  }
}

async function assertNothingRuns(address: string): Promise<void> {
  const tab = await browser.newPage();
  const asked: string[] = [];
  tab.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== address) asked.push(request.url());
  });
  await tab.route(
    (url) => url.origin !== address,
    (route) => route.abort(),
  );
  await tab.goto(address);
  for (const link of await tab.locator('a').all()) await link.dispatchEvent('mouseover');
  assert.equal(await tab.evaluate('globalThis.bad'), undefined);
  assert.equal(await tab.evaluate('getComputedStyle(document.body).display'), 'block');
  assert.deepEqual(
    asked.filter((url) => !/evil\.example\/x?$/.test(url)),
    [],
  );
  await tab.close();
}

test('a refused form gives hostile strings back as text', async (t) => {
  const site = await serveFiles(t, {
    'index.html': page(
      '<form name=f method=post><input name=a><textarea name=b></textarea><input type=hidden name=c><select name=d><option>x</select><input type=email name=e required></form>',
    ),
  });
  const clean = await (await site.post('/?form=f', { a: '', b: '', c: '', e: '' })).text();
  const count = parsePage({ file: 'x.html', text: clean }).elements.length;
  for (const text of hostile) {
    const answer = await site.post('/?form=f', { a: text, b: text, c: text, d: text, e: text, form: text });
    assert.equal(answer.status, 422, text);
    const html = await answer.text();
    const { elements } = parsePage({ file: 'x.html', text: html });
    // One message more: what was typed is not on offer in the select.
    assert.equal(elements.length, count + 1, text);
    const [input, area] = [
      elements.find(({ tagName }) => tagName === 'input')!,
      elements.find(({ tagName }) => tagName === 'textarea')!,
    ];
    assert.equal(attribute(input, 'value'), text.replaceAll('\0', '\uFFFD'));
    assert.equal(textContent(area), text.replaceAll('\0', '\uFFFD'));
  }
});

test('hostile strings in names and addresses of a page’s own are no better', async (t) => {
  const site = await serveFiles(t, {
    'blog/post.html': page(
      '<main data-row="post?slug" data-as="anyone" itemscope><h1 itemprop="title">Post</h1></main>',
    ),
    'index.html': page(
      '<ul data-list="post" data-as="anyone"><li itemscope><a itemprop="url" href="blog/post.html"><b itemprop="title">Post</b></a></li></ul><form name=add method=post data-save=post action="blog/post.html"><input name=title></form>',
    ),
  });
  for (const title of hostile) {
    const answer = await site.post('/?form=add', { title });
    assert.equal(answer.status, 303, title);
    const location = new URL(answer.headers.get('location') ?? '', site.address);
    assert.equal(location.origin, site.address, title);
    assert.match(location.pathname, /^\/blog\/[\w%.-]+$/, title);
    const detail = await site.get(location.pathname);
    assert.equal(detail.status, 200, location.pathname);
    const [heading] = elementsOf(await detail.text(), 'h1');
    // A field of one line takes no line ends, as in browsers.
    assert.equal(textContent(heading!), title.replace(/[\0\n]/g, ''));
  }
  const links = elementsOf(await (await site.get('/')).text(), 'a').map((link) => attribute(link, 'href'));
  assert.equal(new Set(links).size, hostile.length + 1);
  assert.deepEqual(site.log.lines, []);
});
