import { existsSync, statSync } from 'node:fs';
import type { Clock, Log } from '../std/index.ts';
import type { Driver, Reader } from './contract.ts';
import { DatabaseError } from './errors.ts';
import type { FaultPoint, FaultTarget } from './fault.ts';
import { checkFormat, formatTables, formatVersion, logColumns, readEntry } from './format.ts';
import { backUpSqlite } from './sqlite-backup.ts';
import type { FormatRecord } from './format.ts';
import { connectSqlite } from './sqlite-connection.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { sqliteFailure } from './sqlite-failure.ts';
import { sqliteReaders } from './sqlite-readers.ts';
import type { SqliteReaders } from './sqlite-readers.ts';
import { inSqliteWorker } from './sqlite-work.ts';
import { lastPosition, sqliteWriter } from './sqlite-writer.ts';
import type { SqliteWriter } from './sqlite-writer.ts';
import { wake } from './wake.ts';

export interface SqliteOptions {
  /** The database file; made where there is none, unless only for reading. */
  readonly file: string;
  readonly clock: Clock;
  readonly log: Log;
  /** This program's version, for the record of who wrote the data. */
  readonly program?: string;
  /** Only reads, beside a server that writes. */
  readonly readOnly?: boolean;
  /** Snapshots that may be open at once; the next one waits. */
  readonly readersMax?: number;
  /** How long to wait for a lock that another connection holds. */
  readonly busyTimeoutMs?: number;
  /** Prepared statements kept for each connection. */
  readonly statementsMax?: number;
  /** Page cache of each connection. */
  readonly cacheBytes?: number;
  /** How often to look whether another process has committed. */
  readonly pollMs?: number;
  /** How long after opening a file that was not closed properly is checked. */
  readonly checkAfterMs?: number;
  /** For tests. */
  readonly fault?: (point: FaultPoint, target: FaultTarget) => void;
}

const versionMin = '3.51.3';

/**
 * Opens a SQLite database as a {@link Driver}: one writer, several readers, write-ahead log, a flush at each commit.
 * Throws `database/newer`, `database/unsupported`, `database/damaged`, `database/io`.
 */
export async function openSqlite(options: SqliteOptions): Promise<Driver> {
  const { file, log, readOnly = false, pollMs = 1000 } = options;
  const unclean = !readOnly && leftOpen(file);
  const connect = (forReading: boolean): SqliteConnection =>
    connectSqlite(file, {
      readOnly: forReading,
      busyTimeoutMs: options.busyTimeoutMs ?? 5000,
      statementsMax: options.statementsMax ?? 500,
      cacheBytes: options.cacheBytes ?? 4 * 1024 * 1024,
    });
  const writer = readOnly ? undefined : openWriter(options, connect);
  if (readOnly) checkReadable(file, options.program ?? 'unknown', () => connect(true));
  const readers = sqliteReaders(() => connect(true), options.readersMax ?? 4);
  let closed = false;
  /** While a worker holds the file's lock for writing. */
  const improvement: { running?: Promise<void> | undefined } = {};
  const stopImproving = new AbortController();

  let seen = 0;
  const version = (): number =>
    writer ? writer.dataVersion() : Number(readers.shared().all('pragma data_version')[0]!['data_version']);
  const listeners = wake(
    () => {
      const before = seen;
      seen = version();
      return seen !== before;
    },
    pollMs,
    log,
  );
  const check = unclean && writer ? checkLater(file, options.checkAfterMs ?? 2000, log, writer) : undefined;

  const writing = (): SqliteWriter => {
    if (closed) throw new DatabaseError('database/closed');
    if (!writer) throw new DatabaseError('database/read-only');
    return writer;
  };
  const query: Reader['query'] = async (sql, params) => readAll(readers.shared(), sql, params);

  return {
    dialect: 'sqlite',
    query,
    async commit(changes) {
      if (changes.length === 0) return [];
      while (improvement.running) await improvement.running;
      const outcomes = writing().commit(changes);
      listeners.tell();
      return outcomes;
    },
    async migrate(statements, entries) {
      while (improvement.running) await improvement.running;
      writing().migrate(statements, entries);
      listeners.tell();
    },
    async improve(statements) {
      while (improvement.running) await improvement.running;
      writing();
      const done = inSqliteWorker({ task: 'improve', file, statements }, stopImproving.signal);
      improvement.running = done.then(
        () => undefined,
        () => undefined,
      );
      try {
        await done;
      } catch (error) {
        throw closed ? new DatabaseError('database/closed') : sqliteFailure(error);
      } finally {
        improvement.running = undefined;
      }
    },
    snapshot: (read) => readSnapshot(readers, read),
    async entriesAfter(position, limit) {
      const sql = `select ${logColumns} from _log where position > ? order by position limit ?`;
      return (await query(sql, [position, limit])).map(readEntry);
    },
    position: async () => lastPosition(readers.shared()),
    onCommit(listener) {
      if (!listeners.wanted) seen = version();
      return listeners.add(listener);
    },
    async health() {
      if (closed) return { readable: false, writable: false, problem: new DatabaseError('database/closed').message };
      return writer?.health() ?? { readable: true, writable: false };
    },
    backupTo: (target) => backUpSqlite(file, target),
    async close() {
      if (closed) return;
      closed = true;
      check?.cancel();
      stopImproving.abort();
      await improvement.running;
      listeners.close();
      await readers.close();
      writer?.close();
    },
  };
}

