/** Lets many pass, or one alone: writes pass together, a change of the schema alone. */
export interface Gate {
  /** Waits while something runs alone. */
  pass<T>(task: () => Promise<T>): Promise<T>;
  /** Waits until nobody is inside, and keeps others out. */
  alone<T>(task: () => Promise<T>): Promise<T>;
}

export function gate(): Gate {
  let inside = 0;
  let closed: Promise<void> | undefined;
  let emptied: (() => void) | undefined;
  const leave = (): void => {
    inside--;
    if (inside === 0) emptied?.();
  };
  return {
    async pass(task) {
      while (closed) await closed;
      inside++;
      try {
        return await task();
      } finally {
        leave();
      }
    },
    async alone(task) {
      while (closed) await closed;
      let open = (): void => undefined;
      closed = new Promise((resolve) => {
        open = resolve;
      });
      try {
        if (inside > 0) {
          await new Promise<void>((resolve) => {
            emptied = resolve;
          });
        }
        return await task();
      } finally {
        emptied = undefined;
        closed = undefined;
        open();
      }
    },
  };
}
