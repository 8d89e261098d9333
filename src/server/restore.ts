import { existsSync } from 'node:fs';
import { lchown, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openDataFolder, restoreBackup } from '../database/index.ts';
import type { Log } from '../std/index.ts';
import { backupError, backupFailure } from './backup-errors.ts';
import type { BackupHeader } from './backup-format.ts';
import { unpackBackup } from './backup-unpack.ts';
import type { UnpackedBackup } from './backup-unpack.ts';
import type { DataPlace } from './open-data.ts';
import { finishRestore, restoreFolders, swapIn } from './restore-swap.ts';

export interface RestoreDataOptions {
  readonly log: Log;
  /** Hears how much of the archive has been read. */
  readonly onProgress?: (progress: { readonly bytes: number; readonly bytesTotal: number }) => void;
  readonly signal?: AbortSignal;
}

/** What was restored. */
export interface RestoredData {
  readonly header: BackupHeader;
  readonly settings: unknown;
  readonly files: number;
  /** Where what was there before is kept until the next restore, in words; undefined where there was nothing. */
  readonly replaced: string | undefined;
}

/** The PostgreSQL schema that holds the tables that a restore put aside. */
const ASIDE = 'backlot_replaced';

/**
 * Puts a backup in the place of the data, which no server may hold. The archive is unpacked and checked as a whole
 * before anything is touched. Then the database and the files are exchanged, and what was there is kept beside them.
 * Throws `server/not-a-backup`, `server/backup-newer`, `server/backup-other-database`, `database/in-use`,
 * `server/backup-full`, `server/backup-failed`; the data is then as it was.
 */
export async function restoreData(place: DataPlace, file: string, options: RestoreDataOptions): Promise<RestoredData> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw backupFailure(error, 'Nothing was changed.');
  });
  const isNew = !existsSync(place.dataDir);
  const folder = openDataFolder(place.dataDir);
  let restored = false;
  try {
    finishRestore(folder.folder);
    const staged = await stageRestore(folder.folder, place, file, { ...options, bytesTotal: size });
    const result = await exchangeData(folder.folder, place, staged, options.log);
    restored = true;
    return result;
  } catch (error) {
    if (options.signal?.aborted === true) throw backupError('server/restore-stopped', 'The data is as it was.', error);
    throw backupFailure(error, 'Nothing was restored; the data is as it was.');
  } finally {
    folder.release();
    if (isNew && !restored) await rm(place.dataDir, { recursive: true, force: true });
  }
}

export interface StageRestoreOptions extends Pick<RestoreDataOptions, 'onProgress' | 'signal'> {
  /** Of the archive. */
  readonly bytesTotal: number;
  /** Looks at what the archive says of itself; throws where it will not do. */
  readonly accept?: (header: BackupHeader) => void;
}

/**
 * Unpacks an archive beside the data of a folder that this process holds, and checks it as a whole. The data may be in
 * use meanwhile. Nothing is left of it when it fails, as `restoreData` does.
 */
export async function stageRestore(
  folder: string,
  { databaseUrl }: DataPlace,
  file: string,
  { bytesTotal, onProgress, signal, accept }: StageRestoreOptions,
): Promise<UnpackedBackup> {
  const { staging } = restoreFolders(folder);
  await rm(staging, { recursive: true, force: true });
  let bytes = 0;
  try {
    const unpacked = await unpackBackup(file, staging, {
      withUploads: true,
      signal,
      accept: (header) => {
        refuseOtherDatabase(header, databaseUrl);
        accept?.(header);
      },
      onBytes: (more) => onProgress?.({ bytes: (bytes += more), bytesTotal }),
    });
    await giveOwner(staging, folder);
    return unpacked;
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
}

/** Exchanges the data of a folder, which this process holds and nobody uses, for what was staged: all or nothing. */
export async function exchangeData(
  folder: string,
  { databaseUrl }: DataPlace,
  { header, settings, files, database }: UnpackedBackup,
  log: Log,
): Promise<RestoredData> {
  const { staging, replaced } = restoreFolders(folder);
  try {
    if (databaseUrl !== undefined) {
      await restoreBackup({ dataDir: folder, url: databaseUrl, log, aside: ASIDE }, database);
      await rm(database);
    }
    swapIn(folder, databaseUrl === undefined ? ['data.db-wal', 'data.db-shm', 'data.db', 'uploads'] : ['uploads']);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  const places = [
    ...(existsSync(replaced) ? [replaced] : []),
    ...(databaseUrl === undefined ? [] : [`the schema ${ASIDE} of the database`]),
  ];
  return { header, settings, files, replaced: places.length === 0 ? undefined : places.join(' and ') };
}

function refuseOtherDatabase({ database }: BackupHeader, url: string | undefined): void {
  if (database.dialect === (url === undefined ? 'sqlite' : 'postgres')) return;
  const fix =
    database.dialect === 'sqlite'
      ? 'It holds a SQLite database: leave --database out.'
      : 'It holds a PostgreSQL database: name one with --database.';
  throw backupError('server/backup-other-database', `${fix} Nothing was changed.`);
}

/** Root restores for the user that the server runs as. */
async function giveOwner(folder: string, like: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(like);
  if (uid === 0) return;
  for (const name of await readdir(folder, { recursive: true })) await lchown(join(folder, name), uid, gid);
}
