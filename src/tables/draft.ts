import type { LogEntry, Reader, Statement } from '../database/index.ts';
import type { Dialect } from '../query/index.ts';
import type { Column, Row, Value } from '../schema/index.ts';
import type { Ids, Random } from '../std/index.ts';
import { refusalMessage } from './check-values.ts';
import type { Reason } from './check-values.ts';
import { decodeRow, encode, placeholder, quote } from './layout.ts';
import type { Layout, Layouts, StoredColumn, StoredLink } from './layout.ts';
import { patchOf } from './patch.ts';
import { membersOf, sameValue } from './same-value.ts';
import { addLinks as addRowLinks } from './scan.ts';
import type { ChangedRow } from './change-hooks.ts';
import type { Actor, ColumnRefusal } from './tables.ts';
import { foldedValue, rowWords } from '../query/index.ts';

/** What preparing a change may use. Nothing in it is a transaction. */
export interface WriteContext {
  readonly actor: Actor;
  readonly dialect: Dialect;
  readonly layouts: Layouts;
  /** The latest committed state. What it says is made sure of by guards when the change is applied. */
  readonly reader: Reader;
  readonly ids: Ids;
  readonly random: Random;
  /** The moment of the change: an ISO instant. */
  readonly time: string;
  /** How often this change has been prepared before. */
  readonly attempt: number;
  /** Writes of the program itself: may set system columns, and are not held to a form's rules. */
  readonly trusted: boolean;
  /** Somebody wants to know which rows are touched. */
  readonly hooked?: boolean;
}

/** A change being prepared. */
export interface Draft {
  readonly context: WriteContext;
  readonly statements: Statement[];
  /** By statement: the write it belongs to. */
  readonly origins: number[];
  /**
   * Statements that need all rows of the change to be there: links, and references to rows inserted later. By the row
   * and column they fill, so that a later write of the same change replaces them.
   */
  readonly late: Map<string, { readonly statements: readonly Statement[]; readonly write: number }>;
  readonly entries: LogEntry[];
  readonly refusals: ColumnRefusal[];
  /** Every row that the change touches, as often as it does, for hooks. Absent where there are none. */
  readonly touched?: ChangedRow[];
  /** Rows as the change leaves them, by table and id; null for deleted ones. Detached columns are in them. */
  readonly rows: Map<string, Row | null>;
  /** Slugs that this change gives, as `table` + NUL + slug. */
  readonly slugs: Set<string>;
  /** Rows that this change inserts: key to the index of the write. */
  readonly inserts: ReadonlyMap<string, number>;
}

export function newDraft(context: WriteContext, inserts: ReadonlyMap<string, number>): Draft {
  return {
    context,
    statements: [],
    origins: [],
    late: new Map(),
    entries: [],
    refusals: [],
    ...(context.hooked === true && { touched: [] }),
    rows: new Map(),
    slugs: new Set(),
    inserts,
  };
}

export function rowKey(table: string, id: string): string {
  return `${table}\0${id}`;
}

/** The row as it is now, changes of this draft included; null when there is none. */
export async function currentRow(draft: Draft, layout: Layout, id: string): Promise<Row | null> {
  const key = rowKey(layout.table.name, id);
  const known = draft.rows.get(key);
  if (known !== undefined) return known;
  const found = await draft.context.reader.query(layout.byId, [id]);
  const row = found[0] ? decodeRow(layout, found[0], true) : null;
  if (row) await addRowLinks(draft.context.reader, layout.links, draft.context.dialect, [row], [id]);
  draft.rows.set(key, row);
  return row;
}

export function addStatement(draft: Draft, write: number, statement: Statement): void {
  draft.statements.push(statement);
  draft.origins.push(write);
}

export function refuse(draft: Draft, write: number, column: Column, reason: Reason): void {
  draft.refusals.push({ write, column: column.name, reason, message: refusalMessage(column, reason) });
}

export function versionOf(layout: Layout, row: Row): number {
  return Number(row[layout.system.version.name]);
}

/** Notes one row's change, and adds its log entry, as far as its table is logged. */
export function addEntry(
  draft: Draft,
  layout: Layout,
  operation: 'insert' | 'update' | 'delete',
  before: Row | null,
  after: Row | null,
  write: number,
): void {
  const { log, name } = layout.table;
  const row = (after ?? before)!;
  const id = String(row[layout.system.id.name]);
  const version = after ? versionOf(layout, after) : versionOf(layout, row) + 1;
  draft.touched?.push({ table: name, operation, id, before, after, version, write });
  if (log === 'none') return;
  draft.entries.push({
    actor: draft.context.actor.id,
    table: name,
    id,
    version,
    operation,
    patch: log === 'keys' ? null : patchOf(layout.table, before, after),
  });
}

