import { DatabaseError } from './errors.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Connections that only read: one shared by single queries, and a bounded pool of which a snapshot holds one. */
export interface SqliteReaders {
  /** For one query at a time; never inside a transaction. */
  shared(): SqliteConnection;
  /** Lends a connection; waits for one where all are lent. */
  lend<T>(task: (connection: SqliteConnection) => Promise<T>): Promise<T>;
  /** Refuses who waits, waits for who reads, closes all. */
  close(): Promise<void>;
}

interface Waiter {
  resolve(connection: SqliteConnection): void;
  reject(error: DatabaseError): void;
}

export function sqliteReaders(connect: () => SqliteConnection, readersMax: number): SqliteReaders {
  const idle: SqliteConnection[] = [];
  const waiting: Waiter[] = [];
  let lent = 0;
  let closing: (() => void) | undefined;
  let closed = false;
  let single: SqliteConnection | undefined;

  const take = (): SqliteConnection | Promise<SqliteConnection> => {
    if (closed) throw new DatabaseError('database/closed');
    if (lent < readersMax) {
      const connection = idle.pop() ?? connect();
      lent += 1;
      return connection;
    }
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
  const giveBack = (connection: SqliteConnection): void => {
    const next = waiting.shift();
    if (next) return next.resolve(connection);
    lent -= 1;
    if (closed) connection.close();
    else idle.push(connection);
    if (lent === 0) closing?.();
  };
  return {
    shared() {
      if (closed) throw new DatabaseError('database/closed');
      if (!single?.database.isOpen) single = connect();
      return single;
    },
    async lend(task) {
      const connection = await take();
      try {
        return await task(connection);
      } finally {
        giveBack(connection);
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      for (const waiter of waiting.splice(0)) waiter.reject(new DatabaseError('database/closed'));
      for (const connection of idle.splice(0)) connection.close();
      single?.close();
      if (lent > 0) await new Promise<void>((resolve) => (closing = resolve));
    },
  };
}
