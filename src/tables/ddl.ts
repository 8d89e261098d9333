import { createHash } from 'node:crypto';
import type { Statement } from '../database/index.ts';
import { postgresSearchVector } from '../query/index.ts';
import type { Dialect } from '../query/index.ts';
import { foldColumn, linkTable, searchTable } from '../schema/index.ts';
import type { Column, ColumnType, Schema, Table } from '../schema/index.ts';
import { byPeople } from './changes.ts';
import { quote } from './layout.ts';

const indexNameBytesMax = 60;

/** Statements that make a table with everything that belongs to it, but for references to other tables' rows. */
export function createTable(table: Table, schema: Schema, dialect: Dialect): string[] {
  const stored = Object.values(table.columns).filter((column) => column.type.kind !== 'references');
  const lines = dialect === 'sqlite' ? ['_row integer primary key'] : [];
  for (const column of stored) lines.push(...columnLines(column, schema, dialect));
  lines.push(`"_words" ${sqlType({ kind: 'text' }, dialect)}`);
  const strict = dialect === 'sqlite' ? ' strict' : '';
  return [
    `create table ${quote(table.sqlName)} (${lines.join(', ')})${strict}`,
    ...searchStatements(table, dialect),
    ...stored.flatMap((column) => indexStatements(table, column, dialect)),
    ...(table.single ? [singleStatement(table)] : []),
  ];
}

/** Makes the database itself refuse a second row. */
export function singleStatement(table: Table): string {
  return `create unique index if not exists ${singleIndex(table)} on ${quote(table.sqlName)} ((1))`;
}

/** For a table that may have several rows again. */
export function severalStatement(table: Table): string {
  return `drop index if exists ${singleIndex(table)}`;
}

function singleIndex(table: Table): string {
  return quote(cut(`_single_${table.sqlName}`));
}

/** Statements that add a column to a table that exists, with its shadow, link table and indexes. */
export function addColumn(table: Table, column: Column, schema: Schema, dialect: Dialect): string[] {
  if (column.type.kind === 'references') return createLink(table, column, schema, dialect);
  const added = columnLines(column, schema, dialect, true).map(
    (line) => `alter table ${quote(table.sqlName)} add column ${line}`,
  );
  return [...added, ...indexStatements(table, column, dialect)];
}

/** Statements for what refers to other tables: after all of them exist. SQLite has its foreign keys in the columns. */
export function addReferences(table: Table, schema: Schema, dialect: Dialect): string[] {
  return Object.values(table.columns).flatMap((column) => {
    if (column.type.kind === 'references') return createLink(table, column, schema, dialect);
    return dialect === 'postgres' ? addForeignKey(table, column, schema) : [];
  });
}

/** PostgreSQL's foreign key of one reference column. */
export function addForeignKey(table: Table, column: Column, schema: Schema): string[] {
  const target = column.type.kind === 'reference' ? schema.tables[column.type.table] : undefined;
  if (!target) return [];
  return [
    `alter table ${quote(table.sqlName)} add constraint ${quote(nameOf('_key', table, column))} ` +
      `foreign key (${quote(column.sqlName)}) references ${quote(target.sqlName)} ("_id")`,
  ];
}

/**
 * A column and its shadow. References are real foreign keys without any action of the database's own: what a delete
 * does to other rows is part of the change and of the log, and a row that slips in between makes it fail and be
 * prepared again.
 */
function columnLines(column: Column, schema: Schema, dialect: Dialect, added = false): string[] {
  const name = quote(column.sqlName);
  let line = `${name} ${sqlType(column.type, dialect)}`;
  if (column.system && column.sqlName === '_id') line += dialect === 'sqlite' ? ' not null unique' : ' primary key';
  else if (column.system && column.required && !added) line += ' not null';
  const target = column.type.kind === 'reference' ? schema.tables[column.type.table] : undefined;
  if (target && dialect === 'sqlite') line += ` references ${quote(target.sqlName)} ("_id")`;
  if (!column.folded) return [line];
  return [line, `${quote(foldColumn(column))} ${sqlType({ kind: 'text' }, dialect)}`];
}

function sqlType(type: ColumnType, dialect: Dialect): string {
  switch (type.kind) {
    case 'integer':
    case 'decimal':
    case 'money':
      return dialect === 'sqlite' ? 'integer' : 'bigint';
    case 'real':
      return dialect === 'sqlite' ? 'real' : 'double precision';
    case 'boolean':
      return dialect === 'sqlite' ? 'integer' : 'boolean';
    default:
      return dialect === 'sqlite' ? 'text' : 'text collate "C"';
  }
}

