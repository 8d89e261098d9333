import { jsonValue, valueFromJson } from '../schema/index.ts';
import type { Row, Table, Value } from '../schema/index.ts';
import { sameValue } from './same-value.ts';

/**
 * A change of a row as the log keeps it: JSON, `{column: [before, after]}` of the columns that changed, values as JSON
 * carries them. An insert has all that is present after, a delete all that was before. Secrets are never in it.
 */
export function patchOf(table: Table, before: Row | null, after: Row | null): string {
  const patch: Record<string, [unknown, unknown]> = {};
  for (const column of Object.values(table.columns)) {
    if (column.secret === true || isKey(column.sqlName, column.system)) continue;
    const was = before?.[column.name] ?? null;
    const is = after?.[column.name] ?? null;
    if (sameValue(was, is)) continue;
    patch[column.name] = [jsonValue(column.type, was), jsonValue(column.type, is)];
  }
  return JSON.stringify(patch);
}

/** The entry itself says id and version. */
function isKey(sqlName: string, system: boolean): boolean {
  return system && (sqlName === '_id' || sqlName === '_version');
}

/** One side of a patch, as typed values by column. Columns the table no longer has, and values it cannot hold, are left out. */
export function readPatch(table: Table, patch: string, side: 'before' | 'after'): Record<string, Value> {
  const values: Record<string, Value> = {};
  const read: Record<string, readonly [unknown, unknown]> = JSON.parse(patch);
  for (const [name, pair] of Object.entries(read)) {
    const column = table.columns[name];
    if (!column) continue;
    const value = valueFromJson(column.type, pair[side === 'before' ? 0 : 1]);
    if (value !== undefined) values[name] = value;
  }
  return values;
}
