import type { Jobs, JobFailure, JobHandler } from '../jobs/index.ts';
import { checkQuery, parseQuery } from '../query/index.ts';
import type { QueryScope } from '../query/index.ts';
import type { Row } from '../schema/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Clock } from '../std/index.ts';
import type { Actor, RowWrite, Tables, WriteExtra } from '../tables/index.ts';
import { isMailAddress } from './address.ts';
import type { Mailbox } from './address.ts';
import { headerText } from './header.ts';
import { MAIL_TABLE } from './mail-table.ts';
import type { MailState } from './mail-table.ts';
import type { MailTransport, OutgoingMail } from './transport.ts';

/** A mail as other rooms write it. Nothing in it need be clean. */
export interface MailMessage {
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  /** Left out where it is no valid address. */
  readonly replyTo?: string | undefined;
  readonly subject: string;
  readonly text: string;
  readonly html?: string | undefined;
  /** The row it is about, as `TABLE/ID`. */
  readonly about?: string;
  /** It holds a secret, such as a link to sign in: its text is forgotten once it was sent, or cannot be. */
  readonly confidential?: boolean;
}

export interface MailerOptions {
  readonly tables: Tables;
  readonly jobs: Jobs;
  readonly clock: Clock;
  /** Every mail is from here; a visitor's address stands in Reply-To only. */
  readonly from: Mailbox;
  /** Without one, mails are kept to be read in the admin. */
  readonly transport?: MailTransport | undefined;
}

/** Keeps every mail in `_mail`, and hands it over by a job of the same change. */
export interface Mailer {
  /** `id` is a UUID of the caller's; a second mail with the same id is not made. Throws `mail/no-address`. */
  send(id: string, message: MailMessage): Promise<void>;
  /** Sends a kept or failed mail. False: there is none, its text is forgotten, or no mail server is set. */
  sendAgain(id: string): Promise<boolean>;
  /** Removes mails sent more than so long ago; gives how many. What was kept or has failed stays. */
  forgetSent(olderThanMs: number): Promise<number>;
}

const system: Actor = { kind: 'system', id: 'system', roles: [] };
const jobKind = 'mail';
const addresseesMax = 50;
const textLengthMax = 200_000;
const htmlLengthMax = 500_000;

/** Opens the way out for mails, and does the jobs of kind `mail`. */
export function openMailer(options: MailerOptions): Mailer {
  const { tables, jobs, transport } = options;
  jobs.handle(jobKind, mailHandler(options));
  const handOver = (id: string): WriteExtra => ({
    statements: () => {
      const job = { kind: jobKind, payload: { mail: id } };
      return [...jobs.forgetFailed(job), ...jobs.statements(job)];
    },
  });

  return {
    async send(id, message) {
      if (await mailById(tables, id)) return;
      const write: RowWrite = { operation: 'insert', table: MAIL_TABLE, id, values: rowOf(id, message, options) };
      const outcome = await tables.write(system, [write], transport && handOver(id));
      // Refused where another process has kept it meanwhile.
      if (outcome.ok || (await mailById(tables, id))) return;
      throw new BacklotError('mail/not-kept', `A mail could not be kept: ${JSON.stringify(outcome)}.`);
    },
    async sendAgain(id) {
      const mail = await mailById(tables, id);
      if (!transport || !mail || isForgotten(mail)) return false;
      if (mail['state'] !== 'kept' && mail['state'] !== 'failed') return false;
      const values = { state: 'waiting' satisfies MailState, error: null };
      const write: RowWrite = { operation: 'update', table: MAIL_TABLE, id, values };
      return (await tables.write(system, [write], handOver(id))).ok;
    },
    forgetSent: (olderThanMs) => forgetSent(options, olderThanMs),
  };
}

function rowOf(
  id: string,
  message: MailMessage,
  { from, transport }: MailerOptions,
): Extract<RowWrite, { operation: 'insert' }>['values'] {
  const { replyTo, html } = message;
  const to = addresses(message.to);
  if (to === '') throw new BacklotError('mail/no-address', 'A mail has no valid address to go to.');
  return {
    state: (transport ? 'waiting' : 'kept') satisfies MailState,
    to,
    cc: addresses(message.cc ?? []) || null,
    reply_to: replyTo !== undefined && isMailAddress(replyTo) ? replyTo : null,
    subject: headerText(message.subject),
    text: cut(message.text, textLengthMax),
    // Cut markup would be no markup; the text says it all.
    html: html !== undefined && html.length <= htmlLengthMax ? html : null,
    message_id: messageId(id, from),
    about: message.about ?? null,
    confidential: message.confidential ?? false,
  };
}

function addresses(given: readonly string[]): string {
  return given.filter(isMailAddress).slice(0, addresseesMax).join(', ');
}

