import type { Reader, SqlRow, SqlValue } from './contract.ts';
import { pool } from './pool.ts';
import type { Pool } from './pool.ts';
import type { PostgresConnection } from './postgres-connection.ts';
import { isLost, isStalePlan, postgresFailure } from './postgres-failure.ts';

/** Connections that only read, each lent to one query or one snapshot at a time. */
export interface PostgresReaders {
  readonly query: (sql: string, params: readonly SqlValue[]) => Promise<readonly SqlRow[]>;
  /** `read` runs a second time where the connection turns out to be lost or its statements to be out of date. */
  readonly snapshot: <T>(read: (reader: Reader) => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

export function postgresReaders(connect: () => Promise<PostgresConnection>, readersMax: number): PostgresReaders {
  const stale = new WeakSet<PostgresConnection>();
  const connections: Pool<PostgresConnection> = pool({
    connect,
    disconnect: (one) => one.end(),
    usable: (one) => !one.lost && !one.worn && !stale.has(one),
    max: readersMax,
  });
  /** Reads are safe to repeat: once, on another connection, where the fault is the connection's. */
  const repeat = async <T>(work: (one: PostgresConnection) => Promise<T>): Promise<T> => {
    for (let again = false; ; again = true) {
      const one = await connections.take();
      try {
        return await work(one);
      } catch (error) {
        if (isStalePlan(error)) stale.add(one);
        else if (!isLost(error) && !one.lost) throw error;
        if (again) throw error;
      }
    }
  };
  return {
    query: (sql, params) =>
      repeat(async (one) => {
        try {
          return (await one.send(sql, params)).rows;
        } finally {
          connections.give(one);
        }
      }).catch((error: unknown) => {
        throw postgresFailure(error);
      }),
    snapshot: (read) =>
      repeat((one) => readSnapshot(one, read, () => connections.give(one))).catch((error: unknown) => {
        throw isStalePlan(error) ? postgresFailure(error) : error;
      }),
    close: () => connections.close(),
  };
}

async function readSnapshot<T>(
  one: PostgresConnection,
  read: (reader: Reader) => Promise<T>,
  done: () => void,
): Promise<T> {
  // Travels with the first query. Should it fail, so does that.
  one.send('begin isolation level repeatable read read only').catch(() => undefined);
  let over = false;
  try {
    return await read({
      async query(sql, params) {
        if (over) throw new Error('This snapshot has ended: read within the function that was given it.');
        try {
          return (await one.send(sql, params)).rows;
        } catch (error) {
          throw isStalePlan(error) ? error : postgresFailure(error);
        }
      },
    });
  } finally {
    over = true;
    // Nobody needs to wait for the end of what only read.
    void one.send('rollback').then(done, done);
  }
}
