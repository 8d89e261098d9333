import type { Client as PostgresClient, ClientConfig, CustomTypesConfig, QueryResult } from 'pg';
import type { Log } from '../std/index.ts';
import type { SqlRow, SqlValue } from './contract.ts';
import { DatabaseError } from './errors.ts';
import { postgresFailure } from './postgres-failure.ts';

export interface PostgresConnectionOptions {
  /** A transaction in which nothing happens for so long is ended by the server, and its locks freed. */
  readonly idleTransactionTimeoutMs: number;
  readonly url: string;
  readonly log: Log;
  readonly connectTimeoutMs: number;
  /** For any statement of a change or a query; DDL may take longer. */
  readonly statementTimeoutMs: number;
  /** Prepared statements on one connection; it is replaced by a fresh one after so many. */
  readonly statementsMax: number;
}

/** One connection with its prepared statements. Statements handed in together travel together. */
export interface PostgresConnection {
  readonly client: PostgresClient;
  /** Sends at once and answers in order, without waiting for what was sent before. */
  send(sql: string, params?: readonly PostgresValue[]): Promise<PostgresResult>;
  /** Sends without keeping it prepared. Without parameters the text may hold several statements. */
  once(sql: string, params?: readonly PostgresValue[]): Promise<PostgresResult>;
  /** Holds back what `work` sends until it returns, so that it leaves in one packet. */
  together<T>(work: () => T): T;
  /** So many statements are prepared that a fresh connection is cheaper than more of them. */
  readonly worn: boolean;
  readonly lost: boolean;
  end(): Promise<void>;
}

/** What a statement of the driver itself may bind besides: a whole column of values. */
export type PostgresValue = SqlValue | readonly SqlValue[];

export interface PostgresResult {
  readonly rows: readonly SqlRow[];
  /** Rows changed or given, 0 for what has none. */
  readonly touched: number;
  readonly command: string;
}

const integerTypes: ReadonlySet<number> = new Set([20, 21, 23, 26]);
const numberTypes: ReadonlySet<number> = new Set([700, 701, 1700]);

/** Numbers and booleans as such, bytes as bytes, everything else (dates, instants, JSON) as the text it is. */
function typeParser(type: number): (text: string) => SqlValue {
  if (integerTypes.has(type)) return safeInteger;
  if (numberTypes.has(type)) return Number;
  if (type === 16) return (text) => text === 't';
  if (type === 17) return (text) => Buffer.from(text.slice(2), 'hex');
  return (text) => text;
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is too large for a number.`);
  return value;
}

const types: CustomTypesConfig = { getTypeParser: typeParser };

/** Settings of every connection: they travel with the start, and cost no round trip. */
function clientConfig(options: PostgresConnectionOptions): ClientConfig {
  return {
    connectionString: options.url,
    connectionTimeoutMillis: options.connectTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    idle_in_transaction_session_timeout: options.idleTransactionTimeoutMs,
    application_name: 'backlot',
    keepAlive: true,
    pipeline: true,
    types,
  };
}

/** Connects and makes sure of what the driver relies on. Throws `database/lost`, `database/unsupported`. */
export async function connectPostgres(options: PostgresConnectionOptions): Promise<PostgresConnection> {
  // Loaded here, because a site on SQLite never needs it.
  const { default: pg } = await import('pg');
  const client = makeClient(pg.Client, options);
  const connection = wrap(client, options.statementsMax);
  client.on('error', () => undefined);
  try {
    await client.connect();
    await ensureSettings(connection, options.log);
    return connection;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw postgresFailure(error);
  }
}

function makeClient(Client: typeof PostgresClient, options: PostgresConnectionOptions): PostgresClient {
  try {
    return new Client(clientConfig(options));
  } catch (cause) {
    const detail = 'Its address cannot be read; write it as postgres://user:password@host:5432/database.';
    throw new DatabaseError('database/lost', detail, { cause });
  }
}

const versionMin = 150_000;

async function ensureSettings(connection: PostgresConnection, log: Log): Promise<void> {
  const { rows } = await connection.once(
    `select current_setting('server_version_num') as version, current_setting('server_version') as name,
       current_setting('synchronous_commit') as synchronous, current_setting('fsync') as fsync,
       current_setting('server_encoding') as encoding`,
  );
  const { version, name, synchronous, fsync, encoding } = rows[0]!;
  if (Number(version) < versionMin) {
    throw new DatabaseError('database/unsupported', `This is PostgreSQL ${String(name)}; at least 15 is needed.`);
  }
  if (encoding !== 'UTF8') {
    throw new DatabaseError('database/unsupported', `Its encoding is ${String(encoding)}; make it with UTF8.`);
  }
  // A server that waits for its standbys to apply does more than `on`, and is left alone.
  if (synchronous !== 'on' && synchronous !== 'remote_apply') await connection.once('set synchronous_commit = on');
  if (fsync !== 'on') log.warn('The PostgreSQL server runs with fsync off: a power failure can lose what was saved.');
}

/** Adds prepared statements and packets to a client of `pg` in its pipeline mode. */
function wrap(client: PostgresClient, statementsMax: number): PostgresConnection {
  const names = new Map<string, string>();
  let lost = false;
  client.on('error', () => (lost = true));
  client.on('end', () => (lost = true));
  const nameOf = (sql: string): string => {
    let name = names.get(sql);
    if (name === undefined) names.set(sql, (name = `b${names.size + 1}`));
    return name;
  };
  return {
    client,
    async send(text, params = []) {
      return resultOf(await client.query({ name: nameOf(text), text, values: [...params] }));
    },
    async once(text, params = []) {
      return resultOf(await (params.length > 0 ? client.query(text, [...params]) : client.query(text)));
    },
    together(work) {
      const { stream } = client.connection;
      stream.cork();
      try {
        return work();
      } finally {
        stream.uncork();
      }
    },
    get worn() {
      return names.size >= statementsMax;
    },
    get lost() {
      return lost;
    },
    async end() {
      if (!lost) await client.end();
    },
  };
}

/** A text of several statements gives several results: the last one counts. */
function resultOf(result: QueryResult<SqlRow> | QueryResult<SqlRow>[]): PostgresResult {
  const last = Array.isArray(result) ? result.at(-1)! : result;
  return { rows: last.rows, touched: last.rowCount ?? 0, command: last.command };
}