/** Statements for the indexes a column needs; they do nothing where the index is there already. */
export function indexStatements(table: Table, column: Column, dialect: Dialect): string[] {
  const on = quote(table.sqlName);
  const name = quote(nameOf('_index', table, column));
  const sql = quote(column.sqlName);
  const compared = column.folded ? quote(foldColumn(column)) : sql;
  if (column.sqlName === '_id' && column.system) return [];
  if (column.unique) return [`create unique index if not exists ${name} on ${on} (${compared})`];
  if (column.type.kind === 'reference') return [`create index if not exists ${name} on ${on} (${sql}, "_position")`];
  if (column.system && column.sqlName === '_position') {
    return [`create index if not exists ${name} on ${on} (${sql}, "_id")`];
  }
  if (column.indexed !== true || column.type.kind === 'boolean' || column.type.kind === 'set') return [];
  // An entry of PostgreSQL's ordered index holds at most 2,704 bytes; a hash serves equality at any length.
  const isText = dialect === 'postgres' && isLong(column.type);
  return [`create index if not exists ${name} on ${on}${isText ? ' using hash' : ''} (${compared})`];
}

function isLong(type: ColumnType): boolean {
  return ['text', 'html', 'markdown', 'url', 'file'].includes(type.kind);
}

/** The link table of a many-reference column, and the way back through it. */
function createLink(table: Table, column: Column, schema: Schema, dialect: Dialect): string[] {
  const target = column.type.kind === 'references' ? schema.tables[column.type.table] : undefined;
  if (!target) return [];
  const name = linkTable(table, column);
  const text = sqlType({ kind: 'text' }, dialect);
  const strict = dialect === 'sqlite' ? ' strict, without rowid' : '';
  const back = quote(cut(`_index_${name}__to`));
  return [
    `create table ${quote(name)} (` +
      `"_from" ${text} not null references ${quote(table.sqlName)} ("_id"), ` +
      `"_to" ${text} not null references ${quote(target.sqlName)} ("_id"), ` +
      `"_order" integer not null, primary key ("_from", "_to"))${strict}`,
    `create index ${back} on ${quote(name)} ("_to")`,
  ];
}

/** SQLite: an FTS5 index over `_words`, kept by triggers. PostgreSQL: an index on `_words` itself. */
function searchStatements(table: Table, dialect: Dialect): string[] {
  const on = quote(table.sqlName);
  if (dialect === 'postgres')
    return [`create index ${quote(cut(`_search_${table.sqlName}`))} on ${on} using gin (${postgresSearchVector()})`];
  const search = quote(searchTable(table));
  const trigger = (when: string): string => quote(cut(`_search_${when}_${table.sqlName}`));
  const add = `insert into ${search} (rowid, "_words") values (new._row, new."_words");`;
  const remove = `insert into ${search} (${search}, rowid, "_words") values ('delete', old._row, old."_words");`;
  const content = table.sqlName.replaceAll("'", "''");
  return [
    `create virtual table ${search} using fts5 ("_words", content='${content}', content_rowid='_row', tokenize='ascii', columnsize=0)`,
    `create trigger ${trigger('insert')} after insert on ${on} begin ${add} end`,
    `create trigger ${trigger('delete')} after delete on ${on} begin ${remove} end`,
    `create trigger ${trigger('update')} after update of "_words" on ${on} begin ${remove} ${add} end`,
  ];
}

function nameOf(prefix: string, table: Table, column: Column): string {
  return cut(`${prefix}_${table.sqlName}_${column.sqlName}`);
}

function cut(name: string): string {
  if (Buffer.byteLength(name) <= indexNameBytesMax) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${Buffer.from(name)
    .subarray(0, indexNameBytesMax - 9)
    .toString()
    .replaceAll('\ufffd', '')}_${hash}`;
}

/** Statements as a driver takes them. */
export function plain(sql: readonly string[]): Statement[] {
  return sql.map((each) => ({ sql: each, params: [] }));
}

/**
 * Tables of this room's own. `_schema` keeps every schema record, the newest in use: two processes that would change
 * it at once meet at the primary key. `_seeded` names the tables whose samples have been taken.
 */
export function roomTables(dialect: Dialect): string[] {
  const strict = dialect === 'sqlite' ? ' strict' : '';
  return [
    `create table if not exists _schema (number integer primary key, record text not null, time text not null)${strict}`,
    `create table if not exists _seeded (name text primary key)${strict}`,
    'create index if not exists _log_row on _log ("table", id)',
    // Costs nothing where visitors write, and finds what people did among all that visitors sent.
    `create index if not exists _log_people on _log ("group", "table", actor, operation) where ${byPeople}`,
  ];
}
