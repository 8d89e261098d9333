import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { defaultTreeAdapter, parse } from 'parse5';
import type { DefaultTreeAdapterTypes } from 'parse5';
import { renderMarkdown, sanitiseHtml } from './sanitise.ts';

type Element = DefaultTreeAdapterTypes.Element;

const pieces = [
  ...'<p> </p> <div> </div> <li> <ul> </ul> <table> <tr> <td> </table> <h2> </h2> <pre> </pre> <b> </b> <em>'.split(
    ' ',
  ),
  ...'</em> <br> </br> <hr> <dl> <dt> <dd> <svg> <math> <style> </style> <template> <select> <option> <button>'.split(
    ' ',
  ),
  ...'<script> </script> <textarea> </textarea> <title> <noscript> <iframe> <!-- --> <![CDATA[ ]]> <?x &lt; & < >'.split(
    ' ',
  ),
  ...'<a href="/x">|</a>|<a href="javascript:alert(1)">|<img src=x onerror=alert(1)>|<p class="lead x">|\n'.split('|'),
  ...'<svg><p><style><a title="</style><img src=1 onerror=1>">|<form action=/x>|<base href=//x>|text'.split('|'),
];

const markup = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 })), { maxLength: 12 });

/** All elements of a page that holds the markup between two markers, and the markers themselves. */
function elementsIn(container: string, inner: string): { inside: Element[]; siblings: number } {
  const document = parse(`<!doctype html><body><${container} id=box>${inner}</${container}><i id=after></i>`);
  const inside: Element[] = [];
  const visit = (node: DefaultTreeAdapterTypes.Node, within: boolean): void => {
    const isElement = 'tagName' in node;
    const box = isElement && node.attrs.some((attribute) => attribute.value === 'box');
    if (isElement && within) inside.push(node);
    if ('childNodes' in node) for (const child of node.childNodes) visit(child, within || box);
  };
  visit(document, false);
  const html = document.childNodes.find((node) => node.nodeName === 'html');
  assert.ok(html && defaultTreeAdapter.isElementNode(html));
  const body = html.childNodes.find((node) => node.nodeName === 'body');
  assert.ok(body && defaultTreeAdapter.isElementNode(body));
  return { inside, siblings: body.childNodes.length };
}

void test('what remains is harmless and does not leave the element around it', () => {
  fc.assert(
    fc.property(markup, fc.constantFrom('div', 'p', 'h1', 'li', 'span', 'td', 'section'), (parts, container) => {
      const clean = sanitiseHtml(parts.join(''), {}, container);
      const { inside, siblings } = elementsIn(container === 'td' || container === 'li' ? 'div' : container, clean);
      assert.equal(siblings, 2, clean);
      for (const element of inside) {
        assert.match(element.tagName, /^(?!script|style|svg|math|iframe|form|base|template|textarea|title|select)/);
        for (const attribute of element.attrs) {
          assert.match(attribute.name, /^(?!on|style|id|name|srcdoc)/);
          assert.doesNotMatch(attribute.value, /^\s*javascript/i);
        }
      }
    }),
    { numRuns: 300 },
  );
});

void test('sanitising again changes nothing', () => {
  fc.assert(
    fc.property(markup, fc.constantFrom('div', 'p', 'li'), (parts, container) => {
      const once = sanitiseHtml(parts.join(''), { p: ['lead'] }, container);
      assert.equal(sanitiseHtml(once, { p: ['lead'] }, container), once);
    }),
    { numRuns: 300 },
  );
});

void test('keeps what an editor writes', () => {
  const written = [
    '<p>Six-hour <em>ragù</em>, <strong>fresh</strong> <a href="/menu/">every day</a>.</p>',
    '<h2>Why?</h2><ul><li>one</li><li>two <ol start="3"><li>three</li></ol></li></ul>',
    '<table><thead><tr><th scope="col">Day</th></tr></thead><tbody><tr><td colspan="2">Monday</td></tr></tbody></table>',
    '<figure><img src="/img/a.svg" alt="A" width="10" height="10"><figcaption>A</figcaption></figure>',
    '<blockquote cite="https://example.org/">x</blockquote><pre><code>a &lt; b\n</code></pre><p lang="it">ciao</p>',
  ];
  for (const each of written) assert.equal(sanitiseHtml(each), each);
});

void test('unknown schemes go, and so does what is no text', () => {
  assert.equal(
    sanitiseHtml('<a href="data:text/html,x">x</a><a href="mailto:a@example.org">y</a>'),
    '<a>x</a><a href="mailto:a@example.org">y</a>',
  );
  assert.equal(sanitiseHtml('<svg><p>x</p></svg><style>p{}</style><script>1</script>y'), 'y');
});

void test('elements that would end the one around them lose their tags, not their text', () => {
  assert.equal(sanitiseHtml('<p>one</p><p>two</p>', {}, 'h1'), 'one two ');
  assert.equal(sanitiseHtml('<li>one</li>', {}, 'li'), 'one ');
  assert.equal(sanitiseHtml('<a href="/x">x</a>', {}, 'a'), 'x');
});

void test('kept classes are put on every element of their tag, others go', () => {
  const classes = { p: ['lead'], ul: ['x'] };
  assert.equal(sanitiseHtml('<p class="evil">a</p><p>b</p>', classes), '<p class="lead">a</p><p class="lead">b</p>');
});

void test('Markdown is rendered without the HTML in it', () => {
  assert.equal(
    renderMarkdown('*one* <b>two</b> [x](javascript:y)'),
    '<p><em>one</em> &lt;b&gt;two&lt;/b&gt; [x](javascript:y)</p>',
  );
  assert.equal(renderMarkdown('- one\n- two'), '<ul>\n<li>one</li>\n<li>two</li>\n</ul>');
});
