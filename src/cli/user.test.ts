import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addUser, call, password, restaurant, signIn } from '../../test/api.ts';
import { startPostgres } from '../../test/postgres.ts';
import { command } from '../../test/rows.ts';
import { serveFiles } from '../../test/served.ts';

async function told(args: readonly string[], stdin?: string): Promise<string> {
  const { code, stdout, stderr } = await command(['user', ...args], stdin === undefined ? {} : { stdin });
  return `${code} ${stdout}${stderr}`;
}

for (const database of ['SQLite', 'PostgreSQL']) {
  void test(`users are managed beside a running server (${database})`, async (t) => {
    const server = database === 'PostgreSQL' ? await startPostgres({ fsync: false }) : undefined;
    if (server) t.after(() => server.stop());
    const site = await serveFiles(t, restaurant, server ? { databaseUrl: server.url } : {});
    const where = ['--data', site.dataDir, ...(server ? ['--database', server.url] : [])];
    assert.equal(await told(['list', ...where]), '0 There are no users yet.\n');
    await addUser(site, 'ada@example.org', 'admin', server?.url);
    const added = await told(['add', 'Bob@example.org', '--role', 'editor', '--name', 'Bob', ...where], password);
    assert.equal(added, '0 bob@example.org may sign in as editor.\n');
    const all = 'ada@example.org  admin\nbob@example.org  editor  Bob\n';
    assert.equal(await told(['list', ...where]), `0 ${all}`);
    const cookie = await signIn(site, 'bob@example.org');
    const changed = await told(['password', 'bob@example.org', ...where], 'a longer walk on the beach\r\n');
    assert.equal(changed, '0 bob@example.org has a new password and is signed out everywhere.\n');
    if (!server) assert.equal((await call(site, 'GET /session', { cookie })).at('user'), null);
    const body = { email: 'bob@example.org', password: 'a longer walk on the beach' };
    assert.equal((await call(site, 'POST /session', { body })).status, 201);
    assert.equal(await told(['remove', 'bob@example.org', ...where]), '0 bob@example.org is removed.\n');
    assert.match(await told(['remove', 'ada@example.org', ...where]), /^1 .*This is the only admin\./s);
  });
}

void test('users are managed where no server runs', async (t) => {
  const site = await serveFiles(t, restaurant);
  await site.stop();
  await addUser(site, 'ada@example.org', 'admin');
  assert.equal(await told(['list', '--data', site.dataDir]), '0 ada@example.org  admin\n');
});

const mistakes: readonly [readonly string[], string, RegExp][] = [
  [['add'], password, /^2 .*user add needs an address/s],
  [['ad', 'ada@example.org'], password, /^2 .*user does not know "ad"/s],
  [['add', 'ada@example.org'], 'too short\n', /^1 .*at least 15 characters/s],
  [['add', 'ada@example.org'], '', /^1 .*standard input, and there was none/s],
  [['add', 'ada'], password, /^1 .*no email address/s],
  [['add', 'ada@example.org', '--role', 'anyone'], password, /^1 .*“anyone” cannot be a role/s],
  [['remove', 'ada@example.org'], '', /^1 .*no user ada@example\.org/s],
  [['remove', 'ada@example.org', '--role', 'admin'], '', /^2 .*--role and --name are for user add/s],
];

void test('mistakes are told in one line', async (t) => {
  const site = await serveFiles(t, restaurant);
  for (const [args, stdin, expected] of mistakes) {
    const said = await told([...args, '--data', site.dataDir], stdin);
    assert.match(said, expected);
    assert.equal(said.trimEnd().split('\n').length, 1, said);
  }
});
