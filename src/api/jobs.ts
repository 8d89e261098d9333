import type { JobRecord } from '../jobs/index.ts';
import type { AuditAction } from '../accounts/index.ts';
import { onlyAdmins } from './access.ts';
import type { ApiContext } from './context.ts';
import { handOverAgain, mailOf } from './mails.ts';
import { operationOf } from './operation.ts';
import { notFound, ProblemError } from './problem.ts';
import { accepted, json, nothing } from './request.ts';
import type { ApiAnswer, Call } from './request.ts';

const jobsMax = 500;
const states = ['waiting', 'running', 'failed'] as const;

/** `GET /api/jobs?state=failed`: the newest first. */
export async function listJobs(context: ApiContext, call: Call): Promise<ApiAnswer> {
  await onlyAdmins(context, call);
  const asked = new URLSearchParams(call.request.query);
  const unknown = [...asked.keys()].find((name) => name !== 'state');
  const state = states.find((each) => each === (asked.get('state') ?? 'failed'));
  if (unknown !== undefined || state === undefined) {
    const detail =
      unknown === undefined ? `state is one of ${states.join(', ')}.` : `There is no parameter ${unknown}.`;
    throw new ProblemError(400, { code: 'query', detail });
  }
  const jobs = await operationOf(context).jobs.list(state, jobsMax);
  return json(200, { jobs: jobs.map(jobJson) });
}

/** `POST /api/jobs/ID/retry`: 202. A job that hands over a mail goes the mail's own way. */
export async function retryJob(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const job = await failedJob(context, call);
  const { jobs } = operationOf(context);
  const mail = mailOf(job);
  if (mail === undefined ? !(await jobs.retry(job.id)) : !(await handOverAgain(context, mail))) throw noJob();
  await record(context, call, 'job.retried', job);
  return accepted();
}

/** `DELETE /api/jobs/ID`: a failed job is forgotten. */
export async function removeJob(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const job = await failedJob(context, call);
  if (!(await operationOf(context).jobs.discard(job.id))) throw noJob();
  await record(context, call, 'job.removed', job);
  return nothing();
}

async function failedJob(context: ApiContext, call: Call): Promise<JobRecord> {
  await onlyAdmins(context, call);
  const failed = await operationOf(context).jobs.list('failed', jobsMax);
  const job = failed.find(({ id }) => id === call.parameters['id']);
  if (!job) throw noJob();
  return job;
}

function noJob(): ProblemError {
  return notFound('There is no such failed job.');
}

async function record(
  { accounts }: ApiContext,
  { actor, request }: Call,
  action: AuditAction,
  { id, kind }: JobRecord,
): Promise<void> {
  await accounts.audit.record({ actor, action, target: id, address: request.address, detail: { kind } });
}

function jobJson(job: JobRecord): Readonly<Record<string, unknown>> {
  const { id, kind, state, attempts, due, error, created, updated } = job;
  const mail = mailOf(job) ?? null;
  return { id, kind, state, attempts, dueAt: due, error, createdAt: created, updatedAt: updated, mail };
}
