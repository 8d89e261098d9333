import { createWriteStream } from 'node:fs';
import { mkdir, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isDeepStrictEqual } from 'node:util';
import { checkBackup } from '../database/index.ts';
import { readArchive } from './backup-archive.ts';
import type { ReadArchiveOptions, UnpackedFile } from './backup-archive.ts';
import { entryNames, HEADER_BYTES_MAX, notWhole, readHeader } from './backup-format.ts';
import type { BackupHeader } from './backup-format.ts';

export interface UnpackOptions extends ReadArchiveOptions {
  /** Uploaded files too; else they are only read and compared. */
  readonly withUploads: boolean;
  /** Looks at what the archive says of itself before anything else is read; throws where it will not do. */
  readonly accept?: (header: BackupHeader) => void;
}

/** A backup that was read to its end and is whole. */
export interface UnpackedBackup {
  readonly header: BackupHeader;
  /** The settings in force when it was made, as they may be shown. */
  readonly settings: unknown;
  /** Where the database's own backup is now. */
  readonly database: string;
  readonly files: number;
}

/** The name of an unpacked SQLite database is the one it has in a data folder. */
const databaseNames = { sqlite: 'data.db', postgres: 'database.jsonl.gz' } as const;

/**
 * Unpacks a backup into a folder that does not exist yet, compares every checksum, and has the database read its own
 * part through. Throws `server/not-a-backup`, `server/backup-newer`, `database/not-a-backup`, what `accept` throws, and
 * the system's errors; the folder is the caller's to remove then.
 */
export async function unpackBackup(file: string, folder: string, options: UnpackOptions): Promise<UnpackedBackup> {
  await mkdir(join(folder, 'uploads'), { recursive: true, mode: 0o700 });
  let header: BackupHeader | undefined;
  let settings: unknown;
  let database: string | undefined;
  let files = 0;
  const take = async (entry: UnpackedFile): Promise<void> => {
    if (!header) {
      header = readHeader(await textOf(entry, file), file);
      options.accept?.(header);
    } else if (entry.name === entryNames.settings) {
      settings = parse(await textOf(entry, file), file);
    } else if (entry.name === entryNames[header.database.dialect]) {
      database = join(folder, databaseNames[header.database.dialect]);
      await write(entry, database);
    } else if (entry.name.startsWith(entryNames.uploads)) {
      // Beside a file may stand what its sender called it.
      if (!entry.name.startsWith(`${entryNames.uploads}named/`)) files += 1;
      if (options.withUploads) await writeUpload(entry, join(folder, entry.name));
      else await drain(entry);
    } else {
      await drain(entry);
    }
  };
  await readArchive(file, take, options);
  if (!header || database === undefined) throw notWhole(file, 'there is no database in it');
  const { dialect, rows } = header.database;
  options.signal?.throwIfAborted();
  if (!isDeepStrictEqual({ ...(await checkBackup(database, dialect)) }, rows)) {
    throw notWhole(file, 'its tables do not have as many rows as they should');
  }
  return { header, settings, database, files };
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notWhole(file, 'its settings cannot be read', error);
  }
}

async function textOf(entry: UnpackedFile, file: string): Promise<string> {
  if (entry.size > HEADER_BYTES_MAX) throw notWhole(file, `its ${entry.name} is too large`);
  const parts: Buffer[] = [];
  for await (const part of entry.content) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function drain({ content }: UnpackedFile): Promise<void> {
  const ended = content[Symbol.asyncIterator]();
  while ((await ended.next()).done !== true);
}

async function write({ content }: UnpackedFile, path: string): Promise<void> {
  await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }));
}

async function writeUpload(entry: UnpackedFile, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await write(entry, path);
  await utimes(path, entry.modifiedMs / 1000, entry.modifiedMs / 1000);
}
