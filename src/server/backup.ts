import { existsSync } from 'node:fs';
import { mkdtemp, open, opendir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { formatVersion } from '../database/index.ts';
import type { Driver } from '../database/index.ts';
import type { Schema } from '../schema/index.ts';
import type { Clock } from '../std/index.ts';
import { writeArchive } from './backup-archive.ts';
import type { ArchiveFile } from './backup-archive.ts';
import { backupError, backupFailure } from './backup-errors.ts';
import { archiveVersion, entryNames, isUploadPath } from './backup-format.ts';
import type { BackupHeader } from './backup-format.ts';
import { unpackBackup } from './backup-unpack.ts';

/** What a backup is made of. */
export interface BackupSource {
  readonly driver: Pick<Driver, 'dialect' | 'backupTo'>;
  readonly schema: Schema;
  readonly uploadsDir: string;
  /** Settings as they may be shown: see `settingsToShow`. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The folder that is served. */
  readonly site: string | null;
  /** This program's version. */
  readonly program: string;
  readonly clock: Clock;
}

export interface BackupProgress {
  /** The database is copied; it and the files are packed; the archive is read back. */
  readonly step: 'database' | 'packing' | 'checking';
  readonly bytes: number;
  /** Where it is known. */
  readonly bytesTotal?: number;
}

export interface MakeBackupOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BackupProgress) => void;
  /** For tests: called at the beginning of each step; what it throws is taken for an error of the system. */
  readonly fault?: (step: BackupProgress['step']) => void;
}

/** A backup that is whole: it was read back, and its checksums and counts are those of the original. */
export interface MadeBackup {
  readonly file: string;
  readonly bytes: number;
  /** ISO instant. */
  readonly taken: string;
  readonly tables: number;
  readonly rows: number;
  /** Uploaded files. */
  readonly files: number;
}

/** Uploads that no row holds yet, which belong to forms that are being sent; widths of pictures, made again when asked. */
const leftOut: ReadonlySet<string> = new Set(['incoming', 'made']);
const CHUNK_BYTES = 256 * 1024;
const LEFTOVER_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Makes a backup of everything while it is read and written, in bounded memory: the database from one snapshot, then
 * the files, each of which was there before the row that holds it. The archive has its name only when it is whole; it
 * never replaces a file. Throws `server/backup-exists`, `server/backup-full`, `server/backup-failed` and the codes of
 * the database; nothing is left behind then.
 */
export async function makeBackup(
  source: BackupSource,
  file: string,
  options: MakeBackupOptions = {},
): Promise<MadeBackup> {
  if (existsSync(file)) throw backupError('server/backup-exists', `Name another file than ${file}.`);
  let scratch: string | undefined;
  try {
    await removeLeftovers(file, source.clock.now());
    // Beside the archive: where there is room for it, and where a rename is enough in the end.
    scratch = await mkdtemp(`${file}.partial-`);
    return await makeIn(scratch, source, file, options);
  } catch (error) {
    if (options.signal?.aborted === true) throw backupError('server/backup-stopped', 'Nothing is left of it.', error);
    throw backupFailure(error, `No backup was made at ${file}.`);
  } finally {
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
  }
}

async function makeIn(
  scratch: string,
  source: BackupSource,
  file: string,
  { signal = new AbortController().signal, onProgress, fault }: MakeBackupOptions,
): Promise<MadeBackup> {
  const step = (name: BackupProgress['step'], bytesTotal?: number): ((bytes: number) => void) => {
    signal.throwIfAborted();
    fault?.(name);
    let done = 0;
    const tell = (bytes: number): void =>
      onProgress?.({ step: name, bytes: (done += bytes), ...(bytesTotal === undefined ? {} : { bytesTotal }) });
    tell(0);
    return tell;
  };
  const taken = new Date(source.clock.now()).toISOString();
  const database = join(scratch, 'database');
  step('database');
  const copied = await source.driver.backupTo(database);

  const archive = join(scratch, 'archive');
  const onPacked = step('packing');
  const header: BackupHeader = {
    backlot: 'backup',
    version: archiveVersion,
    program: source.program,
    taken,
    database: { dialect: source.driver.dialect, format: formatVersion, rows: copied.rows },
    site: source.site,
  };
  const files = filesOf(source, header, database);
  await writeArchive(archive, files, { sumsFile: join(scratch, 'sums'), signal, onBytes: onPacked });
  await rm(database);

  const { size } = await stat(archive);
  const onBytes = step('checking', size);
  const unpacked = await unpackBackup(archive, join(scratch, 'unpacked'), { signal, onBytes, withUploads: false });
  if (existsSync(file)) throw backupError('server/backup-exists', `Name another file than ${file}.`);
  await rename(archive, file);
  await flush(dirname(file));
  const counts = Object.values(copied.rows);
  const rows = counts.reduce((sum, count) => sum + count, 0);
  return { file, bytes: size, taken, tables: counts.length, rows, files: unpacked.files };
}

async function* filesOf(source: BackupSource, header: BackupHeader, database: string): AsyncGenerator<ArchiveFile> {
  const modifiedMs = Date.parse(header.taken);
  const json = (name: string, value: unknown): ArchiveFile => {
    const text = Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
    return { name, size: text.length, modifiedMs, content: [text] };
  };
  yield json(entryNames.header, header);
  yield json(entryNames.settings, source.settings);
  yield json(entryNames.schema, source.schema);
  yield* fileOf(entryNames[header.database.dialect], database);
  yield* uploadsIn(source.uploadsDir, '');
}

async function* uploadsIn(root: string, path: string): AsyncGenerator<ArchiveFile> {
  for await (const found of await opendir(join(root, path))) {
    const inside = path === '' ? found.name : `${path}/${found.name}`;
    if (leftOut.has(inside) || !isUploadPath(inside)) continue;
    if (found.isDirectory()) yield* uploadsIn(root, inside);
    else if (found.isFile()) yield* fileOf(`${entryNames.uploads}${inside}`, join(root, inside));
  }
}

/** Nothing where the file has gone meanwhile: no row of the snapshot holds it, or soon none will. */
async function* fileOf(name: string, path: string): AsyncGenerator<ArchiveFile> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!handle) return;
  try {
    const { size, mtimeMs } = await handle.stat();
    yield { name, size, modifiedMs: mtimeMs, content: handle.createReadStream({ highWaterMark: CHUNK_BYTES }) };
  } finally {
    await handle.close();
  }
}

/** What a process that was killed left beside this file. */
async function removeLeftovers(file: string, nowMs: number): Promise<void> {
  const folder = dirname(file);
  const start = `${basename(file)}.partial-`;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(start)) continue;
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (!found || nowMs - found.mtimeMs < LEFTOVER_AFTER_MS) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Makes sure that the names in a folder are on the disk. */
async function flush(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
