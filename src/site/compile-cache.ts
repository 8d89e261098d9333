import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../std/index.ts';

/**
 * What was worked out from files, kept on disk under a name. Nothing depends on it: whatever is missing, cut off,
 * changed or of another program is worked out again.
 */
export interface CompileCache {
  /** The value kept under a name; undefined where there is none that is whole and of this program. */
  read(name: string): unknown;
  /** Keeps plain data. False where it cannot be written: the disk is full, or the folder only to be read. */
  write(name: string, value: unknown): boolean;
  /** Removes what is kept in a folder under other names, once it is old enough that no other server needs it. */
  sweep(folder: string, names: ReadonlySet<string>): void;
}

export interface CompileCacheOptions {
  /** The folder it may use; made when something is kept. */
  readonly dir: string;
  /** Everything beside a name that a value depends on: the program, its settings. Values of another one are not read. */
  readonly stamp: string;
  readonly clock: Clock;
}

/** Another server with the same data folder, on other files, may still want what this one does not. */
const unusedMsMax = 60 * 60 * 1000;
const hashLength = 43;

/** Opens the cache. Never throws, and neither do its functions. */
export function compileCache({ dir, stamp, clock }: CompileCacheOptions): CompileCache {
  return {
    read(name) {
      try {
        return readEntry(join(dir, name), name, stamp);
      } catch {
        return undefined;
      }
    },
    write(name, value) {
      try {
        writeEntry(join(dir, name), JSON.stringify({ stamp, name, value }));
        return true;
      } catch {
        return false;
      }
    },
    sweep(folder, names) {
      try {
        sweepFolder(join(dir, folder), folder, names, clock.now() - unusedMsMax);
      } catch {
        // What could not be removed now can be the next time.
      }
    },
  };
}

/** The first line is the hash of the rest, so that an entry that was cut off or changed is known for one. */
function readEntry(path: string, name: string, stamp: string): unknown {
  const bytes = readFileSync(path);
  const body = bytes.subarray(hashLength + 1);
  if (bytes.toString('latin1', 0, hashLength) !== hashOf(body)) return undefined;
  const entry: unknown = JSON.parse(body.toString('utf8'));
  if (typeof entry !== 'object' || entry === null || !('stamp' in entry) || !('name' in entry)) return undefined;
  return entry.stamp === stamp && entry.name === name && 'value' in entry ? entry.value : undefined;
}

/** Under another name first: whoever reads finds the old entry or the new one, whole. */
function writeEntry(path: string, body: string): void {
  makeFolder(dirname(path));
  const passing = `${path}.${process.pid}.new`;
  try {
    writeFileSync(passing, `${hashOf(body)}\n${body}`, { mode: 0o600 });
    renameSync(passing, path);
  } catch (error) {
    rmSync(passing, { force: true });
    throw error;
  }
}

/** Makes a folder and those above it. Node's own `recursive` never ends where the system answers ENOENT, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

function hashOf(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('base64url');
}

function sweepFolder(path: string, name: string, names: ReadonlySet<string>, olderThanMs: number): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    const inner = `${name}/${entry.name}`;
    if (entry.isDirectory()) sweepFolder(inside, inner, names, olderThanMs);
    else if (!names.has(inner) && statSync(inside).mtimeMs < olderThanMs) rmSync(inside, { force: true });
  }
}
