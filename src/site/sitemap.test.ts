import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderWith, page } from './fixtures.ts';
import { loadSite } from './load.ts';
import { sitemaps } from './sitemap.ts';

const origin = 'https://example.org';
const dish = page('<main data-row="dish?slug" itemscope><h1 itemprop="name">A</h1></main>');

void test('lists the pages that anyone may see, and rows by their own address', async (t) => {
  const dir = await folderWith(t, {
    '404.html': '',
    'index.html': '',
    'a & b.html': '',
    'blog/index.html': '',
    'hidden.html': '<meta name="robots" content="noindex">',
    'members.html': page('<p data-if="user">Hi</p>').replace('<html', '<html data-as="user"'),
    'menu/sample.html': dish,
    'style.css': '',
  });
  const xml = sitemaps(
    await loadSite({ dir }),
    [{ table: 'dish', slug: 'è', updatedAt: '2026-08-14T10:00:00.000Z' }],
    origin,
  );
  assert.deepEqual([...xml.keys()], ['/sitemap.xml']);
  assert.deepEqual(
    [...(xml.get('/sitemap.xml') ?? '').matchAll(/<url>.*<\/url>/gv)].map(([entry]) => entry),
    [
      '<url><loc>https://example.org/a%20%26%20b</loc></url>',
      '<url><loc>https://example.org/blog/</loc></url>',
      '<url><loc>https://example.org/</loc></url>',
      '<url><loc>https://example.org/menu/%C3%A8</loc><lastmod>2026-08-14T10:00:00.000Z</lastmod></url>',
    ],
  );
});

void test('a site’s own sitemap is left alone', async (t) => {
  const dir = await folderWith(t, { 'index.html': '', 'sitemap.xml': '<urlset/>' });
  assert.equal(sitemaps(await loadSite({ dir }), [], origin).size, 0);
});

void test('more addresses than one file may hold make an index', async (t) => {
  const dir = await folderWith(t, { 'menu/sample.html': dish });
  const rows = Array.from({ length: 50_001 }, (_, index) => ({ table: 'dish', slug: String(index) }));
  const xml = sitemaps(await loadSite({ dir }), rows, origin);
  assert.deepEqual([...xml.keys()].sort(), ['/sitemap-1.xml', '/sitemap-2.xml', '/sitemap.xml']);
  assert.match(
    xml.get('/sitemap.xml') ?? '',
    /<sitemapindex .*\n<sitemap><loc>https:\/\/example\.org\/sitemap-1\.xml/v,
  );
});
