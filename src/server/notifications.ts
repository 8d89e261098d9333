import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openJobs } from '../jobs/index.ts';
import type { JobRun, Jobs } from '../jobs/index.ts';
import {
  checkNewSubmission,
  headerText,
  isMailAddress,
  NEW_SUBMISSION_FILE,
  newSubmissionMails,
  openMailer,
  readMailbox,
  smtpTransport,
} from '../mail/index.ts';
import type { Mailbox, Mailer } from '../mail/index.ts';
import type { InsertedForm, PosterOptions } from '../pages/index.ts';
import { formatDiagnostic } from '../std/index.ts';
import type { Clock, Log, Random } from '../std/index.ts';
import type { OpenData } from './open-data.ts';
import type { Settings } from './settings.ts';
import { submissionFields } from './submission-fields.ts';

export interface NotificationsOptions {
  readonly settings: Pick<Settings, 'mail' | 'mailFrom' | 'notify' | 'origin' | 'adminPath' | 'timeZone'>;
  readonly data: OpenData;
  readonly siteDir: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Addresses of the admins, who are told where the setting names nobody. Asked for each mail, after `start`. */
  readonly admins: () => Promise<readonly string[]>;
}

/** Work after commits, and mails about new submissions. */
export interface Notifications {
  readonly jobs: Jobs;
  readonly mailer: Mailer;
  /** What goes into the commit of a submitted form. Absent where nobody is to be told. */
  readonly onInsert?: NonNullable<PosterOptions['onInsert']>;
  /** What the operator should know. Once the tables follow the folder. */
  notices(): Promise<readonly string[]>;
  start(): void;
  close(): Promise<void>;
}

/** Opens the outbox and the way out for mails. Nothing runs before `start`. */
export async function openNotifications(options: NotificationsOptions): Promise<Notifications> {
  const { settings, data, clock, random, log } = options;
  const { tables } = data;
  const jobs = await openJobs({ driver: data.driver, clock, random, log });
  const transport = settings.mail === '' ? undefined : smtpTransport({ url: settings.mail });
  const mailer = openMailer({ tables, jobs, clock, from: senderOf(options), transport });
  const mails = newSubmissionMails();
  jobs.handle(jobKind, {
    run: async (job) => {
      await notify(options, mailer, mails, job);
      return undefined;
    },
  });
  return {
    jobs,
    mailer,
    ...(settings.notify.length === 0 && settings.mail === ''
      ? {}
      : { onInsert: (form) => jobs.statements({ kind: jobKind, payload: payloadOf(form) }) }),
    async notices() {
      const page = await authorsPage(options.siteDir);
      const faults = page === undefined ? [] : checkNewSubmission(page, tables.schema, settings.timeZone);
      return faults.map((fault) => `${formatDiagnostic(fault)} Until then mails look as they do without this file.`);
    },
    start: () => jobs.start(),
    close: () => jobs.close(),
  };
}

/** Every mail is from here: as set, else whose password it is, else who is told. */
function senderOf({ settings, siteDir }: NotificationsOptions): Mailbox {
  const user = settings.mail === '' ? '' : decodeURIComponent(new URL(settings.mail).username);
  const [first] = settings.notify;
  const host = settings.origin[0] === undefined ? 'localhost' : new URL(settings.origin[0]).hostname;
  const address = [user, first ?? ''].find(isMailAddress) ?? `no-reply@${host}`;
  const mailbox = readMailbox(settings.mailFrom) ?? { name: '', address };
  return mailbox.name === '' ? { ...mailbox, name: siteName(settings, siteDir) } : mailbox;
}

function siteName({ origin }: NotificationsOptions['settings'], siteDir: string): string {
  return origin[0] === undefined ? headerText(basename(siteDir)) : new URL(origin[0]).hostname.replace(/^www\./, '');
}

const jobKind = 'new-submission';
const labelsMax = 200;
const labelLengthMax = 100;

