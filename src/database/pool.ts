import { DatabaseError } from './errors.ts';

/** A bounded number of connections, opened when needed and lent one at a time. */
export interface Pool<T> {
  /** Lends a connection; waits for one where all are lent. Throws `database/closed`, `database/busy`, or what connecting throws. */
  take(): Promise<T>;
  /** Takes a connection back. One that is no longer usable is closed and replaced when the next is needed. */
  give(connection: T): void;
  /** Refuses who waits, waits for what is lent, closes all. */
  close(): Promise<void>;
}

export interface PoolOptions<T> {
  readonly connect: () => T | Promise<T>;
  readonly disconnect: (connection: T) => void | Promise<void>;
  readonly usable: (connection: T) => boolean;
  readonly max: number;
  /** How many may wait for one at most; one more is refused with `database/busy`. */
  readonly waitingMax?: number;
}

const waitingMaxDefault = 10_000;

interface Waiter<T> {
  /** Without a connection: there is room to open one. */
  readonly resolve: (connection: T | undefined) => void;
  readonly reject: (error: DatabaseError) => void;
}

export function pool<T>(options: PoolOptions<T>): Pool<T> {
  const idle: T[] = [];
  const waiting: Waiter<T>[] = [];
  let lent = 0;
  let closed = false;
  let closing: (() => void) | undefined;

  const disconnect = (connection: T): void => {
    // One that cannot even be closed properly is gone already.
    void Promise.resolve(options.disconnect(connection)).catch(() => undefined);
  };
  const pass = (connection: T | undefined): void => {
    const next = waiting.shift();
    if (next) return next.resolve(connection);
    lent -= 1;
    if (connection !== undefined) {
      if (closed) disconnect(connection);
      else idle.push(connection);
    }
    if (lent === 0) closing?.();
  };
  const open = async (): Promise<T> => {
    for (let held = idle.pop(); held !== undefined; held = idle.pop()) {
      if (options.usable(held)) return held;
      disconnect(held);
    }
    try {
      return await options.connect();
    } catch (error) {
      pass(undefined);
      throw error;
    }
  };
  return {
    async take() {
      if (closed) throw new DatabaseError('database/closed');
      if (lent < options.max) {
        lent += 1;
        return await open();
      }
      if (waiting.length >= (options.waitingMax ?? waitingMaxDefault)) throw new DatabaseError('database/busy');
      const passed = await new Promise<T | undefined>((resolve, reject) => waiting.push({ resolve, reject }));
      return passed ?? (await open());
    },
    give(connection) {
      if (options.usable(connection)) return pass(connection);
      disconnect(connection);
      pass(undefined);
    },
    async close() {
      if (closed) return;
      closed = true;
      for (const waiter of waiting.splice(0)) waiter.reject(new DatabaseError('database/closed'));
      for (const connection of idle.splice(0)) disconnect(connection);
      if (lent > 0) await new Promise<void>((resolve) => (closing = resolve));
    },
  };
}