/** A log with content beside the file means that the last writer did not close it. */
function leftOpen(file: string): boolean {
  return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function openWriter(options: SqliteOptions, connect: (forReading: boolean) => SqliteConnection): SqliteWriter {
  const { clock, fault, file, program = 'unknown' } = options;
  try {
    const first = connect(false);
    try {
      checkVersion(first);
      prepareFormat(first, file, program);
    } finally {
      first.close();
    }
    return sqliteWriter({ connect: () => connect(false), clock, fault });
  } catch (error) {
    throw sqliteFailure(error);
  }
}

function checkReadable(file: string, program: string, connect: () => SqliteConnection): void {
  if (!existsSync(file)) throw new DatabaseError('database/folder', `There is no database at ${file} yet.`);
  try {
    const connection = connect();
    try {
      checkVersion(connection);
      readFormat(connection, file, program);
    } finally {
      connection.close();
    }
  } catch (error) {
    throw sqliteFailure(error);
  }
}

function checkVersion(connection: SqliteConnection): void {
  const version = String(connection.all('select sqlite_version() as version')[0]!['version']);
  if (version.localeCompare(versionMin, 'en', { numeric: true }) >= 0) return;
  const detail = `SQLite ${version} can lose data; at least ${versionMin} is needed: use a newer Node.`;
  throw new DatabaseError('database/unsupported', detail);
}

/** What the file says of itself. Throws `database/newer`. */
function readFormat(connection: SqliteConnection, file: string, program: string): FormatRecord {
  const known = connection.all(`select 1 from sqlite_schema where name = '_meta'`).length > 0;
  const rows = known ? connection.all('select key, value from _meta') : [];
  const value = (key: string): string | null => {
    const found = rows.find((row) => row['key'] === key)?.['value'];
    return typeof found === 'string' ? found : null;
  };
  const record = { format: value('format'), program: value('program') };
  checkFormat(record, file, program);
  return record;
}

/** Looks before it touches: a file of a newer program is left as it is. */
function prepareFormat(connection: SqliteConnection, file: string, program: string): void {
  const record = readFormat(connection, file, program);
  if (record.format === String(formatVersion) && record.program === program) return;
  connection.exec(['begin immediate', ...formatTables('sqlite')].join(';'));
  const upsert = 'insert into _meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value';
  connection.run(upsert, ['format', String(formatVersion)]);
  connection.run(upsert, ['program', program]);
  connection.exec('commit');
}

function readAll(
  connection: SqliteConnection,
  sql: string,
  params: Parameters<Reader['query']>[1],
): ReturnType<SqliteConnection['all']> {
  try {
    return connection.all(sql, params);
  } catch (error) {
    throw sqliteFailure(error);
  }
}

async function readSnapshot<T>(readers: SqliteReaders, read: (reader: Reader) => Promise<T>): Promise<T> {
  const connection = await readers.take();
  let over = false;
  try {
    connection.run('begin');
    return await read({
      async query(sql, params) {
        if (over) throw new Error('This snapshot has ended: read within the function that was given it.');
        return readAll(connection, sql, params);
      },
    });
  } finally {
    over = true;
    if (connection.database.isTransaction) connection.run('rollback');
    readers.give(connection);
  }
}

/** Checks the whole file beside the running program; damage stops writing, so that it does not spread. */
function checkLater(file: string, afterMs: number, log: Log, writer: SqliteWriter): { cancel(): void } {
  const controller = new AbortController();
  const check = async (): Promise<void> => {
    const result = await inSqliteWorker({ task: 'quick-check', file }, controller.signal, { unwaited: true });
    if (result.problems.length === 0) {
      log.info('The database was not closed properly last time; it is whole.', { file });
      return;
    }
    log.error('The database is damaged: restore a backup.', { file, problems: result.problems });
    writer.stop(new DatabaseError('database/damaged', result.problems[0]));
  };
  const timer = setTimeout(() => {
    check().catch((error: unknown) => {
      if (!controller.signal.aborted) log.warn('The database could not be checked.', { file, error: String(error) });
    });
  }, afterMs).unref();
  return {
    cancel() {
      clearTimeout(timer);
      controller.abort();
    },
  };
}
