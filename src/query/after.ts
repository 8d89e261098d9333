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
  /** The first in the order. */
  readonly leading: boolean;
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
  return sort.flatMap(({ target, descending }, index): AfterPlace[] => {
    if (target.kind !== 'column' || target.steps.length > 0) {
      throw new Error('the order of this query does not follow from its rows alone');
    }
    const { table, column } = target;
    const value = row[column.name] ?? null;
    if (typeof value === 'object' && value !== null) throw new Error(`rows are not ordered by ${column.name}`);
    const missing = value === null;
    const mayMiss = !isNeverMissing(column);
    const place = { table, column, folded: false, descending, leading: index === 0, mayMiss, missing, value };
    if (!isFolded(target)) return [place];
    if (typeof value !== 'string') return [{ ...place, folded: true }];
    const folded = { ...place, folded: true, value: foldedText(column, value) };
    return [folded, { ...place, mayMiss: false }];
  });
}

/**
 * One stretch of the rows that come after a place: equal to it in the first `equal` keys, then beyond it, or without a
 * value. The stretches follow one another in the query's order, and each is one range of an index in that order.
 */
export interface Stretch {
  readonly equal: readonly AfterPlace[];
  readonly beyond: AfterPlace;
  readonly missing: boolean;
}

/** The stretches after a place, in order. Undefined: one comparison of row values says it all. */
export function stretchesAfter(places: readonly AfterPlace[]): readonly Stretch[] | undefined {
  if (isPlain(places)) return undefined;
  return places
    .map((beyond, index): Stretch => ({ equal: places.slice(0, index), beyond, missing: false }))
    .toReversed()
    .flatMap((stretch) => {
      // What is missing comes last: nothing is beyond it.
      if (stretch.beyond.missing) return [];
      return stretch.beyond.mayMiss ? [stretch, { ...stretch, missing: true }] : [stretch];
    });
}

/** Whether one comparison of row values says it all. */
function isPlain(places: readonly AfterPlace[]): boolean {
  return places.every(({ mayMiss, descending }) => !mayMiss && descending === places[0]?.descending);
}

/** Parameters of one stretch, in the order in which the text names them. */
export function stretchParams({ equal, beyond, missing }: Stretch): readonly SqlParam[] {
  const values = equal.flatMap((place) => (place.missing ? [] : [place.value]));
  return missing ? values : [...values, beyond.value];
}

/** What the text of a stretch depends on besides the plan. */
export function stretchKey({ equal, missing }: Stretch): string {
  return `a${equal.map((place) => Number(place.missing)).join('')}${missing ? 'm' : 'b'}`;
}
