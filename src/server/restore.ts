import { existsSync } from 'node:fs';
import { lchown, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openDataFolder, restoreBackup } from '../database/index.ts';
import type { DataFolder } from '../database/index.ts';
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
    const result = await restoreInto(folder, place, file, size, options);
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

async function restoreInto(
  folder: DataFolder,
  { databaseUrl }: DataPlace,
  file: string,
  bytesTotal: number,
  { log, onProgress, signal }: RestoreDataOptions,
): Promise<RestoredData> {
  const { staging, replaced } = restoreFolders(folder.folder);
  await rm(staging, { recursive: true, force: true });
  let bytes = 0;
  let unpacked: UnpackedBackup;
  try {
    unpacked = await unpackBackup(file, staging, {
      withUploads: true,
      signal,
      accept: (header) => refuseOtherDatabase(header, databaseUrl),
      onBytes: (more) => onProgress?.({ bytes: (bytes += more), bytesTotal }),
    });
    await giveOwner(staging, folder.folder);
    if (databaseUrl !== undefined) {
      await restoreBackup({ dataDir: folder.folder, url: databaseUrl, log, aside: ASIDE }, unpacked.database);
      await rm(unpacked.database);
    }
    swapIn(
      folder.folder,
      databaseUrl === undefined ? ['data.db-wal', 'data.db-shm', 'data.db', 'uploads'] : ['uploads'],
    );
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  const places = [
    ...(existsSync(replaced) ? [replaced] : []),
    ...(databaseUrl === undefined ? [] : [`the schema ${ASIDE} of the database`]),
  ];
  const { header, settings, files } = unpacked;
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
