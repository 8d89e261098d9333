import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { command, rows } from './rows.ts';
import { folderOf, serveFolder } from './served.ts';
import type { Served } from './served.ts';
import { body, page, texts } from './written.ts';

/*
 * Pages as they come: broken, wrongly saved, contradictory, huge. Each stands beside a good page that must go on, and
 * `check` must say of each where, what was found and what to write.
 */

const good = page(
  '<ul data-list="good"><li itemscope><b itemprop="name">Fine</b></li></ul><form method=post name=ask><input name=say required></form>',
);

/** Serves a page among good ones, and asserts that they go on. */
async function beside(t: TestContext, files: Record<string, string | Uint8Array>): Promise<Served & { dir: string }> {
  const dir = await folderOf(t, { 'good.html': good, ...files });
  const site = await serveFolder(t, dir);
  assert.deepEqual(texts(await body(site, '/good'), 'b'), ['Fine']);
  assert.equal((await site.post('/good?form=ask', { say: 'still here' })).status, 303);
  assert.deepEqual(await rows(site, 'ask', ['say']), [{ say: 'still here' }]);
  return { ...site, dir };
}

/** Lines of `check` about a file: `FILE:LINE:COLUMN: severity: …`. */
async function check(dir: string, file: string): Promise<readonly string[]> {
  const { stdout, stderr } = await command(['check', '--site', dir]);
  assert.equal(stderr, '');
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith(`${file}:`) && /: (?:error|warning): /.test(line));
}

const list = '<ul data-list="thing"><li itemscope><b itemprop="name">Käse</b></li></ul>';
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const latin = (head: string): Buffer => Buffer.from(`<!doctype html>${head}<title>x</title>\n${list}`, 'latin1');

// Files in other encodings are served as they are, byte for byte, and said to be so; their data would be gibberish.
for (const [name, bytes, place] of [
  ['UTF-16 with a byte order mark', utf16(`\uFEFF${page(list)}`), '1:1'],
  ['big-endian UTF-16', utf16(`\uFEFF${page(list)}`).swap16(), '1:1'],
  ['UTF-16 without a byte order mark', utf16(page(list)), '1:1'],
  ['Latin-1 that says so', latin('<meta charset="iso-8859-1">'), '2:57'],
  ['Latin-1 that says nothing', latin(''), '2:57'],
  ['Latin-1 that says UTF-8', latin('<meta charset="utf-8">'), '2:57'],
] as const) {
  test(`a page in ${name} is served as it is, with a word to its author`, async (t) => {
    const site = await beside(t, { 'bad.html': bytes });
    const answer = await site.get('/bad');
    assert.equal(answer.status, 200);
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bytes);
    // The browser finds the encoding out by itself, so ours must not be said.
    assert.equal(answer.headers.get('content-type'), 'text/html');
    const [line = ''] = await check(site.dir, 'bad.html');
    assert.ok(line.startsWith(`bad.html:${place}: error: `), line);
    assert.match(line, /UTF-8/);
  });
}

test('a byte order mark, empty files, NULs and noise are no trouble', async (t) => {
  const noise = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919 + index / 13) % 256));
  const files = {
    'bom.html': `\uFEFF${page(list)}`,
    'empty.html': '',
    'blank.html': ' \r\n',
    'only-bom.html': '\uFEFF',
    'nul.html': `<p>a\0b</p>${list}`,
    'noise.html': noise,
    'no-html.html': 'just words & <',
  };
  const site = await beside(t, files);
  for (const [file, content] of Object.entries(files)) {
    const answer = await site.get(`/${file.replace('.html', '')}`);
    assert.equal(answer.status, 200, file);
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), Buffer.from(content), file);
  }
  assert.deepEqual(await rows(site, 'thing', ['name']), [{ name: 'Käse' }]);
});

