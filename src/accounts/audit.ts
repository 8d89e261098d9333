import { createHash } from 'node:crypto';
import type { Row } from '../schema/index.ts';
import { BacklotError, mutex } from '../std/index.ts';
import type { Clock } from '../std/index.ts';
import type { Actor, RowWrite, Tables, WriteOutcome } from '../tables/index.ts';
import { AUDIT } from './account-tables.ts';
import { findRow, findRows, textOf } from './find-rows.ts';

export type AuditAction =
  | 'session.created'
  | 'session.failed'
  | 'session.proven'
  | 'session.proof-failed'
  | 'session.ended'
  | 'access.denied'
  | 'setup.link'
  | 'setup.used'
  | 'setup.failed'
  | 'user.added'
  | 'user.changed'
  | 'user.removed'
  | 'backup.started'
  | 'backup.downloaded'
  | 'backup.removed'
  | 'backup.restored'
  | 'mail.sent-again'
  | 'mail.removed'
  | 'job.retried'
  | 'job.removed';

/** What happened. Never a secret: no password, no token, nothing that was typed into a field for one. */
export interface AuditEvent {
  readonly actor: Actor;
  readonly action: AuditAction;
  /** Whom or what it concerns: an id. */
  readonly target?: string;
  readonly address?: string;
  /** What else there is to know. */
  readonly detail?: Readonly<Record<string, string | readonly string[]>>;
}

export type AuditVerdict =
  | { readonly ok: true; readonly entries: number }
  /** `number` of the first entry that is not as it was written, or comes after one that is gone. */
  | { readonly ok: false; readonly number: number };

/** The trail: entries are only ever added, and each holds the hash of the one before. */
export interface Audit {
  /** Adds an entry, in the same change as `writes`: either all of it happens or nothing. Rows come in the order of `writes`. */
  record(event: AuditEvent, writes?: readonly RowWrite[]): Promise<WriteOutcome>;
  /** Reads the whole trail and says whether any entry was changed or taken out. */
  verify(): Promise<AuditVerdict>;
}

/** What the hash of the first entry continues. */
const noHash = '';
/** How often to try where other processes add entries too. */
const attemptsMax = 20;

interface Link {
  readonly number: number;
  readonly hash: string;
}

export function auditTrail(tables: Tables, clock: Clock): Audit {
  const turn = mutex();
  let last: Link | undefined;

  const recordInTurn = async (event: AuditEvent, writes: readonly RowWrite[]): Promise<WriteOutcome> => {
    for (let attempt = 1; ; attempt++) {
      last ??= await lastLink(tables);
      const entry = entryAfter(last, event, clock.now());
      const insert: RowWrite = { operation: 'insert', table: AUDIT, values: entry };
      const outcome = await tables.write(event.actor, [...writes, insert]);
      if (outcome.ok) {
        last = { number: entry.number, hash: entry.hash };
        return { ...outcome, rows: outcome.rows.slice(0, writes.length) };
      }
      const taken = outcome.reason === 'invalid' && outcome.columns.some(({ write }) => write === writes.length);
      if (!taken) return outcome;
      last = undefined;
      if (attempt >= attemptsMax) {
        throw new BacklotError('accounts/busy', 'The audit trail could not be written: others were faster each time.');
      }
    }
  };

  return {
    record: (event, writes = []) => turn.run(() => recordInTurn(event, writes)),
    verify: () => verifyTrail(tables),
  };
}

const entriesPerReadMax = 500;

async function verifyTrail(tables: Tables): Promise<AuditVerdict> {
  let before: Link = { number: 0, hash: noHash };
  for (;;) {
    const rows = await findRows(tables, AUDIT, `number.min=${before.number + 1}&sort=number`, entriesPerReadMax);
    for (const row of rows) {
      const link: Link = { number: Number(row['number']), hash: textOf(row, 'hash') };
      const expected = hashOf(before.hash, contentOf(row));
      if (link.number !== before.number + 1 || link.hash !== expected) return { ok: false, number: link.number };
      before = link;
    }
    if (rows.length < entriesPerReadMax) return { ok: true, entries: before.number };
  }
}

async function lastLink(tables: Tables): Promise<Link> {
  const row = await findRow(tables, AUDIT, 'sort=-number');
  return row ? { number: Number(row['number']), hash: textOf(row, 'hash') } : { number: 0, hash: noHash };
}

function entryAfter(last: Link, event: AuditEvent, nowMs: number) {
  const content = {
    number: last.number + 1,
    time: new Date(nowMs).toISOString(),
    actor: event.actor.id,
    action: event.action,
    target: event.target ?? '',
    address: event.address ?? '',
    detail: event.detail ? JSON.stringify(event.detail) : '',
  };
  return { ...content, hash: hashOf(last.hash, Object.values(content)) };
}

function contentOf(row: Row): readonly (string | number)[] {
  const texts = ['time', 'actor', 'action', 'target', 'address', 'detail'].map((name) => textOf(row, name));
  return [Number(row['number']), ...texts];
}

/** JSON tells where one value ends, whatever is in it; line ends are escaped. */
function hashOf(before: string, content: readonly (string | number)[]): string {
  return createHash('sha256')
    .update(JSON.stringify([before, ...content]))
    .digest('hex');
}
