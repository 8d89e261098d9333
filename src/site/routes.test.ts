import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseRedirects } from './redirects.ts';
import { canonicalPath, makeRoutes } from './routes.ts';
import type { Route, RouteRequest } from './routes.ts';

const smallSite = [
  '404.html',
  'about.html',
  'blog/first post.html',
  'blog/index.html',
  'img/café.svg',
  'index.html',
  'menu.html',
  'menu/tagliatelle.html',
  'post.html',
  'team/index.htm',
];

function routesOf(redirects = ''): (pathname: string, request?: RouteRequest) => Route {
  const routes = makeRoutes({
    files: smallSite,
    details: [
      { file: 'menu/tagliatelle.html', prefix: '/menu/', sampleKey: 'tagliatelle' },
      { file: 'post.html', prefix: '/post/' },
    ],
    redirects: parseRedirects(redirects).redirects,
  });
  return (pathname, request) => routes.resolve(pathname, request);
}

const missing: Route = { kind: 'missing', status: 404, page404: '404.html' };

void test('pages answer with and without their extension, and say which address they prefer', () => {
  const resolve = routesOf();
  const answers: Record<string, Route> = {
    '/': { kind: 'page', file: 'index.html' },
    '/index.html': { kind: 'page', file: 'index.html', canonical: '/' },
    '/index': { kind: 'page', file: 'index.html', canonical: '/' },
    '/about': { kind: 'page', file: 'about.html' },
    '/about.html': { kind: 'page', file: 'about.html', canonical: '/about' },
    '/menu': { kind: 'page', file: 'menu.html' },
    '/blog/': { kind: 'page', file: 'blog/index.html' },
    '/blog/index.html': { kind: 'page', file: 'blog/index.html', canonical: '/blog/' },
    '/team/': { kind: 'page', file: 'team/index.htm' },
    '/blog/first%20post': { kind: 'page', file: 'blog/first post.html' },
    '/blog/first%20post.html': { kind: 'page', file: 'blog/first post.html', canonical: '/blog/first%20post' },
    '/img/caf%C3%A9.svg': { kind: 'static', file: 'img/café.svg' },
    '/img/cafe%CC%81.svg': { kind: 'static', file: 'img/café.svg' },
  };
  for (const [path, route] of Object.entries(answers)) assert.deepEqual(resolve(path), route, path);
});

void test('a slash too many or too few is redirected, with the query, but never for a post', () => {
  const resolve = routesOf();
  assert.deepEqual(resolve('/about/', { search: '?a=1' }), { kind: 'redirect', location: '/about?a=1', status: 301 });
  assert.deepEqual(resolve('/blog'), { kind: 'redirect', location: '/blog/', status: 301 });
  assert.deepEqual(resolve('/menu/norma/'), { kind: 'redirect', location: '/menu/norma', status: 301 });
  assert.deepEqual(resolve('/about/', { method: 'POST' }), { kind: 'page', file: 'about.html', canonical: '/about' });
  assert.deepEqual(resolve('/blog', { method: 'POST' }), {
    kind: 'page',
    file: 'blog/index.html',
    canonical: '/blog/',
  });
});

void test('a detail page stands for the rows of its folder', () => {
  const resolve = routesOf();
  const file = 'menu/tagliatelle.html';
  assert.deepEqual(resolve('/menu/tagliatelle'), { kind: 'row', file, key: 'tagliatelle' });
  assert.deepEqual(resolve('/menu/norma'), { kind: 'row', file, key: 'norma' });
  assert.deepEqual(resolve('/menu/norma.html'), { kind: 'row', file, key: 'norma', canonical: '/menu/norma' });
  assert.deepEqual(resolve('/menu/norma', { rows: false }), missing);
  assert.deepEqual(resolve('/post'), { kind: 'row', file: 'post.html', key: null });
  assert.deepEqual(resolve('/post/hello'), { kind: 'row', file: 'post.html', key: 'hello' });
  assert.deepEqual(resolve('/menu/a/b'), missing);
});

void test('what is not there is missing, with the site’s own 404 page', () => {
  const resolve = routesOf();
  for (const path of [
    '/nothing',
    '/404',
    '/404.html',
    '/About',
    '/../etc/passwd',
    '/%2e%2e/secret',
    '/menu/%2e%2e%2fabout',
    '/menu/..%5cabout',
    '//about',
    '/about%00.html',
    '/%zz',
    '/%252e%252e/x',
    'about',
    '',
  ]) {
    assert.deepEqual(resolve(path), missing, path);
  }
});

void test('redirects come after files unless forced, before rows where they are literal', () => {
  const resolve = routesOf(
    [
      '/about /elsewhere',
      '/blog/* /journal/:splat 302!',
      '/menu/old /menu/new',
      '/menu/* /gone/:splat',
      '/x /about 200',
      '/no /about 404',
      '/gone / 410',
    ].join('\n'),
  );
  assert.deepEqual(resolve('/about'), { kind: 'page', file: 'about.html' });
  assert.deepEqual(resolve('/blog/a/b'), { kind: 'redirect', location: '/journal/a/b', status: 302 });
  assert.deepEqual(resolve('/menu/old'), { kind: 'redirect', location: '/menu/new', status: 301 });
  assert.deepEqual(resolve('/menu/norma'), { kind: 'row', file: 'menu/tagliatelle.html', key: 'norma' });
  assert.deepEqual(resolve('/menu/norma', { rows: false }), { kind: 'redirect', location: '/gone/norma', status: 301 });
  assert.deepEqual(resolve('/x'), { kind: 'page', file: 'about.html' });
  assert.deepEqual(resolve('/no'), { kind: 'missing', status: 404, page404: 'about.html' });
  assert.deepEqual(resolve('/gone'), { kind: 'missing', status: 410, page404: '404.html' });
  assert.deepEqual(resolve('/blog/', { method: 'POST' }), { kind: 'page', file: 'blog/index.html' });
});

void test('every page file is found at each of its paths', () => {
  const names = fc.stringMatching(/^[a-zé %+.-]{1,8}$/u).filter((name) => !/^[. ]|[. ]$/u.test(name));
  const folders = fc.array(names, { maxLength: 2 });
  fc.assert(
    fc.property(fc.array(fc.tuple(folders, names), { maxLength: 6 }), (entries) => {
      const files = entries.map(([folder, name]) => [...folder, `${name}.html`].join('/').normalize('NFC'));
      const routes = makeRoutes({ files });
      for (const file of files.filter((each) => each !== '404.html')) {
        for (const path of routes.pathsOf(file)) {
          const route = routes.resolve(path);
          assert.equal(route.kind === 'page' && route.file, file);
        }
        assert.deepEqual(routes.pathsOf(file)[0], canonicalPath(file));
      }
    }),
    { numRuns: 100 },
  );
});

void test('no path throws or leaves the folder', () => {
  const resolve = routesOf('/a/:b/* /c/:b/:splat\n/* /:splat 301');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const route = resolve(`/${text}`);
      if (route.kind === 'redirect') assert.match(route.location, /^\/(?![\/\\])/v);
      else if (route.kind !== 'missing') assert.ok(smallSite.includes(route.file));
    }),
  );
});
