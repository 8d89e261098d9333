import type { Clock, Log, Random } from '../std/index.ts';
import { backoffMs } from './backoff.ts';
import type { ClaimedJob, JobQueue } from './queue.ts';

/** One attempt at a job, as its handler gets it. */
export interface JobRun {
  /** The same at every attempt: an idempotency key. */
  readonly id: string;
  readonly kind: string;
  /** As it was put into the job, through JSON: to be checked before use. */
  readonly payload: unknown;
  /** From 1. */
  readonly attempt: number;
  /** Aborted when the server stops, the time is up, or another worker has taken the job over. */
  readonly signal: AbortSignal;
}

/** The attempt failed: try again later, or, if `final`, never. */
export interface JobFailure {
  /** For the operator; never shown to visitors. */
  readonly failure: string;
  readonly final?: boolean;
}

/**
 * Does the jobs of one kind, at least once each. What `run` throws is a failure to be tried again. `run` should be safe
 * to repeat: a process can end after the work is done and before that is recorded.
 */
export interface JobHandler {
  run(job: JobRun): Promise<JobFailure | undefined>;
  /** Hears that the job failed for good, before that is recorded. */
  gaveUp?(job: JobRun, failure: string): Promise<void>;
  /** After so many attempts the job is failed. Default 12. */
  readonly attemptsMax?: number;
  /** Wait after the first failure, doubled after each further one. Default 10 s. */
  readonly delayMs?: number;
  /** Default 1 h. */
  readonly delayMsMax?: number;
  /** An attempt that takes longer has failed. Default 10 min. */
  readonly timeoutMs?: number;
}

export interface WorkerOptions {
  readonly queue: JobQueue;
  readonly handlers: ReadonlyMap<string, JobHandler>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly concurrencyMax: number;
  readonly leaseMs: number;
  /** How often to look without being woken. */
  readonly pollMs: number;
}

/** Claims jobs that are due and runs them, a bounded number at once. */
export interface Worker {
  /** Begins to look by itself, when woken and from time to time. */
  start(): void;
  /** Something may be due. */
  wake(): void;
  /** Runs what is due now, and what that leads to, to its end. */
  settle(): Promise<void>;
  /** Claims no more, gives running jobs `graceMs` to end, and gives the others back. */
  stop(graceMs: number): Promise<void>;
}

interface Running {
  readonly job: ClaimedJob;
  readonly control: AbortController;
  ended: Promise<void>;
  /** Given back, or taken by another worker: its end is nobody's business any more. */
  lost: boolean;
}

export function jobWorker(options: WorkerOptions): Worker {
  const { queue, handlers, clock, log } = options;
  const running = new Set<Running>();
  let looking: Promise<void> | undefined;
  let again = false;
  let begun = 0;
  let started = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<void> => {
    let nextMs: number | undefined;
    try {
      do {
        again = false;
        const free = options.concurrencyMax - running.size;
        if (stopped || free <= 0 || handlers.size === 0) break;
        const claimed = await queue.claim([...handlers.keys()], free, options.leaseMs);
        for (const job of claimed.jobs) begin(job);
        nextMs = claimed.nextMs;
        if (claimed.more) again = true;
      } while (again);
    } catch (error) {
      again = false;
      if (!stopped) log.error('Jobs could not be claimed; it is tried again.', { error: String(error) });
    }
    sleep(nextMs);
  };

  const sleep = (nextMs: number | undefined): void => {
    clearTimeout(timer);
    if (!started || stopped) return;
    const waitMs = nextMs === undefined ? options.pollMs : Math.min(nextMs - clock.now(), options.pollMs);
    timer = setTimeout(wake, Math.max(waitMs, 1)).unref();
  };

  const wake = (): void => {
    again = true;
    if (stopped) return;
    looking ??= look().finally(() => {
      looking = undefined;
      if (again) wake();
    });
  };

  const begin = (job: ClaimedJob): void => {
    const one: Running = { job, control: new AbortController(), ended: Promise.resolve(), lost: false };
    running.add(one);
    begun++;
    one.ended = perform(options, one).finally(() => {
      running.delete(one);
      if (started) wake();
    });
  };

  return {
    start() {
      started = true;
      wake();
    },
    wake,
    async settle() {
      for (;;) {
        const before = begun;
        const idle = running.size === 0;
        wake();
        await looking;
        await Promise.all([...running].map(({ ended }) => ended));
        if (idle && begun === before) return;
      }
    },
    async stop(graceMs) {
      stopped = true;
      clearTimeout(timer);
      await looking;
      await withinMs(Promise.all([...running].map(({ ended }) => ended)), graceMs);
      await Promise.all([...running].map((one) => giveBack(options, one)));
    },
  };
}