// Mistakes that keep a page from being filled. Where there is nothing to fill, the file goes out as it is.
const mistakes: readonly [name: string, body: string, message: RegExp][] = [
  [
    'an element left open',
    '<ul data-list=u><li itemscope><b itemprop="name">x<li itemscope><b itemprop=name>y',
    /5:\d+: error: .*<b>.*elements/,
  ],
  [
    'a column that no table has',
    '<ul data-list="good?sort=colour"><li itemscope><b itemprop=name>x</b></li></ul>',
    /5:5: error: .*“colour”.*There is: name/,
  ],
  [
    'a value of another type',
    '<ul data-list="n?amount.min=abc"><li itemscope><data itemprop=amount value=3>3</data></li></ul>',
    /5:5: error: “abc”.*Write a number/,
  ],
  ['an unknown name in data-if', '<p data-if="nosuch">x</p>', /5:4: error: “nosuch”/],
  ['no query at all', '<p data-if="((">x</p>', /5:4: error: /],
  [
    'an unknown format',
    '<div data-row=f itemscope><b itemprop=x data-format="sparkles">x</b></div>',
    /5:41: error: .*sparkles.*Write one of/,
  ],
  ['text that holds elements', '<div data-row=f itemscope><b itemprop=x>a <i>b</i></b></div>', /5:30: error: .*<b>/],
  ['data in a script', '<div data-row=f itemscope><script itemprop=x>x</script></div>', /5:35: error: .*<script>/],
  [
    'data in an event handler',
    '<div data-row=f itemscope><b itemprop=n>1</b><a data-attr-onclick="{n}">x</a></div>',
    /5:\d+: error: .*onclick/,
  ],
  [
    'data in a framework’s attribute',
    '<div data-row=f itemscope><b itemprop=n>1</b><a data-attr-x-data="{n}">x</a></div>',
    /5:\d+: error: .*x-data/,
  ],
  [
    'data in srcdoc',
    '<div data-row=f itemscope><b itemprop=n>1</b><iframe data-attr-srcdoc="{n}"></iframe></div>',
    /5:\d+: error: .*srcdoc/,
  ],
  [
    'a password that would be readable',
    '<form method=post name=pw><input type=password name=p></form>',
    /5:27: error: .*password/i,
  ],
  [
    'a card number',
    '<form method=post name=cc><input autocomplete="cc-number" name=p></form>',
    /5:27: error: .*[Cc]ard/,
  ],
  ['data-save on no form', '<div data-save=x></div>', /5:6: error: .*<form method="post">/],
  ['a reserved column', '<div data-row=f itemscope><b itemprop=rows>x</b></div>', /5:\d+: error: .*`rows`/],
  [
    'a public list of what visitors write',
    '<ul data-list=w><li itemscope><b itemprop=name>x</b></li></ul><form method=post data-save=w><input name=name></form>',
    /5:5: error: .*data-as="anyone"/,
  ],
  [
    'a sample its own list would not show',
    '<ul data-list="s?kind=a"><li itemscope><b itemprop=kind>b</b></li></ul>',
    /5:\d+: error: .*`kind`/,
  ],
  ['nesting without end', '<div>'.repeat(3000) + list, /error: .*512/],
];

test('each mistake is told with its place and its cure, and costs only its own page', async (t) => {
  const files = Object.fromEntries(mistakes.map(([, written], index) => [`bad-${index}.html`, page(written)]));
  const site = await beside(t, files);
  for (const [index, [name, , message]] of mistakes.entries()) {
    const file = `bad-${index}.html`;
    const lines = await check(site.dir, file);
    assert.ok(
      lines.some((line) => message.test(line)),
      `${name}: ${lines.join('\n')}`,
    );
    const answer = await site.get(`/bad-${index}`);
    const html = await answer.text();
    const wrongSample = name === 'a sample its own list would not show';
    assert.ok(answer.status === 500 || wrongSample || html === files[file], `${name}: ${answer.status}`);
    if (answer.status === 500) assert.doesNotMatch(html, /itemprop|data-|\.ts\b/, name);
  }
  // The terminal says the same as `check`; the log only that somebody asked for a page that has a fault.
  for (const line of site.log.lines) assert.equal(line.message, 'a page with a fault was asked for');
  assert.ok(mistakes.every((_, index) => site.notices.some((line) => line.includes(`bad-${index}.html:`))));
});

