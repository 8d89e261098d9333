import type { Row, Value } from '../schema/index.ts';
import type { Ids } from '../std/index.ts';
import type { Actor, RowWrite, Tables, WriteOutcome } from '../tables/index.ts';
import { CREDENTIALS, SESSIONS, USERS } from './account-tables.ts';
import type { Audit } from './audit.ts';
import { normaliseEmail } from './email.ts';
import { findRow, findRows, rowById, textOf } from './find-rows.ts';
import { passwordProblem } from './password-rules.ts';
import type { Passwords } from './passwords.ts';

export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly createdAt: string;
  /** When they signed in last; '' for never. */
  readonly seenAt: string;
}

/** Why a user cannot be as asked for: the field, and what is wrong with it. */
export interface UserProblem {
  readonly field: 'email' | 'password' | 'name' | 'roles';
  readonly code: string;
  readonly message: string;
}

export type UserOutcome =
  | { readonly ok: true; readonly user: User }
  | { readonly ok: false; readonly reason: 'invalid'; readonly problems: readonly UserProblem[] }
  | { readonly ok: false; readonly reason: 'missing' }
  /** Nobody would be left who may manage users. */
  | { readonly ok: false; readonly reason: 'last-admin' };

export interface NewUser {
  readonly email: string;
  readonly password: string;
  readonly name?: string;
  readonly roles: readonly string[];
}

export interface Users {
  list(): Promise<readonly User[]>;
  byId(id: string): Promise<User | undefined>;
  byEmail(email: string): Promise<User | undefined>;
  hasAdmin(): Promise<boolean>;
  add(user: NewUser, by: Actor): Promise<UserOutcome>;
  /** A new password or other roles end every session of the user; `keepSession` stays. */
  change(id: string, changes: Partial<NewUser>, by: Actor, keepSession?: string): Promise<UserOutcome>;
  remove(id: string, by: Actor): Promise<UserOutcome>;
}

export interface UsersOptions {
  readonly tables: Tables;
  readonly audit: Audit;
  readonly passwords: Passwords;
  readonly ids: Ids;
  readonly now: () => number;
  /** Hears when a user has changed or is gone. */
  readonly onChange: (id: string) => void;
}

export function openUsers(options: UsersOptions): Users {
  const { tables } = options;
  return {
    list: async () => (await findRows(tables, USERS, 'sort=email')).map(userOf),
    byId: async (id) => userOrNone(await rowById(tables, USERS, id)),
    byEmail: async (email) => userOrNone(await userRow(tables, email)),
    hasAdmin: async () => (await admins(tables, 1)).length > 0,
    add: (user, by) => addUser(options, user, by),
    change: (id, changes, by, keepSession) => changeUser(options, id, changes, by, keepSession),
    remove: (id, by) => removeUser(options, id, by),
  };
}

/** The row of the user with this address. */
export async function userRow(tables: Tables, email: string): Promise<Row | undefined> {
  const normal = normaliseEmail(email);
  return normal === undefined ? undefined : await findRow(tables, USERS, `email=${encodeURIComponent(normal)}`);
}

export async function passwordRow(tables: Tables, userId: string): Promise<Row | undefined> {
  return await findRow(tables, CREDENTIALS, `user=${userId}&kind=password`);
}

export function userOf(row: Row): User {
  const { roles } = row;
  return {
    id: textOf(row, 'id'),
    email: textOf(row, 'email'),
    name: textOf(row, 'name'),
    roles: typeof roles === 'object' && roles !== null ? roles : [],
    createdAt: textOf(row, 'created_at'),
    seenAt: textOf(row, 'seen_at'),
  };
}

/** Checks a new user, and gives the writes that make them. */
export async function newUserWrites(
  { passwords, ids }: Pick<UsersOptions, 'passwords' | 'ids'>,
  user: NewUser,
): Promise<
  { readonly ok: true; readonly id: string; readonly writes: readonly RowWrite[] } | Extract<UserOutcome, { ok: false }>
> {
  const email = normaliseEmail(user.email);
  const problems = problemsOf(user, [user.email, user.name ?? '']);
  if (problems.length > 0 || email === undefined) return { ok: false, reason: 'invalid', problems };
  const id = ids();
  const values = { email, name: user.name?.trim() ?? '', roles: [...new Set(user.roles)] };
  const secret = await passwords.hash(user.password);
  return {
    ok: true,
    id,
    writes: [
      { operation: 'insert', table: USERS, id, values },
      { operation: 'insert', table: CREDENTIALS, values: { user: id, kind: 'password', secret } },
    ],
  };
}

/** What a refused write of a user means. */
export function refusedUser(outcome: Extract<WriteOutcome, { ok: false }>): Extract<UserOutcome, { ok: false }> {
  if (outcome.reason !== 'invalid') return { ok: false, reason: 'missing' };
  const problems = outcome.columns.map(({ column, reason, message }): UserProblem => {
    const field = column === 'name' || column === 'roles' ? column : 'email';
    if (reason === 'unique') {
      return { field, code: 'taken', message: 'There is a user with this email address already.' };
    }
    return { field, code: reason, message };
  });
  return { ok: false, reason: 'invalid', problems };
}

