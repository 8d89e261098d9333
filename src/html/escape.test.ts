import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseFragment } from 'parse5';
import { attributeContext, escapeAttribute, escapeContent, escapeText, forbiddenReason } from './escape.ts';
import { escapeInAttribute, styleHole } from './escape-url.ts';

const breakers = [
  ...'<>"\'`&=/\\ \n\t\r\f:;()#?@%,\u0001\u00a0\u2028'.split(''),
  ...'javascript: data: //evil.example </textarea> <!-- --> &lt amp; %2F .. url( */ 1x ß'.split(' '),
];

/** Strings made of what breaks out of markup, URLs and styles. */
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...breakers), fc.string({ maxLength: 3 })), { maxLength: 8 })
  .map((pieces) => pieces.join('').replaceAll('\0', ''));

function filled(context: 'url' | 'srcset', before: string, value: string, after = ''): string {
  return before + escapeInAttribute(context, before, value, after) + after;
}

function firstElement(markup: string): {
  tag: string;
  attributes: Record<string, string>;
  text: string;
  count: number;
} {
  const nodes = parseFragment(markup).childNodes;
  const element = nodes[0];
  assert.ok(element && 'attrs' in element);
  return {
    tag: element.tagName,
    attributes: Object.fromEntries(element.attrs.map((attribute) => [attribute.name, attribute.value])),
    text: element.childNodes.map((child) => ('value' in child ? child.value : `<${child.nodeName}>`)).join(''),
    count: nodes.length,
  };
}

void test('text is written so that the parser reads the same text', () => {
  assert.equal(escapeText('Cacio <e> "pepe" & co'), 'Cacio &lt;e&gt; "pepe" &amp; co');
  assert.equal(escapeText('\0'), '\uFFFD');
  fc.assert(
    fc.property(hostile, fc.constantFrom('p', 'b', 'textarea', 'title', 'pre', 'option'), (text, tag) => {
      const parsed = firstElement(`<${tag}>${escapeContent(tag, text)}</${tag}>`);
      assert.equal(parsed.text, text);
      assert.equal(parsed.count, 1);
    }),
  );
});

void test('an attribute value cannot end its attribute, whatever the quote', () => {
  assert.equal(escapeAttribute('', ''), '""');
  assert.equal(escapeAttribute(`a'b"`, '"'), "a'b&quot;");
  assert.equal(escapeAttribute(`a'b"`, "'"), 'a&#39;b"');
  fc.assert(
    fc.property(hostile, fc.constantFrom('"' as const, "'" as const, '' as const), (text, quote) => {
      const parsed = firstElement(`<p title=${quote}${escapeAttribute(text, quote)}${quote} id=x>y</p>`);
      assert.deepEqual(parsed.attributes, { title: text, id: 'x' });
      assert.equal(parsed.count, 1);
    }),
  );
});

void test('contexts of attributes', () => {
  const cases: [string, string, string, Record<string, string>?][] = [
    ['a', 'href', 'url'],
    ['img', 'src', 'url'],
    ['img', 'srcset', 'srcset'],
    ['object', 'data', 'url'],
    ['button', 'formaction', 'url'],
    ['video', 'poster', 'url'],
    ['use', 'xlink:href', 'url'],
    ['p', 'style', 'style'],
    ['p', 'title', 'text'],
    ['img', 'alt', 'text'],
    ['a', 'onclick', 'forbidden'],
    ['iframe', 'srcdoc', 'forbidden'],
    ['iframe', 'sandbox', 'forbidden'],
    ['base', 'href', 'forbidden'],
    ['script', 'src', 'forbidden'],
    ['script', 'type', 'forbidden'],
    ['script', 'data-key', 'text'],
    ['meta', 'http-equiv', 'forbidden'],
    ['meta', 'content', 'forbidden', { 'http-equiv': 'refresh' }],
    ['meta', 'content', 'text', { name: 'description' }],
    ['link', 'href', 'forbidden', { rel: 'preload stylesheet' }],
    ['link', 'href', 'url', { rel: 'canonical' }],
    ['p', 'data-bs-html', 'forbidden'],
    ['p', 'data-bs-content', 'forbidden', { 'data-bs-html': 'true' }],
    ['p', 'data-bs-content', 'text'],
    ['p', 'x-data', 'forbidden'],
    ['p', 'v-html', 'forbidden'],
    ['p', '@click', 'forbidden'],
    ['p', ':class', 'forbidden'],
    ['p', 'hx-get', 'forbidden'],
    ['p', 'data-hx-vals', 'forbidden'],
    ['p', 'ng-init', 'forbidden'],
    ['p', 'data-on-click', 'forbidden'],
    ['p', 'data-online', 'text'],
    ['set', 'to', 'forbidden'],
  ];
  for (const [tag, attribute, context, attributes] of cases) {
    assert.equal(attributeContext(tag, attribute, attributes), context, `${tag} ${attribute}`);
    assert.equal(forbiddenReason(tag, attribute, attributes) !== null, context === 'forbidden');
  }
});

