import type { Column, ColumnType, Table, Value } from '../schema/index.ts';
import type { CheckedQuery, SqlQuery } from './query.ts';

/** One step along a relation: from each row of `from` to its related rows of `to`. */
export interface Step {
  readonly kind: 'reference' | 'references' | 'children';
  readonly from: Table;
  readonly to: Table;
  /** The reference column: of `from`, for children of `to`. */
  readonly column: Column;
}

/** What a checked path leads to. */
export type Target =
  /** A name that the caller supplies: state, position in a list. */
  | { readonly kind: 'extra'; readonly name: string; readonly type: ColumnType }
  | { readonly kind: 'column'; readonly steps: readonly Step[]; readonly table: Table; readonly column: Column }
  /** The children that the last step reaches, themselves: their ids. */
  | { readonly kind: 'children'; readonly steps: readonly Step[]; readonly table: Table }
  | {
      readonly kind: 'aggregate';
      readonly name: 'count' | 'sum' | 'min' | 'max';
      readonly steps: readonly Step[];
      readonly table: Table;
      /** Absent for `count`. */
      readonly column?: Column;
    };

/** What every comparison comes down to. `.not` and `!name` are negations of `eq` and `true`. */
export type Comparison = 'eq' | 'min' | 'max' | 'like' | 'true';

export interface PlannedCondition {
  readonly target: Target;
  readonly comparison: Comparison;
  readonly negated: boolean;
  readonly operands: readonly PlannedOperand[];
}

export type PlannedOperand =
  | { readonly kind: 'constant'; readonly type: ColumnType; readonly value: Value; readonly ranges?: readonly Range[] }
  | { readonly kind: 'path'; readonly path: string; readonly type: ColumnType }
  | { readonly kind: 'now' }
  | { readonly kind: 'today' };

/** Something that compares: folded or raw text, a number. Booleans are 0 and 1. */
export type Key = string | number | bigint;

/**
 * What an operand means to a column of another scale or kind: `.min` compares with `low`, `.max` with `high`, equality
 * with all from `low` to `high`. A date is a range of instants; 20.555 is an empty range of cents (2056 to 2055).
 */
export interface Range {
  readonly low: string | number;
  readonly high: string | number;
}

export interface PlannedSort {
  readonly target: Target;
  readonly descending: boolean;
}

/** The private part of a checked query. */
export interface Plan {
  readonly conditions: readonly PlannedCondition[];
  /** All of them must be found. More than one where a visitor's search narrows a list that searches itself. */
  readonly searches: readonly PlannedOperand[];
  /** Complete: ends in the row's id. */
  readonly sort: readonly PlannedSort[];
  readonly limit?: PlannedOperand;
  readonly page?: PlannedOperand;
  /** SQL text by dialect and shape of the parameters. */
  readonly texts: Map<string, string>;
}

/** How many parameters a condition takes, which is all that its SQL text depends on besides the plan. */
export interface Shape {
  readonly points: number;
  readonly ranges: number;
}

export type SqlParam = SqlQuery['params'][number];

/** The plan inside a checked query; only this room reads it. */
export function planOf(query: CheckedQuery): Plan {
  if (!isPlan(query.checked)) throw new Error('this query does not come from checkQuery');
  return query.checked;
}

function isPlan(checked: unknown): checked is Plan {
  return typeof checked === 'object' && checked !== null && 'texts' in checked;
}

/** Type of what a path leads to. */
export function targetType(target: Target): ColumnType {
  if (target.kind === 'extra') return target.type;
  if (target.kind === 'column') return target.column.type;
  if (target.kind === 'children') return { kind: 'references', table: target.table.name };
  return target.column?.type ?? { kind: 'integer' };
}

/** Whether text is compared folded: columns that have a shadow, and names that the caller supplies. */
export function isFolded(target: Target): boolean {
  return target.kind === 'extra' || (target.kind === 'column' && target.column.folded);
}

/** Whether zero counts as nothing: for counts and the caller's numbers, not for a stored number. */
export function zeroIsNothing(target: Target): boolean {
  return target.kind === 'extra' || (target.kind === 'aggregate' && (target.name === 'count' || target.name === 'sum'));
}
