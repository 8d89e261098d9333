import type { Row } from '../schema/index.ts';
import { boundedCache } from '../std/index.ts';
import type { Clock, Ids, Log, Random } from '../std/index.ts';
import type { Actor, RowWrite, Tables } from '../tables/index.ts';
import { SESSIONS, USERS } from './account-tables.ts';
import { readSessionCookie, sessionCookie } from './cookie.ts';
import { findRows, textOf } from './find-rows.ts';
import { formatToken, hashSecret, makeSecret, parseToken, secretMatches } from './token.ts';
import { userOf } from './users.ts';
import type { User } from './users.ts';

/** How long sessions last, in milliseconds. */
export interface SessionLifetime {
  /** Without a request. */
  readonly idleMs: number;
  readonly absoluteMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Of admins and editors, and of everyone else. */
export const staffLifetime: SessionLifetime = { idleMs: 30 * MINUTE_MS, absoluteMs: 12 * HOUR_MS };
export const visitorLifetime: SessionLifetime = { idleMs: 14 * DAY_MS, absoluteMs: 30 * DAY_MS };

/** For so long after the password was given, it need not be given again. */
const proofLastsMs = 10 * MINUTE_MS;

/** A session is written to the database as used once in so long. */
const TOUCH_MS = MINUTE_MS;
const CACHED_MAX = 10_000;
const AGENT_LENGTH_MAX = 200;

/** One signed-in browser. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: string;
  readonly seenAt: string;
  readonly address: string;
  readonly agent: string;
}

/** Who a request comes from. */
export interface SignedIn {
  readonly user: User;
  readonly session: Session;
  readonly actor: Actor;
  /** The password was given a short while ago, so that it need not be asked for again. */
  readonly proven: boolean;
  readonly expiresAt: string;
}

/** Where a session begins. */
export interface SessionPlace {
  readonly address: string;
  readonly agent: string;
}

/** A session about to be made: its row, and the cookie that leads to it. */
export interface NewSession {
  readonly id: string;
  readonly write: RowWrite;
  readonly cookie: string;
}

export interface Sessions {
  /** Who sent this `Cookie` header; undefined for a visitor, an ended session or a forged token. */
  find(cookieHeader: string | undefined): Promise<SignedIn | undefined>;
  begin(user: Pick<User, 'id' | 'roles'>, place: SessionPlace): NewSession;
  /** The writes that end all sessions of a user whose time is over. */
  expired(user: Pick<User, 'id' | 'roles'>): Promise<readonly RowWrite[]>;
  /** Newest first; of one user, or of all. */
  list(userId?: string): Promise<readonly Session[]>;
  /** Forgets what is held in memory of a session that has been changed or ended. */
  forget(sessionId: string): void;
  forgetUser(userId: string): void;
  /** The `Set-Cookie` that ends the browser's session. */
  readonly endCookie: string;
  /** Waits for what is being written. */
  close(): Promise<void>;
}

export interface SessionsOptions {
  readonly tables: Tables;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Log;
  /** Served over HTTPS. */
  readonly secure: boolean;
  readonly staff: SessionLifetime;
  readonly visitors: SessionLifetime;
}

interface Held {
  readonly hash: string;
  readonly user: User;
  readonly actor: Actor;
  readonly session: Session;
  readonly createdMs: number;
  readonly provenMs: number;
  seenMs: number;
  /** When it was last written that the session is in use. */
  writtenMs: number;
}

export function openSessions(options: SessionsOptions): Sessions {
  const { tables, clock, log, secure } = options;
  const held = boundedCache<string, Held>(CACHED_MAX);
  const touching = new Set<Promise<void>>();
  /** Counts what was forgotten: what was read before that may be out of date. */
  let forgotten = 0;

  const load = async (id: string): Promise<Held | undefined> => {
    const before = forgotten;
    const found = await readSession(tables, id);
    if (found && before === forgotten) held.set(id, found, 1);
    return found;
  };

  const touch = (id: string, one: Held, nowMs: number): void => {
    one.seenMs = nowMs;
    if (nowMs - one.writtenMs < TOUCH_MS) return;
    one.writtenMs = nowMs;
    const values = { seen_at: new Date(nowMs).toISOString() };
    const written = tables
      .write(one.actor, [{ operation: 'update', table: SESSIONS, id, values }])
      .then((outcome) => {
        if (!outcome.ok) forget(id);
      })
      .catch((error: unknown) => log.warn('It could not be written that a session is in use.', { error }))
      .finally(() => touching.delete(written));
    touching.add(written);
  };

  const forget = (id: string): void => {
    forgotten++;
    held.delete(id);
  };

  const forgetUser = (userId: string): void => {
    forgotten++;
    for (const [id, { user }] of held.entries()) if (user.id === userId) held.delete(id);
  };

  // Users are logged, also by other processes, whenever their sessions change.
  tables.feed.follow((entries) => {
    for (const { table, id } of entries) if (table === USERS) forgetUser(id);
  });

  return {
    async find(cookieHeader) {
      const value = readSessionCookie(cookieHeader, secure);
      const token = value === undefined ? undefined : parseToken(value);
      if (!token) return undefined;
      const one = held.get(token.id) ?? (await load(token.id));
      if (!one || !secretMatches(token.secret, one.hash)) return undefined;
      const nowMs = clock.now();
      const lifetime = lifetimeOf(options, one.user.roles);
      if (isOver(one, lifetime, nowMs)) return undefined;
      touch(token.id, one, nowMs);
      return {
        user: one.user,
        session: { ...one.session, seenAt: new Date(nowMs).toISOString() },
        actor: one.actor,
        proven: nowMs - one.provenMs < proofLastsMs,
        expiresAt: new Date(Math.min(nowMs + lifetime.idleMs, one.createdMs + lifetime.absoluteMs)).toISOString(),
      };
    },
    begin: (user, place) => beginSession(options, user, place),
    async expired(user) {
      const lifetime = lifetimeOf(options, user.roles);
      const nowMs = clock.now();
      const rows = await findRows(tables, SESSIONS, `user=${user.id}`);
      return rows
        .filter((row) => isOver(timesOf(row), lifetime, nowMs))
        .map((row): RowWrite => ({ operation: 'delete', table: SESSIONS, id: textOf(row, 'id') }));
    },
    async list(userId) {
      const query = userId === undefined ? 'sort=-seen_at' : `user=${userId}&sort=-seen_at`;
      return (await findRows(tables, SESSIONS, query, 1000)).map(sessionOf);
    },
    forget,
    forgetUser,
    endCookie: sessionCookie('', 0, secure),
    async close() {
      await Promise.all(touching);
    },
  };
}

function beginSession(
  { ids, random, clock, secure, ...options }: SessionsOptions,
  user: Pick<User, 'id' | 'roles'>,
  { address, agent }: SessionPlace,
): NewSession {
  const id = ids();
  const secret = makeSecret(random);
  const now = new Date(clock.now()).toISOString();
  const values = {
    user: user.id,
    secret: hashSecret(secret),
    seen_at: now,
    proven_at: now,
    address,
    agent: agent.slice(0, AGENT_LENGTH_MAX),
  };
  return {
    id,
    write: { operation: 'insert', table: SESSIONS, id, values },
    cookie: sessionCookie(formatToken({ id, secret }), lifetimeOf(options, user.roles).absoluteMs, secure),
  };
}

async function readSession(tables: Tables, id: string): Promise<Held | undefined> {
  return await tables.snapshot(async (reader) => {
    const row = await reader.byId(SESSIONS, id);
    const userRow = row && (await reader.byId(USERS, textOf(row, 'user')));
    if (!row || !userRow) return undefined;
    const user = userOf(userRow);
    const times = timesOf(row);
    return {
      hash: textOf(row, 'secret'),
      user,
      actor: { kind: 'user', id: user.id, roles: user.roles },
      session: sessionOf(row),
      ...times,
      provenMs: Date.parse(textOf(row, 'proven_at')),
      writtenMs: times.seenMs,
    };
  });
}

function sessionOf(row: Row): Session {
  return {
    id: textOf(row, 'id'),
    userId: textOf(row, 'user'),
    createdAt: textOf(row, 'created_at'),
    seenAt: textOf(row, 'seen_at'),
    address: textOf(row, 'address'),
    agent: textOf(row, 'agent'),
  };
}

/** When a session began and was last used. */
export function timesOf(row: Row): { readonly createdMs: number; readonly seenMs: number } {
  return { createdMs: Date.parse(textOf(row, 'created_at')), seenMs: Date.parse(textOf(row, 'seen_at')) };
}

export function isOver(
  { createdMs, seenMs }: { readonly createdMs: number; readonly seenMs: number },
  { idleMs, absoluteMs }: SessionLifetime,
  nowMs: number,
): boolean {
  return nowMs - seenMs > idleMs || nowMs - createdMs > absoluteMs;
}

export function lifetimeOf(
  { staff, visitors }: Pick<SessionsOptions, 'staff' | 'visitors'>,
  roles: readonly string[],
): SessionLifetime {
  return roles.includes('admin') || roles.includes('editor') ? staff : visitors;
}
