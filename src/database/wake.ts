import type { Log } from '../std/index.ts';

/** Who is to be told, without data, that something was committed. */
export interface Wake {
  readonly add: (listener: () => void) => () => void;
  /** Tells all soon; many calls before then make one. */
  readonly tell: () => void;
  readonly wanted: boolean;
  readonly close: () => void;
}

/** `poll` says whether another process has committed; it is asked every `pollMs` while somebody listens. */
export function wake(poll: () => boolean | Promise<boolean>, pollMs: number, log: Log): Wake {
  const listeners = new Set<() => void>();
  let told = false;
  let timer: NodeJS.Timeout | undefined;

  const tellNow = (): void => {
    told = false;
    for (const listener of listeners) {
      try {
        listener();
      } catch (error) {
        log.error('A listener for commits failed.', { error: String(error) });
      }
    }
  };
  const tell = (): void => {
    if (told || listeners.size === 0) return;
    told = true;
    queueMicrotask(tellNow);
  };
  const ask = async (): Promise<void> => {
    try {
      if (await poll()) tell();
    } catch {
      // A database that cannot be asked now is asked again; `health` and the next read report it.
    }
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    tell,
    add(listener) {
      // A wrapper of its own, so that the same function may listen twice.
      const own = (): void => listener();
      listeners.add(own);
      timer ??= setInterval(() => void ask(), pollMs).unref();
      return () => {
        listeners.delete(own);
        if (listeners.size === 0) stop();
      };
    },
    get wanted() {
      return listeners.size > 0;
    },
    close() {
      listeners.clear();
      stop();
    },
  };
}
