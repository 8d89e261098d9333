import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchRedirect, parseRedirects } from './redirects.ts';

function follow(rules: string, path: string, search = ''): string | undefined {
  const { redirects, diagnostics } = parseRedirects(rules);
  assert.deepEqual(diagnostics, []);
  const segments = path.split('/').filter(Boolean).map(decodeURIComponent);
  const match = matchRedirect(redirects, segments, search, false);
  return match && `${match.redirect.status} ${match.location}`;
}

void test('plain rules, comments, blank lines and other line ends are read', () => {
  const rules = '\uFEFF# moved in spring\r\n\r\n/old  /new  # because\r/a\t/b 302\n/c https://example.org/c 307';
  assert.equal(follow(rules, '/old'), '301 /new');
  assert.equal(follow(rules, '/a'), '302 /b');
  assert.equal(follow(rules, '/c'), '307 https://example.org/c');
  assert.equal(follow(rules, '/old/more'), undefined);
});

void test('splats, placeholders and query parameters fill the target', () => {
  assert.equal(follow('/news/* /blog/:splat', '/news/2026/a%20b'), '301 /blog/2026/a%20b');
  assert.equal(follow('/news/* /blog/:splat', '/news'), '301 /blog/');
  assert.equal(follow('/:year/:name /p/:name-:year', '/2026/x'), '301 /p/x-2026');
  assert.equal(follow('/store id=:id /blog/:id', '/store', '?id=my%2Fown'), '301 /blog/my%2Fown');
  assert.equal(follow('/store id=:id /blog/:id', '/store'), undefined);
  assert.equal(follow('/store id=7 /seven', '/store', '?id=8'), undefined);
  assert.equal(follow('/caf%C3%A9 /coffee', '/café'), '301 /coffee');
});

void test('the query goes along unless the target has one', () => {
  assert.equal(follow('/a /b', '/a', '?x=1'), '301 /b?x=1');
  assert.equal(follow('/a /b#c', '/a', '?x=1'), '301 /b?x=1#c');
  assert.equal(follow('/a /b?y=2', '/a', '?x=1'), '301 /b?y=2');
});

void test('a target on this site never leads to another host', () => {
  assert.equal(follow('/go/* /:splat', '/go/'), '301 /');
  assert.equal(follow('/go/:x/* /:splat', '/go/x'), '301 /');
  assert.equal(follow('/go/* /:splat', '/go/evil.example'), '301 /evil.example');
  const { redirects } = parseRedirects('/go/* /:splat');
  assert.equal(matchRedirect(redirects, ['go', '', 'evil.example'], '', false)?.location, '/evil.example');
});

void test('the first rule that matches is taken', () => {
  assert.equal(follow('/a/* /one\n/a/b /two', '/a/b'), '301 /one');
});

void test('a rule that cannot be used is reported with its line, and the others stand', () => {
  const faults: Record<string, RegExp> = {
    'https://old.example/x /y': /begins with/v,
    '/only-from': /has no target/v,
    '/a b /c': /has `b` before its target/v,
    '/a /b 999': /status `999`/v,
    '/a /b 301 Country=de': /ends with `Country=de`/v,
    '/a/*/b /c': /before the end/v,
    '/a /b/:c': /uses `:c`/v,
    '/a /b/:splat': /uses `:splat`/v,
    '/a //evil.example': /leads to/v,
    '/a ftp://example.org/x': /leads to/v,
    '/a https://api.example/x 200': /answers 200 from another site/v,
    '/:h https://:h.example/': /placeholder in the host/v,
    '/%zz /b': /percent-encoding/v,
  };
  for (const [line, message] of Object.entries(faults)) {
    const { redirects, diagnostics } = parseRedirects(`/ok /fine\n${line}\n/also /fine`);
    assert.equal(redirects.length, 2, line);
    assert.equal(diagnostics.length, 1, line);
    assert.match(diagnostics[0]!.message, message);
    assert.deepEqual(diagnostics[0]!.at, { file: '_redirects', line: 2, column: 1 });
  }
});
