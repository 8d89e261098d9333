import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalString, canonicalValue } from '../schema/index.ts';
import type { ColumnType, Value } from '../schema/index.ts';
import { bindTypes } from './bind.ts';
import { attribute, parsePage } from './document.ts';
import { pageDataOf, plainRows, put, template } from './fixtures.ts';
import type { PlainRow } from './fixtures.ts';
import { resolveLink } from './link.ts';
import { readPage } from './read.ts';
import { renderPage } from './render.ts';
import { sanitiseHtml } from './sanitise.ts';
import type { Template } from './template.ts';

/* The laws of LANGUAGE.md, with strings that were made to break pages. */

const hostile = [
  '</textarea>',
  '</title>',
  '</script><script>alert(1)</script>',
  '"',
  "'",
  '`',
  '--><script>',
  '<!--',
  ']]>',
  '{x}',
  '{name}',
  '&amp;',
  '&lt',
  '&#0;',
  '&',
  '\0',
  '\r',
  '\r\n',
  '\n',
  '\t',
  ' ',
  '\u00a0',
  '𝒳',
  '\ud800',
  'שלום',
  '\u202e',
  '\u2028',
  '\ufeff',
  '<b>',
  '</li>',
  '</ul>',
  '<li itemscope>',
  '<table>',
  'javascript:alert(1)',
  'data-list="x"',
  ' onclick=x ',
  '=',
  '/>',
  'a',
];

const text = fc
  .array(fc.oneof(fc.constantFrom(...hostile), fc.string({ maxLength: 6 })), { maxLength: 5 })
  .map((parts) => parts.join(''));
const storedText = text.map(canonicalString);
const storedUrl = fc.oneof(
  fc
    .webPath()
    .map((path) => resolveLink(`/${path}`, '/'))
    .filter((path) => path.startsWith('/') && !path.startsWith('//')),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
);
const storedMarkup = text
  .map((markup) => sanitiseHtml(markup.trim(), {}, 'div').trim())
  .map((markup) => sanitiseHtml(markup, {}, 'div'));

const page = `<!DOCTYPE html>
<html data-row="dish?slug" itemscope lang=en>
<head><title data-text="{name}">Sample</title><meta name=description itemprop=summary content="About"></head>
<body>
<h1 itemprop=name>  Sample  </h1><pre itemprop=recipe>Boil.</pre>
<p title="Sample" data-attr-title="{tip}">x</p>
<img itemprop=image src="../img/a.svg" alt=''><a itemprop=site href='https://example.org/'>site</a>
<div itemprop=body data-format=html><p>Body</p></div>
<p><i itemprop=tag>a</i>, <i itemprop=tag>b</i></p>
<em data-if="hot">hot</em>
<p>In <span itemprop=section itemscope><b itemprop=name>Pasta</b></span></p>
<ul data-list="review">
<li itemscope><b itemprop=author_name>Ada</b>: <span itemprop=quote>Fine.</span>
<li itemscope><b>Bob</b>: <span>Good.</span>
</ul>
<form method=post data-save=dish><input name=note value=old><textarea name=long>old</textarea></form>
</body></html>`;

const types: Record<string, ColumnType> = {
  image: { kind: 'url' },
  site: { kind: 'url' },
  body: { kind: 'html' },
  tag: { kind: 'set' },
  hot: { kind: 'boolean' },
};

const lawTemplate: Template = bindTypes(
  template(page, 'menu/a.html'),
  (_scope, path) => types[path] ?? { kind: 'text' },
).template;

const plainRecord = { noNullPrototype: true } as const;
const review = fc
  .record({ author_name: storedText, quote: storedText }, plainRecord)
  .map((values): PlainRow => ({ values, scopes: {} }));
const dish = fc.record(
  {
    values: fc.record(
      {
        name: storedText,
        summary: storedText,
        recipe: storedText,
        tip: storedText,
        image: storedUrl.map((url) => canonicalValue({ kind: 'url' }, url)),
        site: storedUrl.map((url) => canonicalValue({ kind: 'url' }, url)),
        body: storedMarkup,
        tag: fc.uniqueArray(
          storedText.map((tag) => tag.trim() || 't'),
          { minLength: 1, maxLength: 3 },
        ),
        hot: fc.boolean(),
        note: storedText.map((note) => note.replaceAll('\n', '')),
        long: storedText,
      },
      plainRecord,
    ),
    section: fc.option(storedText),
    reviews: fc.array(review, { maxLength: 3 }),
  },
  plainRecord,
);

function rowOf(made: typeof dish extends fc.Arbitrary<infer T> ? T : never): PlainRow {
  const section: PlainRow[] = made.section === null ? [] : [{ values: { name: made.section }, scopes: {} }];
  return { values: made.values, scopes: { 2: section, 3: made.reviews } };
}

