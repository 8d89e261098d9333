import { useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { readSchema } from '../api.ts';
import type { Column, Row, Schema, Table } from '../api-types.ts';

const schemaKey = ['schema'] as const;

/** The tables behind the pages. They change only when the site's files do. */
export function useSchema(): UseQueryResult<Schema> {
  return useQuery({ queryKey: schemaKey, queryFn: readSchema, staleTime: 5 * 60_000 });
}

export function useTable(name: string): Table | undefined {
  return useSchema().data?.tables.find((table) => table.name === name);
}

/** The column by which people know a row: a name or title, else the first line of text. */
export function titleColumn(table: Table): Column | undefined {
  const own = ownColumns(table);
  const texts = own.filter(({ type }) => type.kind === 'text');
  for (const name of ['name', 'title', 'headline', 'subject', 'label', 'email']) {
    const found = texts.find((column) => column.name === name);
    if (found) return found;
  }
  return texts.find(({ name }) => /name|title/.test(name)) ?? texts[0] ?? own[0];
}

/** What to call a row; its id's end where nothing better is there. */
export function rowTitle(table: Table, row: Row): string {
  const column = titleColumn(table);
  const value = column && row[column.name];
  if (typeof value === 'string' && value.trim() !== '') return value;
  if (typeof value === 'number') return String(value);
  return `#${row.id.slice(-6)}`;
}

/** Columns that people fill, without those that no page mentions any more. */
export function ownColumns(table: Table): readonly Column[] {
  return table.columns.filter(({ system, detached }) => !system && !detached);
}

/** The version of a row, wherever the table keeps it. */
export function versionOf(table: Table, row: Row): number {
  return Number(row[table.versionColumn] ?? 0);
}
