import { boundedCache } from '../std/index.ts';
import type { SitePage, SitePages } from './site.ts';

/** Characters of source that pages held in memory may have together; a compiled page weighs several times its source. */
const sourceCharactersMax = 8 * 1024 * 1024;

export interface PagesOnDemand {
  /** Files of all pages, in path order. */
  readonly files: readonly string[];
  /** Makes a page; the same for the same file, whenever it is called. */
  readonly load: (file: string) => SitePage;
  /** Pages that cannot be made again for little: they stay in memory. */
  readonly fixed: ReadonlyMap<string, SitePage>;
  /** Pages that are there already. */
  readonly made: readonly SitePage[];
}

/** A site's pages, of which only those in use are in memory. */
export function pagesOnDemand({ files, load, fixed, made }: PagesOnDemand): SitePages {
  const known: ReadonlySet<string> = new Set(files);
  const held = boundedCache<string, SitePage>(sourceCharactersMax);
  const hold = (page: SitePage): SitePage => {
    held.set(page.file, page, page.template.source.text.length + 1024);
    return page;
  };
  for (const page of made) if (!fixed.has(page.file)) hold(page);
  const get = (file: string): SitePage | undefined => {
    if (!known.has(file)) return undefined;
    return fixed.get(file) ?? held.get(file) ?? hold(load(file));
  };
  return {
    size: known.size,
    get,
    has: (file) => known.has(file),
    keys: () => known.values(),
    *values() {
      for (const file of known) yield get(file)!;
    },
  };
}
