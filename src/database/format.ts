import { DatabaseError } from './errors.ts';
import type { LogEntry, LoggedEntry, SqlRow } from './contract.ts';

/** How this program lays out its own tables. Raised by a change that older programs must not write to. */
export const formatVersion = 1;

const logDefinition = {
  sqlite: `position integer primary key autoincrement, "group" integer not null, time text not null,
    actor text not null, "table" text not null, id text not null, version integer not null,
    operation text not null, patch text`,
  postgres: `position bigint primary key, "group" bigint not null, time text not null,
    actor text not null, "table" text not null, id text not null, version bigint not null,
    operation text not null, patch text`,
} as const;

/** The tables that the drivers themselves need. `_writer` tells whether a commit that got no answer happened. */
export function formatTables(dialect: 'sqlite' | 'postgres'): readonly string[] {
  const strict = dialect === 'sqlite' ? ' strict' : '';
  const tables = [
    `create table if not exists _meta (key text primary key, value text not null)${strict}`,
    `create table if not exists _log (${logDefinition[dialect]})${strict}`,
  ];
  if (dialect === 'postgres') {
    tables.push('create table if not exists _writer (id text primary key, last bigint not null, seen text not null)');
  }
  return tables;
}

/** What `_meta` says of the data: `format` and the `program` that last opened it for writing. */
export interface FormatRecord {
  readonly format: string | null;
  readonly program: string | null;
}

/** Throws `database/newer` where the data was written by a program with a later format. */
export function checkFormat(record: FormatRecord, place: string, program: string): void {
  const format = Number(record.format ?? formatVersion);
  if (format <= formatVersion) return;
  throw new DatabaseError(
    'database/newer',
    `${place} was last written by Backlot ${record.program ?? 'of a later version'} (format ${format}); ` +
      `this is Backlot ${program} (format ${formatVersion}). Start the newer program, or restore an older backup.`,
  );
}

/** The columns of the log, to be written and read in this order. */
export const logColumns = 'position, "group", time, actor, "table", id, version, operation, patch';

/** A log entry with the place that the driver gives it. */
export interface PlacedEntry extends LogEntry {
  readonly position: number;
  readonly group: number;
}

/** Places a change's entries after `last`: consecutive positions, the first of which names the group. */
export function placeEntries(entries: readonly LogEntry[], last: number): PlacedEntry[] {
  return entries.map((entry, index) => ({ ...entry, position: last + 1 + index, group: last + 1 }));
}

const operations: ReadonlySet<string> = new Set<LogEntry['operation']>(['insert', 'update', 'delete', 'schema']);

function isOperation(text: string): text is LogEntry['operation'] {
  return operations.has(text);
}

/** A row of the log as an entry. */
export function readEntry(row: SqlRow): LoggedEntry {
  const operation = String(row['operation']);
  if (!isOperation(operation)) throw new Error(`The log holds an unknown operation: ${operation}`);
  const patch = row['patch'];
  return {
    position: Number(row['position']),
    group: Number(row['group']),
    time: String(row['time']),
    actor: String(row['actor']),
    table: String(row['table']),
    id: String(row['id']),
    version: Number(row['version']),
    operation,
    patch: typeof patch === 'string' ? patch : null,
  };
}

const controlsTransaction =
  /^\s*(?:abort|begin|commit|end|rollback|savepoint|release|start|prepare|attach|detach|vacuum|pragma|set|reset)\b/i;

/** A change brings statements, never transaction control: that would take the other changes of its group with it. */
export function refuseControl(sql: string): void {
  if (controlsTransaction.test(sql)) {
    throw new DatabaseError('database/statement', `A change may not run ${JSON.stringify(sql.slice(0, 60))}.`);
  }
}
