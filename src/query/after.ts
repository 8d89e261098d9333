import type { Column, Row, Table } from '../schema/index.ts';
import { isFolded, planOf } from './plan.ts';
import type { Plan, SqlParam } from './plan.ts';
import type { CheckedQuery } from './query.ts';
import { foldedText } from './words.ts';

/** One thing that rows are ordered by, and what a row holds there. Folded text is two: the folded, then the raw. */
export interface AfterPlace {
  readonly table: Table;
  readonly column: Column;
  /** Compared by its folded shadow. */
  readonly folded: boolean;
  readonly descending: boolean;
  /** Rows may lack it. */
  readonly mayMiss: boolean;
  /** This row lacks it. */
  readonly missing: boolean;
  readonly value: SqlParam;
}

/** System columns that are never missing: their order needs no word on missing values, so that indexes serve it. */
const neverMissing: ReadonlySet<string> = new Set(['_id', '_version', '_created_at', '_updated_at', '_position']);

export function isNeverMissing(column: Column): boolean {
  return column.system && neverMissing.has(column.sqlName);
}

/**
 * The columns of its own table that give a row its place in a query's order, the id the last of them: what a cursor must
 * hold. Undefined where the order follows relations or aggregates.
 */
export function sortColumns(query: CheckedQuery): readonly string[] | undefined {
  const names: string[] = [];
  for (const { target } of planOf(query).sort) {
    if (target.kind !== 'column' || target.steps.length > 0) return undefined;
    names.push(target.column.name);
  }
  return names;
}

/** The places of a row in a plan's order. Throws where the order is not by columns of its own. */
export function placesAfter({ sort }: Plan, row: Row): readonly AfterPlace[] {
  return sort.flatMap(({ target, descending }): AfterPlace[] => {
    if (target.kind !== 'column' || target.steps.length > 0) {
      throw new Error('the order of this query does not follow from its rows alone');
    }
    const { table, column } = target;
    const value = row[column.name] ?? null;
    if (typeof value === 'object' && value !== null) throw new Error(`rows are not ordered by ${column.name}`);
    const missing = value === null;
    const mayMiss = !isNeverMissing(column);
    const place = { table, column, folded: false, descending, mayMiss, missing, value };
    if (!isFolded(target)) return [place];
    if (typeof value !== 'string') return [{ ...place, folded: true }];
    const folded = { ...place, folded: true, value: foldedText(column, value) };
    return [folded, { ...place, mayMiss: false }];
  });
}

/** Whether one comparison of row values says it all. */
export function isPlain(places: readonly AfterPlace[]): boolean {
  return places.every(({ mayMiss, descending }) => !mayMiss && descending === places[0]?.descending);
}

/** Parameters in the order in which the text names them. */
export function afterParams(places: readonly AfterPlace[]): readonly SqlParam[] {
  if (isPlain(places)) return places.map(({ value }) => value);
  return places.flatMap(({ missing, value }, index) => {
    if (missing) return [];
    return index === places.length - 1 ? [value] : [value, value];
  });
}

/** What the text depends on besides the plan. */
export function afterKey(places: readonly AfterPlace[]): string {
  return `a${places.map(({ missing }) => Number(missing)).join('')}`;
}
