import type { Row } from '../schema/index.ts';
import { limitMax, pageMax } from './check.ts';
import { aggregateKey, columnKeys, reach, truthOf, valueKeys } from './keys.ts';
import { boundOf, compareKeys, operandRanges, operandValue } from './operand.ts';
import type { Comparison, Key, PlannedCondition, PlannedOperand, Range } from './plan.ts';
import { planOf, zeroIsNothing } from './plan.ts';
import type { CheckedQuery, QueryScope, RelatedRows } from './query.ts';
import { rowWords, searchedColumns, searchTerms } from './words.ts';

const nothingRelated: RelatedRows = { byId: () => undefined, children: () => [] };

/**
 * Whether a row matches a query, exactly as `toSql` would find it.
 *
 * `row` carries logical names; a missing key counts as a missing value; a `references` column holds its ids. `related`
 * gives the rows that relation paths reach. `extraValues` holds the caller's names by the spelling given to
 * `checkQuery`.
 *
 * Missing values: an operand that is missing (a `{path}` that is null) equals nothing, is above and below nothing; a
 * missing column likewise. `.not` and `!name` are plain negations, so they include what is missing. Over many related
 * rows a condition holds when one of them satisfies it, a negated one when none does.
 */
export function matches(
  query: CheckedQuery,
  row: Row,
  scope: QueryScope,
  related: RelatedRows = nothingRelated,
  extraValues: Row = {},
): boolean {
  const plan = planOf(query);
  return (
    plan.conditions.every((condition) => {
      const ranges = operandRanges(condition, scope);
      return satisfies(condition, ranges, keysOf(condition, row, related, extraValues)) !== condition.negated;
    }) && searchHolds(query, row, scope)
  );
}

/**
 * What a row's own columns say about whether it matches: `false` only when it surely does not, `true` only when it
 * surely does, else `'depends'`: on other rows, on the caller's names, or on columns that `row` does not carry.
 */
export function matchesOwn(query: CheckedQuery, row: Row, scope: QueryScope): boolean | 'depends' {
  let sure = true;
  for (const condition of planOf(query).conditions) {
    if (!isOwn(condition, row)) {
      sure = false;
      continue;
    }
    const keys = keysOf(condition, row, nothingRelated, {});
    if (satisfies(condition, operandRanges(condition, scope), keys) === condition.negated) return false;
  }
  if (query.searches) {
    if (!query.table || searchedColumns(query.table).some((column) => row[column.name] === undefined)) return 'depends';
    if (!searchHolds(query, row, scope)) return false;
  }
  return sure ? true : 'depends';
}

/**
 * The part of the rows that a query's `limit` and `page` ask for. The page is 1 where the query names none; a `{path}`
 * that holds no usable number counts as absent.
 */
export function pageWindow(query: CheckedQuery, scope: QueryScope): { readonly limit?: number; readonly page: number } {
  const plan = planOf(query);
  const limit = plan.limit && countOf(plan.limit, scope, limitMax);
  const page = (plan.page && countOf(plan.page, scope, pageMax)) ?? 1;
  return limit === undefined ? { page } : { limit, page };
}

/** The terms of all searches in force; no search, or one without words, asks for nothing. */
export function searchTermsOf(query: CheckedQuery, scope: QueryScope): readonly string[] {
  return planOf(query).searches.flatMap((operand) => {
    const { value } = operandValue(operand, scope);
    return value === null ? [] : searchTerms(typeof value === 'object' ? value.join(' ') : String(value));
  });
}

function countOf(operand: PlannedOperand, scope: QueryScope, max: number): number | undefined {
  const { value } = operandValue(operand, scope);
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 1 ? Math.min(number, max) : undefined;
}

function searchHolds(query: CheckedQuery, row: Row, scope: QueryScope): boolean {
  if (!query.searches || !query.table) return true;
  const terms = searchTermsOf(query, scope);
  if (terms.length === 0) return true;
  const words = rowWords(query.table, row).split(' ');
  return terms.every((term) => words.some((word) => word.startsWith(term)));
}

/** Whether the row alone decides a condition. */
function isOwn({ target }: PlannedCondition, row: Row): boolean {
  if (target.kind !== 'column') return false;
  const first = target.steps[0];
  if (!first) return row[target.column.name] !== undefined;
  // A path through a reference to nothing reaches nothing.
  return first.kind === 'reference' && row[first.column.name] === null;
}

/** What a condition compares: one list of keys for each value reached (a set has several in one). */
interface Reached {
  readonly keys: readonly Key[];
  readonly truth: boolean;
}

function keysOf(condition: PlannedCondition, row: Row, related: RelatedRows, extraValues: Row): readonly Reached[] {
  const { target } = condition;
  if (target.kind === 'extra') {
    const value = extraValues[target.name] ?? null;
    return [{ keys: valueKeys(target.type, value, true), truth: truthOf(target, value) }];
  }
  if (target.kind === 'aggregate') {
    const key = aggregateKey(target, row, related);
    return key === undefined ? [] : [{ keys: [key], truth: !zeroIsNothing(target) || compareKeys(key, 0) !== 0 }];
  }
  const rows = reach(target.steps, row, related);
  if (target.kind === 'children') return rows.map((each) => ({ keys: [String(each['id'])], truth: true }));
  return rows.map((each) => {
    const value = each[target.column.name] ?? null;
    const keys = condition.comparison === 'true' ? [] : columnKeys(target.column, value);
    return { keys, truth: truthOf(target, value) };
  });
}

function satisfies({ comparison }: PlannedCondition, ranges: readonly Range[], reached: readonly Reached[]): boolean {
  if (comparison === 'true') return reached.some((each) => each.truth);
  return reached.some((each) => each.keys.some((key) => compares(comparison, key, ranges)));
}

function compares(comparison: Comparison, key: Key, ranges: readonly Range[]): boolean {
  if (comparison === 'like') return ranges.some(({ low }) => String(key).includes(String(low)));
  if (comparison === 'eq') {
    return ranges.some(({ low, high }) => compareKeys(key, low) >= 0 && compareKeys(key, high) <= 0);
  }
  const bound = boundOf(comparison, ranges);
  if (bound === undefined) return false;
  return comparison === 'min' ? compareKeys(key, bound) >= 0 : compareKeys(key, bound) <= 0;
}