async function perform(options: WorkerOptions, one: Running): Promise<void> {
  const { queue, handlers, log, leaseMs } = options;
  const { job, control } = one;
  const handler = handlers.get(job.kind)!;
  const run: JobRun = {
    id: job.id,
    kind: job.kind,
    payload: job.payload,
    attempt: job.attempts,
    signal: control.signal,
  };
  const renewal = setInterval(() => void renew(options, one), leaseMs / 3).unref();
  try {
    const failure = await attempt(handler, run, control);
    if (one.lost) return;
    const kept = failure ? await judge(options, handler, job, run, failure) : await queue.finish(job);
    if (!kept) log.warn('A job took longer than its lease and was taken over.', { job: job.id, kind: job.kind });
  } catch (error) {
    if (one.lost) return;
    log.error('What became of a job could not be recorded; it will run again.', {
      job: job.id,
      kind: job.kind,
      error: String(error),
    });
  } finally {
    clearInterval(renewal);
  }
}

const attemptsMaxDefault = 12;
const timeoutMsDefault = 10 * 60 * 1000;

async function attempt(handler: JobHandler, run: JobRun, control: AbortController): Promise<JobFailure | undefined> {
  if (run.attempt > (handler.attemptsMax ?? attemptsMaxDefault)) {
    return { failure: 'The process ended each time before the job did.', final: true };
  }
  const timeoutMs = handler.timeoutMs ?? timeoutMsDefault;
  const timeUp = Promise.withResolvers<JobFailure>();
  const timer = setTimeout(() => {
    timeUp.resolve({ failure: `It took longer than ${timeoutMs} ms.` });
    control.abort();
  }, timeoutMs).unref();
  try {
    return await Promise.race([handler.run(run), timeUp.promise]);
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Waits longer each time, and gives up in the end. */
async function judge(
  { queue, clock, random, log }: WorkerOptions,
  handler: JobHandler,
  job: ClaimedJob,
  run: JobRun,
  { failure, final = false }: JobFailure,
): Promise<boolean> {
  if (!final && job.attempts < (handler.attemptsMax ?? attemptsMaxDefault)) {
    const { delayMs = 10_000, delayMsMax = 60 * 60 * 1000 } = handler;
    return await queue.postpone(job, clock.now() + backoffMs({ delayMs, delayMsMax }, job.attempts, random), failure);
  }
  log.error('A job failed for good. It is kept, to be tried again by hand.', { job: job.id, kind: job.kind });
  await handler.gaveUp?.(run, failure);
  return await queue.fail(job, failure);
}

async function renew({ queue, log, leaseMs }: WorkerOptions, one: Running): Promise<void> {
  try {
    if (one.lost || (await queue.renew(one.job, leaseMs))) return;
    one.control.abort();
  } catch (error) {
    log.warn('The lease of a job could not be made longer.', { job: one.job.id, error: String(error) });
  }
}

/** Stops a job that is under way and lets the next process have it at once. */
async function giveBack({ queue, log }: WorkerOptions, one: Running): Promise<void> {
  one.lost = true;
  one.control.abort();
  try {
    await queue.release(one.job);
  } catch (error) {
    log.warn('A job could not be given back; it runs again when its lease ends.', { error: String(error) });
  }
}

async function withinMs(work: Promise<unknown>, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