/**
 * Changes columns of a row whose current state is known: statement with version guard, links, log entry. `later` are
 * references to rows that the change inserts later. Gives the row afterwards, or the same row when nothing changes.
 */
export function changeRow(
  draft: Draft,
  layout: Layout,
  before: Row,
  values: Readonly<Record<string, Value>>,
  write: number,
  later: readonly Column[] = [],
): Row {
  const changed = Object.keys(values).filter((name) => !sameValue(before[name] ?? null, values[name]!));
  if (changed.length === 0) return before;
  const { context } = draft;
  const version = versionOf(layout, before);
  const after: Row = {
    ...before,
    ...values,
    [layout.system.version.name]: version + 1,
    [layout.system.updatedAt.name]: context.time,
  };
  const id = String(before[layout.system.id.name]);
  const written = layout.columns.filter(({ column }) => changed.includes(column.name));
  const stored = withoutColumns(after, later);
  addStatement(draft, write, updateStatement(context.dialect, layout, written, stored, id, version));
  for (const name of changed) draft.late.delete(lateKey(layout.table.name, id, name));
  for (const column of later) fillLater(draft, layout, after, column, write);
  for (const link of layout.links) {
    if (changed.includes(link.column.name)) replaceLinks(draft, link, id, values[link.column.name] ?? null, write);
  }
  draft.rows.set(rowKey(layout.table.name, id), after);
  addEntry(draft, layout, 'update', before, after, write);
  return after;
}

/** The row with some columns still missing. */
export function withoutColumns(row: Row, columns: readonly Column[]): Row {
  return columns.length === 0 ? row : { ...row, ...Object.fromEntries(columns.map(({ name }) => [name, null])) };
}

function updateStatement(
  dialect: Dialect,
  layout: Layout,
  written: readonly StoredColumn[],
  after: Row,
  id: string,
  version: number,
): Statement {
  const params: Statement['params'][number][] = [];
  const sets: string[] = [];
  const set = (sql: string, value: Statement['params'][number]): void => {
    params.push(value);
    sets.push(`${sql} = ${placeholder(dialect, params.length)}`);
  };
  const { system } = layout;
  set(quote(system.version.sqlName), version + 1);
  set(quote(system.updatedAt.sqlName), encode(after[system.updatedAt.name] ?? null));
  for (const { column, sql, foldSql } of written) {
    const value = after[column.name] ?? null;
    set(sql, encode(value));
    if (foldSql) set(foldSql, foldedValue(column, value));
  }
  if (written.some(({ foldSql }) => foldSql)) set('"_words"', rowWords(layout.table, after));
  params.push(id, version);
  const where = `"_id" = ${placeholder(dialect, params.length - 1)} and "_version" = ${placeholder(dialect, params.length)}`;
  return {
    sql: `update ${layout.sql} set ${sets.join(', ')} where ${where}`,
    params,
    touches: 1,
    otherwise: 'version',
  };
}

function replaceLinks(draft: Draft, link: StoredLink, id: string, value: Value, write: number): void {
  const { dialect } = draft.context;
  addStatement(draft, write, {
    sql: `delete from ${link.sql} where "_from" = ${placeholder(dialect, 1)}`,
    params: [id],
  });
  addLinks(draft, link, id, value, write);
}

/** Under what a statement waits that fills this column of this row. */
export function lateKey(table: string, id: string, column: string): string {
  return `${rowKey(table, id)}\0${column}`;
}

/** Links a row to others, once all rows of the change are there. */
export function addLinks(draft: Draft, link: StoredLink, id: string, value: Value, write: number): void {
  const { dialect } = draft.context;
  const places = [1, 2, 3].map((number) => placeholder(dialect, number)).join(', ');
  const sql = `insert into ${link.sql} ("_from", "_to", "_order") values (${places})`;
  const statements = membersOf(value).map((to, order) => ({ sql, params: [id, to, order] }));
  draft.late.set(lateKey(link.sql, id, link.column.name), { statements, write });
}

/** Fills a reference to a row that the change inserts later. */
export function fillLater(draft: Draft, layout: Layout, row: Row, column: Column, write: number): void {
  const { dialect } = draft.context;
  const id = String(row[layout.system.id.name]);
  const sql = `update ${layout.sql} set ${quote(column.sqlName)} = ${placeholder(dialect, 1)} where "_id" = ${placeholder(dialect, 2)}`;
  const statements = [{ sql, params: [String(row[column.name]), id] }];
  draft.late.set(lateKey(layout.table.name, id, column.name), { statements, write });
}
