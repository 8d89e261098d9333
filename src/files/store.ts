import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { TextDecoder } from 'node:util';
import type { Upload, UploadSink } from '../forms/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Clock, Random } from '../std/index.ts';
import { agreedExtension, mediaTypeOf } from './kinds.ts';

/** Where stored files are addressed, and what rows hold: this and a random name. */
export const filesPrefix = '/_backlot/files/';

export interface FileStoreOptions {
  /** A folder outside the site, made when absent. */
  readonly dir: string;
  readonly random: Random;
  readonly clock: Clock;
}

/** A stored file, to be sent to a visitor. */
export interface StoredFile {
  /** Its place on disk. */
  readonly diskPath: string;
  readonly size: number;
  readonly modifiedMs: number;
  /** With these it can do no harm in a browser: not sniffed, not run, saved rather than shown as a page. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface SweepOptions {
  /** Only files stored longer ago than this. */
  readonly olderThanMs: number;
  /** Whether a row holds the path. Given, adopted files that no row holds go too. */
  readonly isReferenced?: (path: string) => Promise<boolean>;
}

/**
 * Files on disk. `store` puts a file into a provisional place and `adopt` makes it permanent, which is done before the
 * commit of the row that holds its path: an acknowledged row always finds its file, and what a crash or a refused
 * commit leaves behind is only a file that `discard` or a later `sweep` removes.
 */
export interface FileStore extends UploadSink {
  /** Makes provisional files permanent, on disk when it resolves. Adopting twice is no error. */
  adopt(paths: readonly string[]): Promise<void>;
  /** Removes files, provisional or adopted. */
  discard(paths: readonly string[]): Promise<void>;
  /** Removes what no row will ever hold; gives the number of files. */
  sweep(options: SweepOptions): Promise<number>;
  /** An adopted file by the path that a row holds; undefined when there is none. */
  open(path: string): Promise<StoredFile | undefined>;
}

const namePattern = /^[0-9a-f]{32}(?:\.[a-z0-9]{1,10})?$/;

/** Opens the folder of stored files. Throws `files/unusable` when it cannot be made or written. */
export async function openFileStore({ dir, random, clock }: FileStoreOptions): Promise<FileStore> {
  const incoming = join(dir, 'incoming');
  const kept = join(dir, 'kept');
  try {
    for (const folder of [incoming, kept]) await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new BacklotError('files/unusable', `The folder for uploaded files, ${dir}, cannot be used.`, { cause });
  }
  return {
    store: (file, content) => storeFile({ incoming, random, clock }, file, content),
    adopt: async (paths) => await adoptFiles(incoming, kept, paths),
    discard: async (paths) => await discardFiles([incoming, kept], paths),
    sweep: async (options) => await sweepFiles(incoming, kept, clock, options),
    open: async (path) => await openFile(kept, path),
  };
}

interface Storing {
  readonly incoming: string;
  readonly random: Random;
  readonly clock: Clock;
}

async function storeFile(
  { incoming, random, clock }: Storing,
  file: { filename: string; mediaType: string },
  content: AsyncIterable<Uint8Array>,
): Promise<Upload> {
  const name = Buffer.from(random.bytes(16)).toString('hex');
  const place = join(incoming, name);
  try {
    const handle = await operating(open(place, 'wx', 0o600));
    const written = await writeAll(handle, content).finally(async () => await handle.close());
    const extension = agreedExtension(file.filename, await detect(place), written.isText);
    const described = { filename: file.filename, mediaType: file.mediaType, size: written.bytes };
    if (extension === undefined) {
      await rm(place, { force: true });
      return { ...described, path: '', refused: 'type' };
    }
    const stored = `${name}.${extension}`;
    const seconds = clock.now() / 1000;
    await operating(utimes(place, seconds, seconds));
    await operating(rename(place, join(incoming, stored)));
    return { ...described, path: filesPrefix + stored };
  } catch (error) {
    await rm(place, { force: true });
    throw error;
  }
}

interface Written {
  readonly bytes: number;
  /** UTF-8 without control characters. */
  readonly isText: boolean;
}

async function writeAll(handle: FileHandle, content: AsyncIterable<Uint8Array>): Promise<Written> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  let isText = true;
  for await (const chunk of content) {
    for (let offset = 0; offset < chunk.byteLength;) {
      const { bytesWritten } = await operating(handle.write(chunk, offset));
      offset += bytesWritten;
    }
    bytes += chunk.byteLength;
    isText &&= isTextChunk(decoder, chunk);
  }
  return { bytes, isText: isText && isTextChunk(decoder) };
}

