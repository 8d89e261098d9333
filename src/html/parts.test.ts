import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodePage, mayHaveMarks } from './decode.ts';
import { elementPosition, parsePage } from './document.ts';
import { composeParts, findParts } from './parts.ts';
import { rebaseLinks } from './rebase.ts';

const source = (file: string, text: string) => ({ file, text });
const masters = (file: string, text: string) => new Map(findParts(source(file, text)).map((part) => [part.name, part]));

const bytes = (text: string) => new TextEncoder().encode(text);
const may = (text: string) => mayHaveMarks(Buffer.from(text));

void test('a part is the master’s copy, its links rebased', () => {
  const top = masters(
    'index.html',
    '\n<header data-part=top><img src="img/a.svg" srcset="img/b.svg 2x, /c.svg"><a href=menu/>m</a><a href="#team">t</a><a href="#here">h</a></header><p id=team>',
  );
  const page = composeParts(source('blog/a.html', '<p id=here>\n<header data-part=top>old</header>\n<p>end'), top);
  assert.equal(
    page.text,
    '<p id=here>\n<header data-part=top><img src="../img/a.svg" srcset="../img/b.svg 2x, /c.svg"><a href="../menu/">m</a><a href="../index.html#team">t</a><a href="#here">h</a></header>\n<p>end',
  );
});

void test('places in a composed page lead back to both files', () => {
  const top = masters('index.html', '\n<header data-part=top><a href=x>a</a><b>b</b></header>');
  const page = composeParts(source('blog/a.html', '<p>\n<header data-part=top>old</header>\n <i>end</i>'), top);
  const document = parsePage(page);
  const at = (tag: string) => {
    const { file, line, column } = elementPosition(
      document,
      document.elements.find(({ tagName }) => tagName === tag)!,
    );
    return `${file}:${line}:${column}`;
  };
  assert.deepEqual([at('header'), at('b'), at('i')], ['index.html:2:1', 'index.html:2:38', 'blog/a.html:3:2']);
});

void test('a part without a master, and the master’s own, stay', () => {
  const page = source('index.html', '<header data-part=top>a</header><footer data-part=end>b</footer>');
  assert.equal(composeParts(page, masters('index.html', page.text)).text, page.text);
  assert.equal(composeParts(page, new Map()).text, page.text);
});

void test('a page that is served from elsewhere has its links moved', () => {
  const page = source(
    'post.html',
    '<a href=index.html>h</a><img src="/x.png"><i style="background: url(\'img/a.jpg\')"></i><a href="#a">a</a><style>b{background:url(c.png)}</style>',
  );
  const moved = rebaseLinks(page, '/post.html', '/post/hello');
  assert.equal(
    moved.text,
    '<a href="../index.html">h</a><img src="/x.png"><i style="background: url(\'../img/a.jpg\')"></i><a href="#a">a</a><style>b{background:url(../c.png)}</style>',
  );
  assert.equal(moved.base, '/post/');
});

void test('pages are UTF-8, with or without a mark, and nothing else', () => {
  assert.deepEqual(decodePage(bytes('\uFEFF<p>é𝒳'), 'a.html'), { ok: true, text: '\uFEFF<p>é𝒳' });
  const latin = decodePage(Buffer.from('<meta charset=latin1>\n<p>caf\xe9', 'latin1'), 'a.html');
  assert.deepEqual(!latin.ok && [latin.diagnostic.at, latin.diagnostic.message.includes('latin1')], [
    { file: 'a.html', line: 2, column: 7 },
    true,
  ]);
  const wide = decodePage(Buffer.from('\uFEFF<p>', 'utf16le'), 'a.html');
  assert.equal(!wide.ok && wide.diagnostic.code, 'html/encoding');
});

void test('the byte scan finds every mark and posted form, in any case', () => {
  for (const text of [
    '<p DATA-LIST=x>',
    '<p data-attr-alt=x>',
    '<p data-backlot-if=x>',
    '<form METHOD = "Post">',
    '<form method=&#112;ost>',
    "<form\nmethod='post'",
  ])
    assert.equal(may(text), true, text);
  for (const text of ['<form method=get>', '<p data-bs-toggle=x>', 'method post', ''])
    assert.equal(may(text), false, text);
});