// What is odd, but has a meaning.
const oddities: readonly [name: string, body: string, expected?: RegExp][] = [
  ['crossed tags beside an item', '<div data-list=cr><p itemscope><b itemprop="name">x</p></b></div>'],
  [
    'attributes twice',
    '<ul data-list=dup data-list=dup2><li itemscope itemscope><b itemprop=name itemprop=other>x</b></li></ul>',
  ],
  [
    'a form in a form',
    '<form method=post name=outer><input name=a><form method=post name=inner><input name=b></form></form>',
    /name=outer action="[^"]*form=outer"><input name=a><form method=post name=inner><input/,
  ],
  ['a list without samples', '<ul data-list=nos></ul>'],
  ['a row without columns', '<main data-row="nothere?slug" itemscope><p>nothing bound</p></main>'],
  ['a part in itself', '<div data-part=s>A<div data-part=s>B</div></div>'],
  ['a part without a name', '<div data-part="">A</div>'],
  ['foster parents', '<table data-list=ta><div itemscope><b itemprop=name>x</b></div></table>'],
  [
    'names like SQL',
    `<ul data-list="'; drop table good; --"><li itemscope><b itemprop="&quot;); drop">x</b></li></ul>`,
  ],
  [
    'very long names',
    `<ul data-list="${'x'.repeat(300)}"><li itemscope><b itemprop=${'y'.repeat(300)}>x</b></li></ul>`,
  ],
  ['a sample that no format fits', '<div data-row=bf itemscope><time itemprop=x datetime="never">x</time></div>'],
];

test('what is odd is served as far as it means anything', async (t) => {
  const files = Object.fromEntries(oddities.map(([, written], index) => [`odd-${index}.html`, page(written)]));
  const site = await beside(t, {
    ...files,
    'cut-1.html': '<ul data-list="eof',
    'cut-2.html': '<p data-row=x itemscope><b itemprop=y',
  });
  for (const [index, [name, written, expected]] of oddities.entries()) {
    const html = await body(site, `/odd-${index}`);
    if (expected) assert.match(html, expected, name);
    else assert.equal(html, written, name);
  }
  assert.equal(await (await site.get('/cut-1')).text(), '<ul data-list="eof');
  assert.equal(await (await site.get('/cut-2')).text(), '<p data-row=x itemscope><b itemprop=y');
  assert.deepEqual(site.log.lines, []);
  assert.deepEqual(await rows(site, 'good', ['name']), [{ name: 'Fine' }]);
});

test('parts that go round in circles come to an end', async (t) => {
  const site = await beside(t, {
    'one.html': page('<div data-part=a>A<div data-part=b>from one</div></div>'),
    'two.html': page('<div data-part=b>B<div data-part=a>from two</div></div>'),
    'three.html': page('<div data-part=a>old</div><div data-part=alone>only here</div>'),
  });
  assert.equal(await body(site, '/one'), '<div data-part=a>A<div data-part=b>from one</div></div>');
  assert.equal(await body(site, '/two'), '<div data-part=b>B<div data-part=a>from two</div></div>');
  assert.match(await body(site, '/three'), /<div data-part=a>A.*<div data-part=alone>only here<\/div>/);
  assert.match((await check(site.dir, 'one.html')).join('\n'), /one\.html:5:\d+: warning: .*“b”.*two\.html:5/);
});

test('two pages that disagree on a column are told of each other, and one of them goes on', async (t) => {
  const site = await beside(t, {
    'a.html': page('<div data-row=clash itemscope><data itemprop=when value=3>3</data></div>'),
    'b.html': page(
      '<p>first</p>\n<div data-row=clash itemscope><time itemprop=when datetime="2026-01-01">1 January 2026</time></div>',
    ),
  });
  const [line = ''] = await check(site.dir, 'b.html');
  assert.match(line, /^b\.html:6:\d+: error: .*`when` is date here and integer elsewhere.*a\.html:5:\d+/);
  const answers = [(await site.get('/a')).status, (await site.get('/b')).status];
  assert.deepEqual(answers, [200, 500]);
});

test('a page of very many elements, and one of very many rows, are read within seconds', async (t) => {
  const started = performance.now();
  const site = await beside(t, {
    'wide.html': page('<i>x</i>'.repeat(100_000) + list),
    'rows.html': page(`<ul data-list="many">${'<li itemscope><b itemprop="name">same</b></li>'.repeat(10_000)}</ul>`),
  });
  assert.equal(texts(await body(site, '/rows'), 'b').length, 10_000);
  assert.match(await body(site, '/wide'), /Käse/);
  assert.ok(performance.now() - started < 20_000);
});