/** What a job must know of a submission besides its row. Untrusted, but for its shape. */
interface Payload {
  readonly table: string;
  readonly id: string;
  readonly form: string;
  readonly page: string;
  readonly lang: string;
  readonly labels: readonly (readonly [string, string])[];
  readonly replyTo: string;
  readonly subject: string;
  readonly cc: readonly string[];
}

function payloadOf({ form, definition, path, row, table, compat, entries }: InsertedForm): Payload {
  const labels = new Map<string, string>();
  for (const control of definition.controls) {
    const column = form.columns[control.index];
    if (column === undefined || labels.has(column) || labels.size >= labelsMax) continue;
    // Radio buttons and boxes of one name have a label each, and none for all.
    const many = definition.controls.filter(({ name }) => name === control.name).length > 1;
    labels.set(column, many ? '' : control.label.slice(0, labelLengthMax));
  }
  const email = definition.controls.find(({ type, multiple }) => type === 'email' && !multiple)?.name;
  const sent = entries.find(({ name, value }) => name === email && value !== '')?.value;
  // Copies go where the author's file says, never where a visitor says.
  const cc = definition.controls.find(({ name, type }) => name === '_cc' && type === 'hidden')?.value ?? '';
  return {
    table: table.name,
    id: String(row['id']),
    form: form.name,
    page: path,
    lang: definition.lang,
    labels: [...labels],
    replyTo: (compat.replyTo ?? (typeof sent === 'string' ? sent : '')).slice(0, 320),
    subject: headerText(compat.subject ?? ''),
    cc: cc
      .split(',')
      .map((address) => address.trim())
      .filter(isMailAddress)
      .slice(0, 10),
  };
}

/** Writes the mail about one submission. The job's id is the mail's, so that a repeated job writes no second one. */
async function notify(
  options: NotificationsOptions,
  mailer: Mailer,
  mails: ReturnType<typeof newSubmissionMails>,
  job: JobRun,
): Promise<void> {
  const { settings, data, siteDir, clock } = options;
  // Put there by `payloadOf`, through JSON.
  const payload = job.payload as Payload;
  const { schema } = data.tables;
  const table = schema.tables[payload.table];
  const [origin] = settings.origin;
  const found = await data.tables.snapshot(async (reader) => {
    const row = table && (await reader.byId(table.name, payload.id));
    if (!row) return undefined;
    const { labels, lang } = payload;
    return { row, fields: await submissionFields({ schema, table, row, labels, lang, origin, reader }) };
  });
  const to = settings.notify.length > 0 ? settings.notify : await options.admins();
  // Deleted before anybody could be told, or nobody is there yet.
  if (!found || !table || to.length === 0) return;
  const site = siteName(settings, siteDir);
  const page = await authorsPage(siteDir);
  const rendered = mails.render(
    {
      form: payload.form,
      site,
      page: payload.page,
      received: String(found.row['created_at']),
      link: origin === undefined ? null : `${origin}${settings.adminPath}`,
      fields: found.fields,
      row: found.row,
      table,
    },
    { page, lang: payload.lang, schema, timeZone: settings.timeZone, nowMs: clock.now() },
  );
  const asked = payload.subject
    .replaceAll('%{formName}', () => payload.form)
    .replaceAll('%{siteName}', () => site)
    .replaceAll('%{submissionId}', () => payload.id);
  await mailer.send(job.id, {
    to,
    cc: payload.cc,
    replyTo: payload.replyTo,
    subject: asked === '' ? rendered.subject : asked,
    text: rendered.text,
    html: rendered.html,
    about: `${payload.table}/${payload.id}`,
  });
}

/** Read anew for each mail: the author may have changed it. */
async function authorsPage(siteDir: string): Promise<string | undefined> {
  try {
    return await readFile(join(siteDir, NEW_SUBMISSION_FILE), 'utf8');
  } catch {
    return undefined;
  }
}
