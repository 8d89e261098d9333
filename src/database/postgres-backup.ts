import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isDeepStrictEqual } from 'node:util';
import { createGunzip, createGzip } from 'node:zlib';
import type { BackupReport } from './contract.ts';
import { DatabaseError } from './errors.ts';
import { formatVersion } from './format.ts';
import { quote, readSchema } from './postgres-catalog.ts';
import type { TableCopy } from './postgres-catalog.ts';
import type { PostgresConnection } from './postgres-connection.ts';
import { postgresFailure } from './postgres-failure.ts';
import { lockWriters } from './postgres-writer.ts';
import { flush } from './sqlite-backup.ts';

/**
 * A backup is a compressed file of JSON lines: one `{"backlot"}` first, then `{"sql"}` to run, `{"table"}` before its
 * `{"row"}`s, and `{"end"}` with the number of rows last. A file without that is not whole.
 */
type Line =
  | { readonly backlot: 'postgres'; readonly format: number; readonly program: string; readonly taken: string }
  | { readonly sql: string }
  | { readonly table: string; readonly columns: readonly string[] }
  | { readonly end: Readonly<Record<string, number>> };

const rowStart = '{"row":';
const rowsAtOnce = 500;
/** Large rows are taken fewer at once: what is in memory stays small. */
const lengthAtOnce = 256 * 1024;

/** Writes one state of all tables of the schema in use into `file`, and reads it back to see that it is whole. */
export async function backUpPostgres(
  connect: () => Promise<PostgresConnection>,
  file: string,
  { takenMs, program }: { readonly takenMs: number; readonly program: string },
): Promise<BackupReport> {
  if (existsSync(file)) throw new DatabaseError('database/not-empty', `Name another file than ${file}.`);
  const partial = `${file}.partial`;
  const one = await connect();
  try {
    await one.once('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0');
    await one.once('begin isolation level repeatable read read only');
    const header: Line = {
      backlot: 'postgres',
      format: formatVersion,
      program,
      taken: new Date(takenMs).toISOString(),
    };
    await pipeline(copyLines(one, header), createGzip(), createWriteStream(partial, { mode: 0o600 }));
    const rows = await countBackup(partial);
    await flush(partial);
    await rename(partial, file);
    await flush(dirname(file));
    return { rows, bytes: (await stat(file)).size };
  } catch (error) {
    await rm(partial, { force: true });
    throw isFileFailure(error) ? error : postgresFailure(error);
  } finally {
    await one.end().catch(() => undefined);
  }
}

/** The disk is full, or the folder is not there: no business of the database's. */
function isFileFailure(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && (error.syscall === 'write' || error.syscall === 'open');
}

async function* copyLines(one: PostgresConnection, header: Line): AsyncGenerator<string> {
  const line = (content: Line): string => `${JSON.stringify(content)}\n`;
  const { before, tables, after } = await readSchema(one);
  yield line(header);
  for (const sql of before) yield line({ sql });
  for (const { create } of tables) yield line({ sql: create });
  const end: Record<string, number> = {};
  for (const table of tables) {
    yield line({ table: table.name, columns: table.columns });
    end[table.name] = yield* copyRows(one, table);
  }
  for (const sql of after) yield line({ sql });
  yield line({ end });
}

/** The database writes the JSON itself, so that no value passes through a type that could change it. */
async function* copyRows(one: PostgresConnection, table: TableCopy): AsyncGenerator<string, number> {
  const columns = table.columns.map(quote).join(', ');
  const select = `select row_to_json(r)::text as row from (select ${columns} from ${quote(table.name)}) r`;
  await one.once(`declare copied no scroll cursor for ${select}`);
  let count = 0;
  let portion = 10;
  for (;;) {
    const { rows } = await one.once(`fetch ${portion} from copied`);
    if (rows.length === 0) break;
    count += rows.length;
    const text = rows.map((row) => `${rowStart}${String(row['row'])}}\n`).join('');
    portion = Math.max(1, Math.min(rowsAtOnce, Math.floor((rows.length * lengthAtOnce) / text.length)));
    yield text;
  }
  await one.once('close copied');
  return count;
}

/** Reads a backup through without restoring it and gives its rows by table. Throws `database/not-a-backup`. */
export async function countBackup(file: string): Promise<Readonly<Record<string, number>>> {
  return await readBackup(file, { line: async () => undefined, rows: async () => undefined });
}

interface BackupReader {
  line(line: Exclude<Line, { end: unknown }>): Promise<void>;
  /** Whole rows as JSON texts. */
  rows(rows: readonly string[]): Promise<void>;
}

