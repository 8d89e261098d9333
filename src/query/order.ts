import type { Row } from '../schema/index.ts';
import { compareText } from './fold.ts';
import { aggregateKey, columnKeys, reach } from './keys.ts';
import { compareKeys } from './operand.ts';
import type { Key, PlannedSort } from './plan.ts';
import { planOf } from './plan.ts';
import type { CheckedQuery, RelatedRows } from './query.ts';

/** What a row sorts by under one key: the key (undefined: missing) and, for folded text, the raw text after it. */
interface SortValue {
  readonly key: Key | undefined;
  readonly raw?: string;
}

/**
 * The order of a query's rows, for `Array.prototype.sort`, exactly as `toSql` orders them: by its `sort`, else by
 * position; missing values last in both directions; text folded, then raw; at the end by id, ascending. Keys are
 * computed once for each row object. `related` is needed where the sort follows relations.
 */
export function compareRows(query: CheckedQuery, related?: RelatedRows): (a: Row, b: Row) => number {
  const { sort } = planOf(query);
  const rows = related ?? { byId: () => undefined, children: () => [] };
  const known = new WeakMap<Row, readonly SortValue[]>();
  const valuesOf = (row: Row): readonly SortValue[] => {
    let values = known.get(row);
    if (!values) {
      values = sort.map((key) => sortValue(key, row, rows));
      known.set(row, values);
    }
    return values;
  };
  return (a, b) => {
    const left = valuesOf(a);
    const right = valuesOf(b);
    for (const [index, { descending }] of sort.entries()) {
      const order = compareValues(left[index], right[index], descending);
      if (order !== 0) return order;
    }
    return 0;
  };
}

function sortValue({ target }: PlannedSort, row: Row, related: RelatedRows): SortValue {
  if (target.kind === 'aggregate') return { key: aggregateKey(target, row, related) };
  if (target.kind !== 'column') return { key: undefined };
  const found = reach(target.steps, row, related)[0];
  const value = found?.[target.column.name] ?? null;
  const key = columnKeys(target.column, value)[0];
  return target.column.folded && typeof value === 'string' ? { key, raw: value } : { key };
}

function compareValues(a: SortValue | undefined, b: SortValue | undefined, descending: boolean): number {
  const left = a?.key;
  const right = b?.key;
  if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
  const order = compareKeys(left, right) || compareText(a?.raw ?? '', b?.raw ?? '');
  return descending ? -order : order;
}
