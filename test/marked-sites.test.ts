import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { attribute, hasAttribute, parsePage, textContent, writtenChildren } from '../src/html/index.ts';
import type { PageElement } from '../src/html/index.ts';
import { canonicalPath } from '../src/site/index.ts';
import { markForms, markLists, markParts, markRows, within } from './marking.ts';
import type { MarkStyle } from './marking.ts';
import { command, rows } from './rows.ts';
import { folderOf, serveFolder } from './served.ts';
import type { Served } from './served.ts';
import { values } from './written.ts';

/*
 * Every page of the published sites, marked by machine in several ways and served from end to end: the rows arrive in
 * the database, and what is served is the file, up to the differences that `check` lists.
 */

const sites = ['agency', 'business-casual', 'clean-blog', 'freelancer', 'shop-homepage'];
const styles: readonly MarkStyle[] = [
  { prefix: 'data-', quote: '"' },
  { prefix: 'data-backlot-', quote: "'" },
  { prefix: 'DATA-', quote: '' },
];

async function pagesOf(name: string): Promise<ReadonlyMap<string, string>> {
  const dir = `node_modules/startbootstrap-${name}/dist`;
  const pages = new Map<string, string>();
  for (const file of globSync('**/*.html', { cwd: dir }).toSorted())
    pages.set(file, await readFile(`${dir}/${file}`, 'utf8'));
  return pages;
}

/** Messages of `check` that say how a page differs from its file when its own samples fill it, by file. */
async function differences(dir: string): Promise<{ readonly files: ReadonlySet<string>; readonly errors: string[] }> {
  const { stdout } = await command(['check', '--site', dir]);
  const lines = stdout.split('\n');
  return {
    files: new Set(
      lines.filter((line) => line.includes('[site/sample-')).map((line) => line.trim().split(':')[0] ?? ''),
    ),
    errors: lines.filter((line) => line.includes(': error: ')),
  };
}

for (const [index, name] of sites.entries()) {
  for (const [way, mark] of [
    ['its repeated elements as lists', markLists],
    ['its sections as rows', markRows],
  ] as const) {
    test(`startbootstrap-${name} with ${way} is its files, up to what check lists`, async (t) => {
      const marked = [...(await pagesOf(name))].map(([file, html]) => ({
        file,
        ...mark(html, file.replace(/\W/g, ''), styles[index % styles.length]!),
      }));
      const dir = await folderOf(t, Object.fromEntries(marked.map(({ file, html }) => [file, html])));
      const site = await serveFolder(t, dir);
      const { files, errors } = await differences(dir);
      assert.deepEqual(errors, []);
      assert.ok(marked.some(({ tables }) => tables.size > 0));
      for (const { file, html, tables } of marked) {
        const answer = await site.get(canonicalPath(file));
        assert.equal(answer.status, 200, file);
        const served = await answer.text();
        if (!files.has(file)) assert.equal(served, html, file);
        assert.equal(aroundItems(served), aroundItems(html), file);
        for (const [table, count] of tables) assert.equal((await rows(site, table, ['id'])).length, count, table);
        await assertRowsShown(site, served, html);
      }
      assert.deepEqual(site.log.lines, []);
    });
  }
}

/** Bytes of a page without the items of its lists. */
function aroundItems(html: string): string {
  let rest = '';
  let at = 0;
  for (const { items } of listsOf(html)) {
    const [first, last] = [items[0], items.at(-1)];
    if (!first?.sourceCodeLocation || !last?.sourceCodeLocation) continue;
    rest += html.slice(at, first.sourceCodeLocation.startOffset);
    at = last.sourceCodeLocation.endOffset;
  }
  return rest + html.slice(at);
}

