import type { Reader } from '../database/index.ts';
import { probeSql, sampleSql, toSql } from '../query/index.ts';
import type { CheckedQuery, Dialect, QueryScope, Serving, Way } from '../query/index.ts';
import { boundedCache } from '../std/index.ts';
import type { Clock } from '../std/index.ts';
import { queryKept } from './kept-plan.ts';
import type { Layouts } from './layout.ts';
import { totalKey } from './totals.ts';

/** For how long a way holds. A change of the rows can make it slower, never wrong. */
const holdsMs = 60_000;
/** Letters of the questions whose ways are remembered. */
const rememberedLettersMax = 500_000;
/**
 * Gathering costs what fits; a walk passes `limit` x rows / fitting rows: they meet at the root of `limit` x rows. In
 * SQLite what is gathered are entries of an index, which cost less than rows.
 */
const entriesFactor = 1.5;

/** A page that is asked for. */
export interface AskedPage {
  readonly query: CheckedQuery;
  readonly scope: QueryScope;
  readonly limit: number;
  /** Of its table, roughly. */
  readonly rows: number;
}

/** How to find the rows of a page whose indexes are there. */
export type ChooseWay = (reader: Reader, serving: Serving, page: AskedPage) => Promise<Way>;

export function pageWays(dialect: Dialect, clock: Clock, layouts: () => Layouts): ChooseWay {
  const remembered = boundedCache<string, { readonly way: Way; readonly atMs: number }>(rememberedLettersMax);

  const densityOf = async (reader: Reader, { query, scope }: AskedPage): Promise<number | undefined> => {
    const sample = sampleSql(query, scope, dialect, layouts());
    if (!sample) return undefined;
    const [row] = await reader.query(sample.sql, sample.params);
    return Number(row!['count']) / Math.max(1, Number(row!['sampled']));
  };
  const measure = async (reader: Reader, serving: Serving, page: AskedPage): Promise<Way> => {
    const { query, scope, rows, limit } = page;
    if (query.searches) {
      const density = (await densityOf(reader, page)) ?? 0;
      if (density > Math.sqrt(limit / rows)) return 'walk';
    } else if (!serving.collect) {
      return dialect === 'postgres' && (await densityOf(reader, page)) === 0 ? 'scan' : 'walk';
    }
    const factor = dialect === 'sqlite' && !query.searches ? entriesFactor : 1;
    const few = Math.ceil(factor * Math.sqrt(limit * rows));
    const probe = probeSql(query, scope, dialect, layouts(), few);
    const [counted] = await queryKept(reader, dialect, 'entered', probe);
    return Number(counted!['count']) < few ? 'collect' : 'walk';
  };
  return async (reader, serving, page) => {
    const { query, scope, limit } = page;
    const key = totalKey(toSql(query, scope, dialect, { limit, inUse: layouts() }));
    const known = remembered.get(key);
    if (known && clock.now() - known.atMs < holdsMs) return known.way;
    const way = await measure(reader, serving, page);
    remembered.set(key, { way, atMs: clock.now() }, key.length);
    return way;
  };
}
