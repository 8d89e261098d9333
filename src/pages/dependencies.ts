import type { LoggedEntry } from '../database/index.ts';
import { matchesOwn } from '../query/index.ts';
import type { CheckedQuery, QueryScope } from '../query/index.ts';
import { valueFromJson } from '../schema/index.ts';
import type { Row, Table, Value } from '../schema/index.ts';

/** A list as it was read: its query with the operands of that moment, and the rows it gave. */
interface ListDependency {
  readonly query: CheckedQuery;
  readonly scope: QueryScope;
  readonly ids: ReadonlySet<string>;
}

/** What a rendered page was made from. A committed change that touches any of it makes the page stale. */
export interface Dependencies {
  /** `table` + NUL + `id` of single rows. */
  readonly rows: ReadonlySet<string>;
  /** Tables of which anything may matter: relation paths, searches, aggregates. */
  readonly tables: ReadonlySet<string>;
  readonly lists: ReadonlyMap<string, readonly ListDependency[]>;
}

export interface DependencyRecorder {
  row(table: string, id: string): void;
  table(table: string): void;
  list(query: CheckedQuery, scope: QueryScope, rows: readonly Row[]): void;
  recorded(): Dependencies;
}

export function dependencyRecorder(): DependencyRecorder {
  const rows = new Set<string>();
  const tables = new Set<string>();
  const lists = new Map<string, ListDependency[]>();
  return {
    row: (table, id) => void rows.add(rowKey(table, id)),
    table: (table) => void tables.add(table),
    list(query, scope, found) {
      for (const other of query.otherTables) tables.add(other);
      const table = query.table?.name;
      if (table === undefined) return;
      if (query.searches) tables.add(table);
      const known = lists.get(table) ?? [];
      known.push({ query, scope, ids: new Set(found.map((row) => row['id'] as string)) });
      lists.set(table, known);
    },
    recorded: () => ({ rows, tables, lists }),
  };
}

function rowKey(table: string, id: string): string {
  return `${table}\0${id}`;
}

/** A log entry with its patch decoded once, for asking many pages about it. */
export interface SeenChange {
  readonly entry: LoggedEntry;
  /** Values before, of the columns that changed; empty for an insert. */
  readonly before: Row;
  /** Values after, of the columns that changed; empty for a delete. */
  readonly after: Row;
  /** The patch was not kept, so nothing is known of the columns. */
  readonly unknown: boolean;
}

/** Decodes an entry's patch by the table's column types. */
export function seeChange(entry: LoggedEntry, table: Table | undefined): SeenChange {
  if (entry.patch === null || !table) return { entry, before: {}, after: {}, unknown: true };
  const before: Record<string, Value> = {};
  const after: Record<string, Value> = {};
  const patch = JSON.parse(entry.patch) as Record<string, readonly [unknown, unknown]>;
  for (const [name, [was, is]] of Object.entries(patch)) {
    const column = table.columns[name];
    if (!column) continue;
    if (entry.operation !== 'insert') before[name] = valueFromJson(column.type, was) ?? null;
    if (entry.operation !== 'delete') after[name] = valueFromJson(column.type, is) ?? null;
  }
  return { entry, before, after, unknown: false };
}

/** Whether a change may alter what a page with these dependencies shows. May say yes too often, never no wrongly. */
export function touches(dependencies: Dependencies, change: SeenChange): boolean {
  const { entry } = change;
  if (entry.operation === 'schema') return true;
  if (dependencies.tables.has(entry.table)) return true;
  if (dependencies.rows.has(rowKey(entry.table, entry.id))) return true;
  const lists = dependencies.lists.get(entry.table);
  return lists?.some((list) => touchesList(list, change)) ?? false;
}

function touchesList(list: ListDependency, change: SeenChange): boolean {
  const { entry } = change;
  if (change.unknown || list.ids.has(entry.id)) return true;
  if (entry.operation === 'insert') return mayMatch(list, change.after);
  if (entry.operation === 'delete') return mayMatch(list, change.before);
  const read = [...list.query.ownColumns, ...sortColumns(list.query)];
  return read.some((name) => name in change.after || name in change.before);
}

function mayMatch(list: ListDependency, row: Row): boolean {
  return matchesOwn(list.query, row, list.scope) !== false;
}

function sortColumns(query: CheckedQuery): readonly string[] {
  return ['position', ...query.query.sort.map((key) => key.path)];
}
