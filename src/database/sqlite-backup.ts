import { existsSync } from 'node:fs';
import { copyFile, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BackupReport } from './contract.ts';
import { DatabaseError } from './errors.ts';
import { inSqliteWorker } from './sqlite-work.ts';

/**
 * Copies one state of the database into `target` while it is read and written, and looks at every row and index of
 * the copy. Where `target` exists, it is a whole backup. Throws `database/not-empty` where it existed before.
 */
export async function backUpSqlite(file: string, target: string): Promise<BackupReport> {
  if (existsSync(target)) throw new DatabaseError('database/not-empty', `Name another file than ${target}.`);
  const partial = `${target}.partial`;
  await rm(partial, { force: true });
  try {
    const { problems, rows } = await inSqliteWorker({ task: 'backup', file, target: partial });
    if (problems.length > 0) throw new DatabaseError('database/damaged', problems[0]);
    await rename(partial, target);
    await flush(dirname(target));
    return { rows, bytes: (await stat(target)).size };
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Reads a backup through, every row and index of it, and gives its rows by table. Throws `database/not-a-backup`. */
export async function countSqliteBackup(backup: string): Promise<Readonly<Record<string, number>>> {
  const { problems, rows } = await inSqliteWorker({ task: 'integrity-check', file: backup }).catch((error: unknown) => {
    throw new DatabaseError('database/not-a-backup', `${backup} cannot be read.`, { cause: error });
  });
  if (problems.length > 0 || rows['_meta'] === undefined) {
    throw new DatabaseError('database/not-a-backup', `${backup}: ${problems[0] ?? 'no record of its format.'}`);
  }
  return rows;
}

/**
 * Puts a backup in the place of the database file, which no driver may have open. Looks at the backup first. Throws
 * `database/not-a-backup`; the database is then as it was.
 */
export async function restoreSqlite(backup: string, file: string): Promise<BackupReport> {
  const rows = await countSqliteBackup(backup);
  const partial = `${file}.partial`;
  await copyFile(backup, partial);
  await flush(partial);
  // The log belongs to the file that goes.
  await rm(`${file}-wal`, { force: true });
  await rm(`${file}-shm`, { force: true });
  await rename(partial, file);
  await flush(dirname(file));
  return { rows, bytes: (await stat(file)).size };
}

/** Makes sure that a file, or the names in a folder, are on the disk. */
export async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
