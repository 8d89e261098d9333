import { openJobs } from '../jobs/index.ts';
import type { JobRecord, Jobs } from '../jobs/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Clock, Log, Random } from '../std/index.ts';
import type { Tables } from '../tables/index.ts';
import type { OpenData } from './open-data.ts';

/** What `backlot jobs` was asked to change, as it travels to a running server. */
export interface JobsCommand {
  readonly action: 'retry' | 'discard';
  /** Of a failed job, or `all`. */
  readonly id: string;
}

type FailedJobs = Pick<Jobs, 'list' | 'retry' | 'discard'>;

const LISTED_MAX = 1000;

/** Opens the outbox for a command; nothing runs. To be closed by the caller. */
export async function jobsOf(
  { driver }: Pick<OpenData, 'driver'>,
  surroundings: { readonly clock: Clock; readonly random: Random; readonly log: Log },
): Promise<Jobs> {
  return await openJobs({ driver, ...surroundings });
}

/**
 * Does what was asked for; gives the text to print.
 *
 * @throws BacklotError `server/job` where there is no such failed job
 */
export async function changeJobs(jobs: FailedJobs, { action, id }: JobsCommand): Promise<string> {
  const failed = await jobs.list('failed', LISTED_MAX);
  const meant = id === 'all' ? failed : failed.filter((job) => job.id === id);
  if (meant.length === 0 && id !== 'all') {
    throw new BacklotError('server/job', `No failed job has the id ${id}. backlot jobs list shows them all.`);
  }
  let done = 0;
  for (const job of meant) if (await jobs[action](job.id)) done += 1;
  const what = `${done} job${done === 1 ? '' : 's'}`;
  return action === 'retry' ? `Tried again: ${what}.\n` : `Discarded: ${what}.\n`;
}

/** Reads what came over the control socket. Throws `server/job` for anything else. */
export function readJobsCommand(args: unknown): JobsCommand {
  const read = (name: string): unknown =>
    typeof args === 'object' && args !== null ? Reflect.get(args, name) : undefined;
  const [action, id] = [read('action'), read('id')];
  if ((action === 'retry' || action === 'discard') && typeof id === 'string') return { action, id };
  throw new BacklotError('server/job', 'The running server does not know this command: it may be another version.');
}

/** Failed jobs and those that failed and are tried again, a line each, and a count of all. */
export async function describeJobs(jobs: Pick<Jobs, 'list'>, tables: Tables): Promise<string> {
  const [failed, running, waiting] = await Promise.all([
    jobs.list('failed', LISTED_MAX),
    jobs.list('running', LISTED_MAX),
    jobs.list('waiting', LISTED_MAX),
  ]);
  const again = waiting.filter(({ error }) => error !== null);
  const lines: string[] = [];
  for (const job of [...failed, ...again]) lines.push(await describeJob(job, tables));
  const counts = [`${failed.length} failed`, `${again.length} to be tried again`];
  const rest = running.length + waiting.length - again.length;
  return `${[...lines, `${counts.join(', ')}, ${rest} more under way or waiting for their time.`].join('\n')}\n`;
}

async function describeJob(job: JobRecord, tables: Tables): Promise<string> {
  const { state, id, kind, attempts, due, error } = job;
  const about = await describeMail(job, tables);
  const when = state === 'waiting' && due !== null ? `, again at ${due.slice(0, 16).replace('T', ' ')} UTC` : '';
  const often = `${attempts} attempt${attempts === 1 ? '' : 's'}${when}`;
  return `${state.padEnd(7)}  ${id}  ${kind}${about}  (${often})  ${oneLine(error ?? '')}`.trimEnd();
}

/** To whom and about what, where the job hands over a mail. */
async function describeMail({ kind, payload }: JobRecord, tables: Tables): Promise<string> {
  const mail: unknown =
    kind === 'mail' && typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'mail') : undefined;
  if (typeof mail !== 'string' || tables.schema.tables['_mail'] === undefined) return '';
  const row = await tables.snapshot((reader) => reader.byId('_mail', mail));
  return row ? ` to ${oneLine(String(row['to']))}: “${oneLine(String(row['subject']))}”` : '';
}

/** What other machines said must not write over the terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ').slice(0, 300);
}