function listsOf(html: string): readonly { readonly table: string; readonly items: readonly PageElement[] }[] {
  return parsePage({ file: 'page.html', text: html }).elements.flatMap((element) => {
    const table = attribute(element, 'data-list') ?? attribute(element, 'data-backlot-list');
    if (table === undefined) return [];
    return [{ table, items: writtenChildren(element).filter((child) => hasAttribute(child, 'itemscope')) }];
  });
}

/** Every row stands in the database as its sample was written, and in the served page as it stands in the database. */
async function assertRowsShown(site: Served, served: string, html: string): Promise<void> {
  const written = listsOf(html);
  for (const [index, { table, items }] of listsOf(served).entries()) {
    const samples = written[index]?.items ?? [];
    assert.equal(items.length, samples.length, table);
    const names = [...within(items[0]!)].flatMap((element) => attribute(element, 'itemprop') ?? []);
    const stored = await rows(site, table, names);
    for (const [place, item] of items.entries()) {
      const shown = valuesOf(item);
      const sample = [...within(samples[place]!)];
      const alike =
        sample.map(({ tagName }) => tagName).join(' ') === [...within(item)].map(({ tagName }) => tagName).join(' ');
      for (const [name, value] of shown) {
        assert.equal(value, textOf(stored[place]?.[name]), `${table} ${place} ${name}`);
        const position = [...within(item)].findIndex((element) => attribute(element, 'itemprop') === name);
        if (alike) assert.equal(value, valueOf(sample[position]!), `${table} ${place} ${name}`);
      }
    }
  }
}

function valuesOf(item: PageElement): ReadonlyMap<string, string> {
  const bound = [...within(item)].filter((element) => hasAttribute(element, 'itemprop'));
  return new Map(bound.map((element) => [attribute(element, 'itemprop') ?? '', valueOf(element)]));
}

/** What microdata says an element's value is, as far as the machine binds it; links as stored, from the root. */
function valueOf(element: PageElement): string {
  const link = attribute(element, element.tagName === 'img' ? 'src' : 'href');
  if (element.tagName !== 'img' && element.tagName !== 'a') return textContent(element).trim().replace(/\s+/g, ' ');
  return link === undefined || /^[a-z]+:/.test(link) ? (link ?? '') : new URL(link, 'http://site.invalid/').pathname;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim().replace(/\s+/g, ' ') : '';
}

for (const name of ['agency', 'clean-blog', 'freelancer']) {
  test(`the form of startbootstrap-${name} is posted right and wrong`, async (t) => {
    const pages = await pagesOf(name);
    const [file, html] = [...pages].find(([, text]) => text.includes('<form id="contactForm"')) ?? [];
    assert.ok(file !== undefined && html !== undefined);
    const site = await serveFolder(t, await folderOf(t, { [file]: markForms(html) }));
    const path = canonicalPath(file);
    const [action = ''] = values(await (await site.get(path)).text(), 'action');
    assert.equal(action, `${path}?form=contactForm`);
    const right = { name: 'Ada', email: 'ada@example.org', phone: '123', message: 'Hello <there> & "you"' };
    const wrong = await site.post(action, { ...right, email: 'ada' });
    const refused = await wrong.text();
    assert.equal(wrong.status, 422);
    assert.equal(refused.match(/aria-invalid="true"/g)?.length, 1);
    assert.match(refused, /value="Ada"/);
    assert.match(refused, />Hello &lt;there&gt; &amp; "you"<\/textarea>/);
    const missing = await site.post(action, { ...right, name: '' });
    assert.equal(missing.status, 422);
    const saved = await site.post(action, right);
    assert.deepEqual([saved.status, saved.headers.get('location')], [303, `${path}?saved=contactForm`]);
    assert.deepEqual(await rows(site, 'contactform', Object.keys(right)), [right]);
    assert.deepEqual(site.log.lines, []);
  });
}

