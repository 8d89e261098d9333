import { DatabaseSync } from 'node:sqlite';
import type { SQLOutputValue, StatementSync } from 'node:sqlite';
import { boundedCache } from '../std/index.ts';
import type { SqlRow, SqlValue } from './contract.ts';

interface Prepared {
  readonly statement: StatementSync;
  readonly returnsRows: boolean;
}

/** One connection with its prepared statements. Everything here is synchronous. */
export interface SqliteConnection {
  readonly database: DatabaseSync;
  all(sql: string, params?: readonly SqlValue[]): SqlRow[];
  /** Runs a statement and gives how many rows it changed, or gave where it gives rows. */
  run(sql: string, params?: readonly SqlValue[]): number;
  /** Runs statements without parameters that are not worth keeping prepared. */
  exec(sql: string): void;
  close(): void;
}

export interface SqliteConnectionOptions {
  readonly readOnly: boolean;
  readonly busyTimeoutMs: number;
  readonly statementsMax: number;
  readonly cacheBytes: number;
}

/** Opens a connection the safe way: foreign keys on, schema not trusted, WAL and a flush at each commit. */
export function connectSqlite(file: string, options: SqliteConnectionOptions): SqliteConnection {
  const database = new DatabaseSync(file, {
    readOnly: options.readOnly,
    timeout: options.busyTimeoutMs,
    enableForeignKeyConstraints: true,
  });
  try {
    if (!options.readOnly) database.exec('pragma journal_mode=wal; pragma synchronous=full');
    database.exec(`pragma trusted_schema=off; pragma cache_size=-${Math.ceil(options.cacheBytes / 1024)}`);
    database.enableDefensive(true);
  } catch (error) {
    database.close();
    throw error;
  }
  return withStatements(database, options.statementsMax);
}

function withStatements(database: DatabaseSync, statementsMax: number): SqliteConnection {
  const prepared = boundedCache<string, Prepared>(statementsMax);
  const prepare = (sql: string): Prepared => {
    const known = prepared.get(sql);
    if (known) return known;
    const statement = database.prepare(sql);
    const made = { statement, returnsRows: statement.columns().length > 0 };
    prepared.set(sql, made, 1);
    return made;
  };
  return {
    database,
    all(sql, params = []) {
      const rows = prepare(sql).statement.all(...bind(params));
      hasNoBigInts(rows);
      return rows;
    },
    run(sql, params = []) {
      const { statement, returnsRows } = prepare(sql);
      // `changes` is left over from the statement before where this one gives rows.
      return returnsRows ? statement.all(...bind(params)).length : Number(statement.run(...bind(params)).changes);
    },
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
  };
}

/** Integers come as numbers unless asked for otherwise, and throw where they are too large for one. */
function hasNoBigInts(
  rows: Record<string, SQLOutputValue>[],
): asserts rows is Record<string, Exclude<SQLOutputValue, bigint>>[] {
  void rows;
}

type Bound = null | number | bigint | string | Uint8Array;

/**
 * Values as `node:sqlite` takes them. It binds every number as a REAL, so that `? || ''` would give `5.0`: whole
 * numbers go as integers. It takes a leading object for named parameters, so anything unexpected is refused here.
 */
function bind(params: readonly SqlValue[]): Bound[] {
  const bound: Bound[] = [];
  for (const value of params) {
    if (typeof value === 'string' || value === null || value instanceof Uint8Array) bound.push(value);
    else if (typeof value === 'number') bound.push(Number.isSafeInteger(value) ? BigInt(value) : value);
    else if (typeof value === 'boolean') bound.push(value ? 1n : 0n);
    else throw new TypeError(`A ${typeof value} cannot be bound to a statement.`);
  }
  return bound;
}
