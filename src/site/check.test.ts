import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { formatDiagnostic } from '../std/index.ts';
import { checkSite } from './check.ts';
import { causeOf, differences } from './differences.ts';
import { folderWith, page } from './fixtures.ts';
import { loadSite } from './load.ts';
import { formNotices } from './notices.ts';

async function checked(t: TestContext, files: Readonly<Record<string, string>>): Promise<string[]> {
  const site = await loadSite({ dir: await folderWith(t, files) });
  return (await checkSite(site)).map(formatDiagnostic);
}

function only(lines: readonly string[], code: string): string[] {
  return lines.filter((line) => line.endsWith(`[${code}]`));
}

function rows(second: string): string {
  return page(
    `<ul data-list="dish">\n<li class="a" itemscope><b itemprop="name">A</b> and more</li>\n${second}\n</ul>`,
  );
}

void test('names what it found, in the order of the files', async (t) => {
  const lines = await checked(t, {
    'b.html': page('<form method="post" name="message"><input name="x"></form>'),
    'a.html': page(
      '<ul data-list="dish?available&amp;sort=-price&amp;limit=3"><li itemscope><data itemprop="price" value="1">1</data></li></ul>',
    ),
  });
  assert.deepEqual(lines, [
    'a.html:5:5: note: A list of `dish` (available is true or present, sorted by price (highest first), at most 3 rows), seen by anyone. [site/list]',
    'b.html:5:1: note: The form “message” adds to `message`, sent by anyone. [site/form]',
  ]);
});

void test('tells where samples would not come back, by cause', async (t) => {
  assert.deepEqual(
    only(await checked(t, { 'a.html': rows('<li class="a" itemscope><b>B</b> and more</li>') }), 'site/sample-text'),
    [],
  );
  const causes: Record<string, string> = {
    '<li class="b" itemscope><b>B</b> and more</li>': 'site/sample-attributes',
    '<li class="a" itemscope><b>B</b> and less</li>': 'site/sample-text',
    '<li class="a" itemscope><b>B</b> and <i>more</i></li>': 'site/sample-markup',
    '<li class="a" itemscope><b>B</b>  and more</li>': 'site/sample-whitespace',
  };
  for (const [second, code] of Object.entries(causes)) {
    const [line, ...others] = only(await checked(t, { 'a.html': rows(second) }), code);
    assert.match(line ?? '', /^a\.html:7:1: note: /v, code);
    assert.deepEqual(others, []);
  }
});

void test('finds links that lead to nothing, and none that lead to rows, scripts or other sites', async (t) => {
  const lines = await checked(t, {
    'index.html': page(
      [
        '<a href="about.html">ok</a><a href="/about">ok</a><a href="#here" id="here">ok</a><a href="#">ok</a><a href="?x=1">ok</a>',
        '<a href="about.html#team">ok</a><a href="mailto:a@example.org">ok</a><a href="https://example.org/x">ok</a><a href="//cdn.example">ok</a>',
        '<a href="old/x">moved</a><a href="menu/any">row</a>',
        '<a href="missing.html">no</a><img src="img/none.png" alt="">',
        '<a href="#nowhere">no</a><a href="about.html#nobody">no</a>',
      ].join('\n'),
    ),
    'about.html': '<h2 id="team">Team</h2>',
    'menu/sample.html': page('<main data-row="dish?slug" itemscope><h1 itemprop="name">A</h1></main>'),
    _redirects: '/old/* /about',
  });
  assert.deepEqual(
    only(lines, 'site/dead-link').map((line) => line.replace(/ warning:| \[.*$/gv, '')),
    [
      'index.html:8:4: `missing.html` leads to nothing: no such file.',
      'index.html:8:35: `img/none.png` leads to nothing: no such file.',
      'index.html:9:4: `#nowhere` leads to nothing: no element of this page has that id.',
      'index.html:9:29: `about.html#nobody` leads to nothing: no element of about.html has that id.',
    ],
  );
});

void test('says what the policy of a page with data allows', async (t) => {
  const lines = await checked(t, {
    'a.html': page(
      '<form method="post" name="x"><input name="y"></form><script>go()</script><script src="https://cdn.example/x.js"></script>',
    ),
  });
  assert.deepEqual(only(lines, 'site/policy'), [
    'a.html:1:1: note: Its Content-Security-Policy allows 1 inline script, script-src https://cdn.example. [site/policy]',
  ]);
});

void test('says which forms cannot work yet, and what to write', async (t) => {
  const dir = await folderWith(t, {
    'a.html': page(
      '<form id="contactForm"><input id="name"><input id="email" type="email"><textarea id="message"></textarea><button>Send</button></form>',
    ),
    'b.html': page('<form method="post" name="x"><input type="tel" id="Phone Number"></form>'),
    'c.html': page(
      '<form role="search"><input type="search" name="q"></form><form action="https://example.org/"><input type="email"></form>',
    ),
  });
  assert.deepEqual(await formNotices(await loadSite({ dir })), [
    'b.html:5:30: This tel field has no name, so it is never sent. Write name="phone_number" on it.',
    'a.html:5:1: This form does not send anything to the server: it has no method="post". Write <form method="post" name="message">. Write name="name" on it. Write name="email" on it. Write name="message" on it.',
  ]);
});

void test('differences are the lines of a shortest edit', () => {
  assert.deepEqual(differences('a\nb\nc\nd', 'a\nx\nc\nd\ne'), [
    { line: 2, before: ['b'], after: ['x'] },
    { line: 5, before: [], after: ['e'] },
  ]);
  assert.deepEqual(differences('same', 'same'), []);
  assert.deepEqual(differences('a\nb', 'b'), [{ line: 1, before: ['a'], after: [] }]);
  assert.equal(causeOf({ line: 1, before: ['<p data-list="x" itemscope>a</p>'], after: ['<p>a</p>'] }), 'marks');
});
