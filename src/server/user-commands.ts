import { openAccounts, withAccountTables } from '../accounts/index.ts';
import type { Accounts, UserOutcome } from '../accounts/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Clock, Log, Random } from '../std/index.ts';
import type { Actor, Tables } from '../tables/index.ts';

/** What `backlot user` was asked for, as it travels to a running server. */
export interface UserCommand {
  readonly action: 'add' | 'password' | 'remove';
  readonly email: string;
  readonly role?: string;
  readonly name?: string;
  readonly password?: string;
}

const operator: Actor = { kind: 'system', id: 'cli', roles: [] };

/** Opens accounts for a command, where no server runs; the data may be older than accounts. */
export async function accountsOf(
  tables: Tables,
  surroundings: { readonly clock: Clock; readonly random: Random; readonly log: Log },
): Promise<Accounts> {
  const wanted = withAccountTables(tables.schema);
  if (wanted) await tables.apply(await tables.plan(wanted));
  return openAccounts({ tables, ...surroundings });
}

/**
 * Does what was asked for; gives the text to print.
 *
 * @throws BacklotError `server/user` in words for the operator
 */
export async function changeUsers({ users }: Accounts, asked: UserCommand): Promise<string> {
  const { action, email, password = '', name } = asked;
  if (action === 'add') {
    const roles = asked.role === undefined ? [] : [asked.role];
    const { user } = must(await users.add({ email, password, roles, ...(name !== undefined && { name }) }, operator));
    return `${user.email} may sign in${user.roles.length > 0 ? ` as ${user.roles.join(', ')}` : ''}.\n`;
  }
  const user = await users.byEmail(email);
  if (!user) throw new BacklotError('server/user', `There is no user ${email}. backlot user list shows them all.`);
  if (action === 'password') {
    must(await users.change(user.id, { password }, operator));
    return `${user.email} has a new password and is signed out everywhere.\n`;
  }
  must(await users.remove(user.id, operator));
  return `${user.email} is removed.\n`;
}

/** Reads what came over the control socket. Throws `server/user` for anything else. */
export function readUserCommand(args: unknown): UserCommand {
  const read = (name: string): string | undefined => {
    const value: unknown = typeof args === 'object' && args !== null ? Reflect.get(args, name) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const action = read('action');
  if (action !== 'add' && action !== 'password' && action !== 'remove') {
    throw new BacklotError('server/user', 'The running server does not know this command: it may be another version.');
  }
  const more = { role: read('role'), name: read('name'), password: read('password') };
  const given = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
  return { action, email: read('email') ?? '', ...given };
}

function must(outcome: UserOutcome): Extract<UserOutcome, { ok: true }> {
  if (outcome.ok) return outcome;
  if (outcome.reason === 'invalid') {
    throw new BacklotError('server/user', outcome.problems.map(({ message }) => message).join(' '));
  }
  throw new BacklotError(
    'server/user',
    outcome.reason === 'missing'
      ? 'There is no such user any more.'
      : 'This is the only admin. Add another first: backlot user add EMAIL --role admin.',
  );
}
