import type { Actor, RowWrite, Tables } from '../tables/index.ts';
import { CREDENTIALS, SESSIONS, USERS } from './account-tables.ts';
import type { Audit, AuditEvent } from './audit.ts';
import { normaliseEmail } from './email.ts';
import { findRows, textOf } from './find-rows.ts';
import { passwordBytesMax } from './passwords.ts';
import type { Passwords } from './passwords.ts';
import type { SessionPlace, Sessions, SignedIn } from './sessions.ts';
import type { Throttle } from './throttle.ts';
import { passwordRow, userOf, userRow } from './users.ts';
import type { User } from './users.ts';

export interface SignInRequest extends SessionPlace {
  readonly email: string;
  readonly password: string;
  /** The browser's `Cookie` header: a session it holds ends as the new one begins. */
  readonly cookieHeader?: string | undefined;
}

export type SignInOutcome =
  | {
      readonly ok: true;
      readonly user: User;
      /** The `Set-Cookie` header of the answer. */
      readonly cookie: string;
    }
  /** The same for a wrong password and for a user who does not exist. */
  | { readonly ok: false; readonly reason: 'wrong' }
  | { readonly ok: false; readonly reason: 'wait'; readonly waitMs: number };

export interface SignInOptions {
  readonly tables: Tables;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly audit: Audit;
  readonly throttle: Throttle;
  readonly now: () => number;
}

const visitor: Actor = { kind: 'visitor', id: 'visitor', roles: [] };

/** Signs in with address and password. Throws `accounts/busy` when too many are signing in at once. */
export async function signIn(options: SignInOptions, asked: SignInRequest): Promise<SignInOutcome> {
  const { sessions, audit } = options;
  const { email, address } = asked;
  const checked = await checkPassword(options, email, asked.password, address);
  if (!checked.ok) {
    if (checked.reason === 'wrong') {
      const detail = { why: checked.user ? 'password' : 'unknown' };
      const target = checked.user?.id ?? '';
      await audit.record({ actor: visitor, action: 'session.failed', target, address, detail });
    }
    return checked.reason === 'wrong' ? { ok: false, reason: 'wrong' } : checked;
  }
  const { user } = checked;
  const begun = sessions.begin(user, asked);
  const before = await sessions.find(asked.cookieHeader);
  const ended = await sessions.expired(user);
  const values = { seen_at: new Date(options.now()).toISOString() };
  const seen: RowWrite = { operation: 'update', table: USERS, id: user.id, values };
  const writes: RowWrite[] = [begun.write, seen, ...ended, ...checked.writes];
  if (before && !ended.some((write) => write.id === before.session.id)) {
    writes.push({ operation: 'delete', table: SESSIONS, id: before.session.id });
  }
  const actor: Actor = { kind: 'user', id: user.id, roles: user.roles };
  const event = { actor, action: 'session.created', target: user.id, address } as const;
  const outcome = await audit.record(event, writes);
  if (before) sessions.forget(before.session.id);
  // The user was removed, or an old session ended elsewhere, at this very moment.
  if (!outcome.ok) return { ok: false, reason: 'wrong' };
  return { ok: true, user, cookie: begun.cookie };
}

/** Asks for the password again, before what needs it: for a while the session counts as proven. */
export async function proveSession(
  options: SignInOptions,
  { user, session, actor }: SignedIn,
  password: string,
  address: string,
): Promise<{ readonly ok: true } | Extract<SignInOutcome, { ok: false }>> {
  const { sessions, audit, now } = options;
  const checked = await checkPassword(options, user.email, password, address);
  if (!checked.ok) {
    if (checked.reason === 'wait') return checked;
    await audit.record({ actor, action: 'session.proof-failed', target: user.id, address });
    return { ok: false, reason: 'wrong' };
  }
  const values = { proven_at: new Date(now()).toISOString() };
  const event = { actor, action: 'session.proven', target: user.id, address } as const;
  const writes: RowWrite[] = [
    { operation: 'update', table: SESSIONS, id: session.id, values },
    ...otherProcesses(user.id, now()),
    ...checked.writes,
  ];
  const outcome = await audit.record(event, writes);
  sessions.forget(session.id);
  return outcome.ok ? { ok: true } : { ok: false, reason: 'wrong' };
}

/** Ends sessions, all of one user. */
export async function endSessions(
  { audit, sessions, now }: SignInOptions,
  by: Actor,
  userId: string,
  sessionIds: readonly string[],
): Promise<void> {
  const deletes = sessionIds.map((id): RowWrite => ({ operation: 'delete', table: SESSIONS, id }));
  const event = { actor: by, action: 'session.ended', target: userId } as const;
  await audit.record(event, [...deletes, ...otherProcesses(userId, now())]);
  for (const id of sessionIds) sessions.forget(id);
}

const endedAtOnceMax = 500;

/** Ends the sessions of everybody, with an entry that says why. */
export async function endAllSessions({ tables, audit, sessions }: SignInOptions, event: AuditEvent): Promise<void> {
  for (let first = true; ; first = false) {
    const ids = (await findRows(tables, SESSIONS, '', endedAtOnceMax)).map((row) => textOf(row, 'id'));
    const deletes = ids.map((id): RowWrite => ({ operation: 'delete', table: SESSIONS, id }));
    if (first) await audit.record(event, deletes);
    else if (ids.length > 0) await tables.write(event.actor, deletes);
    for (const id of ids) sessions.forget(id);
    if (ids.length < endedAtOnceMax) return;
  }
}

/** A write that is logged, by which other processes hear that sessions of the user have changed. */
function otherProcesses(userId: string, nowMs: number): RowWrite[] {
  const values = { signed_out_at: new Date(nowMs).toISOString() };
  return [{ operation: 'update', table: USERS, id: userId, values }];
}

type Checked =
  | { readonly ok: true; readonly user: User; readonly writes: readonly RowWrite[] }
  | { readonly ok: false; readonly reason: 'wrong'; readonly user?: User }
  | { readonly ok: false; readonly reason: 'wait'; readonly waitMs: number };

/** The same work whether or not there is such a user. `writes` keep a hash of today's cost. */
async function checkPassword(
  { tables, passwords, throttle }: SignInOptions,
  email: string,
  password: string,
  address: string,
): Promise<Checked> {
  const attempt = throttle.attempt(normaliseEmail(email) ?? email.slice(0, 254), address);
  if (typeof attempt === 'number') return { ok: false, reason: 'wait', waitMs: attempt };
  try {
    const row = await userRow(tables, email);
    const user = row && userOf(row);
    const credential = user && (await passwordRow(tables, user.id));
    const stored = credential && textOf(credential, 'secret');
    const tooLong = Buffer.byteLength(password) > passwordBytesMax * 4;
    const { matches, stale } = await passwords.verify(tooLong ? '' : password, stored);
    if (!matches || tooLong || !user || !credential) {
      return { ok: false, reason: 'wrong', ...(user && { user }) };
    }
    attempt.succeeded();
    if (!stale) return { ok: true, user, writes: [] };
    const values = { secret: await passwords.hash(password) };
    return {
      ok: true,
      user,
      writes: [{ operation: 'update', table: CREDENTIALS, id: textOf(credential, 'id'), values }],
    };
  } catch (error) {
    attempt.dropped();
    throw error;
  }
}
