import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compilePage } from './compile.ts';
import { decodePage } from './decode.ts';
import { attribute, hasAttribute, parsePage, textContent } from './document.ts';
import { pageDataOf, plainRows } from './fixtures.ts';
import { isControl, valuePlace } from './places.ts';
import { readPage } from './read.ts';
import { renderPage } from './render.ts';
import { forbiddenReason } from './escape.ts';
import { isHtml, writtenChildren } from './tree.ts';
import type { PageElement } from './tree.ts';

/* Laws 1 and 2 over real pages: as they are, and in copies that are marked by machine. */

const pages = globSync(
  'node_modules/startbootstrap-{agency,business-casual,clean-blog,freelancer,shop-homepage}/dist/**/*.html',
)
  .sort()
  .map((path) => {
    const decoded = decodePage(readFileSync(path), path);
    if (!decoded.ok) throw new Error(decoded.diagnostic.message);
    return { file: path.replace(/^.*\/dist\//, ''), site: path.split('/')[1]!, text: decoded.text };
  });

/** Attributes to insert, by the offset just after a tag's name. */
type Insertions = Map<number, string>;

function mark(insertions: Insertions, element: PageElement, attributes: string): void {
  const at = element.sourceCodeLocation!.startOffset + 1 + element.tagName.length;
  insertions.set(at, (insertions.get(at) ?? '') + attributes);
}

function inserted(text: string, insertions: Insertions): string {
  let marked = '';
  let at = 0;
  for (const [offset, attributes] of [...insertions].sort((a, b) => a[0] - b[0])) {
    marked += text.slice(at, offset) + attributes;
    at = offset;
  }
  return marked + text.slice(at);
}

/** Whether an element can carry a value: text without elements, or a link or picture. */
function isBindable(element: PageElement): boolean {
  if (!isHtml(element) || isControl(element) || hasAttribute(element, 'itemprop')) return false;
  const place = valuePlace(element);
  if (place.kind === 'attribute') {
    const value = attribute(element, place.name) ?? '';
    return (
      forbiddenReason(
        element.tagName,
        place.name,
        Object.fromEntries(element.attrs.map(({ name, value: text }) => [name, text])),
      ) === null &&
      !/^(?:#|data:|https?:)?!?$/.test(value) &&
      !place.shown
    );
  }
  return (
    forbiddenReason(element.tagName, null) === null &&
    writtenChildren(element).length === 0 &&
    textContent(element).trim() !== ''
  );
}

function* within(element: PageElement): Generator<PageElement> {
  yield element;
  for (const child of writtenChildren(element)) yield* within(child);
}

/** Takes the whole body for one row: every element that can carry a value is bound. */
function markedAsRow(text: string): { marked: string; count: number } {
  const document = parsePage({ file: 'x.html', text });
  const insertions: Insertions = new Map();
  const body = document.elements.find(({ tagName }) => tagName === 'body')!;
  mark(insertions, body, ' data-row="site" itemscope');
  let count = 0;
  for (const element of within(body))
    if (element !== body && isBindable(element)) mark(insertions, element, ` itemprop=p${count++}`);
  return { marked: inserted(text, insertions), count };
}

/** Takes runs of equal siblings for lists: the first is the template, the others are samples of it. */
function markedAsLists(text: string): { marked: string; lists: number } {
  const document = parsePage({ file: 'x.html', text });
  const insertions: Insertions = new Map();
  const taken = new Set<PageElement>();
  let lists = 0;
  for (const element of document.elements) {
    if (!isHtml(element) || [...ancestors(element)].some((around) => taken.has(around)) || element.tagName === 'head')
      continue;
    const children = writtenChildren(element);
    const [first] = children;
    const alike = children.filter(
      (child) => child.tagName === first?.tagName && attribute(child, 'class') === attribute(first, 'class'),
    );
    if (!first || alike.length < 2 || alike.length !== children.length || first.tagName === 'option') continue;
    const bindable = [...within(first)].filter((inner) => inner !== first && isBindable(inner));
    if (bindable.length === 0) continue;
    taken.add(element);
    mark(insertions, element, ` data-list="t${lists++}"`);
    for (const child of alike) mark(insertions, child, ' itemscope');
    for (const [index, inner] of bindable.entries()) mark(insertions, inner, ` itemprop="c${index}"`);
  }
  return { marked: inserted(text, insertions), lists };
}

function* ancestors(element: PageElement): Generator<PageElement> {
  for (let around = element.parentNode; around && 'tagName' in around; around = around.parentNode) yield around;
}

function putAgain(file: string, text: string): { html: string; errors: string[] } {
  const { template, diagnostics } = compilePage({ file, text });
  const rows = plainRows(readPage(template).rows);
  const errors = diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ message, at }) => `${at?.line}:${at?.column} ${message}`);
  return { html: renderPage(template, pageDataOf(template, rows)), errors };
}

void test('there are real pages to try', () => {
  assert.equal(pages.length, 11);
});

for (const { site, file, text } of pages) {
  void test(`${site}/${file} as it is, and with its forms posted, is written byte for byte`, () => {
    assert.equal(putAgain(file, text).html, text);
    const posted = text.replaceAll('<form ', '<form method=post ');
    assert.equal(putAgain(file, posted).html, posted);
  });

  void test(`${site}/${file} with its whole body bound to one row is written byte for byte`, () => {
    const { marked, count } = markedAsRow(text);
    const { html, errors } = putAgain(file, marked);
    assert.deepEqual(errors, []);
    assert.ok(count > 10);
    assert.equal(html, marked);
  });

  void test(`${site}/${file} with its repeated elements as lists: outside, and in each template, every byte stays; rows survive`, () => {
    const { marked, lists } = markedAsLists(text);
    const { template, diagnostics } = compilePage({ file, text: marked });
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity === 'error'),
      [],
    );
    assert.equal(template.scopes.length, lists + 1);
    const rows = plainRows(readPage(template).rows);
    const html = renderPage(template, pageDataOf(template, rows));
    assert.deepEqual(withoutSamples(html), withoutSamples(marked));
    assert.deepEqual(templatesOf(html), templatesOf(marked));
    assert.deepEqual(shown(plainRows(readPage(template, html).rows)), shown(rows));
  });
}

/** Rows as a page can show them: a text that is missing looks like one that is empty. */
function shown(rows: unknown): unknown {
  return JSON.parse(JSON.stringify(rows, (_name, value: unknown) => value ?? ''));
}

/** Every list's first item, as it is written. */
function templatesOf(text: string): string[] {
  return listsOf(text).map(([first]) =>
    text.slice(first!.sourceCodeLocation!.startOffset, first!.sourceCodeLocation!.endOffset),
  );
}

/** The page with its lists' items cut out. */
function withoutSamples(text: string): string {
  let rest = '';
  let at = 0;
  for (const items of listsOf(text)) {
    rest += text.slice(at, items[0]!.sourceCodeLocation!.startOffset);
    at = items.at(-1)!.sourceCodeLocation!.endOffset;
  }
  return rest + text.slice(at);
}

function listsOf(text: string): PageElement[][] {
  return parsePage({ file: 'x.html', text })
    .elements.filter((element) => hasAttribute(element, 'data-list'))
    .map((element) => writtenChildren(element).filter((child) => hasAttribute(child, 'itemscope')));
}
