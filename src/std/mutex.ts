/** Runs tasks one at a time, in the order they were asked for. A task that throws does not stop the next. */
export interface Mutex {
  run<T>(task: () => Promise<T>): Promise<T>;
}

export function mutex(): Mutex {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    run(task) {
      const result = tail.then(task);
      tail = result.catch(() => undefined);
      return result;
    },
  };
}
