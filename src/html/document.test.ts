import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attribute, elementPosition, languageOf, parsePage, textContent } from './document.ts';

const page = (text: string) => parsePage({ file: 'a.html', text });

void test('positions count lines of every kind and skip a byte order mark', () => {
  const document = page('\uFEFF<p>one</p>\r\n<b>\r<i>two</i></b>\n<u></u>');
  const at = (tag: string) => {
    const { line, column } = elementPosition(
      document,
      document.elements.find((element) => element.tagName === tag)!,
    );
    return `${line}:${column}`;
  };
  assert.deepEqual(['p', 'b', 'i', 'u'].map(at), ['1:1', '2:1', '3:1', '4:1']);
});

void test('offsets point into the text as it was decoded, line ends and astral characters included', () => {
  const text = '\uFEFF<p>\r\n𝒳\r</p><b title="x">y</b>';
  const document = page(text);
  const bold = document.elements.find((element) => element.tagName === 'b')!;
  const { startOffset, endOffset } = bold.sourceCodeLocation!;
  assert.equal(text.slice(startOffset, endOffset), '<b title="x">y</b>');
});

void test('a control belongs to the form of its form attribute, and to none when that names no form', () => {
  const document = page(
    '<form id=a><input name=1><input name=2 form=b><input name=3 form=zzz></form><form id=b></form>',
  );
  const names = document.forms.map((form) => form.controls.map((control) => attribute(control, 'name')));
  assert.deepEqual(names, [['1'], ['2']]);
});

void test('a control in a table belongs to the form that was opened among its rows', () => {
  const document = page('<table><form><tr><td><input name=1></td></tr></form></table><input name=2>');
  assert.deepEqual(
    document.forms[0]!.controls.map((control) => attribute(control, 'name')),
    ['1'],
  );
});

void test('a control after a wrongly nested end of its form still stands in that form', () => {
  const document = page('<form><div></form><input name=1></div>');
  assert.equal(document.forms[0]!.controls.length, 1);
});

void test('what stands in a template element is inert', () => {
  const document = page('<template><form><input></form></template>');
  assert.deepEqual(
    [document.forms.length, document.elements.some((element) => element.tagName === 'input')],
    [0, false],
  );
});

void test('language comes from the nearest element around', () => {
  const document = page('<html lang=en><body><p lang=it><b></b></p><i></i>');
  const find = (tag: string) => document.elements.find((element) => element.tagName === tag)!;
  assert.deepEqual([languageOf(find('b')), languageOf(find('i'))], ['it', 'en']);
});

void test('text content is all text inside', () => {
  const document = page('<p>a<b>b<i>c</i></b>&amp;<!-- no -->d</p>');
  assert.equal(textContent(document.elements.find((element) => element.tagName === 'p')!), 'abc&d');
});

void test('nesting beyond the limit is refused with its place, not parsed', () => {
  const document = page('<div>\n'.repeat(100_000));
  assert.deepEqual([document.diagnostics[0]?.code, document.elements.length], ['html/page-too-large', 0]);
  assert.equal(document.diagnostics[0]?.at?.line, 511);
});

void test('many elements fostered out of a table are parsed in linear time', () => {
  const document = page(`<table>${'<p>x'.repeat(30_000)}</table>`);
  assert.equal(document.elements.filter((element) => element.tagName === 'p').length, 30_000);
});
