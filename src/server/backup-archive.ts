import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { entryNames, isEntryName, notWhole } from './backup-format.ts';
import { BLOCK_BYTES, readTarHeader, tarEnd, tarHeader, tarPadding } from './backup-tar.ts';
import type { TarEntry } from './backup-tar.ts';

/** A file on its way into an archive. */
export interface ArchiveFile extends TarEntry {
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** A file on its way out of one. Its content must be read to the end before the next is asked for. */
export interface UnpackedFile extends TarEntry {
  readonly content: AsyncIterable<Buffer>;
}

/** Packs small texts: what is large comes compressed already, or is a database that shrinks well at any level. */
const GZIP_LEVEL = 3;
const CHUNK_BYTES = 256 * 1024;
/** Lines are written to the list when they are as long as this together. */
const LINES_LENGTH_MAX = 64 * 1024;

export interface WriteArchiveOptions {
  /** Where the list of checksums grows until it is written: with a million files it is long. */
  readonly sumsFile: string;
  readonly signal: AbortSignal;
  /** Hears of uncompressed bytes as they are taken in. */
  readonly onBytes: (bytes: number) => void;
}

/** Writes an archive to a new file, and waits until it is on the disk. Throws the system's errors. */
export async function writeArchive(
  file: string,
  files: AsyncIterable<ArchiveFile>,
  { sumsFile, signal, onBytes }: WriteArchiveOptions,
): Promise<void> {
  const target = createWriteStream(file, { mode: 0o600, flags: 'wx', flush: true });
  const sums = await open(sumsFile, 'wx+', 0o600);
  try {
    const chunks = archiveChunks(files, {
      append: (line) => sums.appendFile(line),
      read: () => sumsOf(sumsFile),
      onBytes,
    });
    await pipeline(chunks, createGzip({ level: GZIP_LEVEL, chunkSize: CHUNK_BYTES }), target, { signal });
  } finally {
    await sums.close();
  }
}

interface Sums {
  append(line: string): Promise<void>;
  read(): Promise<ArchiveFile>;
  readonly onBytes: (bytes: number) => void;
}

async function sumsOf(file: string): Promise<ArchiveFile> {
  const handle = await open(file, 'r');
  const { size, mtimeMs } = await handle.stat();
  return { name: entryNames.sums, size, modifiedMs: mtimeMs, content: handle.createReadStream() };
}

async function* archiveChunks(files: AsyncIterable<ArchiveFile>, sums: Sums): AsyncGenerator<Uint8Array> {
  let lines = '';
  for await (const file of files) {
    lines += sumLine(yield* fileChunks(file, sums.onBytes), file.name);
    if (lines.length < LINES_LENGTH_MAX) continue;
    await sums.append(lines);
    lines = '';
  }
  await sums.append(lines);
  yield* fileChunks(await sums.read(), sums.onBytes);
  yield tarEnd;
}

/** Gives the checksum. A file that grows meanwhile is taken as long as it was; one that shrinks fails the backup. */
async function* fileChunks(file: ArchiveFile, onBytes: (bytes: number) => void): AsyncGenerator<Uint8Array, string> {
  yield tarHeader(file);
  const hash = createHash('sha256');
  let left = file.size;
  for await (const chunk of file.content) {
    const part = chunk.subarray(0, left);
    hash.update(part);
    left -= part.length;
    onBytes(part.length);
    yield part;
    if (left === 0) break;
  }
  if (left > 0) throw new Error(`${file.name} became shorter while it was read.`);
  yield Buffer.alloc(tarPadding(file.size));
  return hash.digest('hex');
}

function sumLine(hash: string, name: string): string {
  return `${hash}  ${name}\n`;
}

export interface ReadArchiveOptions {
  readonly signal?: AbortSignal | undefined;
  /** Hears of the archive's own bytes as they are read. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Reads an archive to its end, handing over each file in turn, and compares all checksums. What was handed over may be
 * believed only when this resolves. Throws `server/not-a-backup` and what `take` throws.
 */
export async function readArchive(
  file: string,
  take: (file: UnpackedFile, index: number) => Promise<void>,
  { signal, onBytes }: ReadArchiveOptions = {},
): Promise<void> {
  const source = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  if (onBytes) source.on('data', (chunk) => onBytes(chunk.length));
  try {
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
    await pipeline(source, gunzip, (chunks) => readFiles(file, byteReader(chunks), take), signal ? { signal } : {});
  } catch (error) {
    if (isUnpackError(error)) throw notWhole(file, 'its content is damaged or cut off', error);
    throw error;
  }
}

async function readFiles(
  file: string,
  bytes: ByteReader,
  take: (file: UnpackedFile, index: number) => Promise<void>,
): Promise<void> {
  const lines = createHash('sha256');
  for (let index = 0; ; index++) {
    const entry = await nextEntry(file, bytes, index);
    const hash = createHash('sha256');
    if (entry.name === entryNames.sums) {
      for await (const chunk of bytes.content(entry.size)) hash.update(chunk);
      await bytes.skip(tarPadding(entry.size));
      if (!hash.digest().equals(lines.digest())) throw notWhole(file, 'its content does not have its checksums');
      await readEnd(file, bytes);
      return;
    }
    let left = entry.size;
    const content = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of bytes.content(entry.size)) {
        hash.update(chunk);
        left -= chunk.length;
        yield chunk;
      }
    };
    await take({ ...entry, content: content() }, index);
    if (left > 0) throw notWhole(file, 'it breaks off');
    await bytes.skip(tarPadding(entry.size));
    lines.update(sumLine(hash.digest('hex'), entry.name));
  }
}

async function nextEntry(file: string, bytes: ByteReader, index: number): Promise<TarEntry> {
  const block = await bytes.take(BLOCK_BYTES);
  const entry = block && readTarHeader(block);
  if (!entry) throw notWhole(file, index === 0 ? 'it is another kind of file' : 'it breaks off or is damaged');
  if (entry === 'end') throw notWhole(file, 'it ends without its checksums');
  if (index === 0 ? entry.name !== entryNames.header : !isEntryName(entry.name)) {
    throw notWhole(file, `there is ${JSON.stringify(entry.name)} in it, which no backup has there`);
  }
  return entry;
}

async function readEnd(file: string, bytes: ByteReader): Promise<void> {
  const end = await bytes.take(tarEnd.length);
  if (!end?.equals(tarEnd)) throw notWhole(file, 'it does not end as it should');
  // Zeros that other programs fill up with.
  for await (const rest of bytes.content(Number.MAX_SAFE_INTEGER)) {
    if (rest.some((byte) => byte !== 0)) throw notWhole(file, 'something follows its end');
  }
}

function isUnpackError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

interface ByteReader {
  /** Exactly so many bytes; undefined where the source ends before. */
  take(length: number): Promise<Buffer | undefined>;
  /** So many bytes in the pieces they come in. Ends early where the source does. */
  content(length: number): AsyncGenerator<Buffer>;
  skip(length: number): Promise<void>;
}

function byteReader(chunks: AsyncIterable<Buffer>): ByteReader {
  const source = chunks[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const content = async function* (length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0;) {
      if (held.length === 0) {
        const next = await source.next();
        if (next.done === true) return;
        held = next.value;
      }
      const part = held.subarray(0, left);
      held = held.subarray(part.length);
      left -= part.length;
      yield part;
    }
  };
  const take = async (length: number): Promise<Buffer | undefined> => {
    const parts: Buffer[] = [];
    for await (const part of content(length)) parts.push(part);
    const whole = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    return whole.length === length ? whole : undefined;
  };
  return { content, take, skip: async (length) => void (await take(length)) };
}
