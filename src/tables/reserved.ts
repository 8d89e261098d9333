import { shadowableNames } from '../schema/index.ts';

/*
 * The one registry of names that a site's columns and tables may not simply take. LANGUAGE.md, "Tables, columns, rows".
 */

/** Names that mean something besides columns in paths (`{first}`, `{orders.rows}`) and conditions (`saved`). */
const pathNames = [
  'first',
  'last',
  'odd',
  'index',
  'rows',
  'page',
  'count',
  'user',
  'invalid',
  'saved',
  'current',
  'now',
  'today',
] as const;

/** Names that mean something in a query string; `page` is above. */
const queryNames = ['q', 'sort', 'limit'] as const;

const reservedColumns: ReadonlySet<string> = new Set([...pathNames, ...queryNames]);

/** Columns of every table that a site never writes; a form's field of that name gets a suffix. */
const fixedColumns: ReadonlySet<string> = new Set(['id', 'created_at', 'updated_at']);

/** Columns of ours that a site's own column of the same name shadows. */
const shadowedColumns: ReadonlySet<string> = new Set([...shadowableNames, 'author']);

/** Tables the server owns, also before the room that makes them is loaded: an unmarked form never reaches them. */
const serverTables: ReadonlySet<string> = new Set(['user', 'session', 'cart', 'line', 'order']);

/** Physical names that a site's column cannot have: PostgreSQL keeps these for itself in every table. */
export const databaseColumns: readonly string[] = ['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'];

/** Whether a column may not be called this: a load error in marks, a suffix in an unmarked form. */
export function isReservedColumn(name: string): boolean {
  return reservedColumns.has(name);
}

/** Whether every table has a column of this name that only the program writes. */
export function isFixedColumn(name: string): boolean {
  return fixedColumns.has(name);
}

/** Whether this names a column of ours that a site's column may shadow. */
export function isShadowedColumn(name: string): boolean {
  return shadowedColumns.has(name);
}

/** Whether the server owns a table of this name. */
export function isServerTable(name: string): boolean {
  return serverTables.has(name);
}
