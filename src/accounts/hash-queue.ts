import { BacklotError } from '../std/index.ts';

/** Runs costly work, a few at a time. */
export interface HashQueue {
  /** Throws `accounts/busy` when too many wait already. */
  run<T>(task: () => Promise<T>): Promise<T>;
}

/** At most `atOnceMax` tasks run and `waitingMax` wait, in the order in which they came. */
export function hashQueue(atOnceMax: number, waitingMax: number): HashQueue {
  let running = 0;
  const waiting: (() => void)[] = [];
  return {
    async run(task) {
      if (running >= atOnceMax) {
        if (waiting.length >= waitingMax) {
          throw new BacklotError('accounts/busy', 'Too many people are signing in at this moment. Try again shortly.');
        }
        // Whoever leaves hands over their place, so that nobody slips in between.
        await new Promise<void>((resolve) => waiting.push(resolve));
      } else running++;
      try {
        return await task();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else running--;
      }
    },
  };
}
