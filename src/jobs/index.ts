/** Work after a commit: a transactional outbox, workers with leases, retries, schedules. */
export { openJobs } from './open.ts';
export type { JobRequest, Jobs, JobsOptions } from './open.ts';
export type { JobRecord, JobState } from './queue.ts';
export type { Schedule } from './schedule.ts';
export type { JobFailure, JobHandler, JobRun } from './worker.ts';
