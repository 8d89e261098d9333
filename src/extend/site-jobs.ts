import type { Statement } from '../database/index.ts';
import type { JobFailure, JobRun, Jobs } from '../jobs/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Clock, Log } from '../std/index.ts';
import type { Tables } from '../tables/index.ts';
import { authorScope, snapshotReader } from './author-reader.ts';
import { authorWriter } from './author-writer.ts';
import type { DeclaredJob } from './declared-jobs.ts';
import type { JobWork, Work } from './public.ts';
import { runCode } from './run-code.ts';
import type { RunOptions } from './run-code.ts';

const jobKind = 'site-job';
const timeLimitMs = 10 * 60 * 1000;

interface Payload {
  readonly job: string;
  readonly payload: unknown;
  /** A tick of its schedule: one that has been taken out of the configuration is not missed. */
  readonly scheduled?: true;
}

export interface SiteJobsOptions extends Omit<RunOptions, 'timeLimitMs'> {
  readonly tables: Tables;
  readonly jobs: Pick<Jobs, 'handle' | 'schedule' | 'unschedule'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly timeZone: string;
  /** The jobs in force. */
  readonly declared: () => readonly DeclaredJob[];
}

/** The statements that put a job of the configuration into a change. Throws for one that is not declared. */
export function siteJobStatements(
  jobs: Pick<Jobs, 'statements'>,
  declared: readonly DeclaredJob[],
  name: string,
  payload: unknown,
  delayMs: number,
): readonly Statement[] {
  if (!declared.some((job) => job.name === name)) throw new Error(`There is no job "${name}" in the configuration.`);
  const carried: Payload = { job: name, payload: payload ?? null };
  return jobs.statements({ kind: jobKind, payload: carried, delayMs });
}

/** Says how the jobs of a configuration are run. */
export function handleSiteJobs(options: SiteJobsOptions): void {
  options.jobs.handle(jobKind, { run: (job) => run(options, job), timeoutMs: timeLimitMs + 1000 });
}

/**
 * Makes the schedules follow a configuration.
 *
 * @throws BacklotError `jobs/schedule` for times that cannot be read
 */
export async function followSchedules(
  { jobs, timeZone }: Pick<SiteJobsOptions, 'jobs' | 'timeZone'>,
  before: readonly DeclaredJob[],
  now: readonly DeclaredJob[],
): Promise<void> {
  for (const { name, schedule } of now) {
    if (schedule === undefined) continue;
    const payload: Payload = { job: name, payload: null, scheduled: true };
    await jobs.schedule({ name: `job ${name}`, cron: schedule, timeZone, kind: jobKind, payload });
  }
  for (const { name, schedule } of before) {
    const gone = !now.some((job) => job.name === name && job.schedule !== undefined);
    if (schedule !== undefined && gone) await jobs.unschedule(`job ${name}`);
  }
}

async function run(options: SiteJobsOptions, job: JobRun): Promise<JobFailure | undefined> {
  // Put there by `siteJobStatements` and `followSchedules`, through JSON.
  const { job: name, payload, scheduled } = job.payload as Payload;
  const declared = options.declared().find((each) => each.name === name);
  if (scheduled && declared?.schedule === undefined) return undefined;
  if (!declared) return { failure: `jobs.${name} is not in the configuration any more.`, final: true };
  const told: JobWork = { ...workOf(options, job), payload };
  const code = { name: `jobs.${name}`, run: declared.run };
  return await attempted(options, job, () =>
    runCode({ ...options, timeLimitMs }, code, told, () => ({ outcome: 'done', value: undefined })),
  );
}

/** What work after a commit is given. */
export function workOf(
  { tables, clock, timeZone, log }: Pick<SiteJobsOptions, 'tables' | 'clock' | 'timeZone' | 'log'>,
  { id, attempt, signal }: JobRun,
): Work {
  const read = snapshotReader(tables, () => authorScope(clock, timeZone));
  return { read, write: authorWriter(tables), log, key: id, attempt, signal };
}

/** One attempt at what an author wrote: a failure is told with its place, and tried again. */
export async function attempted(
  { log }: Pick<SiteJobsOptions, 'log'>,
  { id, attempt }: JobRun,
  work: () => Promise<undefined>,
): Promise<JobFailure | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BacklotError) || error.code !== 'tables/hook-failed') throw error;
    const failure = error.message.replace(' Nothing was changed.', '');
    log.warn('Work of the configuration failed; it is tried again.', { job: id, attempt, failure, error: error.cause });
    return { failure };
  }
}
