import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BacklotError } from '../std/index.ts';

/** The folders of a store. Each file keeps its name on its way from one to the other. */
export interface Folders {
  /** Files that no row holds yet. */
  readonly incoming: string;
  /** Files that a row holds, or held. */
  readonly kept: string;
  /** What the sender called a file, in a file of its own under the stored name. */
  readonly named: string;
  /** By stored name a folder with the widths of a picture that were asked for; it can all be made again. */
  readonly made: string;
}

export async function exists(place: string): Promise<boolean> {
  return (await stat(place).catch(() => undefined)) !== undefined;
}

/** Names in a folder whose content was last written before a moment. */
export async function olderThan(folder: string, beforeMs: number): Promise<string[]> {
  const old: string[] = [];
  for (const name of await readdir(folder)) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found && found.mtimeMs < beforeMs) old.push(name);
  }
  return old;
}

/** Brings a file's content, or a folder's names, to the disk. */
export async function syncPlace(place: string): Promise<void> {
  const handle = await open(place, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The disk's failures as ours, so that they are told from what went wrong with the sender. */
export async function operating<T>(task: Promise<T>): Promise<T> {
  try {
    return await task;
  } catch (cause) {
    const full = cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT');
    const code = full ? 'files/disk-full' : 'files/failed';
    const message = full ? 'The disk for uploaded files is full.' : 'An uploaded file could not be kept.';
    throw new BacklotError(code, message, { cause });
  }
}
