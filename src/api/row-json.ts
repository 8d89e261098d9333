import { jsonValue, systemColumn } from '../schema/index.ts';
import type { Column, Row, Table } from '../schema/index.ts';

/** Whether clients are shown a column. */
export function isShown(column: Column): boolean {
  return column.secret !== true && !column.detached;
}

/** The columns that no page mentions any more and whose values are kept. Many references are not among them. */
export function detachedColumns(table: Table): readonly Column[] {
  return Object.values(table.columns).filter(
    ({ detached, secret, system, type }) => detached && secret !== true && !system && type.kind !== 'references',
  );
}

/** A row as clients get it: its columns by name, values as JSON carries them, never a secret. */
export function rowJson(table: Table, row: Row): Readonly<Record<string, unknown>> {
  const shown: Record<string, unknown> = {};
  for (const column of Object.values(table.columns)) {
    if (isShown(column)) shown[column.name] = jsonValue(column.type, row[column.name] ?? null);
  }
  return shown;
}

/** The name under which a row's version stands: `version`, or `_version` where the site has a column of that name. */
export function versionName(table: Table): string {
  return systemColumn(table, 'version')?.name ?? 'version';
}

export function versionOf(table: Table, row: Row): number {
  return Number(row[versionName(table)]);
}

/** The strong entity tag of a row: it has another version after every change. */
export function etagOf(table: Table, row: Row): string {
  return `"${versionOf(table, row)}"`;
}
