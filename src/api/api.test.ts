import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { accountTables, openAccounts } from '../accounts/index.ts';
import { openSqlite } from '../database/index.ts';
import { openFileStore } from '../files/index.ts';
import { defaultFormLimits } from '../forms/index.ts';
import { manualClock, memoryLog, seededRandom } from '../std/index.ts';
import { deriveSchema, openTables } from '../tables/index.ts';
import type { AccessRule, Actor, Tables } from '../tables/index.ts';
import { apiHandler } from './index.ts';
import type { ApiAnswer } from './index.ts';

const system: Actor = { kind: 'system', id: 'system', roles: [] };
const password = 'zebra crossing at noon';

interface World {
  readonly tables: Tables;
  readonly log: ReturnType<typeof memoryLog>;
  /** `GET /note`, as one of the users or a visitor. */
  readonly call: (who: string | undefined, request: string, body?: unknown) => Promise<ApiAnswer>;
}

/** A table of notes, users ada and bob without a role, and what the rules say. */
async function world(t: TestContext, rules: readonly AccessRule[]): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'backlot-api-'));
  const clock = manualClock();
  const log = memoryLog();
  const random = seededRandom(1);
  const driver = await openSqlite({ file: join(folder, 'data.sqlite'), clock, log });
  const tables = await openTables({ driver, clock, log, random });
  const at = { file: 'index.html', line: 1, column: 1 };
  const column = { name: 'text', label: 'text', required: true, constraints: {}, queried: false, at };
  const note = { name: 'note', label: 'note', columns: [column], single: false, implicit: false, at };
  await tables.apply(await tables.plan(deriveSchema([note], accountTables).schema));
  const accounts = openAccounts({ tables, clock, random, log });
  t.after(async () => {
    await accounts.close();
    await tables.close();
    await rm(folder, { recursive: true, force: true });
  });
  const cookies = new Map<string, string>();
  for (const name of ['ada', 'bob']) {
    const email = `${name}@example.org`;
    await accounts.users.add({ email, password, roles: [] }, system);
    const outcome = await accounts.signIn({ email, password, address: '192.0.2.1', agent: '' });
    if (outcome.ok) cookies.set(name, outcome.cookie.split(';')[0]!);
  }
  const handle = apiHandler({
    tables,
    accounts,
    files: await openFileStore({ dir: join(folder, 'files'), random, clock }),
    site: () => ({ files: new Map(), pages: new Map(), grants: new Map(), timeZone: 'Europe/Rome' }),
    clock,
    log,
    path: '/api',
    limits: defaultFormLimits,
    rules,
  });
  return {
    tables,
    log,
    async call(who, request, body) {
      const [method = '', target = ''] = request.split(' ');
      const [path = '', query = ''] = target.split('?');
      const cookie = who === undefined ? undefined : cookies.get(who);
      const headers = { cookie, 'content-type': 'application/json' };
      const bytes = Buffer.from(JSON.stringify(body) ?? '');
      return await handle({ id: 'one', method, path, query, headers, body: chunksOf(bytes), address: '192.0.2.1' });
    },
  };
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

function textOf({ body }: ApiAnswer): string {
  return typeof body === 'string' ? body : assert.fail('the answer is a file');
}

function jsonOf(answer: ApiAnswer): Readonly<Record<string, unknown>> {
  return JSON.parse(textOf(answer)) as Readonly<Record<string, unknown>>;
}

function textsOf(answer: ApiAnswer): readonly unknown[] {
  return (jsonOf(answer)['rows'] as readonly { text: string }[]).map(({ text }) => text);
}

const own = { kind: 'own' } as const;
const ownNotes: readonly AccessRule[] = (['read', 'insert', 'update', 'delete'] as const).map((action) => {
  return { table: 'note', action, who: own };
});

void test('with a rule for own rows, everyone sees and changes theirs, and those of others do not exist', async (t) => {
  const { call } = await world(t, ownNotes);
  const made = await call('ada', 'POST /note', { text: 'of ada' });
  assert.equal(made.status, 201);
  await call('bob', 'POST /note', { text: 'of bob' });
  assert.deepEqual(textsOf(await call('ada', 'GET /note')), ['of ada']);
  assert.deepEqual(textsOf(await call('bob', 'GET /note?sort=-text')), ['of bob']);
  assert.deepEqual(jsonOf(await call('ada', 'GET /note?_total'))['total'], 1);
  const path = `/note/${String(jsonOf(made)['id'])}`;
  assert.equal((await call('ada', `GET ${path}`)).status, 200);
  for (const request of [`GET ${path}`, `PATCH ${path}`, `DELETE ${path}`, `DELETE /note?id=${path.slice(6)}`]) {
    const foreign = await call('bob', request, { text: 'mine' });
    assert.equal(foreign.status, 404, request);
    const missing = await call('bob', request.replace(path.slice(6), 'x'), { text: 'mine' });
    assert.equal(missing.status, 404, request);
  }
  assert.equal((await call('bob', `GET ${path}/history`)).status, 403);
  assert.equal((await call('ada', `PATCH ${path}`, { text: 'again' })).status, 200);
  assert.equal((await call(undefined, 'GET /note')).status, 401);
});

void test('a rule for anyone lets visitors read, and nothing else', async (t) => {
  const { call, tables } = await world(t, [{ table: 'note', action: 'read', who: { kind: 'anyone' } }]);
  await tables.write(system, [{ operation: 'insert', table: 'note', values: { text: 'to all' } }]);
  assert.deepEqual(textsOf(await call(undefined, 'GET /note')), ['to all']);
  assert.equal((await call(undefined, 'POST /note', { text: 'x' })).status, 401);
  assert.equal((await call('ada', 'POST /note', { text: 'x' })).status, 403);
});

void test('no rule opens the tables that hold secrets', async (t) => {
  const { call } = await world(t, [{ table: '_credential', action: 'read', who: { kind: 'anyone' } }]);
  assert.equal((await call('ada', 'GET /_credential')).status, 403);
});

void test('a failure of ours is 500 with an id, told in the log and not to the client', async (t) => {
  const { call, tables, log } = await world(t, ownNotes);
  tables.snapshot = () => Promise.reject(new Error('a secret of the house'));
  const answer = await call('ada', 'GET /note');
  assert.deepEqual([answer.status, jsonOf(answer)['instance']], [500, 'urn:uuid:one']);
  assert.ok(!textOf(answer).includes('secret'));
  assert.equal(log.lines.length, 1);
});
