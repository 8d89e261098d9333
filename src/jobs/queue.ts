import type { Committer, Driver, SqlRow, SqlValue, Statement } from '../database/index.ts';
import type { Clock, Random } from '../std/index.ts';
import { instant, placed, statement } from './job.ts';

export type JobState = 'waiting' | 'running' | 'done' | 'failed';

/** A job that this process has claimed and may end. */
export interface ClaimedJob {
  readonly id: string;
  readonly kind: string;
  readonly key: string | null;
  readonly payload: unknown;
  /** How often it has been claimed, this time included. */
  readonly attempts: number;
  readonly holder: string;
}

/** A job as the operator sees it. */
export interface JobRecord {
  readonly id: string;
  readonly kind: string;
  /** What it was made with. */
  readonly payload: unknown;
  readonly state: JobState;
  readonly attempts: number;
  /** ISO instant of the next attempt, or of the end of the lease. */
  readonly due: string | null;
  /** Why the last attempt failed. */
  readonly error: string | null;
  readonly created: string;
  readonly updated: string;
}

/** The rows of `_job`. Each change of a job holds only as long as the claim that it belongs to. */
export interface JobQueue {
  /** Claims up to `limit` jobs that are due; says whether more may be, and when the next one will be. */
  claim(kinds: readonly string[], limit: number, leaseMs: number): Promise<Claimed>;
  /** Makes the lease longer. False: it was lost. */
  renew(job: ClaimedJob, leaseMs: number): Promise<boolean>;
  /** Forgets a job that was done, or, where it has a key, remembers the key. False: the lease was lost. */
  finish(job: ClaimedJob): Promise<boolean>;
  postpone(job: ClaimedJob, dueMs: number, error: string): Promise<boolean>;
  fail(job: ClaimedJob, error: string): Promise<boolean>;
  /** Gives a claim back as if it had never been made. */
  release(job: ClaimedJob): Promise<boolean>;
  /** Makes a failed job due again, as if it had never been tried. False: there is no such failed job. */
  retry(id: string): Promise<boolean>;
  /** Removes a failed job. False: there is no such failed job. */
  discard(id: string): Promise<boolean>;
  /** Newest first. */
  list(state: JobState, limit: number): Promise<readonly JobRecord[]>;
}

export interface Claimed {
  readonly jobs: readonly ClaimedJob[];
  readonly more: boolean;
  readonly nextMs?: number;
}

export interface JobQueueOptions {
  readonly driver: Driver;
  readonly committer: Committer;
  readonly clock: Clock;
  readonly random: Random;
  /** Statements that go with a claim: a schedule's next tick. */
  readonly onClaim: (job: Pick<ClaimedJob, 'key'>) => readonly Statement[];
}

const errorLengthMax = 1000;

export function jobQueue({ driver, committer, clock, random, onClaim }: JobQueueOptions): JobQueue {
  const { dialect } = driver;

  const commit = async (statements: readonly Statement[]): Promise<boolean> =>
    (await committer.commit({ statements, entries: [] })).ok;
  /** Changes a job under its claim. */
  const end = (job: ClaimedJob, set: string, params: readonly SqlValue[]): Promise<boolean> => {
    const sql = `update _job set ${set}, updated = ? where id = ? and holder = ?`;
    return commit([statement(dialect, sql, [...params, instant(clock.now()), job.id, job.holder], 1)]);
  };

  const claimOne = async (row: SqlRow, leaseMs: number): Promise<ClaimedJob | undefined> => {
    const nowMs = clock.now();
    const holder = Buffer.from(random.bytes(12)).toString('hex');
    const id = String(row['id']);
    const key = textOf(row['key']);
    // Whoever claims or renews first moves `due`.
    const sql =
      "update _job set state = 'running', holder = ?, due = ?, attempts = attempts + 1, updated = ? " +
      'where id = ? and due = ?';
    const params = [holder, instant(nowMs + leaseMs), instant(nowMs), id, textOf(row['due'])];
    if (!(await commit([statement(dialect, sql, params, 1), ...onClaim({ key })]))) return undefined;
    const payload: unknown = JSON.parse(String(row['payload']));
    return { id, kind: String(row['kind']), key, payload, attempts: Number(row['attempts']) + 1, holder };
  };

  return {
    async claim(kinds, limit, leaseMs) {
      const names = kinds.map(() => '?').join(', ');
      const sql =
        `select id, kind, key, payload, attempts, due from _job where due is not null and kind in (${names}) ` +
        'order by due, id limit ?';
      // One more than wanted shows what comes next.
      const rows = await driver.query(placed(dialect, sql), [...kinds, limit + 1]);
      const now = instant(clock.now());
      const due = rows.filter((row) => String(row['due']) <= now);
      const later = rows.find((row) => String(row['due']) > now);
      const claimed = await Promise.all(due.slice(0, limit).map((row) => claimOne(row, leaseMs)));
      return {
        jobs: claimed.filter((job) => job !== undefined),
        more: due.length > limit,
        ...(later ? { nextMs: Date.parse(String(later['due'])) } : {}),
      };
    },
    renew: (job, leaseMs) => end(job, 'due = ?', [instant(clock.now() + leaseMs)]),
    finish(job) {
      if (job.key !== null) return end(job, "state = 'done', due = null, holder = null, error = null", []);
      return commit([statement(dialect, 'delete from _job where id = ? and holder = ?', [job.id, job.holder], 1)]);
    },
    postpone: (job, dueMs, error) =>
      end(job, "state = 'waiting', holder = null, due = ?, error = ?", [instant(dueMs), bounded(error)]),
    fail: (job, error) => end(job, "state = 'failed', holder = null, due = null, error = ?", [bounded(error)]),
    release: (job) =>
      end(job, "state = 'waiting', holder = null, attempts = attempts - 1, due = ?", [instant(clock.now())]),
    retry(id) {
      const now = instant(clock.now());
      const sql =
        "update _job set state = 'waiting', attempts = 0, due = ?, updated = ? where id = ? and state = 'failed'";
      return commit([statement(dialect, sql, [now, now, id], 1)]);
    },
    discard: (id) => commit([statement(dialect, "delete from _job where id = ? and state = 'failed'", [id], 1)]),
    async list(state, limit) {
      const sql =
        'select id, kind, payload, state, attempts, due, error, created, updated from _job where state = ? ' +
        'order by updated desc, id desc limit ?';
      return (await driver.query(placed(dialect, sql), [state, limit])).map(recordOf);
    },
  };
}

/** Removes failed jobs of a kind and payload. */
export function failedStatement(dialect: Driver['dialect'], kind: string, payload: unknown): Statement {
  const sql = "delete from _job where kind = ? and payload = ? and state = 'failed'";
  return statement(dialect, sql, [kind, JSON.stringify(payload)]);
}

function recordOf(row: SqlRow): JobRecord {
  return {
    id: String(row['id']),
    kind: String(row['kind']),
    payload: JSON.parse(String(row['payload'])),
    state: String(row['state']) as JobState,
    attempts: Number(row['attempts']),
    due: textOf(row['due']),
    error: textOf(row['error']),
    created: String(row['created']),
    updated: String(row['updated']),
  };
}

function textOf(value: SqlValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/** Errors are for reading: no NUL, which PostgreSQL refuses, and not without end. */
function bounded(error: string): string {
  return error.replaceAll('\0', '').slice(0, errorLengthMax);
}
