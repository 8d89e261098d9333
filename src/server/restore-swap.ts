import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Folders of a restore, in the data folder: what comes, and what went. */
export function restoreFolders(folder: string): { readonly staging: string; readonly replaced: string } {
  return { staging: join(folder, 'restoring'), replaced: join(folder, 'replaced') };
}

/**
 * Exchanges files and folders of a data folder, which this process holds, for those of the same names in the staging
 * folder; what has no successor there only goes. All or nothing: an error puts everything back, and where the process
 * ends in the middle, {@link finishRestore} completes it. Throws the system's errors.
 */
export function swapIn(folder: string, names: readonly string[]): void {
  const { replaced } = restoreFolders(folder);
  rmSync(replaced, { recursive: true, force: true });
  mkdirSync(replaced, { mode: 0o700 });
  flushNames(folder);
  writeMarker(folder, names);
  try {
    exchange(folder, names);
  } catch (error) {
    putBack(folder, names);
    removeMarker(folder);
    throw error;
  }
  removeMarker(folder);
  removeEmpty(join(replaced, 'uploads'));
  removeEmpty(replaced);
}

/** Completes a restore during which the process ended. To be called by whoever opens the data for writing. */
export function finishRestore(folder: string): void {
  const names = readMarker(folder);
  if (!names) return;
  exchange(folder, names);
  removeMarker(folder);
  rmSync(restoreFolders(folder).staging, { recursive: true, force: true });
}

/** Nothing was replaced there: a folder that was only just made. */
function removeEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}

interface Place {
  readonly live: string;
  readonly next: string;
  readonly old: string;
  /** It only goes: a log that belongs to the database before. */
  readonly goes: boolean;
}

function placeOf(folder: string, name: string): Place {
  const { staging, replaced } = restoreFolders(folder);
  return {
    live: join(folder, name),
    next: join(staging, name),
    old: join(replaced, name),
    goes: name.endsWith('-wal') || name.endsWith('-shm'),
  };
}

/** Can be done again from any point at which it was interrupted. */
function exchange(folder: string, names: readonly string[]): void {
  for (const name of names) {
    const { live, next, old, goes } = placeOf(folder, name);
    const comes = existsSync(next);
    if ((comes || goes) && existsSync(live) && !existsSync(old)) renameSync(live, old);
    if (comes) renameSync(next, live);
  }
  flushNames(folder);
}

function putBack(folder: string, names: readonly string[]): void {
  for (const name of names.toReversed()) {
    const { live, next, old, goes } = placeOf(folder, name);
    if (!goes && existsSync(live) && !existsSync(next)) renameSync(live, next);
    if (existsSync(old)) renameSync(old, live);
  }
  flushNames(folder);
}

function markerOf(folder: string): string {
  return join(folder, 'restore.json');
}

function writeMarker(folder: string, names: readonly string[]): void {
  const partial = `${markerOf(folder)}.partial`;
  writeFileSync(partial, JSON.stringify(names), { mode: 0o600, flush: true });
  renameSync(partial, markerOf(folder));
  flushNames(folder);
}

function readMarker(folder: string): readonly string[] | undefined {
  if (!existsSync(markerOf(folder))) return undefined;
  const names: unknown = JSON.parse(readFileSync(markerOf(folder), 'utf8'));
  return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : undefined;
}

function removeMarker(folder: string): void {
  rmSync(markerOf(folder), { force: true });
  flushNames(folder);
}

/** Makes sure that the names in a folder are on the disk. */
function flushNames(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
