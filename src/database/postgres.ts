import { systemRandom } from '../std/index.ts';
import type { Clock, Log, Random } from '../std/index.ts';
import type { DatabaseHealth, Driver } from './contract.ts';
import { DatabaseError } from './errors.ts';
import type { Fault } from './fault.ts';
import { logColumns, readEntry } from './format.ts';
import { connectPostgres } from './postgres-connection.ts';
import type { PostgresConnection, PostgresConnectionOptions } from './postgres-connection.ts';
import { preparePostgres } from './postgres-format.ts';
import { commitListener } from './postgres-listener.ts';
import { postgresFailure } from './postgres-failure.ts';
import { inPostgresWorker } from './postgres-work.ts';
import type { PostgresAddress } from './postgres-work.ts';
import { postgresReaders } from './postgres-readers.ts';
import { backendOf, postgresWriter } from './postgres-writer.ts';
import { wake } from './wake.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:5432/database`; `?sslmode=require` and the like as `pg` takes them. */
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: Random;
  /** This program's version, for the record of who wrote the data. */
  readonly program?: string;
  /** Only reads: makes no tables and refuses changes. */
  readonly readOnly?: boolean;
  /** Connections that read; besides these there is one that writes and one that listens. */
  readonly readersMax?: number;
  readonly connectTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
  readonly idleTransactionTimeoutMs?: number;
  /** How long to look for the outcome of a commit during which the connection was lost. */
  readonly reconnectForMs?: number;
  readonly statementsMax?: number;
  /** How often to look whether another process has committed, besides being told. */
  readonly pollMs?: number;
  /** For tests. */
  readonly fault?: Fault;
}

/** How long a full disk is reported after a change that failed for it. */
const fullForMs = 5000;

/**
 * Opens a PostgreSQL database as a {@link Driver}. Any number of processes may: each group of changes first takes a
 * lock that all share, so that positions in the log follow the order of commits.
 * Throws `database/lost`, `database/newer`, `database/unsupported`.
 */
export async function openPostgres(options: PostgresOptions): Promise<Driver> {
  const { clock, log, program = 'unknown', random = systemRandom, readOnly = false } = options;
  const connect = connecting(options);
  await preparePostgres(connect, { clock, program, readOnly });
  const id = Buffer.from(random.bytes(16)).toString('hex');
  const { fault, reconnectForMs = 10_000 } = options;
  const writer = postgresWriter({ connect, clock, id, reconnectForMs, fault });
  const readers = postgresReaders(connect, options.readersMax ?? 8);
  let closed = false;
  let fullAtMs = -Infinity;
  const improving = new Set<PostgresConnection>();

  const position = async (): Promise<number> =>
    Number((await readers.query('select coalesce(max(position), 0) as position from _log', []))[0]!['position']);
  let seen = 0;
  const poll = async (): Promise<boolean> => {
    const before = seen;
    seen = await position();
    return seen !== before;
  };
  const listeners = wake(poll, options.pollMs ?? 1000, log);
  const listener = commitListener({ connect, wake: listeners.tell, own: () => writer.backend });

  const write = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closed) throw new DatabaseError('database/closed');
    if (readOnly) throw new DatabaseError('database/read-only');
    try {
      const result = await work();
      fullAtMs = -Infinity;
      listeners.tell();
      return result;
    } catch (error) {
      if (error instanceof DatabaseError && error.code === 'database/full') fullAtMs = clock.now();
      throw error;
    }
  };
  const health = async (): Promise<DatabaseHealth> => {
    if (closed) return { readable: false, writable: false, problem: new DatabaseError('database/closed').message };
    try {
      const [row] = await readers.query('select pg_is_in_recovery() as standby', []);
      if (readOnly) return { readable: true, writable: false };
      const standby = row?.['standby'] === true;
      if (standby) return { readable: true, writable: false, problem: 'The PostgreSQL server is a standby.' };
      if (clock.now() - fullAtMs >= fullForMs) return { readable: true, writable: true };
      return { readable: true, writable: false, problem: new DatabaseError('database/full').message };
    } catch (error) {
      return { readable: false, writable: false, problem: error instanceof Error ? error.message : String(error) };
    }
  };
  return {
    dialect: 'postgres',
    query: readers.query,
    snapshot: readers.snapshot,
    commit: async (changes) => (changes.length === 0 ? [] : await write(() => writer.commit(changes))),
    migrate: (statements, entries) => write(() => writer.migrate(statements, entries)),
    async improve(statements) {
      if (closed) throw new DatabaseError('database/closed');
      if (readOnly) throw new DatabaseError('database/read-only');
      const one = await connect();
      improving.add(one);
      try {
        await one.once('set statement_timeout = 0');
        for (const sql of statements) await one.once(sql);
      } catch (error) {
        throw closed ? new DatabaseError('database/closed') : postgresFailure(error);
      } finally {
        improving.delete(one);
        await one.end().catch(() => undefined);
      }
    },
    async entriesAfter(after, limit) {
      const sql = `select ${logColumns} from _log where position > $1 order by position limit $2`;
      return (await readers.query(sql, [after, limit])).map(readEntry);
    },
    position,
    onCommit(tell) {
      listener.start();
      return listeners.add(tell);
    },
    health,
    backupTo: (file) =>
      inPostgresWorker({ task: 'backup', address: addressOf(options), file, program, takenMs: clock.now() }),
    async close() {
      if (closed) return;
      closed = true;
      listeners.close();
      // Cut off rather than waited for: what an interrupted one leaves is dropped before the next.
      for (const one of improving) await readers.query('select pg_terminate_backend($1)', [backendOf(one.client) ?? 0]);
      await Promise.all([writer.close(), readers.close(), listener.close()]);
    },
  };
}

/** How to connect with these options. */
function connecting(options: Omit<PostgresOptions, 'clock'>): () => Promise<PostgresConnection> {
  const settings: PostgresConnectionOptions = { ...addressOf(options), log: options.log };
  return () => connectPostgres(settings);
}

/** The same without what only this thread has. */
export function addressOf(options: Omit<PostgresOptions, 'clock' | 'log'>): PostgresAddress {
  return {
    url: options.url,
    connectTimeoutMs: options.connectTimeoutMs ?? 5000,
    statementTimeoutMs: options.statementTimeoutMs ?? 30_000,
    idleTransactionTimeoutMs: options.idleTransactionTimeoutMs ?? 10_000,
    statementsMax: options.statementsMax ?? 500,
  };
}
