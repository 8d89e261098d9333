import { access, constants, readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from './doctor.ts';

/** What the machine tells of itself: passed in, so that tests can have others. */
export interface Machine {
  readonly versions: { readonly node: string; readonly sqlite: string };
  /** Bytes that this user may still write to the file system of a path. */
  freeBytes(path: string): Promise<number>;
}

export const thisMachine: Machine = {
  versions: { node: process.versions.node, sqlite: process.versions['sqlite'] ?? '0' },
  async freeBytes(path) {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  },
};

/** The mode bits of everyone but the owner. */
const OTHERS = 0o077;
const FREE_BYTES_MIN = 200_000_000;
const FREE_BYTES_GOOD = 1_000_000_000;

/** Who may read the data folder, and how much room there is. */
export async function lookAtFolder(dataDir: string, machine: Machine): Promise<Finding[]> {
  try {
    return [await lookAtOwner(dataDir), await lookAtRoom(dataDir, machine)];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ state: 'mend', subject: 'Data folder', text: `It cannot be looked at: ${why}.` }];
  }
}

async function lookAtOwner(dataDir: string): Promise<Finding> {
  const subject = 'Data folder';
  const { mode } = await stat(dataDir);
  if ((mode & OTHERS) !== 0) {
    return { state: 'mend', subject, text: `Other users of this machine can reach ${dataDir}: chmod 700 ${dataDir}` };
  }
  try {
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return { state: 'mend', subject, text: `This user may not write to ${dataDir}: run as the user of the server.` };
  }
  return { state: 'good', subject, text: `${dataDir}, for its owner only.` };
}

/** Whether a backup in the data folder leaves the site room to write; `text` says what is free, and what is needed. */
export async function roomForBackup(
  dataDir: string,
  machine: Pick<Machine, 'freeBytes'>,
): Promise<{ readonly isEnough: boolean; readonly freeBytes: number; readonly text: string }> {
  const freeBytes = await machine.freeBytes(dataDir);
  const database = (await stat(join(dataDir, 'data.db')).catch(() => undefined))?.size ?? 0;
  // A backup in the data folder takes a copy of the database, the archive, and the copy that is read back.
  const needed = 2 * (database + (await bytesIn(join(dataDir, 'uploads'))));
  const isEnough = freeBytes >= FREE_BYTES_MIN + needed;
  const wanted = isEnough ? '' : ` A backup may need ${gigabytes(needed)} and must leave some: make room.`;
  return { isEnough, freeBytes, text: `${gigabytes(freeBytes)} free.${wanted}` };
}

async function lookAtRoom(dataDir: string, machine: Machine): Promise<Finding> {
  const subject = 'Disk space';
  const { isEnough, freeBytes, text } = await roomForBackup(dataDir, machine);
  if (!isEnough) return { state: 'mend', subject, text };
  if (freeBytes < FREE_BYTES_GOOD) return { state: 'advice', subject, text: `${text} Make room before it is full.` };
  return { state: 'good', subject, text };
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const found of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, found.name);
    bytes += found.isDirectory() ? await bytesIn(path) : ((await stat(path).catch(() => undefined))?.size ?? 0);
  }
  return bytes;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
