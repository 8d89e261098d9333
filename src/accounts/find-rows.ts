import { checkQuery, parseQuery } from '../query/index.ts';
import type { QueryScope } from '../query/index.ts';
import type { Row } from '../schema/index.ts';
import type { Tables } from '../tables/index.ts';

const noScope: QueryScope = { value: () => null, nowMs: 0, today: '1970-01-01' };

/** The rows of one of this room's tables that a query of ours finds. */
export async function findRows(
  tables: Tables,
  table: string,
  query: string,
  limit?: number,
  after?: Row,
): Promise<readonly Row[]> {
  const { schema } = tables;
  const parsed = parseQuery(query);
  const checked = parsed.ok ? checkQuery(parsed.value, schema.tables[table]!, { schema }) : parsed;
  if (!checked.ok) throw new Error(checked.errors.map(({ message }) => message).join(' '));
  return await tables.snapshot((reader) =>
    reader.list(checked.value, noScope, { ...(limit !== undefined && { limit }), ...(after && { after }) }),
  );
}

export async function findRow(tables: Tables, table: string, query: string): Promise<Row | undefined> {
  return (await findRows(tables, table, query, 1))[0];
}

export async function rowById(tables: Tables, table: string, id: string): Promise<Row | undefined> {
  return await tables.snapshot((reader) => reader.byId(table, id));
}

/** The text in a column, '' where it is missing. */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : '';
}
