import { existsSync } from 'node:fs';
import {
  DatabaseError,
  dataFolderPaths,
  openDataFolder,
  openPostgres,
  openSqlite,
  prepareDataFolder,
} from '../database/index.ts';
import type { DataFolder, Driver, SqliteOptions } from '../database/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Clock, Log, Random } from '../std/index.ts';
import { openTables } from '../tables/index.ts';
import type { ChangeHooks, Tables } from '../tables/index.ts';
import { finishRestore } from './restore-swap.ts';

/** Where data is: a folder with SQLite in it, or a PostgreSQL database beside a folder for uploads. */
export interface DataPlace {
  readonly dataDir: string;
  readonly databaseUrl?: string | undefined;
}

export interface OpenDataOptions extends DataPlace {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly program: string;
  /** Is given data that another version of the program wrote last, to read, before this one opens it for writing. */
  readonly onUpgrade?: (data: OpenData, from: string) => Promise<void>;
  /** Stands between the tables and the driver, to count what goes through. */
  readonly observe?: ((driver: Driver) => Driver) | undefined;
  /** What the site's own code has to say about changes. */
  readonly hooks?: ChangeHooks | undefined;
  /** Where a test makes SQLite fail. */
  readonly fault?: NonNullable<SqliteOptions['fault']>;
}

/** Open data. */
export interface OpenData {
  readonly driver: Driver;
  readonly tables: Tables;
  /** The folder, held by this process alone: on SQLite, unless opened only for reading. */
  readonly folder?: DataFolder;
  readonly dataDir: string;
  readonly uploadsDir: string;
  close(): Promise<void>;
}

/**
 * Opens data for a server or a command that writes. On SQLite it takes the folder first; on PostgreSQL any number of
 * processes may write.
 *
 * @throws DatabaseError `database/in-use`, `database/folder`, `database/newer`, `database/lost` and their kind
 */
export async function openData(options: OpenDataOptions): Promise<OpenData> {
  const { clock, log, program, databaseUrl: url } = options;
  if (url !== undefined) {
    const paths = prepareDataFolder(options.dataDir);
    finishRestore(paths.folder);
    await tellOfUpgrade(options);
    return await withTables(await reachPostgres({ url, clock, log, program }), options, paths);
  }
  const folder = openDataFolder(options.dataDir);
  try {
    finishRestore(folder.folder);
    await tellOfUpgrade(options);
    const fault = options.fault ? { fault: options.fault } : {};
    const driver = await openSqlite({ file: folder.database, clock, log, program, ...fault });
    const data = await withTables(driver, options, folder);
    return {
      ...data,
      folder,
      async close() {
        await data.close();
        folder.release();
      },
    };
  } catch (error) {
    folder.release();
    throw error;
  }
}

async function tellOfUpgrade({ onUpgrade, ...options }: OpenDataOptions): Promise<void> {
  if (!onUpgrade) return;
  const data = await openDataToRead(options).catch((error: unknown) => {
    if (error instanceof BacklotError && error.code === 'server/no-data') return undefined;
    throw error;
  });
  if (!data) return;
  try {
    const [row] = await data.driver.query(`select value from _meta where key = 'program'`, []);
    const from = row?.['value'];
    if (typeof from === 'string' && from !== options.program) await onUpgrade(data, from);
  } finally {
    await data.close();
  }
}

/**
 * Opens data for a command that only reads; a server may go on working with it.
 *
 * @throws BacklotError `server/no-data` where there is none, and as {@link openData}
 */
export async function openDataToRead(options: OpenDataOptions): Promise<OpenData> {
  const { clock, log, program, databaseUrl: url } = options;
  const paths = dataFolderPaths(options.dataDir);
  if (url === undefined) {
    refuseNoData(options);
    const driver = await openSqlite({ file: paths.database, clock, log, program, readOnly: true });
    return await withTables(driver, options, paths);
  }
  const driver = await reachPostgres({ url, clock, log, program, readOnly: true });
  const [found] = await driver.query("select to_regclass('_meta') is not null as known", []);
  if (found?.['known'] === true) return await withTables(driver, options, paths);
  await driver.close();
  throw new BacklotError(
    'server/no-data',
    `${describeUrl(url)} holds no data yet. Serve a site with it first: backlot serve SITE --database URL.`,
  );
}

/**
 * For commands that need data but make none.
 *
 * @throws BacklotError `server/no-data` where the folder has no database; PostgreSQL is only asked when it is opened
 */
export function refuseNoData({ dataDir, databaseUrl }: DataPlace): void {
  const { folder, database } = dataFolderPaths(dataDir);
  if (databaseUrl !== undefined || existsSync(database)) return;
  throw new BacklotError(
    'server/no-data',
    `There is no data in ${folder} yet. Serve a site with it first (backlot serve SITE), or name another folder with --data.`,
  );
}

/** Opens PostgreSQL; where it cannot be reached, says which one and never with what password. */
async function reachPostgres(options: Parameters<typeof openPostgres>[0]): Promise<Driver> {
  try {
    return await openPostgres(options);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== 'database/lost') throw error;
    const why = error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
    throw new BacklotError(
      'server/database',
      `${describeUrl(options.url)} cannot be used: ${why}. Is it running, and is --database right?`,
      { cause: error },
    );
  }
}

function describeUrl(url: string): string {
  if (!URL.canParse(url)) return 'The PostgreSQL database';
  const { host, pathname } = new URL(url);
  return `The PostgreSQL database ${decodeURI(pathname.slice(1)) || '(no name)'} at ${host || 'this machine'}`;
}

async function withTables(
  driver: Driver,
  { clock, random, log, observe, hooks }: OpenDataOptions,
  paths: { readonly folder: string; readonly uploads: string },
): Promise<OpenData> {
  try {
    const tables = await openTables({
      driver: observe?.(driver) ?? driver,
      clock,
      random,
      log,
      ...(hooks && { hooks }),
    });
    return {
      driver,
      tables,
      dataDir: paths.folder,
      uploadsDir: paths.uploads,
      async close() {
        await tables.close();
        await driver.close();
      },
    };
  } catch (error) {
    await driver.close();
    throw error;
  }
}
