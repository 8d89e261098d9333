import { canonicalPath, isPageFile } from './routes.ts';
import type { Site } from './site.ts';

/** A row that has a page of its own. */
export interface SitemapRow {
  readonly table: string;
  readonly slug: string;
  /** ISO instant. */
  readonly updatedAt?: string;
}

/** The Sitemaps protocol allows this many addresses in one file. */
const addressesMax = 50_000;
const opening = '<?xml version="1.0" encoding="UTF-8"?>\n';
const namespace = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"';

/**
 * The site's sitemap (sitemaps.org protocol 0.9), by path: `/sitemap.xml`, and where there are more than 50,000
 * addresses, an index of `/sitemap-1.xml` and so on. Empty when the site has one of its own. Listed are pages that
 * anyone may see and that do not say `noindex`, and rows with a page. `origin` is such as `https://example.org`.
 */
export function sitemaps(site: Site, rows: Iterable<SitemapRow>, origin: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  if (site.files.has('sitemap.xml')) return files;
  const entries: string[] = [];
  for (const file of site.files.keys()) if (isListed(site, file)) entries.push(entry(origin + canonicalPath(file)));
  for (const { table, slug, updatedAt } of rows) {
    const page = site.schema.tables[table]?.page;
    if (page && isPublic(site, page.file))
      entries.push(entry(origin + page.prefix + encodeURIComponent(slug), updatedAt));
  }
  if (entries.length <= addressesMax) return files.set('/sitemap.xml', wrap('urlset', entries));
  const parts: string[] = [];
  for (let start = 0; start < entries.length; start += addressesMax) {
    const path = `/sitemap-${parts.length + 1}.xml`;
    files.set(path, wrap('urlset', entries.slice(start, start + addressesMax)));
    parts.push(`<sitemap><loc>${escapeXml(origin + path)}</loc></sitemap>`);
  }
  return files.set('/sitemap.xml', wrap('sitemapindex', parts));
}

function isListed(site: Site, file: string): boolean {
  if (!isPageFile(file) || /^404\.html?$/v.test(file)) return false;
  return isPublic(site, file) && !site.details.has(file);
}

function isPublic(site: Site, file: string): boolean {
  return !site.noindex.has(file) && !site.restricted.has(file);
}

function wrap(element: string, entries: readonly string[]): string {
  return `${opening}<${element} ${namespace}>\n${entries.map((each) => `${each}\n`).join('')}</${element}>\n`;
}

function entry(address: string, updatedAt?: string): string {
  const changed = updatedAt === undefined ? '' : `<lastmod>${escapeXml(updatedAt)}</lastmod>`;
  return `<url><loc>${escapeXml(address)}</loc>${changed}</url>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
