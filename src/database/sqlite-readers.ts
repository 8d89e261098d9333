import { DatabaseError } from './errors.ts';
import { pool } from './pool.ts';
import type { Pool } from './pool.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Connections that only read: a pool of which each snapshot holds one, and one shared by single queries. */
export interface SqliteReaders extends Pool<SqliteConnection> {
  /** Never inside a transaction, so each query sees the newest state. */
  shared(): SqliteConnection;
}

export function sqliteReaders(connect: () => SqliteConnection, readersMax: number): SqliteReaders {
  const snapshots = pool({
    connect,
    disconnect: (connection) => connection.close(),
    usable: (connection) => connection.database.isOpen && !connection.database.isTransaction,
    max: readersMax,
  });
  let single: SqliteConnection | undefined;
  let closed = false;
  return {
    ...snapshots,
    shared() {
      if (closed) throw new DatabaseError('database/closed');
      if (!single?.database.isOpen) single = connect();
      return single;
    },
    async close() {
      closed = true;
      single?.close();
      single = undefined;
      await snapshots.close();
    },
  };
}
