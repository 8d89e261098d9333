import { foldColumn, linkTable, searchTable } from '../schema/index.ts';
import type { Column, ColumnType, Row, Table, Value } from '../schema/index.ts';
import type { Site } from './agreement-site.ts';
import type { Dialect } from './query.ts';
import { postgresSearchVector } from './statement.ts';
import { foldedValue, rowWords } from './words.ts';

/* A random site's tables in a database, by the naming that the rooms have agreed on. */

export interface Filled {
  readonly sql: string;
  readonly params: readonly (null | boolean | number | string)[];
}

/** Statements that make a site's tables and fill them. Text columns bear no collation of their own here. */
export function fillStatements(site: Site, dialect: Dialect): readonly Filled[] {
  return Object.values(site.schema.tables).flatMap((table) => {
    const rows = site.rows[table.name] ?? [];
    const columns = Object.values(table.columns);
    const links = columns.filter((each) => each.type.kind === 'references');
    const made = [createTable(table, dialect), ...links.map((each) => createLink(table, each))];
    const filled = rows.flatMap((row) => [
      insertRow(table, row, dialect),
      ...links.flatMap((each) => insertLinks(table, each, row, dialect)),
    ]);
    return [
      ...made.map((sql) => ({ sql, params: [] })),
      ...filled,
      ...searchIndex(table, dialect).map((sql) => ({ sql, params: [] })),
    ];
  });
}

function createTable(table: Table, dialect: Dialect): string {
  const row = dialect === 'sqlite' ? 'INTEGER PRIMARY KEY' : 'bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY';
  const columns = stored(table).flatMap((each) => [
    `"${each.sqlName}" ${sqlType(each.type, dialect)}${each.name === 'id' ? ' NOT NULL UNIQUE' : ''}`,
    ...(each.folded ? [`"${foldColumn(each)}" text`] : []),
  ]);
  return `CREATE TABLE "${table.sqlName}" ("_row" ${row}, ${columns.join(', ')}, "_words" text)`;
}

function createLink(table: Table, column: Column): string {
  return `CREATE TABLE "${linkTable(table, column)}" ("_from" text NOT NULL, "_to" text NOT NULL, "_order" integer NOT NULL)`;
}

function searchIndex(table: Table, dialect: Dialect): readonly string[] {
  if (dialect === 'postgres') return [`CREATE INDEX ON "${table.sqlName}" USING gin (${postgresSearchVector()})`];
  const name = searchTable(table);
  return [
    `CREATE VIRTUAL TABLE "${name}" USING fts5("_words", content='${table.sqlName}', content_rowid='_row')`,
    `INSERT INTO "${name}" ("${name}") VALUES ('rebuild')`,
  ];
}

function insertRow(table: Table, row: Row, dialect: Dialect): Filled {
  const columns = stored(table);
  const names = columns.flatMap((each) => [each.sqlName, ...(each.folded ? [foldColumn(each)] : [])]);
  const params = columns.flatMap((each) => {
    const value = row[each.name] ?? null;
    return [sqlValue(value, dialect), ...(each.folded ? [foldedValue(each, value)] : [])];
  });
  return insert(table.sqlName, [...names, '_words'], [...params, rowWords(table, row)], dialect);
}

function insertLinks(table: Table, column: Column, row: Row, dialect: Dialect): readonly Filled[] {
  const value = row[column.name];
  const held = value !== null && typeof value === 'object' ? value : [];
  const name = linkTable(table, column);
  return held.map((id, order) => insert(name, ['_from', '_to', '_order'], [String(row['id']), id, order], dialect));
}

function insert(table: string, names: readonly string[], params: Filled['params'], dialect: Dialect): Filled {
  const places = names.map((_, index) => (dialect === 'sqlite' ? '?' : `$${index + 1}`)).join(', ');
  return { sql: `INSERT INTO "${table}" (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${places})`, params };
}

function stored(table: Table): readonly Column[] {
  return Object.values(table.columns).filter((each) => each.type.kind !== 'references');
}

function sqlType({ kind }: ColumnType, dialect: Dialect): string {
  if (kind === 'integer' || kind === 'decimal' || kind === 'money') return dialect === 'sqlite' ? 'INTEGER' : 'bigint';
  if (kind === 'real') return dialect === 'sqlite' ? 'REAL' : 'double precision';
  if (kind === 'boolean') return dialect === 'sqlite' ? 'INTEGER' : 'boolean';
  return 'text';
}

function sqlValue(value: Value, dialect: Dialect): null | boolean | number | string {
  if (typeof value === 'boolean') return dialect === 'sqlite' ? Number(value) : value;
  return value !== null && typeof value === 'object' ? JSON.stringify(value) : value;
}
