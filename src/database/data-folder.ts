import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DatabaseError } from './errors.ts';

/** The layout of a data folder. */
export interface DataFolderPaths {
  readonly folder: string;
  /** The SQLite database. */
  readonly database: string;
  /** Files that visitors sent. */
  readonly uploads: string;
}

/** A data folder that this process alone may write to, until released or ended. */
export interface DataFolder extends DataFolderPaths {
  /** Records where this server can be reached, for the message that another one is given. */
  announce(address: string): void;
  release(): void;
}

/** Who holds a folder, as recorded by itself. */
export interface FolderHolder {
  readonly pid: number;
  readonly address?: string;
}

export function dataFolderPaths(folder: string): DataFolderPaths {
  const root = resolve(folder);
  return { folder: root, database: join(root, 'data.db'), uploads: join(root, 'uploads') };
}

/**
 * Makes the folder where there is none, for its owner only, without taking it: where the rows are in PostgreSQL, any
 * number of servers keep their visitors' files in it. Throws `database/folder` where it cannot be written.
 */
export function prepareDataFolder(folder: string): DataFolderPaths {
  const paths = dataFolderPaths(folder);
  prepare(paths);
  return paths;
}

/**
 * Makes the folder where there is none (for its owner only) and takes it for this process. Node has no file lock, so
 * the lock is a transaction left open on an SQLite file of its own: the system frees it when the process ends,
 * however it ends.
 *
 * Throws `database/in-use` with the holder's process and address, and `database/folder` where it cannot be written.
 */
export function openDataFolder(folder: string): DataFolder {
  const paths = prepareDataFolder(folder);
  const lock = takeLock(paths.folder);
  const holderFile = join(paths.folder, 'holder.json');
  const announce = (holder: FolderHolder | null): void =>
    writeFileSync(holderFile, JSON.stringify(holder), { mode: 0o600 });
  announce({ pid: process.pid });
  return {
    ...paths,
    announce: (address) => announce({ pid: process.pid, address }),
    release() {
      if (!lock.isOpen) return;
      try {
        announce(null);
      } catch {
        // A folder that has gone, or a full disk, must not keep a server from stopping.
      }
      lock.close();
      heldLocks.delete(lock);
    },
  };
}

/** Who has announced itself in the folder last; `undefined` where nobody has, or has gone properly. */
export function folderHolder(folder: string): FolderHolder | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(join(folder, 'holder.json'), 'utf8'));
    if (typeof found !== 'object' || found === null || !('pid' in found) || typeof found.pid !== 'number')
      return undefined;
    const address = 'address' in found && typeof found.address === 'string' ? found.address : undefined;
    return address === undefined ? { pid: found.pid } : { pid: found.pid, address };
  } catch {
    return undefined;
  }
}

function prepare(paths: DataFolderPaths): void {
  try {
    makeFolder(paths.folder);
    accessSync(paths.folder, constants.R_OK | constants.W_OK | constants.X_OK);
    makeFolder(paths.uploads);
    // Only what is ours alone: a folder shared on purpose keeps its mode.
    if (statSync(paths.uploads).uid === process.getuid?.()) chmodSync(paths.uploads, 0o700);
  } catch (error) {
    throw unusable(paths.folder, error);
  }
}

/** Makes a folder and those above it. Node's own `recursive` never ends where the system answers ENOENT, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) {
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'EEXIST' });
    return;
  }
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

/** A lock that nobody referred to would be collected as garbage, and freed. */
const heldLocks = new Set<DatabaseSync>();

function takeLock(folder: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(folder, 'lock'), { timeout: 0 });
    lock.exec('begin exclusive');
    heldLocks.add(lock);
    return lock;
  } catch (error) {
    lock?.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === 5) throw inUse(folder, error);
    throw unusable(folder, error);
  }
}

function inUse(folder: string, cause: unknown): DatabaseError {
  const holder = folderHolder(folder);
  const who = holder ? ` by process ${holder.pid}${holder.address ? ` at ${holder.address}` : ''}` : '';
  const detail = `${folder} is held${who}. Stop that server, or choose another data folder.`;
  return new DatabaseError('database/in-use', detail, { cause });
}

const causes = new Map([
  ['EACCES', 'permission was denied'],
  ['EPERM', 'permission was denied'],
  ['EROFS', 'its file system is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['ENOTDIR', 'a part of its path is a file'],
  ['EEXIST', 'there is a file of that name'],
  ['ENOENT', 'the system makes no folders there'],
]);

function unusable(folder: string, cause: unknown): DatabaseError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const why = causes.get(code) ?? (cause instanceof Error ? cause.message : String(cause));
  const detail = `${folder} cannot be written: ${why}. Let this user write there, or choose another data folder.`;
  return new DatabaseError('database/folder', detail, { cause });
}
