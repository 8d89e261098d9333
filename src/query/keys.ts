import type { Column, ColumnType, Row, Value } from '../schema/index.ts';
import { fold } from './fold.ts';
import { compareKeys } from './operand.ts';
import type { Key, Step, Target } from './plan.ts';
import { zeroIsNothing } from './plan.ts';
import type { RelatedRows } from './query.ts';
import { foldedText } from './words.ts';

/** The rows that a relation path reaches; a row reached in two ways is there twice. */
export function reach(steps: readonly Step[], row: Row, related: RelatedRows): readonly Row[] {
  let rows: readonly Row[] = [row];
  for (const step of steps) rows = rows.flatMap((each) => stepRows(step, each, related));
  return rows;
}

/** What a column's value compares by: one key, one for each member of a set, none where it is missing. */
export function columnKeys(column: Column, value: Value): readonly Key[] {
  if (typeof value === 'string' && column.folded) return [foldedText(column, value)];
  return valueKeys(column.type, value, column.folded);
}

/** The same for a value without a column. */
export function valueKeys(type: ColumnType, value: Value, folded: boolean): readonly Key[] {
  if (value === null) return [];
  if (typeof value === 'object') return folded ? value.map(fold) : value;
  if (typeof value === 'boolean') return [value ? 1 : 0];
  return [typeof value === 'string' && folded && isText(type) ? fold(value) : value];
}

/** An aggregate over the rows that a path reaches: `count` and `sum` of none are 0, `min` and `max` missing. */
export function aggregateKey(
  target: Extract<Target, { kind: 'aggregate' }>,
  row: Row,
  related: RelatedRows,
): Key | undefined {
  const rows = reach(target.steps, row, related);
  const { column, name } = target;
  if (!column) return rows.length;
  const keys = rows.flatMap((each) => valueKeys(column.type, each[column.name] ?? null, false));
  if (name === 'sum') return keys.reduce((sum: bigint, key) => sum + BigInt(key), 0n);
  const sign = name === 'min' ? 1 : -1;
  return keys.reduce<Key | undefined>(
    (best, key) => (best === undefined || compareKeys(key, best) * sign < 0 ? key : best),
    undefined,
  );
}

/** Whether a value counts as true or present. */
export function truthOf(target: Target, value: Value): boolean {
  if (value === null || value === false || value === '') return false;
  if (typeof value === 'object') return value.length > 0;
  return value !== 0 || !zeroIsNothing(target);
}

function stepRows(step: Step, row: Row, related: RelatedRows): readonly Row[] {
  if (step.kind === 'children') return related.children(step.to.name, step.column.name, String(row['id']));
  const held = row[step.column.name] ?? null;
  const ids = typeof held === 'string' ? [held] : held !== null && typeof held === 'object' ? held : [];
  return ids.map((id) => related.byId(step.to.name, id)).filter((found) => found !== undefined);
}

function isText(type: ColumnType): boolean {
  return ['text', 'html', 'markdown', 'url', 'file'].includes(type.kind);
}
