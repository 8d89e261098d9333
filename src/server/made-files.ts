import { checkQuery, parseQuery } from '../query/index.ts';
import { sitemaps } from '../site/index.ts';
import type { Site, SitemapRow } from '../site/index.ts';
import type { Tables } from '../tables/index.ts';
import type { Settings } from './settings.ts';

/** A file that the site lacks and the program makes. */
export interface MadeFile {
  readonly text: string;
  readonly type: string;
}

/** Rows listed in a sitemap at most; the protocol's own files hold 50,000 each. */
const ROWS_MAX = 500_000;
const ROWS_AT_ONCE = 1000;

/** Gives the sitemap of a site that has none and knows its own address; made anew after each change. */
export function madeFiles(
  site: Site,
  tables: Tables,
  settings: Pick<Settings, 'origin'>,
): (pathname: string) => Promise<MadeFile | undefined> {
  const origin = settings.origin[0];
  let made: { readonly position: number; readonly files: ReadonlyMap<string, string> } | undefined;
  return async (pathname) => {
    if (origin === undefined || !/^\/sitemap(?:-\d+)?\.xml$/.test(pathname)) return undefined;
    const { position } = tables.feed;
    if (made?.position !== position) made = { position, files: sitemaps(site, await pageRows(site, tables), origin) };
    const text = made.files.get(pathname);
    return text === undefined ? undefined : { text, type: 'application/xml; charset=utf-8' };
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
