import type { Change, Committer, Driver, Outcome } from './contract.ts';
import { DatabaseError } from './errors.ts';

export interface GroupCommitOptions {
  /** Changes in one commit at most. */
  readonly groupMax?: number;
  /** Changes that may wait at most; one more is refused with `database/busy`. */
  readonly waitingMax?: number;
}

interface Waiting {
  readonly change: Change;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers the changes that arrive while a commit is on its way, or in the same turn of the event loop, into the next
 * commit, in the order of arrival. A lone change is committed in the turn it arrives in.
 *
 * A statement that the database rejects fails a whole group; nothing of it was kept, so its changes are then
 * committed one by one and only the faulty one fails. Every other failure is told to all of the group.
 */
export function groupCommit(driver: Pick<Driver, 'commit'>, options: GroupCommitOptions = {}): Committer {
  const { groupMax = 256, waitingMax = 10_000 } = options;
  const waiting: Waiting[] = [];
  const drained: (() => void)[] = [];
  let running = false;

  const run = async (): Promise<void> => {
    const group = waiting.splice(0, groupMax);
    await commitGroup(driver, group);
    if (waiting.length > 0) return void setImmediate(() => void run());
    running = false;
    for (const resolve of drained.splice(0)) resolve();
  };
  return {
    commit(change) {
      if (waiting.length >= waitingMax) return Promise.reject(new DatabaseError('database/busy'));
      return new Promise((resolve, reject) => {
        waiting.push({ change, resolve, reject });
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
