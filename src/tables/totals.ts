import type { SqlQuery } from '../query/index.ts';
import { boundedCache } from '../std/index.ts';
import type { Feed } from './tables.ts';

/** Counts kept. */
const totalsMax = 500;

/** Remembers how many rows queries found, for as long as the log tells of no change of a table that they read. */
export interface Totals {
  /** What is known of a count in a snapshot of this log position. */
  find(key: string, tables: readonly string[], position: number): number | undefined;
  keep(key: string, count: number, position: number): void;
}

interface Total {
  readonly count: number;
  /** The log position of the snapshot that it was counted in. */
  readonly position: number;
}

/** `feed` has told of everything up to `feed.position`; a snapshot may be ahead of it. */
export function totals(feed: Feed): Totals {
  const start = feed.position;
  const known = boundedCache<string, Total>(totalsMax);
  const changed = new Map<string, number>();
  let schemaChanged = start;
  feed.follow((entries) => {
    for (const { table, position, operation } of entries) {
      changed.set(table, position);
      if (operation === 'schema') schemaChanged = position;
    }
  });
  return {
    find(key, tables, position) {
      const total = known.get(key);
      if (!total || position > feed.position) return undefined;
      const latest = Math.max(schemaChanged, ...tables.map((table) => changed.get(table) ?? start));
      return latest <= Math.min(total.position, position) ? total.count : undefined;
    },
    keep(key, count, position) {
      known.set(key, { count, position }, 1);
    },
  };
}

/** Under what a count is kept. */
export function totalKey({ sql, params }: SqlQuery): string {
  return JSON.stringify([sql, params]);
}
