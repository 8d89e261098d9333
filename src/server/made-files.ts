import { cachedPage } from '../pages/index.ts';
import type { CachedPage } from '../pages/index.ts';
import { checkQuery, parseQuery } from '../query/index.ts';
import { sitemaps } from '../site/index.ts';
import type { Site, SitemapRow } from '../site/index.ts';
import type { Tables } from '../tables/index.ts';
import type { Settings } from './settings.ts';

/** Rows listed in a sitemap at most; the protocol's own files hold 50,000 each. */
const ROWS_MAX = 500_000;
const ROWS_AT_ONCE = 1000;

/** Gives the sitemap of a site that has none and knows its own address; made anew after each change. */
export function madeFiles(
  site: Site,
  tables: Tables,
  settings: Pick<Settings, 'origin'>,
  common: Readonly<Record<string, string>>,
): (pathname: string) => Promise<CachedPage | undefined> {
  const origin = settings.origin[0];
  const headers = {
    'content-type': 'application/xml; charset=utf-8',
    'cache-control': 'public, max-age=0, must-revalidate',
    vary: 'Accept-Encoding',
    ...common,
  };
  let made: { readonly position: number; readonly files: Promise<ReadonlyMap<string, CachedPage>> } | undefined;
  const make = async (to: string): Promise<ReadonlyMap<string, CachedPage>> => {
    const texts = sitemaps(site, await pageRows(site, tables), to);
    return new Map([...texts].map(([path, text]) => [path, cachedPage(Buffer.from(text), 200, headers)]));
  };
  return async (pathname) => {
    if (origin === undefined || !/^\/sitemap(?:-\d+)?\.xml$/.test(pathname)) return undefined;
    const { position } = tables.feed;
    if (made?.position !== position) {
      const files = make(origin);
      const mine = { position, files };
      made = mine;
      files.catch(() => {
        if (made === mine) made = undefined;
      });
    }
    return (await made.files).get(pathname);
  };
}

/** Every row that has a page of its own. */
async function pageRows(site: Site, tables: Tables): Promise<readonly SitemapRow[]> {
  const rows: SitemapRow[] = [];
  for (const table of Object.values(site.schema.tables)) {
    if (!table.page) continue;
    const parsed = parseQuery('');
    const checked = parsed.ok ? checkQuery(parsed.value, table, { schema: site.schema }) : parsed;
    if (!checked.ok) continue;
    await tables.snapshot(async (reader) => {
      for (let offset = 0; offset < ROWS_MAX; offset += ROWS_AT_ONCE) {
        const scope = { value: () => null, nowMs: 0, today: '' };
        const found = await reader.list(checked.value, scope, { limit: ROWS_AT_ONCE, offset });
        for (const row of found) {
          const { slug, updated_at: updatedAt } = row;
          if (typeof slug !== 'string') continue;
          rows.push({ table: table.name, slug, ...(typeof updatedAt === 'string' ? { updatedAt } : {}) });
        }
        if (found.length < ROWS_AT_ONCE) break;
      }
    });
  }
  return rows;
}
