import type { QueryScope } from '../query/index.ts';
import type { Row, Schema, Table, Value } from '../schema/index.ts';
import type { SitePage } from '../site/index.ts';
import type { ListTotal } from './pagination.ts';
import type { PageReads } from './reads.ts';
import type { PageState } from './state.ts';

/** One resolving of one page: what it reads from, and what it finds on the way. */
export interface Work {
  readonly page: SitePage;
  readonly schema: Schema;
  readonly reads: PageReads;
  readonly state: PageState;
  /** Versions of the rows that were resolved, by id. */
  readonly versions: Map<string, number>;
  /** Rows in all of each list that something pages through, by scope. */
  readonly totals: Map<number, ListTotal>;
  /** Rows of lists that stand in no row, by scope: read once, however many places ask for them. */
  readonly topRows: Map<number, Promise<readonly Row[]>>;
  /** Rows that the URL names, by table and column. */
  readonly keyed: Map<string, Promise<Row | undefined>>;
  /** False once `data-row="dish?slug"` has found no row. */
  found: boolean;
}

/** Values known at one place of the page: a row and the names around it. */
export interface Frame {
  readonly table: Table | null;
  readonly row: Row | null;
  readonly extra: Readonly<Record<string, Value>>;
  readonly outer: Frame | null;
}

/** What queries without operands of a row run in. */
export function scopeWith(work: Work, value: (path: string) => Value): QueryScope {
  const { nowMs, today, timeZone } = work.state;
  return { value, nowMs, today, timeZone };
}