/** What browsers take off the front of a URL, and schemes that run code. */
const blockedScheme = /^[^!-\uffff]*(?:javascript|data|vbscript):/i;

const plain = (value: Value): Value => (typeof value === 'string' ? 'x' : value);

/** Tags in tree order, and attribute names: all of a page that data may not change. */
function structure(html: string): string[] {
  return parsePage({ file: 'a.html', text: html }).elements.map(
    (element) => `${element.tagName} ${element.attrs.map(({ name }) => name).join(' ')}`,
  );
}

void test('PutGet: a rendered row is read back as it was', () => {
  fc.assert(
    fc.property(dish, (made) => {
      const row = rowOf(made);
      const html = renderPage(lawTemplate, pageDataOf(lawTemplate, { 1: [row] }, { path: '/menu/x' }));
      const [read] = plainRows(readPage(lawTemplate, html).rows)[1]!;
      assert.deepEqual(read, row);
    }),
    { numRuns: 300 },
  );
});

void test('Data never changes the structure of the page around it', () => {
  fc.assert(
    fc.property(dish, text, (made, raw) => {
      // What storage would never hold is written just as safely.
      const wild = {
        ...made.values,
        name: raw,
        summary: raw,
        tip: raw,
        image: raw,
        site: raw,
        note: raw,
        long: raw,
        body: '<p>b</p>',
      };
      const row = rowOf({ ...made, values: { ...made.values, ...wild } });
      const html = renderPage(lawTemplate, pageDataOf(lawTemplate, { 1: [row] }, { path: '/menu/x' }));
      const tame = Object.fromEntries(
        Object.entries(row.values).map(([name, value]) => [name, name === 'body' ? value : plain(value)]),
      );
      const same = renderPage(
        lawTemplate,
        pageDataOf(lawTemplate, { 1: [{ ...row, values: tame }] }, { path: '/menu/x' }),
      );
      assert.deepEqual(structure(html), structure(same));
      for (const element of parsePage({ file: 'a.html', text: html }).elements) {
        for (const name of ['href', 'src']) assert.doesNotMatch(attribute(element, name) ?? '', blockedScheme);
      }
    }),
    { numRuns: 200 },
  );
});

/** Parts of an author's page, written in every manner that HTML allows. */
const authored = fc.constantFrom(
  '<b itemprop=name>A</b>',
  '<B ITEMPROP="name"> A &amp; B </B>',
  "<i itemprop='name'>A\r\nB</i>",
  '<p itemprop=name>A',
  '<img itemprop=image src=a.png alt>',
  '<a itemprop=link href = "b.html" >x</a >',
  '<data itemprop=price value="014.50">€14,50</data>',
  '<time itemprop=day datetime="2026-08-14">14.08.2026</time>',
  '<meta itemprop=m content="a&quot;b">',
  '<em data-if=hot>hot</em>',
  '<p data-text="{name}!">A!</p>',
  '<i class="a  b" data-class="c?hot b?!hot">x</i>',
  '<i data-attr-title="{name}" title=A></i>',
  '<!-- itemprop=name --><br/>',
  'text & more &nbsp; < ',
  '<span itemprop=other itemscope><u itemprop=name>O</u></span>',
  '<input id=q><label for=q>',
  '<div itemprop=body data-format=html><p class=lead>B</div>',
  '<table><tr><td itemprop=cell>1</table>',
  '\r\n',
  '\t',
);

void test('GetPut: a page rendered with the rows read from it is the page again', () => {
  fc.assert(
    fc.property(
      fc.array(authored, { maxLength: 8 }),
      fc.constantFrom('\uFEFF<!doctype html>\r\n', '', '<html>'),
      (parts, head) => {
        const inside = parts.join('');
        const made = `${head}<section data-row="dish?slug" itemscope>${inside}</section>\n<div data-list=dish>\n <div itemscope>${inside}</div>\n</div>`;
        let compiled: Template;
        try {
          compiled = template(made);
        } catch {
          return;
        }
        const rows = plainRows(readPage(compiled).rows);
        const html = renderPage(compiled, pageDataOf(compiled, rows));
        // A sample that says two things at once cannot be shown as it is written.
        const differs = /data-class/.test(inside) && /data-if=hot/.test(inside);
        if (!differs) assert.equal(html, made);
      },
    ),
    { numRuns: 300 },
  );
});

void test('bytes that no mark covers are never changed', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(authored, text), { maxLength: 6 }), (parts) => {
      const made = `${parts.join('').replaceAll(/data-\w+|itemscope/g, 'x')}<form method=post></form>`;
      assert.equal(put(made), made);
    }),
    { numRuns: 300 },
  );
});
