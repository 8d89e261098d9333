import type { Row } from '../schema/index.ts';
import type { Clock, Ids, Random } from '../std/index.ts';
import type { Actor, RowWrite, Tables } from '../tables/index.ts';
import { SETUP_TOKENS } from './account-tables.ts';
import type { Audit } from './audit.ts';
import { findRows, rowById, textOf } from './find-rows.ts';
import type { Passwords } from './passwords.ts';
import type { SessionPlace, Sessions } from './sessions.ts';
import type { Throttle } from './throttle.ts';
import { formatToken, hashSecret, makeSecret, parseToken, secretMatches } from './token.ts';
import { newUserWrites, refusedUser } from './users.ts';
import type { User, UserProblem, Users } from './users.ts';

/** A link lasts a day; another is made at the next start. */
const SETUP_LASTS_MS = 24 * 3_600_000;
/** All attempts count as those of one account. */
const SETUP_ACCOUNT = 'setup link';

export interface SetupRequest extends SessionPlace {
  readonly token: string;
  readonly email: string;
  readonly password: string;
  readonly name?: string;
}

export type SetupOutcome =
  | { readonly ok: true; readonly user: User; readonly cookie: string }
  | { readonly ok: false; readonly reason: 'invalid'; readonly problems: readonly UserProblem[] }
  /** Forged, used, expired, or not needed as there is an admin. */
  | { readonly ok: false; readonly reason: 'link' }
  | { readonly ok: false; readonly reason: 'wait'; readonly waitMs: number };

export interface Setup {
  /** A new one-time token for the first admin; undefined when there is one. */
  token(): Promise<string | undefined>;
  /** Makes the first admin and signs them in. The token is used up only when that succeeds. */
  use(asked: SetupRequest): Promise<SetupOutcome>;
}

export interface SetupOptions {
  readonly tables: Tables;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly audit: Audit;
  readonly throttle: Throttle;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
}

const system: Actor = { kind: 'system', id: 'system', roles: [] };
const visitor: Actor = { kind: 'visitor', id: 'visitor', roles: [] };

export function openSetup(options: SetupOptions): Setup {
  return { token: () => makeToken(options), use: (asked) => useToken(options, asked) };
}

async function makeToken({ tables, users, audit, clock, random, ids }: SetupOptions): Promise<string | undefined> {
  if (await users.hasAdmin()) return undefined;
  const nowMs = clock.now();
  const kept = await findRows(tables, SETUP_TOKENS, '');
  const id = ids();
  const secret = makeSecret(random);
  const values = { secret: hashSecret(secret), expires_at: new Date(nowMs + SETUP_LASTS_MS).toISOString() };
  await audit.record({ actor: system, action: 'setup.link' }, [
    ...kept.filter((row) => isOver(row, nowMs)).map(deleteOf),
    { operation: 'insert', table: SETUP_TOKENS, id, values },
  ]);
  return formatToken({ id, secret });
}

async function useToken(options: SetupOptions, asked: SetupRequest): Promise<SetupOutcome> {
  const { tables, users, sessions, audit, throttle, clock } = options;
  const { address } = asked;
  const attempt = throttle.attempt(`${SETUP_ACCOUNT} ${address}`, address);
  if (typeof attempt === 'number') return { ok: false, reason: 'wait', waitMs: attempt };
  const token = parseToken(asked.token);
  const row = token && (await rowById(tables, SETUP_TOKENS, token.id));
  const holds = token && row && secretMatches(token.secret, row['secret']) && !isOver(row, clock.now());
  if (!holds || (await users.hasAdmin())) {
    await audit.record({ actor: visitor, action: 'setup.failed', address });
    return { ok: false, reason: 'link' };
  }
  const made = await newUserWrites(options, { ...asked, roles: ['admin'] });
  attempt.succeeded();
  if (!made.ok) return made.reason === 'invalid' ? made : { ok: false, reason: 'link' };
  const begun = sessions.begin({ id: made.id, roles: ['admin'] }, asked);
  const others = (await findRows(tables, SETUP_TOKENS, '')).filter((each) => textOf(each, 'id') !== token.id);
  const event = { actor: visitor, action: 'setup.used', target: made.id, address } as const;
  // Whoever uses the link at the same moment finds it gone: the delete must find the row.
  const outcome = await audit.record(event, [deleteOf(row), ...made.writes, begun.write, ...others.map(deleteOf)]);
  if (!outcome.ok) {
    if (outcome.reason !== 'invalid') return { ok: false, reason: 'link' };
    const refused = refusedUser(outcome);
    return refused.reason === 'invalid' ? refused : { ok: false, reason: 'link' };
  }
  const user = await users.byId(made.id);
  return user ? { ok: true, user, cookie: begun.cookie } : { ok: false, reason: 'link' };
}

function deleteOf(row: Row): RowWrite {
  return { operation: 'delete', table: SETUP_TOKENS, id: textOf(row, 'id') };
}

function isOver(row: Row, nowMs: number): boolean {
  return Date.parse(textOf(row, 'expires_at')) <= nowMs;
}