/** Reads a backup through and gives its rows by table. Throws `database/not-a-backup` where it is not whole. */
async function readBackup(file: string, reader: BackupReader): Promise<Readonly<Record<string, number>>> {
  const counted: Record<string, number> = {};
  let end: Readonly<Record<string, number>> | undefined;
  let table: string | undefined;
  let rows: string[] = [];
  let length = 0;
  const pass = async (): Promise<void> => {
    length = 0;
    if (rows.length > 0) await reader.rows(rows.splice(0));
  };
  const take = async (text: string, first: boolean): Promise<void> => {
    if (text.startsWith(rowStart)) {
      if (table === undefined || !text.endsWith('}}')) throw notWhole(file, 'a row is not where or as it should be');
      rows.push(text.slice(rowStart.length, -1));
      counted[table] = (counted[table] ?? 0) + 1;
      length += text.length;
      if (rows.length >= rowsAtOnce || length >= lengthAtOnce) await pass();
      return;
    }
    await pass();
    const line: Line = JSON.parse(text);
    if (first !== 'backlot' in line) throw notWhole(file, 'it does not begin as a backup does');
    if ('end' in line) return void (end = line.end);
    if ('table' in line) counted[(table = line.table)] = 0;
    await reader.line(line);
  };
  try {
    await pipeline(createReadStream(file), createGunzip(), async (source: AsyncIterable<Buffer>) => {
      let first = true;
      for await (const text of splitLines(source)) {
        await take(text, first);
        first = false;
      }
    });
  } catch (error) {
    if (error instanceof SyntaxError || isUnpackError(error)) throw notWhole(file, 'its content is damaged', error);
    throw error;
  }
  if (!end || !isDeepStrictEqual(counted, { ...end })) throw notWhole(file, 'it breaks off');
  return counted;
}

function isUnpackError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

function notWhole(file: string, why: string, cause?: unknown): DatabaseError {
  return new DatabaseError('database/not-a-backup', `${file}: ${why}.`, { cause });
}

async function* splitLines(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of source) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/**
 * Makes a backup's tables and rows in a schema that has none, all or nothing. With `aside`, the tables that are there
 * are moved into the schema of that name first, in the same transaction. Throws `database/not-empty`,
 * `database/not-a-backup`, `database/newer`, and `database/in-use` where others are connected to what would go.
 */
export async function restoreInto(
  connect: () => Promise<PostgresConnection>,
  file: string,
  { aside }: { readonly aside?: string | undefined } = {},
): Promise<BackupReport> {
  const one = await connect();
  try {
    const { tables } = await readSchema(one);
    if (tables.length > 0 && aside === undefined)
      throw new DatabaseError('database/not-empty', 'The schema has tables; use an empty database.');
    await one.once('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0');
    await one.once('begin');
    if (aside !== undefined) await moveAside(one, tables, aside);
    const rows = await readBackup(file, insertInto(one));
    await one.once('commit');
    return { rows, bytes: (await stat(file)).size };
  } catch (error) {
    throw postgresFailure(error);
  } finally {
    // Ends the transaction too, where it has not been committed.
    await one.end().catch(() => undefined);
  }
}

/** What an earlier restore put aside goes; references and indexes move with their tables. */
async function moveAside(one: PostgresConnection, tables: readonly TableCopy[], aside: string): Promise<void> {
  await one.once(lockWriters);
  await refuseOthers(one);
  await one.once(`drop schema if exists ${quote(aside)} cascade`);
  if (tables.length === 0) return;
  await one.once(`create schema ${quote(aside)}`);
  for (const { name } of tables) await one.once(`alter table ${quote(name)} set schema ${quote(aside)}`);
}

const others = `select count(*)::int as others from pg_stat_activity
  where datname = current_database() and application_name = current_setting('application_name') and pid <> pg_backend_pid()`;

/** A connection that was closed a moment ago may still be listed. */
async function refuseOthers(one: PostgresConnection): Promise<void> {
  for (let look = 0; look < 40; look++) {
    // Within a transaction the list stands still unless asked otherwise.
    await one.once('select pg_stat_clear_snapshot()');
    const { rows } = await one.once(others);
    if (Number(rows[0]!['others']) === 0) return;
    await one.once('select pg_sleep(0.1)');
  }
  throw new DatabaseError('database/in-use', 'Servers or commands are connected to this database: stop them first.');
}

function insertInto(one: PostgresConnection): BackupReader {
  let insert = '';
  return {
    async line(line) {
      if ('sql' in line) await one.once(line.sql);
      else if ('table' in line) {
        const columns = line.columns.map(quote).join(', ');
        const table = quote(line.table);
        insert = `insert into ${table} (${columns})
          select ${columns} from json_populate_recordset(null::${table}, $1::json)`;
      } else if ('format' in line && line.format > formatVersion) {
        throw new DatabaseError('database/newer', `The backup was made by Backlot ${line.program}.`);
      }
    },
    async rows(rows) {
      await one.once(insert, [`[${rows.join(',')}]`]);
    },
  };
}
