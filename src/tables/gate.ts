/** Lets many pass, or one alone: writes pass together, a change of the schema alone. */
export interface Gate {
  /** Waits while something runs alone. */
  pass<T>(task: () => Promise<T>): Promise<T>;
  /** Waits until nobody is inside, and keeps others out. */
  alone<T>(task: () => Promise<T>): Promise<T>;
}

export function gate(): Gate {
  let inside = 0;
  const door: { closed?: Promise<void> | undefined } = {};
  let emptied: (() => void) | undefined;
  const leave = (): void => {
    inside--;
    if (inside === 0) emptied?.();
  };
  return {
    async pass(task) {
      while (door.closed) await door.closed;
      inside++;
      try {
        return await task();
      } finally {
        leave();
      }
    },
    async alone(task) {
      while (door.closed) await door.closed;
      const { promise, resolve: open } = Promise.withResolvers<void>();
      door.closed = promise;
      try {
        if (inside > 0) {
          await new Promise<void>((resolve) => {
            emptied = resolve;
          });
        }
        return await task();
      } finally {
        emptied = undefined;
        door.closed = undefined;
        open();
      }
    },
  };
}
