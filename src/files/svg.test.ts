import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { sanitiseSvg } from './svg.ts';

const xmlns = 'xmlns="http://www.w3.org/2000/svg"';
const shape = '<path d="M0 0h9v9z"/>';

function svg(content: string): string {
  return `<svg ${xmlns}>${content}</svg>`;
}

/** What is left of a drawing's inside. */
function inside(content: string, attributes = ''): string {
  const drawing = sanitiseSvg(`<svg ${xmlns} ${attributes}>${content}${shape}</svg>`);
  assert.ok(typeof drawing === 'object');
  return drawing.text.replace(/^<svg [^>]*>/, '').replace(`${shape}</svg>\n`, '');
}

void test('a logo as drawing programs write it keeps its shapes, style and size', () => {
  const drawing = sanitiseSvg(
    '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">' +
      `<svg ${xmlns} xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 120 60"><defs><style>.a{fill:#c33;stroke-width:2px}</style>` +
      '<linearGradient id="g" gradientUnits="userSpaceOnUse"><stop offset="0" stop-color="#fff"/></linearGradient></defs>' +
      '<g class="a"><circle cx="5" cy="5" r="4" fill="url(#g)"/><text x="1">A &amp; B</text></g><use xlink:href="#g"/></svg>',
  );
  assert.deepEqual(drawing, {
    width: 120,
    height: 60,
    text:
      `<svg ${xmlns} viewBox="0 0 120 60"><defs><style>.a{fill:#c33;stroke-width:2px}</style>` +
      '<linearGradient id="g" gradientUnits="userSpaceOnUse"><stop offset="0" stop-color="#fff"/></linearGradient></defs>' +
      '<g class="a"><circle cx="5" cy="5" r="4" fill="url(#g)"/><text x="1">A &amp; B</text></g><use href="#g"/></svg>\n',
  });
});

for (const [what, content] of [
  ['a script', '<script>alert(1)</script>'],
  [
    'foreign markup',
    '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><img src=x onerror=alert(1)></body></foreignObject>',
  ],
  ['a link', '<a href="javascript:alert(1)"><rect/></a>'],
  ['a picture from elsewhere', '<image href="https://example.org/a.png"/>'],
  ['animation', '<animate attributeName="href" values="javascript:alert(1)"/><set attributeName="onload" to="x"/>'],
  ['a filter', '<filter id="f"><feImage href="https://example.org/"/></filter>'],
  ['a pattern', '<pattern id="p"><image href="//example.org/a"/></pattern>'],
  ['a style that loads', '<style>@import url(https://example.org/a.css);</style>'],
  ['another document in use', '<use href="https://example.org/a.svg#x"/><use href="data:image/svg+xml,x#y"/>'],
  ['CDATA and comments', '<![CDATA[<script>alert(1)</script>]]><!-- <script>alert(1)</script> -->'],
] as const) {
  void test(`${what} is left out`, () => {
    const left = inside(content);
    assert.doesNotMatch(left, /<(?!\/?(?:style|g)\b)|https?:|\/\/|javascript|onload|onerror/, left);
  });
}

for (const [attributes, left] of [
  ['onload="alert(1)" onclick="x"', ''],
  ['fill="url(https://example.org/#a)"', ''],
  ['fill="url(#a)"', ' fill="url(#a)"'],
  ['style="fill:red;background:url(//x);behavior:url(x)"', ' style="fill:red"'],
  [String.raw`style="fill:u\72l(//x)"`, ''],
  ['filter="url(#f)" data-x="1" xml:base="https://example.org/"', ''],
  ['href="#a"', ''],
] as const) {
  void test(`of ${attributes} there is left “${left}”`, () => {
    assert.equal(inside(`<g ${attributes}/>`), `<g${left}/>`);
  });
}

void test('entities of the document mean nothing', () => {
  const bomb = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>';
  const drawing = sanitiseSvg(`${bomb}<svg ${xmlns}><text>&b;</text>${shape}</svg>`);
  assert.ok(typeof drawing === 'object');
  assert.match(drawing.text, /<text>&amp;b;<\/text>/);
});

void test('what is used may not use others, so that nothing grows without end', () => {
  const nested = Array.from({ length: 20 }, (_, n) => `<g id="n${n + 1}">${`<use href="#n${n}"/>`.repeat(5)}</g>`).join(
    '',
  );
  const left = inside(`<g id="n0"><rect width="1" height="1"/></g>${nested}`);
  assert.equal(left.match(/<use href="#n0"/g)?.length, 5);
  assert.doesNotMatch(left, /<use href="#n[1-9]/);
});

void test('too many elements, too deep ones and too many uses are too much; nothing to see is no drawing', () => {
  assert.equal(sanitiseSvg(svg('<g/>'.repeat(30_000) + shape)), 'pixels');
  assert.equal(sanitiseSvg(svg('<g>'.repeat(5000) + shape)), 'pixels');
  assert.equal(sanitiseSvg(svg(`<g id="a">${shape}</g>${'<use href="#a"/>'.repeat(300)}`)), 'pixels');
  assert.equal(sanitiseSvg(svg('<script>1</script><title>Logo</title>')), 'broken');
  assert.equal(sanitiseSvg('<svgfoo/>'), 'broken');
  assert.equal(sanitiseSvg(''), 'broken');
});

for (const [attributes, width, height] of [
  ['width="20" height="10"', 20, 10],
  ['width="1in" height="48pt"', 96, 64],
  ['width="50" viewBox="0 0 4 2"', 50, 25],
  ['width="100%" viewBox="0,0,30.4,10"', 30, 10],
  ['', 300, 150],
  ['width="0" height="-5" viewBox="0 0 x 1"', 300, 150],
  ['width="1e9" height="9999999999"', 300, 99_999],
] as const) {
  void test(`a drawing with ${attributes || 'no size'} is ${width} by ${height} pixels`, () => {
    const drawing = sanitiseSvg(`<svg ${attributes}>${shape}</svg>`);
    assert.ok(typeof drawing === 'object');
    assert.deepEqual([drawing.width, drawing.height], [width, height]);
  });
}

void test('law: cleaning what is clean changes nothing, and no input brings anything active through', () => {
  const part = fc.oneof(
    fc.constantFrom(
      '<g ',
      '<use href="#a"/>',
      '<style>',
      '</style>',
      '<script>',
      '</',
      '>',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
    ),
    fc.constantFrom(
      '<a href="',
      'onload="',
      'url(',
      "'",
      '"',
      '{',
      '}',
      '&lt;script&gt;',
      '<foreignObject>',
      '<title>',
      '<p>',
    ),
    fc.constantFrom(
      'javascript:',
      'https://example.org',
      'fill="red"',
      'id="a"',
      '<math>',
      '<mtext>',
      '<svg>',
      '\0',
      '\u2028',
    ),
    fc.string({ maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      const once = sanitiseSvg(`<svg ${xmlns}>${shape}${parts.join('')}</svg>`);
      if (typeof once === 'string') return;
      assert.doesNotMatch(once.text, /<(?:script|a|image|foreignObject|math|iframe|p)\b|<[^>]*\son\w+=|<[^>]*https:/i);
      assert.deepEqual(sanitiseSvg(once.text), once);
    }),
    { numRuns: 300 },
  );
});