/** Without a chunk: whether the text ended between two characters. */
function isTextChunk(decoder: TextDecoder, chunk?: Uint8Array): boolean {
  try {
    decoder.decode(chunk, { stream: chunk !== undefined });
    return chunk === undefined || !chunk.some(isControl);
  } catch {
    return false;
  }
}

/** NUL to US, but not tab to carriage return, and not the escape that some texts are coloured with. */
function isControl(byte: number): boolean {
  return byte < 0x20 && (byte < 0x09 || byte > 0x0d) && byte !== 0x1b;
}

/** What the content is, by its signature. A file that confuses the detector is none that it knows. */
async function detect(place: string): Promise<string | undefined> {
  const { fileTypeFromFile } = await import('file-type');
  try {
    return (await fileTypeFromFile(place))?.ext;
  } catch {
    return undefined;
  }
}

async function adoptFiles(incoming: string, kept: string, paths: readonly string[]): Promise<void> {
  const names = paths.map(nameOf).filter((name) => name !== undefined);
  if (names.length === 0) return;
  for (const name of names) {
    const place = join(incoming, name);
    if (!(await exists(place))) {
      if (await exists(join(kept, name))) continue;
      throw new BacklotError('files/missing', `The uploaded file ${name} is no longer there.`);
    }
    await operating(syncPlace(place));
    await operating(rename(place, join(kept, name)));
  }
  // The new name before the old one's absence, so that a crash between leaves the file in one of the two.
  await operating(syncPlace(kept));
  await operating(syncPlace(incoming));
}

async function discardFiles(folders: readonly string[], paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const name = nameOf(path);
    if (name === undefined) continue;
    for (const folder of folders) await rm(join(folder, name), { force: true });
  }
}

async function sweepFiles(incoming: string, kept: string, clock: Clock, options: SweepOptions): Promise<number> {
  const before = clock.now() - options.olderThanMs;
  const { isReferenced } = options;
  let removed = 0;
  for (const name of await oldFiles(incoming, before)) {
    await rm(join(incoming, name), { force: true });
    removed += 1;
  }
  if (!isReferenced) return removed;
  for (const name of await oldFiles(kept, before)) {
    if (await isReferenced(filesPrefix + name)) continue;
    await rm(join(kept, name), { force: true });
    removed += 1;
  }
  return removed;
}

async function oldFiles(folder: string, beforeMs: number): Promise<string[]> {
  const old: string[] = [];
  for (const name of await readdir(folder)) {
    if (!namePattern.test(name)) continue;
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found && found.mtimeMs < beforeMs) old.push(name);
  }
  return old;
}

async function openFile(kept: string, path: string): Promise<StoredFile | undefined> {
  const name = nameOf(path);
  const extension = name?.split('.')[1];
  const mediaType = extension === undefined ? undefined : mediaTypeOf(extension);
  if (name === undefined || mediaType === undefined) return undefined;
  const diskPath = join(kept, name);
  const found = await stat(diskPath).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  return {
    diskPath,
    size: found.size,
    modifiedMs: found.mtimeMs,
    headers: {
      'content-type': mediaType,
      'content-disposition': `attachment; filename="${name}"`,
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
    },
  };
}

/** The stored name in a path; undefined for anything that this store did not make, so no path leads out of it. */
function nameOf(path: string): string | undefined {
  const name = path.startsWith(filesPrefix) ? path.slice(filesPrefix.length) : '';
  return namePattern.test(name) ? name : undefined;
}

async function exists(place: string): Promise<boolean> {
  return (await stat(place).catch(() => undefined)) !== undefined;
}

async function syncPlace(place: string): Promise<void> {
  const handle = await open(place, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The disk's failures as ours, so that they are told from what went wrong with the sender. */
async function operating<T>(task: Promise<T>): Promise<T> {
  try {
    return await task;
  } catch (cause) {
    const full = cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT');
    const code = full ? 'files/disk-full' : 'files/failed';
    const message = full ? 'The disk for uploaded files is full.' : 'An uploaded file could not be kept.';
    throw new BacklotError(code, message, { cause });
  }
}
