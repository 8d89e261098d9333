import { groupCommit } from '../database/index.ts';
import type { Driver, Statement } from '../database/index.ts';
import { uuidv7 } from '../std/index.ts';
import type { Clock, Ids, Log, Random } from '../std/index.ts';
import { jobStatements } from './job.ts';
import { makeJobTable } from './job-table.ts';
import { failedStatement, jobQueue } from './queue.ts';
import type { JobRecord, JobState } from './queue.ts';
import { forgetEnded, jobSchedules } from './schedule.ts';
import type { Schedule } from './schedule.ts';
import { jobWorker } from './worker.ts';
import type { JobHandler } from './worker.ts';

/** A job to be made now. */
export interface JobRequest {
  readonly kind: string;
  /** What the handler needs to know, as JSON of at most 64 KiB. */
  readonly payload: unknown;
  /** Not sooner than in so many milliseconds. Default 0. */
  readonly delayMs?: number;
  /** At most one job with this key is ever made, as long as the first is remembered: a day after its end. */
  readonly key?: string;
}

/** The outbox of a database, and this process's worker at it. */
export interface Jobs {
  /** Says who does the jobs of a kind. Before `start`. */
  handle(kind: string, handler: JobHandler): void;
  /** The statements that put a job into a change, which then carries it or not as a whole. */
  statements(job: JobRequest): readonly Statement[];
  /** Makes a job by itself. */
  add(job: JobRequest): Promise<void>;
  /** Runs a job at certain times, once however many processes there are. Throws `jobs/schedule`. */
  schedule(schedule: Schedule): Promise<void>;
  /** Ends a schedule of an earlier start: takes its coming tick away. */
  unschedule(name: string): Promise<void>;
  /** Begins to work: whenever something was committed, when a job is due, and every few seconds. */
  start(): void;
  /** Runs what is due now to its end, without `start`. */
  settle(): Promise<void>;
  /** Newest first, at most `limit`. */
  list(state: JobState, limit: number): Promise<readonly JobRecord[]>;
  /** The statements that remove failed jobs of a kind and payload, where a new one takes their place. */
  forgetFailed(job: Pick<JobRequest, 'kind' | 'payload'>): readonly Statement[];
  /** Tries a failed job again. False: there is no such failed job. */
  retry(id: string): Promise<boolean>;
  /** Removes a failed job. False: there is no such failed job. */
  discard(id: string): Promise<boolean>;
  /** Lets running jobs end for at most `graceMs` (default 5 s), gives the others back. The driver stays open. */
  close(graceMs?: number): Promise<void>;
}

export interface JobsOptions {
  readonly driver: Driver;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Default: UUIDs of version 7. */
  readonly ids?: Ids;
  /** Jobs that run at once in this process. Default 4. */
  readonly concurrencyMax?: number;
  /** How long a claim holds unless it is renewed, which a living worker does in time. Default 60 s. */
  readonly leaseMs?: number;
  /** How often to look without being woken. Default 5 s. */
  readonly pollMs?: number;
}

/** Commits come in bursts, and a job is seldom in a hurry: one look for many. */
const lookAfterMs = 50;

/** Opens the outbox of a database, making its table where there is none. Nothing runs before `start` or `settle`. */
export async function openJobs(options: JobsOptions): Promise<Jobs> {
  const { driver, clock, random, log, concurrencyMax = 4, leaseMs = 60_000, pollMs = 5000 } = options;
  await makeJobTable(driver);
  const ids = options.ids ?? uuidv7(clock, random);
  const committer = groupCommit(driver);
  const schedules = jobSchedules({ driver, committer, clock, ids });
  const handlers = new Map<string, JobHandler>();
  const queue = jobQueue({ driver, committer, clock, random, onClaim: ({ key }) => schedules.after(key) });
  const worker = jobWorker({ queue, handlers, clock, random, log, concurrencyMax, leaseMs, pollMs });
  let waking: NodeJS.Timeout | undefined;
  let stopListening: (() => void) | undefined;

  const statements = ({ kind, payload, delayMs = 0, key }: JobRequest): readonly Statement[] => {
    const createdMs = clock.now();
    const job = { id: ids(), kind, payload, createdMs, dueMs: createdMs + delayMs };
    return jobStatements(driver.dialect, key === undefined ? job : { ...job, key });
  };
  const wakeSoon = (): void => {
    waking ??= setTimeout(() => {
      waking = undefined;
      worker.wake();
    }, lookAfterMs).unref();
  };
  return {
    handle: (kind, handler) => void handlers.set(kind, handler),
    statements,
    async add(job) {
      await committer.commit({ statements: statements(job), entries: [] });
    },
    schedule: (schedule) => schedules.add(schedule),
    unschedule: (name) => schedules.remove(name),
    start() {
      stopListening = driver.onCommit(wakeSoon);
      worker.start();
      const forget = { statements: [forgetEnded(driver.dialect, clock.now())], entries: [] };
      committer.commit(forget).catch((error: unknown) => {
        log.warn('Jobs that ended long ago could not be removed.', { error: String(error) });
      });
    },
    settle: () => worker.settle(),
    list: (state, limit) => queue.list(state, limit),
    forgetFailed: ({ kind, payload }) => [failedStatement(driver.dialect, kind, payload)],
    retry: (id) => queue.retry(id),
    discard: (id) => queue.discard(id),
    async close(graceMs = 5000) {
      stopListening?.();
      clearTimeout(waking);
      await worker.stop(graceMs);
      await committer.drain();
    },
  };
}