function cut(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax).toWellFormed()}\n[…]`;
}

/** RFC 5322, 3.6.4. */
function messageId(id: string, from: Mailbox): string {
  return `<${id}@${from.address.slice(from.address.indexOf('@') + 1)}>`;
}

async function mailById(tables: Tables, id: string): Promise<Row | undefined> {
  return await tables.snapshot((reader) => reader.byId(MAIL_TABLE, id));
}

/**
 * Hands one mail over. A mail server that is away is tried for five days (RFC 5321, 4.5.4.1). Where the process ends,
 * or the connection breaks, after the message has been taken and before that is known, it is sent again with the same
 * Message-ID.
 */
function mailHandler({ tables, clock, from, transport }: MailerOptions): JobHandler {
  const mark = async (
    row: Row,
    state: MailState,
    error: string | null,
    more: Readonly<Record<string, string>> = {},
  ): Promise<void> => {
    const id = String(row['id']);
    const sent = state === 'sent' ? { sent_at: new Date(clock.now()).toISOString() } : {};
    const forgotten =
      row['confidential'] === true && (state === 'sent' || state === 'failed') ? { text: null, html: null } : {};
    const values = { state, error: error === null ? null : cut(error, 1000), ...sent, ...forgotten, ...more };
    await tables.write(system, [{ operation: 'update', table: MAIL_TABLE, id, values }]);
  };
  return {
    attemptsMax: 60,
    delayMs: 15_000,
    delayMsMax: 3 * 60 * 60 * 1000,
    timeoutMs: 3 * 60 * 1000,
    async run({ payload, signal }): Promise<JobFailure | undefined> {
      const id = mailIdOf(payload);
      const row = id === undefined ? undefined : await mailById(tables, id);
      // Deleted by hand, sent by another job, or a secret that is forgotten.
      if (!row || row['state'] === 'sent' || isForgotten(row)) return undefined;
      if (!transport) {
        await mark(row, 'kept', null);
        return undefined;
      }
      const delivery = await transport.deliver(outgoing(row, from), signal);
      if (delivery.ok) {
        await mark(row, 'sent', delivery.note ?? null);
        return undefined;
      }
      const delivered = [...listOf(row, 'delivered'), ...(delivery.delivered ?? [])].join(', ');
      const isNews = row['error'] !== delivery.failure || delivery.delivered !== undefined;
      if (isNews && !signal.aborted)
        await mark(row, 'waiting', delivery.failure, delivered === '' ? {} : { delivered });
      return { failure: delivery.failure, final: delivery.final };
    },
    async gaveUp({ payload }, failure) {
      const id = mailIdOf(payload);
      const row = id === undefined ? undefined : await mailById(tables, id);
      if (row) await mark(row, 'failed', failure);
    },
  };
}

/** A secret whose text is gone. */
function isForgotten(row: Row): boolean {
  return row['confidential'] === true && row['text'] === null;
}

function mailIdOf(payload: unknown): string | undefined {
  const id = typeof payload === 'object' && payload !== null && 'mail' in payload ? payload.mail : undefined;
  return typeof id === 'string' ? id : undefined;
}

function outgoing(row: Row, from: Mailbox): OutgoingMail {
  const text = (name: string): string => String(row[name] ?? '');
  const [to, cc, delivered] = [listOf(row, 'to'), listOf(row, 'cc'), listOf(row, 'delivered')];
  return {
    from,
    to,
    cc,
    recipients: [...to, ...cc].filter((address) => !delivered.includes(address)),
    ...(row['reply_to'] === null ? {} : { replyTo: text('reply_to') }),
    subject: text('subject'),
    text: text('text'),
    ...(row['html'] === null ? {} : { html: text('html') }),
    messageId: text('message_id'),
    date: new Date(text('created_at')),
  };
}

function listOf(row: Row, name: string): string[] {
  const text = row[name];
  return typeof text === 'string' && text !== '' ? text.split(', ') : [];
}

const noScope: QueryScope = { value: () => null, nowMs: 0, today: '1970-01-01' };
const forgottenAtOnce = 200;

async function forgetSent({ tables, clock }: MailerOptions, olderThanMs: number): Promise<number> {
  const until = encodeURIComponent(new Date(clock.now() - olderThanMs).toISOString());
  const parsed = parseQuery(`state=sent&sent_at.max=${until}&sort=sent_at`);
  const { schema } = tables;
  const query = parsed.ok ? checkQuery(parsed.value, schema.tables[MAIL_TABLE]!, { schema }) : parsed;
  if (!query.ok) throw new Error(query.errors.map(({ message }) => message).join(' '));
  let removed = 0;
  for (;;) {
    const rows = await tables.snapshot((reader) => reader.list(query.value, noScope, { limit: forgottenAtOnce }));
    // One by one, though in few commits: another process or a person may be removing the same.
    const writes = rows.map((row): RowWrite => ({ operation: 'delete', table: MAIL_TABLE, id: String(row['id']) }));
    const outcomes = await Promise.all(writes.map((write) => tables.write(system, [write])));
    const gone = outcomes.filter(({ ok }) => ok).length;
    removed += gone;
    if (gone === 0) return removed;
  }
}
