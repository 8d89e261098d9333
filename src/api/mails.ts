import type { JobRecord } from '../jobs/index.ts';
import type { Row } from '../schema/index.ts';
import { onlyAdmins } from './access.ts';
import type { ApiContext } from './context.ts';
import { operationOf } from './operation.ts';
import { notFound, ProblemError } from './problem.ts';
import { accepted, json, nothing } from './request.ts';
import type { ApiAnswer, Call } from './request.ts';
import { findRows } from './rows-list.ts';

const MAIL_TABLE = '_mail';
/** How many jobs are looked through for those of one mail. */
const jobsMax = 500;

/** `GET /api/mails?QUERY`: mails without their text. The query is that of the table `_mail`. */
export async function listMails(context: ApiContext, call: Call): Promise<ApiAnswer> {
  await onlyAdmins(context, call);
  const { sendsMail } = operationOf(context);
  const { table: _table, rows, ...page } = await findRows(context, { ...call, parameters: { table: MAIL_TABLE } });
  return json(200, { mails: rows.map(summary), ...page, sends: sendsMail });
}

/** `GET /api/mails/ID` */
export async function readMail(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const row = await mailRow(context, call);
  const [job] = await jobsOf(context, String(row['id']), ['waiting', 'running', 'failed']);
  return json(200, {
    ...summary(row),
    cc: row['cc'],
    replyTo: row['reply_to'],
    // A secret is for its addressee alone.
    text: row['confidential'] === true ? '' : (row['text'] ?? ''),
    about: row['about'],
    attempts: job?.attempts ?? null,
    nextAttemptAt: job?.state === 'waiting' ? job.due : null,
    sends: operationOf(context).sendsMail,
  });
}

/** `POST /api/mails/ID/send`: sends a kept or failed mail. 202. */
export async function sendMailAgain(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const id = String((await mailRow(context, call))['id']);
  if (!(await handOverAgain(context, id))) {
    throw new ProblemError(409, { code: 'sent', detail: 'This mail is sent already, or on its way.' });
  }
  await record(context, call, 'mail.sent-again', id);
  return accepted();
}

/** `DELETE /api/mails/ID`: a mail that waits is not sent then. */
export async function removeMail(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const id = String((await mailRow(context, call))['id']);
  const { accounts } = context;
  const event = { actor: call.actor, action: 'mail.removed', target: id, address: call.request.address } as const;
  const outcome = await accounts.audit.record(event, [{ operation: 'delete', table: MAIL_TABLE, id }]);
  if (!outcome.ok) throw noMail();
  await forgetFailures(context, id);
  return nothing();
}

/** The mail that a job hands over, if that is what it does. */
export function mailOf({ kind, payload }: Pick<JobRecord, 'kind' | 'payload'>): string | undefined {
  if (kind !== 'mail' || typeof payload !== 'object' || payload === null) return undefined;
  const id: unknown = Reflect.get(payload, 'mail');
  return typeof id === 'string' ? id : undefined;
}

/** Makes a new job for a mail in the place of those that failed. False: it is sent already, or there is none. */
export async function handOverAgain(context: ApiContext, id: string): Promise<boolean> {
  const { mailer, sendsMail } = operationOf(context);
  if (!sendsMail) {
    throw new ProblemError(409, { code: 'no-mail-server', detail: 'No mail server is set: set BACKLOT_MAIL first.' });
  }
  if (!(await mailer.sendAgain(id))) return false;
  await forgetFailures(context, id);
  return true;
}

async function forgetFailures(context: ApiContext, id: string): Promise<void> {
  for (const job of await jobsOf(context, id, ['failed'])) await operationOf(context).jobs.discard(job.id);
}

async function jobsOf(
  context: ApiContext,
  id: string,
  states: readonly JobRecord['state'][],
): Promise<readonly JobRecord[]> {
  const { jobs } = operationOf(context);
  const lists = await Promise.all(states.map((state) => jobs.list(state, jobsMax)));
  return lists.flat().filter((job) => mailOf(job) === id);
}

async function mailRow(context: ApiContext, call: Call): Promise<Row> {
  await onlyAdmins(context, call);
  operationOf(context);
  const row = await context.tables.snapshot((reader) => reader.byId(MAIL_TABLE, call.parameters['id'] ?? ''));
  if (!row) throw noMail();
  return row;
}

function noMail(): ProblemError {
  return notFound('There is no such mail.');
}

async function record(
  { accounts }: ApiContext,
  { actor, request }: Call,
  action: 'mail.sent-again',
  target: string,
): Promise<void> {
  await accounts.audit.record({ actor, action, target, address: request.address });
}

function summary(row: Row): Readonly<Record<string, unknown>> {
  const { id, state, to, subject, error } = row;
  return { id, state, to, subject, error, createdAt: row['created_at'], sentAt: row['sent_at'] };
}
