import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bindTypes } from './bind.ts';
import { parsePage } from './document.ts';
import { put, template } from './fixtures.ts';
import { markdownDoubt } from './markdown-doubt.ts';
import { markdownOf } from './markdown.ts';
import { readPage } from './read.ts';
import { renderMarkdown } from './sanitise.ts';

function read(markup: string): string {
  const document = parsePage({ file: 'page.html', text: `<div id="x">${markup}</div>` });
  return markdownOf(document.byId.get('x')!);
}

function doubt(markup: string): string | undefined {
  const at = { file: 'page.html', line: 1, column: 1 };
  return markdownDoubt({ name: 'body', at }, { machine: markup, text: read(markup) }, undefined)?.code;
}

function page(body: string): string {
  return `<main data-row="dish?slug" itemscope>\n<div itemprop="body" data-format="markdown">${body}</div></main>`;
}

function bind(text: string): (string | number | undefined)[][] {
  const { diagnostics } = bindTypes(template(text), () => ({ kind: 'markdown' }));
  return diagnostics.map(({ at, code }) => [at?.line, code]);
}

for (const [name, markup, markdown] of [
  [
    'paragraphs and emphasis',
    '<p>One <b>two</b>\n <i>three</i>.</p>\n<p>Four<br>five</p>',
    'One **two** *three*.\n\nFour\\\nfive',
  ],
  ['headings', '<h2>A <em>b</em></h2><p>c</p>', '## A *b*\n\nc'],
  ['lists in lists', '<ul><li>a</li><li>b<ol><li>c</li><li>d</li></ol></li></ul>', '- a\n- b\n  1. c\n  2. d'],
  ['lists of paragraphs', '<ol start="3"><li><p>a</p><p>b</p></li><li><p>c</p></li></ol>', '3. a\n\n   b\n\n4. c'],
  ['two lists', '<ul><li>a</li></ul><ul><li>b</li></ul>', '- a\n\n* b'],
  ['quotations and rules', '<blockquote><p>a</p><p>b</p></blockquote><hr>', '> a\n>\n> b\n\n***'],
  ['code', '<p><code>a`b</code></p><pre><code>x\n\n  ```\n</code></pre>', '``a`b``\n\n````\nx\n\n  ```\n````'],
  [
    'links and pictures',
    '<p>So!<a href="a b.html" title="T">c</a> <img src="d.png" alt="e"></p>',
    'So\\![c](<a b.html> "T") ![e](d.png)',
  ],
  [
    'tables',
    '<table><thead><tr><th>A<th>B<tbody><tr><td>1|2<td><b>3</b></table>',
    '| A | B |\n| --- | --- |\n| 1\\|2 | **3** |',
  ],
  [
    'what looks like marks',
    '<p># a_b_ *c* [d] &lt;e&gt; &amp;amp; f_g</p><p>1. h<br>- i</p>',
    '\\# a_b\\_ \\*c\\* \\[d\\] \\<e> \\&amp; f_g\n\n1\\. h\\\n\\- i',
  ],
] as const) {
  void test(`a sample is read as Markdown that renders it: ${name}`, () => {
    assert.equal(read(markup), markdown);
    assert.equal(doubt(markup), undefined);
  });
}

void test('what Markdown cannot say keeps its text and is told', () => {
  assert.equal(read('<dl><dt>A</dt><dd>b <u>c</u></dd></dl>'), 'A\n\nb c');
  for (const markup of [
    '<p>a <u>b</u></p>',
    '<dl><dt>A</dt></dl>',
    '<p><img src="a.png" alt="" width="3"></p>',
    '<pre>a</pre>',
  ])
    assert.equal(doubt(markup), 'html/markdown-inexact', markup);
});

void test('text without elements is text, and told where it was meant as Markdown', () => {
  assert.equal(read('Some **bold**'), String.raw`Some \*\*bold\*\*`);
  assert.equal(doubt('Some **bold**'), 'html/markdown-source');
  assert.equal(doubt('Some text. 5 * 3'), undefined);
});

void test('a page’s samples render themselves, and warnings name their line', () => {
  const plain = page('<h2 class="t">A</h2>\n<p class="lead">b <strong>c</strong></p>');
  assert.equal(put(plain), plain);
  assert.equal(readPage(template(plain)).rows[1]?.[0]?.values['body'], '## A\n\nb **c**');
  assert.deepEqual(bind(plain), []);
  assert.deepEqual(bind(page('<p>a <u>b</u></p>')), [[2, 'html/markdown-inexact']]);
});

const pieces =
  'a |b | |\n|\n\n|*|**|_|`|```|# |- |1. |> |[x](y)|![i](u)|<b>|&amp;|\\|~~|---|===|    |+|!|[|]|(|)|<http://a.b>|é|"|:'.split(
    '|',
  );
const writtenMarkdown = fc
  .array(fc.constantFrom(...pieces, '|', '\n| a |\n| - |\n| b |\n'), { maxLength: 10 })
  .map((parts) => parts.join(''));

// Not a law: some emphasis beside punctuation cannot be written, and is told.
void test('a thousand pieces of Markdown, rendered, are read back as Markdown that renders the same', () => {
  fc.assert(
    fc.property(writtenMarkdown, (source) => {
      const html = renderMarkdown(source);
      // A heading without words says nothing.
      fc.pre(!/<h\d><\/h/.test(html));
      assert.notEqual(doubt(html), 'html/markdown-inexact', html);
    }),
    { numRuns: 1000, seed: 20_261_122 },
  );
});
