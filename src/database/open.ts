import type { Clock, Log } from '../std/index.ts';
import type { BackupReport, Driver } from './contract.ts';
import { dataFolderPaths, openDataFolder } from './data-folder.ts';
import type { DataFolder } from './data-folder.ts';
import { inPostgresWorker } from './postgres-work.ts';
import { addressOf, openPostgres } from './postgres.ts';
import type { PostgresOptions } from './postgres.ts';
import { countSqliteBackup, restoreSqlite } from './sqlite-backup.ts';
import { openSqlite } from './sqlite.ts';
import type { SqliteOptions } from './sqlite.ts';

export interface OpenDatabaseOptions {
  /** Where data that is not in a database is kept, and without `url` the SQLite database too. */
  readonly dataDir: string;
  /** A PostgreSQL database instead. */
  readonly url?: string;
  readonly clock: Clock;
  readonly log: Log;
  /** This program's version. */
  readonly program?: string;
  /** Only reads, and takes no lock: works beside a running server. */
  readonly readOnly?: boolean;
  /** Settings of the drivers, mostly for tests. */
  readonly sqlite?: Partial<SqliteOptions>;
  readonly postgres?: Partial<PostgresOptions>;
}

/** An open database, and the data folder where this process holds one. */
export interface OpenedDatabase {
  readonly driver: Driver;
  /** On SQLite, unless only for reading. */
  readonly folder?: DataFolder;
  /** Closes the driver, then frees the folder. */
  close(): Promise<void>;
}

/**
 * Opens the database that the settings name. On SQLite it takes the data folder first. Throws `database/in-use`,
 * `database/folder`, `database/newer`, `database/lost` and the other codes of opening.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<OpenedDatabase> {
  const { clock, log, program = 'unknown', readOnly = false, url } = options;
  if (url !== undefined) {
    const driver = await openPostgres({ clock, log, program, readOnly, url, ...options.postgres });
    return { driver, close: () => driver.close() };
  }
  const paths = dataFolderPaths(options.dataDir);
  const settings = { clock, log, program, readOnly, file: paths.database, ...options.sqlite };
  if (readOnly) {
    const driver = await openSqlite(settings);
    return { driver, close: () => driver.close() };
  }
  const folder = openDataFolder(options.dataDir);
  try {
    const driver = await openSqlite(settings);
    return {
      driver,
      folder,
      async close() {
        await driver.close();
        folder.release();
      },
    };
  } catch (error) {
    folder.release();
    throw error;
  }
}

/** Where a backup goes. */
export interface RestoreOptions extends Pick<OpenDatabaseOptions, 'dataDir' | 'url' | 'log'> {
  /** On PostgreSQL: the schema into which the tables go that are there now. Without it the database must be empty. */
  readonly aside?: string;
}

/**
 * Puts a backup made by `backupTo` in place: on SQLite of the database in the data folder, which no server may hold;
 * on PostgreSQL into a database without tables, or one whose tables are put aside. All or nothing.
 */
export async function restoreBackup(options: RestoreOptions, file: string): Promise<BackupReport> {
  const { url, log, aside } = options;
  if (url !== undefined) {
    const report = await inPostgresWorker({ task: 'restore', address: addressOf({ url }), file, aside });
    log.info('A backup was restored.', { file, rows: report.rows });
    return report;
  }
  const folder = openDataFolder(options.dataDir);
  try {
    return await restoreSqlite(file, folder.database);
  } finally {
    folder.release();
  }
}

/**
 * Reads a backup made by `backupTo` through, without restoring it, and gives its rows by table. Throws
 * `database/not-a-backup`.
 */
export async function checkBackup(file: string, dialect: Driver['dialect']): Promise<Readonly<Record<string, number>>> {
  return dialect === 'sqlite' ? await countSqliteBackup(file) : (await inPostgresWorker({ task: 'count', file })).rows;
}