async function addUser(options: UsersOptions, user: NewUser, by: Actor): Promise<UserOutcome> {
  const made = await newUserWrites(options, user);
  if (!made.ok) return made;
  const { audit } = options;
  const event = { actor: by, action: 'user.added', target: made.id, detail: { roles: user.roles } } as const;
  const outcome = await audit.record(event, made.writes);
  if (!outcome.ok) return refusedUser(outcome);
  return { ok: true, user: userOf(outcome.rows[0]!) };
}

async function changeUser(
  options: UsersOptions,
  id: string,
  changes: Partial<NewUser>,
  by: Actor,
  keepSession?: string,
): Promise<UserOutcome> {
  const { tables, audit, now, onChange } = options;
  const row = await rowById(tables, USERS, id);
  if (!row) return { ok: false, reason: 'missing' };
  const user = userOf(row);
  const problems = problemsOf(changes, [changes.email ?? user.email, changes.name ?? user.name]);
  if (problems.length > 0) return { ok: false, reason: 'invalid', problems };
  const newRoles = changes.roles !== undefined && !sameMembers(changes.roles, user.roles);
  if (newRoles && !changes.roles.includes('admin') && (await isLastAdmin(tables, user))) {
    return { ok: false, reason: 'last-admin' };
  }
  const ends = newRoles || changes.password !== undefined;
  const values: Record<string, Value> = {
    ...(changes.email !== undefined && { email: normaliseEmail(changes.email) ?? null }),
    ...(changes.name !== undefined && { name: changes.name.trim() }),
    ...(newRoles && { roles: [...new Set(changes.roles)] }),
    ...(ends && { signed_out_at: new Date(now()).toISOString() }),
  };
  const writes: RowWrite[] = [{ operation: 'update', table: USERS, id, values }];
  if (changes.password !== undefined) writes.push(await passwordWrite(options, id, changes.password));
  if (ends) writes.push(...(await sessionDeletes(tables, id, keepSession)));
  const detail = { changed: Object.keys(changes), ...(newRoles && { roles: changes.roles }) };
  const outcome = await audit.record({ actor: by, action: 'user.changed', target: id, detail }, writes);
  onChange(id);
  if (!outcome.ok) return refusedUser(outcome);
  return { ok: true, user: userOf(outcome.rows[0]!) };
}

async function removeUser({ tables, audit, onChange }: UsersOptions, id: string, by: Actor): Promise<UserOutcome> {
  const row = await rowById(tables, USERS, id);
  if (!row) return { ok: false, reason: 'missing' };
  const user = userOf(row);
  if (await isLastAdmin(tables, user)) return { ok: false, reason: 'last-admin' };
  // Credentials and sessions are children: they go with the user.
  const event = { actor: by, action: 'user.removed', target: id, detail: { roles: user.roles } } as const;
  const outcome = await audit.record(event, [{ operation: 'delete', table: USERS, id }]);
  onChange(id);
  return outcome.ok ? { ok: true, user } : { ok: false, reason: 'missing' };
}

async function passwordWrite({ tables, passwords }: UsersOptions, id: string, password: string): Promise<RowWrite> {
  const secret = await passwords.hash(password);
  const row = await passwordRow(tables, id);
  return row
    ? { operation: 'update', table: CREDENTIALS, id: textOf(row, 'id'), values: { secret } }
    : { operation: 'insert', table: CREDENTIALS, values: { user: id, kind: 'password', secret } };
}

async function sessionDeletes(tables: Tables, userId: string, keep?: string): Promise<readonly RowWrite[]> {
  return (await findRows(tables, SESSIONS, `user=${userId}`))
    .map((row) => textOf(row, 'id'))
    .filter((id) => id !== keep)
    .map((id): RowWrite => ({ operation: 'delete', table: SESSIONS, id }));
}

async function isLastAdmin(tables: Tables, user: User): Promise<boolean> {
  return user.roles.includes('admin') && (await admins(tables, 2)).length < 2;
}

async function admins(tables: Tables, limit: number): Promise<readonly Row[]> {
  return await findRows(tables, USERS, 'roles=admin', limit);
}

function userOrNone(row: Row | undefined): User | undefined {
  return row && userOf(row);
}

const reservedRoles: ReadonlySet<string> = new Set(['anyone', 'user', 'own', 'visitor', 'system']);
const rolesMax = 20;

function problemsOf(user: Partial<NewUser>, about: readonly string[]): UserProblem[] {
  const problems: UserProblem[] = [];
  if (user.email !== undefined && normaliseEmail(user.email) === undefined) {
    problems.push({
      field: 'email',
      code: 'type',
      message: 'This is no email address; it should look like ada@example.org.',
    });
  }
  const weak = user.password === undefined ? undefined : passwordProblem(user.password, { about });
  if (weak) problems.push({ field: 'password', ...weak });
  if (user.name !== undefined && user.name.trim().length > 200) {
    problems.push({ field: 'name', code: 'maxLength', message: 'The name may have at most 200 characters.' });
  }
  const wrong = user.roles?.find((role) => !/^[a-z0-9_\-]{1,40}$/v.test(role) || reservedRoles.has(role));
  if (wrong !== undefined) {
    const message = `“${wrong}” cannot be a role. Roles are admin, editor or a word of your pages, in small letters.`;
    problems.push({ field: 'roles', code: 'options', message });
  } else if ((user.roles?.length ?? 0) > rolesMax) {
    problems.push({ field: 'roles', code: 'maxLength', message: `A user has at most ${rolesMax} roles.` });
  }
  return problems;
}

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  return new Set(a).size === b.length && b.every((role) => a.includes(role));
}
