import type { Driver, SqlValue, Statement } from '../database/index.ts';
import { BacklotError } from '../std/index.ts';

/** Work to be done after a commit, at least once: mail, a call to another service, a tick of a schedule. */
export interface NewJob {
  /** UUID. The same at every attempt, so it serves as the idempotency key of whatever the job calls. */
  readonly id: string;
  /** Which handler does it: `mail`, `new-submission`. */
  readonly kind: string;
  /** What the handler needs to know, as JSON of at most 64 KiB. */
  readonly payload: unknown;
  /** Not before this moment, in milliseconds since 1970. */
  readonly dueMs: number;
  /** The moment it is asked for. */
  readonly createdMs: number;
  /** At most one job with this key is ever made, as long as the first is remembered: a day after its end. */
  readonly key?: string;
}

type Dialect = Driver['dialect'];

const payloadBytesMax = 64 * 1024;

/**
 * The statements that put a job into a change: it is made if, and only if, the change is committed. Pure.
 *
 * @throws BacklotError `jobs/payload` for a payload that is too large or no JSON
 */
export function jobStatements(dialect: Dialect, job: NewJob): readonly Statement[] {
  const payload = JSON.stringify(job.payload) as string | undefined;
  if (payload === undefined || Buffer.byteLength(payload) > payloadBytesMax) {
    throw new BacklotError('jobs/payload', `A job of kind ${job.kind} carries more than ${payloadBytesMax} bytes.`);
  }
  const created = instant(job.createdMs);
  const values = [job.id, job.kind, job.key ?? null, payload, instant(job.dueMs), created, created];
  const sql =
    'insert into _job (id, kind, key, payload, due, created, updated, state, attempts) ' +
    "values (?, ?, ?, ?, ?, ?, ?, 'waiting', 0)";
  if (job.key === undefined) return [statement(dialect, sql, values, 1)];
  return [statement(dialect, `${sql} on conflict (key) do nothing`, values)];
}

/** A moment as `_job` keeps it: text that sorts by time. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

/** A statement written with `?`, for either dialect. */
export function statement(dialect: Dialect, sql: string, params: readonly SqlValue[], touches?: number): Statement {
  return { sql: placed(dialect, sql), params, ...(touches === undefined ? {} : { touches, otherwise: 'guard' }) };
}

/** SQL written with `?`, as the dialect numbers its parameters. No `?` may stand in a text. */
export function placed(dialect: Dialect, sql: string): string {
  if (dialect === 'sqlite') return sql;
  let number = 0;
  return sql.replaceAll('?', () => `$${++number}`);
}
