import { accountsOf, changeUsers } from '../server/index.ts';
import type { UserCommand } from '../server/index.ts';
import { changeData } from './change-data.ts';
import { dataOptions, textOption, usageError } from './command.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { dataOptionsOf, withDataToRead } from './place.ts';
import { readSecret } from './read-secret.ts';

/** Adds, changes and lists the users who may sign in. */
export const user: Command = {
  name: 'user',
  usage: 'add|password|remove|list [EMAIL]',
  summary: 'adds, changes, removes or lists users',
  description:
    'backlot user add EMAIL --role admin adds a user; backlot user password EMAIL sets a new password and signs them out ' +
    'everywhere; backlot user remove EMAIL removes them; backlot user list prints everyone. The password is read from ' +
    'standard input and needs 15 characters. Done by the running server when there is one.',
  example: 'backlot user add ada@example.org --role admin',
  options: {
    role: { type: 'string', value: 'ROLE', summary: 'admin, editor, or a role of your pages; for add' },
    name: { type: 'string', value: 'NAME', summary: 'how the user is called; for add' },
    data: dataOptions.data,
    database: dataOptions.database,
  },
  wordsMin: 1,
  wordsMax: 2,
  async run(input, context) {
    const [action = '', email] = input.words;
    if (action === 'list') {
      if (email !== undefined) throw usageError('user list takes no address.');
      return await listUsers(input, context);
    }
    if (action !== 'add' && action !== 'password' && action !== 'remove') {
      throw usageError(`user does not know "${action}"; it takes add, password, remove or list.`);
    }
    if (email === undefined) throw usageError(`user ${action} needs an address: ${user.example}.`);
    return await changeUser(input, context, action, email);
  },
};

async function changeUser(
  input: CommandInput,
  context: CommandContext,
  action: UserCommand['action'],
  email: string,
): Promise<number> {
  const role = textOption(input, 'role');
  const name = textOption(input, 'name');
  if (action !== 'add' && (role !== undefined || name !== undefined)) {
    throw usageError('--role and --name are for user add.');
  }
  const asked = {
    action,
    email,
    ...(role !== undefined && { role }),
    ...(name !== undefined && { name }),
    ...(action !== 'remove' && { password: await readSecret(context, `Password for ${email}: `) }),
  };
  const said = await changeData(input, context, 'user', asked, async ({ tables }) => {
    const accounts = await accountsOf(tables, await dataOptionsOf(input, context));
    try {
      return await changeUsers(accounts, asked);
    } finally {
      await accounts.close();
    }
  });
  context.stdout.write(said);
  return 0;
}

async function listUsers(input: CommandInput, context: CommandContext): Promise<number> {
  return await withDataToRead(input, context, async ({ tables }) => {
    const known = tables.schema.tables['_user'] !== undefined;
    const accounts = known ? await accountsOf(tables, await dataOptionsOf(input, context)) : undefined;
    const users = (await accounts?.users.list()) ?? [];
    for (const { email, name, roles } of users) {
      context.stdout.write(`${[email, roles.join(',') || '-', name].join('  ').trimEnd()}\n`);
    }
    if (users.length === 0) context.stderr.write('There are no users yet.\n');
    return 0;
  });
}
