import type { CompileCache } from './compile-cache.ts';
import { pagesFolder } from './page-compiler.ts';
import type { SettledSite } from './settle.ts';
import { hashOf } from './survey.ts';
import type { KnownPage, Survey } from './survey.ts';

/** What is remembered of a folder from one start to the next. Without a cache it remembers nothing. */
export interface SiteMemory {
  /** What was found out about the pages' bytes. */
  readonly pages: ReadonlyMap<string, KnownPage>;
  /** One text for all that the pages together depend on; undefined where some of it could not be read. */
  basis(about: readonly unknown[], survey: Survey): string | undefined;
  /** What the pages settled, when it was settled on the same basis. */
  settled(basis: string | undefined): SettledSite | undefined;
  keep(found: Remembered): void;
}

interface Remembered {
  readonly survey: Survey;
  readonly basis: string | undefined;
  readonly settled: SettledSite;
  /** Names of the entries that are in use. */
  readonly entries: () => ReadonlySet<string>;
}

const surveyEntry = 'survey';
const settledEntry = 'settled';

export function siteMemory(cache: CompileCache | undefined): SiteMemory {
  const pages = new Map(pairsOf<KnownPage>(cache?.read(surveyEntry)));
  let known: { readonly basis: string; readonly settled: SettledSite } | undefined;
  return {
    pages,
    basis(about, survey) {
      const hashes = [...survey.pages.values()].map(({ facts }) => facts.hash);
      return hashes.includes('') ? undefined : hashOf(JSON.stringify([about, hashes]));
    },
    settled(basis) {
      const value = basis === undefined ? undefined : cache?.read(settledEntry);
      if (typeof value !== 'object' || value === null || !('basis' in value) || value.basis !== basis) return undefined;
      known = value as { basis: string; settled: SettledSite };
      return known.settled;
    },
    keep({ survey, basis, settled, entries }) {
      if (!cache) return;
      if (!isSame(pages, survey.pages)) cache.write(surveyEntry, [...survey.pages]);
      if (basis === undefined || known?.basis === basis) return;
      cache.write(settledEntry, { basis, settled });
      cache.sweep(pagesFolder, entries());
    },
  };
}

function pairsOf<T>(value: unknown): (readonly [string, T])[] {
  const pairs: readonly unknown[] = Array.isArray(value) ? value : [];
  return pairs.filter((each): each is readonly [string, T] => Array.isArray(each) && each.length === 2);
}

function isSame(before: ReadonlyMap<string, KnownPage>, now: ReadonlyMap<string, KnownPage>): boolean {
  if (before.size !== now.size) return false;
  for (const [file, page] of now) if (before.get(file) !== page) return false;
  return true;
}
