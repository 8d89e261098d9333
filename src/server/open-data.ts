import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { dataFolderPaths, openDataFolder, openPostgres, openSqlite } from '../database/index.ts';
import type { DataFolder, Driver } from '../database/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Clock, Log, Random } from '../std/index.ts';
import { openTables } from '../tables/index.ts';
import type { Tables } from '../tables/index.ts';

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
}

/** Open data. `folder` is absent when it was opened for reading only, beside a server. */
export interface OpenData {
  readonly driver: Driver;
  readonly tables: Tables;
  readonly folder?: DataFolder;
  readonly uploadsDir: string;
  close(): Promise<void>;
}

/**
 * Opens data for a server or a command that writes.
 *
 * @throws DatabaseError `database/in-use`, `database/folder`, `database/newer`, `database/lost` and their kind
 */
export async function openData(options: OpenDataOptions): Promise<OpenData> {
  const { clock, random, log, program, databaseUrl } = options;
  const folder = openDataFolder(resolve(options.dataDir));
  try {
    const driver = databaseUrl
      ? await openPostgres({ url: databaseUrl, clock, log, program })
      : await openSqlite({ file: folder.database, clock, log, program });
    const tables = await openTables({ driver, clock, random, log });
    return {
      driver,
      tables,
      folder,
      uploadsDir: folder.uploads,
      async close() {
        await tables.close();
        await driver.close();
        folder.release();
      },
    };
  } catch (error) {
    folder.release();
    throw error;
  }
}

/** Opens data for a command that only reads; a server may go on working with it. */
export async function openDataToRead(options: OpenDataOptions): Promise<OpenData> {
  const { clock, random, log, program, databaseUrl } = options;
  const paths = dataFolderPaths(resolve(options.dataDir));
  if (!databaseUrl && !existsSync(paths.database)) {
    throw new BacklotError(
      'server/no-data',
      `There is no data in ${paths.folder} yet. Serve a site with it first, or name another folder with --data.`,
    );
  }
  const driver = databaseUrl
    ? await openPostgres({ url: databaseUrl, clock, log, program })
    : await openSqlite({ file: paths.database, clock, log, program, readOnly: true });
  const tables = await openTables({ driver, clock, random, log });
  return {
    driver,
    tables,
    uploadsDir: paths.uploads,
    async close() {
      await tables.close();
      await driver.close();
    },
  };
}