// Bodies that no browser sends. Each gets a 4xx of its own, nothing is stored, and the server goes on.
const multipart = 'multipart/form-data; boundary=b';
const bodies: readonly [name: string, type: string, body: string | Uint8Array, statuses: readonly number[]][] = [
  ['multipart without a boundary', 'multipart/form-data', 'x', [400]],
  ['multipart cut off', multipart, '--b\r\nContent-Disposition: form-data; name="say"\r\n\r\nx', [400]],
  ['multipart without names', multipart, '--b\r\n\r\nx\r\n--b--', [400, 422]],
  ['multipart that is noise', multipart, Buffer.from([0, 255, 13, 10, 45, 45, 98, 0]), [400, 422]],
  [
    'a file where text is asked for',
    multipart,
    '--b\r\nContent-Disposition: form-data; name="say"; filename="x.exe"\r\n\r\nMZ\r\n--b--\r\n',
    [400, 422],
  ],
  ['percent signs that mean nothing', 'application/x-www-form-urlencoded', 'say=%&%zz=%e4', [303]],
  ['a name that reaches for the prototype', 'application/x-www-form-urlencoded', '__proto__=1&say=x', [400]],
  ['too many fields', 'application/x-www-form-urlencoded', 'a=1&'.repeat(5000), [400, 413]],
  ['too much text', 'application/x-www-form-urlencoded', `say=${'x'.repeat(3_000_000)}`, [413]],
  ['text/plain', 'text/plain', 'say=x', [415]],
  ['XML', 'text/xml', '<q/>', [415]],
  ['no type', '', 'say=x', [415]],
  ['JSON cut off', 'application/json', '{"say":', [400, 415]],
  ['deep JSON', 'application/json', `${'['.repeat(5000)}${']'.repeat(5000)}`, [400, 413, 415, 422]],
  ['a type that is no type', 'application/x-www-form-urlencoded; charset=\u00ff', 'say=', [400, 415, 422]],
  ['nothing', 'application/x-www-form-urlencoded', '', [400, 422]],
];

test('malformed bodies are refused one by one', async (t) => {
  const site = await beside(t, {});
  for (const [name, type, sent, statuses] of bodies) {
    const answer = await fetch(`${site.address}/good?form=ask`, {
      method: 'POST',
      body: typeof sent === 'string' ? Buffer.from(sent) : Buffer.from(sent),
      headers: { origin: site.address, ...(type === '' ? {} : { 'content-type': type }) },
      redirect: 'manual',
    });
    assert.ok(statuses.includes(answer.status), `${name}: ${answer.status}`);
    assert.doesNotMatch(await answer.text(), /\bat \S+\.ts|node:internal/, name);
  }
  assert.equal((await site.post('/good?form=ask', { say: 'after all that' })).status, 303);
  assert.deepEqual(
    (await rows(site, 'ask', ['say'])).map(({ say }) => say),
    ['still here', '%', 'after all that'],
  );
  assert.deepEqual(site.log.lines, []);
});

// Addresses that no link has.
test('odd addresses are answered, not crashed on', async (t) => {
  const site = await beside(t, {});
  const paths = [
    '/%',
    '/%00',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/good%00.html',
    '/good.html/',
    '/good/..;/x',
    `/${'a'.repeat(5000)}`,
    '//example.org/',
    '/\\example.org',
    '/good?%',
    '/good?page=%ff&__proto__=x&constructor=y',
    '/good?form=ask&row=\u0027--',
    '/?saved=<script>',
    '/.env',
    '/.git/config',
    '/node_modules/x.js',
    '/backlot.config.ts',
    '/data.sqlite',
    '/_backlot/files/../../x',
  ];
  for (const path of paths) {
    const answer = await site.get(path);
    assert.ok(answer.status < 500, `${path}: ${answer.status}`);
    assert.doesNotMatch(await answer.text(), /root:x:|<script>/, path);
    const location = answer.headers.get('location');
    if (location !== null) assert.equal(new URL(location, site.address).origin, site.address, path);
  }
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE_', 'HEAD']) {
    const answer = await fetch(`${site.address}/good`, { method, headers: { origin: site.address } }).catch(
      () => undefined,
    );
    assert.ok(answer === undefined || answer.status < 500, method);
  }
  assert.deepEqual(site.log.lines, []);
});
