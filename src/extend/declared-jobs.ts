import { configError, isObject, placeOfPart } from './config-error.ts';

/** A job of a site's configuration. */
export interface DeclaredJob {
  readonly name: string;
  readonly run: (work: unknown) => unknown;
  /** A cron expression, not read yet. */
  readonly schedule?: string;
}

/**
 * Reads the `jobs` of a configuration.
 *
 * @throws BacklotError `extend/config` naming the place
 */
export function readJobs(siteDir: string, file: string, jobs: unknown): readonly DeclaredJob[] {
  if (jobs === undefined) return [];
  if (!isObject(jobs)) throw configError(file, 'jobs must be an object, by name.');
  return Object.entries(jobs).map(([name, job]) => {
    const refuse = (key: string, problem: string): Error =>
      configError(file, `jobs.${name} ${problem}`, placeOfPart(siteDir, file, key, isObject(job) ? job[key] : job));
    if (!isObject(job)) throw refuse(name, 'must be an object with a function run, and a schedule where it has one.');
    const other = Object.keys(job).find((key) => key !== 'run' && key !== 'schedule');
    if (other !== undefined) throw refuse(other, `has "${other}"; it may have run and schedule.`);
    const { run, schedule } = job;
    if (!isFunction(run)) throw refuse(name, 'has no function run.');
    if (schedule === undefined) return { name, run };
    if (typeof schedule !== 'string') throw refuse('schedule', 'has a schedule that is no text such as 0 3 * * *.');
    return { name, run, schedule };
  });
}

function isFunction(value: unknown): value is (work: unknown) => unknown {
  return typeof value === 'function';
}
