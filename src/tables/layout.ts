import { foldedValue, rowWords } from '../query/index.ts';
import type { Dialect } from '../query/index.ts';
import { foldColumn, linkTable } from '../schema/index.ts';
import type { Column, ColumnType, Row, Schema, Table, Value } from '../schema/index.ts';
import type { SqlRow, SqlValue } from '../database/index.ts';

/*
 * How rows lie in SQL: one physical column for each logical one, a folded shadow beside text, a link table for each
 * many-reference column. Everything here is made once for a schema and used by every read and write.
 */

/** A column with a place in the table itself. */
export interface StoredColumn {
  readonly column: Column;
  /** Quoted physical name. */
  readonly sql: string;
  /** Quoted name of the folded shadow, where there is one. */
  readonly foldSql?: string;
}

/** A many-reference column, kept in a table of its own: `_from`, `_to`, `_order`. */
export interface StoredLink {
  readonly column: Column;
  /** Quoted name of the link table. */
  readonly sql: string;
  /** Logical name of the table referred to. */
  readonly target: string;
}

export interface Layout {
  readonly table: Table;
  /** Quoted physical name. */
  readonly sql: string;
  /** All stored columns, detached ones too. */
  readonly columns: readonly StoredColumn[];
  readonly links: readonly StoredLink[];
  /** Those that are not detached. */
  readonly activeLinks: readonly StoredLink[];
  /** What `select` lists to read whole rows. */
  readonly selection: string;
  /** Reads a row by id: one parameter. */
  readonly byId: string;
  /** Inserts a row: parameters as {@link insertParams} gives them. */
  readonly insert: string;
  /** Whether rows have a slug. */
  readonly slug?: StoredColumn;
  /** Quoted physical names of the program's own columns. */
  readonly system: Readonly<Record<'id' | 'version' | 'createdAt' | 'updatedAt' | 'position' | 'author', Column>>;
}

/** Layouts of all tables of a schema, by logical name. */
export type Layouts = ReadonlyMap<string, Layout>;

export function layoutsOf(schema: Schema, dialect: Dialect): Layouts {
  return new Map(Object.values(schema.tables).map((table) => [table.name, layoutOf(table, dialect)]));
}

export function layoutOf(table: Table, dialect: Dialect): Layout {
  const sql = quote(table.sqlName);
  const columns: StoredColumn[] = [];
  const links: StoredLink[] = [];
  for (const column of Object.values(table.columns)) {
    if (column.type.kind === 'references') {
      links.push({ column, sql: quote(linkTable(table, column)), target: column.type.table });
    } else {
      columns.push({
        column,
        sql: quote(column.sqlName),
        ...(column.folded && { foldSql: quote(foldColumn(column)) }),
      });
    }
  }
  const selection = columns.map((stored) => stored.sql).join(', ');
  const slug = columns.find(({ column }) => column.system && column.sqlName === '_slug');
  const names = [...columns.flatMap(({ sql, foldSql }) => (foldSql ? [sql, foldSql] : [sql])), '"_words"'];
  const places = names.map((_, index) => placeholder(dialect, index + 1));
  return {
    table,
    sql,
    columns,
    links,
    activeLinks: links.filter(({ column }) => !column.detached),
    selection,
    byId: `select ${selection} from ${sql} where "_id" = ${placeholder(dialect, 1)}`,
    insert: `insert into ${sql} (${names.join(', ')}) values (${places.join(', ')})`,
    ...(slug && { slug }),
    system: {
      id: ours(table, '_id'),
      version: ours(table, '_version'),
      createdAt: ours(table, '_created_at'),
      updatedAt: ours(table, '_updated_at'),
      position: ours(table, '_position'),
      author: ours(table, '_author'),
    },
  };
}

function ours(table: Table, sqlName: string): Column {
  const column = Object.values(table.columns).find((each) => each.system && each.sqlName === sqlName);
  if (!column) throw new Error(`Table ${table.name} lacks the column ${sqlName}.`);
  return column;
}

/** Parameters of {@link Layout.insert} for a whole row. */
export function insertParams(layout: Layout, row: Row): SqlValue[] {
  const params: SqlValue[] = [];
  for (const { column, foldSql } of layout.columns) {
    const value = row[column.name] ?? null;
    params.push(encode(value));
    if (foldSql) params.push(foldedValue(column, value));
  }
  params.push(rowWords(layout.table, row));
  return params;
}

/** Where a value goes into a statement: `?`, or `$3`. */
export function placeholder(dialect: Dialect, number: number): string {
  return dialect === 'sqlite' ? '?' : `$${number}`;
}

/** Quotes an identifier. Names come from the schema, never from a client. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A value as the driver binds it. Sets are JSON arrays. */
export function encode(value: Value): SqlValue {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

/** Reads a row as the database gives it. Detached columns are left out unless `all`. Links are not in it. */
export function decodeRow(layout: Layout, sqlRow: SqlRow, all = false): Record<string, Value> {
  const row: Record<string, Value> = {};
  for (const { column } of layout.columns) {
    if (column.detached && !all) continue;
    row[column.name] = decode(column.type, sqlRow[column.sqlName] ?? null);
  }
  return row;
}

export function decode(type: ColumnType, value: SqlRow[string]): Value {
  if (value === null) return null;
  switch (type.kind) {
    case 'boolean':
      return value === true || value === 1;
    case 'set':
      return readMembers(String(value));
    case 'integer':
    case 'decimal':
    case 'money':
    case 'real':
      return Number(value);
    default:
      return String(value);
  }
}

function readMembers(json: string): readonly string[] {
  return JSON.parse(json);
}