void test('elements that cannot hold a text made of data', () => {
  for (const tag of ['script', 'style', 'noscript', 'iframe', 'xmp', 'plaintext', 'br', 'tr']) {
    assert.match(forbiddenReason(tag, null)!.fix, /\w/, tag);
  }
  for (const tag of ['p', 'td', 'title', 'textarea', 'option']) assert.equal(forbiddenReason(tag, null), null, tag);
});

void test('a URL made of data keeps the scheme and host that the author wrote', () => {
  const prefixes = [
    '/',
    '/menu/',
    'menu/',
    '?q=',
    '#',
    'https://example.org',
    'https://example.org/',
    '//example.org/a',
  ];
  const suffixes = ['', '/', '.html', '?x=1', '#top'];
  const base = 'https://site.example/dir/page.html';
  fc.assert(
    fc.property(fc.constantFrom(...prefixes), hostile, fc.constantFrom(...suffixes), (before, value, after) => {
      fc.pre(!before.endsWith('org') || after !== '.html');
      const url = new URL(before + escapeInAttribute('url', before, value, after) + after, base);
      const expected = new URL(before, base);
      assert.equal(url.protocol, expected.protocol);
      assert.equal(url.host, expected.host);
    }),
    { numRuns: 500 },
  );
});

void test('a URL that is all data has an allowed scheme or is blocked', () => {
  assert.equal(escapeInAttribute('url', '', ' java\nscript:alert(1)', ''), '#blocked');
  assert.equal(escapeInAttribute('url', '', 'javascript', ':alert(1)'), '#blocked');
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 3 }), (values) => {
      let written = '';
      for (const value of values) written += escapeInAttribute('url', written, value, '');
      const url = URL.parse(written, 'https://site.example/');
      if (url) assert.match(url.protocol, /^(?:https?|mailto|tel):$/);
    }),
    { numRuns: 500 },
  );
});

void test('data inside a URL reads sensibly', () => {
  assert.equal(filled('url', '/menu/', 'spätzle & co', '.html'), '/menu/sp%C3%A4tzle%20%26%20co.html');
  assert.equal(filled('url', '?q=', 'a&b=c d'), '?q=a%26b%3Dc%20d');
  assert.equal(filled('url', 'mailto:', 'ada@example.org?bcc=x'), 'mailto:ada@example.org%3Fbcc%3Dx');
  assert.equal(filled('url', 'tel:', '+49 30 1234'), 'tel:+49301234');
  assert.equal(filled('url', 'https://cdn.example.org', '/img/a.svg'), 'https://cdn.example.org/img/a.svg');
  assert.equal(filled('url', 'https://', 'example.org/a?b=c'), 'https://example.org/a?b=c');
  assert.equal(filled('url', 'https://', 'evil.org/', '.example.org'), 'https://evilorg.example.org');
  assert.equal(filled('url', '/', '', '/x'), '/./x');
});

void test('candidates of a srcset', () => {
  assert.equal(filled('srcset', '', 'a.jpg 1x, javascript:x 2x'), 'a.jpg 1x, #blocked 2x');
  assert.equal(filled('srcset', '', 'my pic.jpg'), 'my%20pic.jpg');
  assert.equal(filled('srcset', 'a.jpg 1x, img/', 'x, y.jpg', ' 2x'), 'a.jpg 1x, img/x%2C%20y.jpg 2x');
  assert.equal(filled('srcset', 'a.jpg ', '2', 'x'), 'a.jpg 2x');
  assert.equal(filled('srcset', 'a.jpg ', 'x, b', 'x'), 'a.jpg 1x');
});

void test('data in a style is the inside of a url() or a number', () => {
  assert.equal(styleHole("background:url('"), 'url');
  assert.equal(styleHole('color:red;width:'), 'number');
  assert.equal(styleHole('color:red;'), null);
  assert.equal(styleHole("--label:'"), null);
  assert.equal(escapeInAttribute('style', 'width:', '30.5', '%'), '30.5');
  assert.equal(escapeInAttribute('style', 'width:', '1;color:red', '%'), '0');
  assert.equal(escapeInAttribute('style', "background:url('", 'javascript:x', "')"), '#blocked');
  fc.assert(
    fc.property(
      hostile,
      fc.constantFrom("background:url('", 'background:url("/img/', 'background:url('),
      (value, before) => {
        assert.match(escapeInAttribute('style', before, value, ')'), /^[^"'()\\\s<>\p{Cc}]*$/u);
      },
    ),
  );
});
