import type { Change, Committer, Driver, Outcome } from './contract.ts';
import { DatabaseError } from './errors.ts';

export interface GroupCommitOptions {
  /** Changes in one commit at most. */
  readonly groupMax?: number;
  /** Bytes in one commit at most, unless a single change has more. */
  readonly groupBytesMax?: number;
  /** Changes that may wait at most; one more is refused with `database/busy`. */
  readonly waitingMax?: number;
  /** Bytes that may wait at most, refused likewise. A change is taken whatever its size where nothing waits. */
  readonly waitingBytesMax?: number;
}

const mebibyte = 1024 * 1024;

interface Waiting {
  readonly change: Change;
  readonly bytes: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers the changes that arrive while a commit is on its way, or in the same turn of the event loop, into the next
 * commit, in the order of arrival. A lone change is committed in the turn it arrives in.
 *
 * What waits is bounded: where the disk or the database stalls, further changes are refused at once instead of filling
 * the memory, and are taken again as soon as it goes on. What is in one commit is bounded too, so that nobody waits for
 * a giant one.
 *
 * A statement that the database rejects fails a whole group; nothing of it was kept, so its changes are then
 * committed one by one and only the faulty one fails. Every other failure is told to all of the group.
 */
export function groupCommit(driver: Pick<Driver, 'commit'>, options: GroupCommitOptions = {}): Committer {
  const {
    groupMax = 256,
    groupBytesMax = 4 * mebibyte,
    waitingMax = 10_000,
    waitingBytesMax = 32 * mebibyte,
  } = options;
  const waiting: Waiting[] = [];
  const drained: (() => void)[] = [];
  let running = false;
  let waitingBytes = 0;

  const next = (): Waiting[] => {
    let count = 0;
    for (let bytes = 0; count < Math.min(waiting.length, groupMax); count++) {
      bytes += waiting[count]!.bytes;
      if (count > 0 && bytes > groupBytesMax) break;
    }
    const group = waiting.splice(0, count);
    for (const { bytes } of group) waitingBytes -= bytes;
    return group;
  };
  const run = async (): Promise<void> => {
    const group = next();
    await commitGroup(driver, group);
    if (waiting.length > 0) return void setImmediate(() => void run());
    running = false;
    for (const resolve of drained.splice(0)) resolve();
  };
  return {
    commit(change) {
      const bytes = bytesOf(change);
      if (waiting.length >= waitingMax || (waiting.length > 0 && waitingBytes + bytes > waitingBytesMax)) {
        return Promise.reject(new DatabaseError('database/busy'));
      }
      return new Promise((resolve, reject) => {
        waiting.push({ change, bytes, resolve, reject });
        waitingBytes += bytes;
        if (running) return;
        running = true;
        // After this turn's requests have been read: they share the commit.
        setImmediate(() => void run());
      });
    },
    drain() {
      return running ? new Promise((resolve) => drained.push(resolve)) : Promise.resolve();
    },
  };
}

/** Roughly what a change holds in memory: its texts and bytes. */
function bytesOf({ statements, entries }: Change): number {
  let bytes = 0;
  for (const { params } of statements) {
    for (const value of params)
      bytes += typeof value === 'string' ? value.length : value instanceof Uint8Array ? value.length : 8;
  }
  for (const { patch } of entries) bytes += patch?.length ?? 0;
  return bytes;
}

async function commitGroup(driver: Pick<Driver, 'commit'>, group: readonly Waiting[]): Promise<void> {
  try {
    const outcomes = await driver.commit(group.map(({ change }) => change));
    for (const [index, { resolve }] of group.entries()) resolve(outcomes[index]!);
  } catch (error) {
    if (group.length > 1 && isOfOneChange(error)) {
      for (const one of group) await commitGroup(driver, [one]);
      return;
    }
    for (const { reject } of group) reject(error);
  }
}

/** Whether a failure may be the fault of a single change of the group. */
function isOfOneChange(error: unknown): boolean {
  return (
    error instanceof DatabaseError && (error.code === 'database/statement' || error.code === 'database/index-size')
  );
}
