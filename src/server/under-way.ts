/** Counts what is under way, so that whoever stops can wait for its end. */
export interface UnderWay {
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is under way, at the latest after `limitMs`. */
  ended(limitMs: number): Promise<void>;
}

export function underWay(): UnderWay {
  let count = 0;
  let wake: (() => void) | undefined;
  return {
    async run(work) {
      count++;
      try {
        return await work();
      } finally {
        count--;
        if (count === 0) wake?.();
      }
    },
    async ended(limitMs) {
      if (count === 0) return;
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, limitMs);
        wake = () => {
          clearTimeout(late);
          resolve();
        };
      });
    },
  };
}
