import type { Column, ColumnType } from '../src/schema/index.ts';
import type { LogRow, State, Values } from './state.ts';

/** Rows by id; one that was deleted keeps its version, from which it goes on when the deletion is undone. */
type Replayed = Map<string, { readonly version: number; readonly values: Record<string, unknown> | undefined }>;

/**
 * Replays the log from nothing and compares with the rows: each table that logs in full must hold exactly the rows,
 * versions and values that its entries lead to. Versions of a row must follow one another. Written without the
 * program's own code for patches, so that the two can disagree.
 */
export function replayProblems({ schema, log, rows }: State): string[] {
  const problems = gapsOf(log);
  const renames = renamesOf(log);
  const replayed = new Map<string, Replayed>();
  for (const entry of log) {
    if (entry.operation === 'schema') continue;
    const name = todaysName(renames, entry.table, entry.position);
    const table: Replayed = replayed.get(name) ?? new Map();
    replayed.set(name, table);
    const problem = replayEntry(table, entry, (column) => todaysColumn(renames, entry, column));
    if (problem !== undefined) problems.push(problem);
  }
  for (const table of Object.values(schema.tables)) {
    if (table.log === 'none') continue;
    const expected: Replayed = replayed.get(table.name) ?? new Map();
    const found = new Map((rows[table.name] ?? []).map((row) => [String(row['_id']), row]));
    for (const [id, { version, values }] of expected) {
      const row = found.get(id);
      found.delete(id);
      if (!values || !row) {
        if (values)
          problems.push(`half: ${table.name}/${id} is in the log (version ${version}) and not among the rows`);
        if (row) problems.push(`half: ${table.name}/${id} is deleted by the log and still among the rows`);
      } else if (Number(row['_version']) !== version) {
        problems.push(`half: ${table.name}/${id} has version ${Number(row['_version'])}, by the log ${version}`);
      } else if (table.log === 'full') {
        problems.push(...differences(table.name, id, Object.values(table.columns), values, row));
      }
    }
    for (const id of found.keys()) problems.push(`half: ${table.name}/${id} is among the rows and not in the log`);
  }
  return problems;
}

/** Positions count up by one; a group is named by its first entry and holds consecutive entries. */
function gapsOf(log: readonly LogRow[]): string[] {
  const problems: string[] = [];
  for (const [index, { position, group }] of log.entries()) {
    const before = log[index - 1];
    if (before && position !== before.position + 1)
      problems.push(`other: the log goes from ${before.position} to ${position}`);
    if (group !== position && group !== before?.group) problems.push(`other: entry ${position} is of group ${group}`);
  }
  return problems;
}

function replayEntry(table: Replayed, entry: LogRow, nameOf: (column: string) => string): string | undefined {
  const { id, version, operation, patch } = entry;
  const before = table.get(id);
  const where = `entry ${entry.position} (${operation} ${entry.table}/${id}, version ${version})`;
  if ((operation === 'insert') === (before?.values !== undefined))
    return `doubled: ${where} does not fit what is before it`;
  const expected = (before?.version ?? 0) + 1;
  if (version !== expected) return `other: ${where} should have version ${expected}`;
  if (operation === 'delete') {
    table.set(id, { version, values: undefined });
    return undefined;
  }
  const values = { ...before?.values };
  for (const [column, [, after]] of Object.entries(patch ?? {})) values[nameOf(column)] = after;
  table.set(id, { version, values });
  return undefined;
}

function differences(table: string, id: string, columns: readonly Column[], values: Values, row: Values): string[] {
  const problems: string[] = [];
  for (const { name, sqlName, type, detached, secret } of columns) {
    if (detached || secret === true || sqlName === '_id' || sqlName === '_version' || type.kind === 'references')
      continue;
    const is = canonical(type, row[sqlName]);
    const said = values[name] ?? null;
    if (JSON.stringify(is) !== JSON.stringify(said)) {
      problems.push(`half: ${table}/${id} ${name} is ${JSON.stringify(is)}, by the log ${JSON.stringify(said)}`);
    }
  }
  return problems;
}

/** A stored value as the log writes it. */
function canonical(type: ColumnType, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (type.kind === 'boolean') return value === true || value === 1;
  if (type.kind === 'integer' || type.kind === 'real') return Number(value);
  if (type.kind === 'set') return typeof value === 'string' ? (JSON.parse(value) as unknown) : value;
  if (type.kind === 'decimal' || type.kind === 'money') {
    const scale = type.kind === 'decimal' ? type.scale : 2;
    return String(Number(value) / 10 ** scale);
  }
  return value;
}

interface LoggedRename {
  readonly position: number;
  readonly from: string;
  readonly to: string;
}

function renamesOf(log: readonly LogRow[]): readonly LoggedRename[] {
  return log.flatMap(({ position, operation, patch }) => {
    const rename: unknown = operation === 'schema' && patch ? Reflect.get(patch, 'rename') : undefined;
    if (typeof rename !== 'object' || rename === null) return [];
    return [{ position, from: String(Reflect.get(rename, 'from')), to: String(Reflect.get(rename, 'to')) }];
  });
}

function todaysName(renames: readonly LoggedRename[], table: string, position: number): string {
  let name = table;
  for (const rename of renames) if (rename.position > position && rename.from === name) name = rename.to;
  return name;
}

/** Tables of the torture site keep their names, so a column is renamed under the name its entry says. */
function todaysColumn(renames: readonly LoggedRename[], { table, position }: LogRow, column: string): string {
  let name = column;
  for (const rename of renames) {
    if (rename.position > position && rename.from === `${table}.${name}`) name = rename.to.slice(table.length + 1);
  }
  return name;
}