// Where every page carries its own copy of the navigation, the home page's is served on all, the current page marked.
for (const name of ['business-casual', 'clean-blog']) {
  test(`startbootstrap-${name} shares its navigation and footer`, async (t) => {
    const pages = new Map([...(await pagesOf(name))].map(([file, html]) => [file, markParts(html)]));
    const site = await serveFolder(t, await folderOf(t, Object.fromEntries(pages)));
    const home = partsOf(pages.get('index.html') ?? '');
    assert.equal(home.parts.length, 2);
    for (const [file, html] of pages) {
      const served = await (await site.get(canonicalPath(file))).text();
      const { parts, rest } = partsOf(served);
      assert.equal(rest, partsOf(html).rest, file);
      assert.deepEqual(
        parts.map((part) => part.replaceAll(' aria-current="page"', '')),
        home.parts,
        file,
      );
      const current = [...served.matchAll(/href="([^"]*)"[^>]* aria-current="page"/g)].map(([, href]) => href);
      assert.ok(current.length > 0 && current.every((href) => href === file), `${file}: ${current.join(' ')}`);
    }
    assert.deepEqual(site.log.lines, []);
  });
}

function partsOf(html: string): { readonly parts: readonly string[]; readonly rest: string } {
  const pattern = /<(nav|footer) data-part=.*?<\/\1>/gs;
  return { parts: [...html.matchAll(pattern)].map(([part]) => part), rest: html.replace(pattern, '') };
}

// The blog, marked as its buyer would mark it: the front page lists posts, post.html is any post, the head of both is
// shared. Only attributes are added.
test('startbootstrap-clean-blog becomes a blog', async (t) => {
  const pages = await pagesOf('clean-blog');
  const index = (pages.get('index.html') ?? '')
    .replace('<div class="col-md-10 col-lg-8 col-xl-7">\n                    <!-- Post preview-->', (found) =>
      found.replace('<div ', '<div id="posts" '),
    )
    .replaceAll('<div class="post-preview">', '<div class="post-preview" itemscope>')
    .replace(
      '<div class="post-preview" itemscope>',
      '<div class="post-preview" data-list="post?sort=-created_at" itemscope>',
    )
    .replaceAll('<a href="post.html">', '<a href="post.html" itemprop="url">')
    .replaceAll('<h2 class="post-title">', '<h2 class="post-title" itemprop="title">')
    .replaceAll('<h3 class="post-subtitle">', '<h3 class="post-subtitle" itemprop="subtitle">');
  const post = (pages.get('post.html') ?? '')
    .replace('<body>', '<body data-row="post?slug" itemscope>')
    .replace('<h1>', '<h1 itemprop="title">')
    .replace('<h2 class="subheading">', '<h2 class="subheading" itemprop="subtitle">')
    .replace('<div class="col-md-10 col-lg-8 col-xl-7">\n                        <p>', (found) =>
      found.replace('<div ', '<div itemprop="body" data-format="html" '),
    );
  const dir = await folderOf(t, { ...Object.fromEntries(pages), 'index.html': index, 'post.html': post });
  const site = await serveFolder(t, dir);
  const front = await (await site.get('/')).text();
  const read = await rows(site, 'post', ['title', 'slug', 'subtitle']);
  assert.ok(read.length >= 4, String(read.length));
  for (const { title } of read) assert.ok(front.includes(String(title).replaceAll('"', '"')), String(title));
  const links = values(front, 'href').filter((href) => /^post\/|^\/post\//.test(href));
  assert.ok(links.length >= 4, links.join(' '));
  for (const link of links) {
    const detail = await site.get(new URL(link, `${site.address}/`).pathname);
    assert.equal(detail.status, 200, link);
    const html = await detail.text();
    assert.ok(
      read.some(({ title }) => html.includes(`<h1 itemprop="title">${String(title)}</h1>`)),
      link,
    );
    // The page stands one folder deeper than its file, and its own links still lead to what they led to.
    assert.ok(html.includes('href="../about.html"'), link);
  }
  assert.equal(await (await site.get('/about')).text(), pages.get('about.html'));
});
