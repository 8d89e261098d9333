import { availableParallelism } from 'node:os';
import { uuidv7 } from '../std/index.ts';
import type { Clock, Log, Random } from '../std/index.ts';
import type { Actor, Tables } from '../tables/index.ts';
import { auditTrail } from './audit.ts';
import type { Audit, AuditEvent } from './audit.ts';
import { passwordHashing } from './passwords.ts';
import { openSessions, staffLifetime, visitorLifetime } from './sessions.ts';
import type { SessionLifetime, Sessions, SignedIn } from './sessions.ts';
import { openSetup } from './setup.ts';
import type { Setup } from './setup.ts';
import { endAllSessions, endSessions, proveSession, signIn } from './sign-in.ts';
import type { SignInOptions, SignInOutcome, SignInRequest } from './sign-in.ts';
import { sweepAccounts } from './sweep.ts';
import { throttle } from './throttle.ts';
import { openUsers } from './users.ts';
import type { Users } from './users.ts';

export interface AccountsOptions {
  /** Their schema must have this room's tables. */
  readonly tables: Tables;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The site is served over HTTPS: the session cookie gets its strictest form. */
  readonly secure?: boolean;
  readonly staff?: SessionLifetime;
  readonly visitors?: SessionLifetime;
  /** Attempts to sign in from one address in any minute. */
  readonly signInsPerMinute?: number;
}

const SIGN_INS_PER_MINUTE = 20;

/** Users, credentials, sessions, roles: who the actor is. */
export interface Accounts {
  /** Who acts in a request with this `Cookie` header: asked for every request, answered from memory. */
  actorOf(cookieHeader: string | undefined): Promise<Actor>;
  readonly users: Users;
  readonly sessions: Pick<Sessions, 'find' | 'list' | 'endCookie'>;
  readonly setup: Setup;
  readonly audit: Audit;
  /** Throws `accounts/busy`. */
  signIn(asked: SignInRequest): Promise<SignInOutcome>;
  /** Takes the password again. Throws `accounts/busy`. */
  prove(
    who: SignedIn,
    password: string,
    address: string,
  ): Promise<{ readonly ok: true } | Extract<SignInOutcome, { ok: false }>>;
  /** Ends sessions of one user. */
  endSessions(by: Actor, userId: string, sessionIds: readonly string[]): Promise<void>;
  /** Removes ended sessions and links; gives how many. To be done from time to time. */
  sweep(): Promise<number>;
  /** Ends the sessions of everybody, with an entry that says why. */
  endAllSessions(event: AuditEvent): Promise<void>;
  /** Waits for what is being written; to be called before the tables are closed. */
  close(): Promise<void>;
}

const visitor: Actor = { kind: 'visitor', id: 'visitor', roles: [] };

export function openAccounts(options: AccountsOptions): Accounts {
  const { tables, clock, random, log } = options;
  const { secure = false, staff = staffLifetime, visitors = visitorLifetime } = options;
  const ids = uuidv7(clock, random);
  const now = (): number => clock.now();
  const passwords = passwordHashing(random, availableParallelism());
  const audit = auditTrail(tables, clock);
  const slowing = throttle({ clock, perMinute: options.signInsPerMinute ?? SIGN_INS_PER_MINUTE });
  const sessions = openSessions({ tables, clock, random, ids, log, secure, staff, visitors });
  const onChange = (id: string): void => sessions.forgetUser(id);
  const users = openUsers({ tables, audit, passwords, ids, now, onChange });
  const setup = openSetup({ tables, users, sessions, passwords, audit, throttle: slowing, clock, random, ids });
  const signing: SignInOptions = { tables, sessions, passwords, audit, throttle: slowing, now };
  return {
    actorOf: async (cookieHeader) =>
      cookieHeader === undefined ? visitor : ((await sessions.find(cookieHeader))?.actor ?? visitor),
    users,
    sessions,
    setup,
    audit,
    signIn: (asked) => signIn(signing, asked),
    prove: (who, password, address) => proveSession(signing, who, password, address),
    endSessions: (by, userId, sessionIds) => endSessions(signing, by, userId, sessionIds),
    sweep: () => sweepAccounts({ tables, clock, staff, visitors }),
    endAllSessions: (event) => endAllSessions(signing, event),
    close: () => sessions.close(),
  };
}
