import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { UploadSink } from '../forms/index.ts';
import { filesPrefix } from '../schema/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Clock, Random } from '../std/index.ts';
import { exists, olderThan, operating, syncPlace } from './disk.ts';
import type { Folders } from './disk.ts';
import { imagePool } from './image-pool.ts';
import type { ImagePoolOptions } from './image-pool.ts';
import { storeFile } from './incoming.ts';
import { parseName, parsePath } from './name.ts';
import { openStored } from './stored-file.ts';
import type { OpenOptions, StoredFile } from './stored-file.ts';
import { openVariants } from './variants.ts';

export interface FileStoreOptions {
  /** A folder outside the site, made when absent. */
  readonly dir: string;
  readonly random: Random;
  readonly clock: Clock;
  /** Limits on the processes that work on pictures. */
  readonly images?: ImagePoolOptions;
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
  open(path: string, options?: OpenOptions): Promise<StoredFile | undefined>;
  /** How many processes work on pictures, or wait for more of them. */
  readonly imageProcesses: number;
  /** Ends what works on pictures. */
  close(): void;
}

/** Opens the folder of stored files. Throws `files/unusable` when it cannot be made or written. */
export async function openFileStore({ dir, random, clock, images: limits }: FileStoreOptions): Promise<FileStore> {
  const folders: Folders = {
    incoming: join(dir, 'incoming'),
    kept: join(dir, 'kept'),
    named: join(dir, 'named'),
    made: join(dir, 'made'),
  };
  try {
    for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new BacklotError('files/unusable', `The folder for uploaded files, ${dir}, cannot be used.`, { cause });
  }
  const images = imagePool(limits);
  const variants = openVariants(folders, images);
  return {
    store: (file, content) => storeFile({ folders, images, random, clock }, file, content),
    adopt: async (paths) => await adoptFiles(folders, paths),
    discard: async (paths) => {
      for (const path of paths) await removeFile(folders, parsePath(path)?.name);
    },
    sweep: async (options) => await sweepFiles(folders, clock.now() - options.olderThanMs, options.isReferenced),
    open: async (path, options) => await openStored(folders, variants, path, options),
    get imageProcesses() {
      return images.size;
    },
    close: () => images.close(),
  };
}

async function adoptFiles({ incoming, kept }: Folders, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  for (const path of paths) {
    const { name } = parsePath(path) ?? {};
    const place = name && join(incoming, name);
    if (!name || !place || !(await exists(place))) {
      if (name && (await exists(join(kept, name)))) continue;
      throw new BacklotError('files/missing', `The uploaded file ${path} is not there.`);
    }
    await operating(syncPlace(place));
    await operating(rename(place, join(kept, name)));
  }
  // The new name before the old one's absence, so that a crash between leaves the file in one of the two.
  await operating(syncPlace(kept));
  await operating(syncPlace(incoming));
}

/** Removes a file with all that was made of it. */
async function removeFile({ incoming, kept, named, made }: Folders, name: string | undefined): Promise<void> {
  if (name === undefined) return;
  for (const folder of [incoming, kept, named]) await rm(join(folder, name), { force: true });
  await rm(join(made, name), { recursive: true, force: true });
}

async function sweepFiles(
  folders: Folders,
  beforeMs: number,
  isReferenced: SweepOptions['isReferenced'],
): Promise<number> {
  let removed = 0;
  for (const name of await olderThan(folders.incoming, beforeMs)) {
    const stored = parseName(name);
    // What was being written when the program was killed has no extension yet.
    await (stored ? removeFile(folders, name) : rm(join(folders.incoming, name), { force: true }));
    removed += 1;
  }
  if (!isReferenced) return removed;
  for (const name of await olderThan(folders.kept, beforeMs)) {
    if (!parseName(name) || (await isReferenced(filesPrefix + name))) continue;
    await removeFile(folders, name);
    removed += 1;
  }
  return removed;
}
