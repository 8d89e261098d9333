import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { startPostgres } from '../../test/postgres.ts';
import type { PostgresServer } from '../../test/postgres.ts';
import { manualClock, memoryLog } from '../std/index.ts';
import { addDish, driverContract, idsOf, loggedIds, makeDishes, refusalOf } from './contract-suite.ts';
import type { Driver } from './contract.ts';
import { DatabaseError } from './errors.ts';
import type { FaultPoint } from './fault.ts';
import { openPostgres } from './postgres.ts';
import type { PostgresOptions } from './postgres.ts';

let server: PostgresServer;
let operator: Driver;
before(async () => {
  server = await startPostgres();
  operator = await openPostgres({ url: server.url, clock: manualClock(), log: memoryLog() });
});
after(async () => {
  await operator.close();
  await server.stop();
});

type Open = (options?: Partial<PostgresOptions>) => Promise<Driver>;

let schemas = 0;

/** Opens drivers on a fresh schema, which is made far sooner than a database, or on `url`; closes them after the test. */
async function opener(context: TestContext, url?: string): Promise<Open> {
  const address = new URL(url ?? server.url);
  if (url === undefined) {
    const schema = `test_${++schemas}`;
    await operator.query(`create schema ${schema}`, []);
    address.searchParams.set('options', `-c search_path=${schema}`);
  }
  return async (options) => {
    const settings = { clock: manualClock(), log: memoryLog(), reconnectForMs: 0 };
    const driver = await openPostgres({ url: address.href, ...settings, ...options });
    context.after(() => driver.close());
    return driver;
  };
}

/** Ends a server process, as an administrator or a crash would, and waits until it has ended. */
async function terminate(backend: number): Promise<void> {
  await operator.query('select pg_terminate_backend($1, 5000)', [backend]);
}

function postgresError(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

driverContract('postgres', async (context) => ({
  open: await opener(context),
  lose: (target) => terminate(target.backend!),
  diskFull: () => postgresError('could not extend file: No space left on device', '53100'),
}));

/** A fault that strikes at a point, the first `times`. */
function strike(point: FaultPoint, times: number, act: (backend: number) => void | Promise<void>): Armed {
  const armed: Armed = {
    left: 0,
    arm: () => (armed.left = times),
    fault: async (at, { backend = 0 }) => {
      if (at === point && armed.left-- > 0) await act(backend);
    },
  };
  return armed;
}

interface Armed {
  left: number;
  readonly arm: () => void;
  readonly fault: NonNullable<PostgresOptions['fault']>;
}

async function struck(context: TestContext, armed: Armed): Promise<Driver> {
  const driver = await (await opener(context))({ fault: armed.fault });
  await makeDishes(driver);
  armed.arm();
  return driver;
}

function loseAnswer(): never {
  throw postgresError('read ECONNRESET', 'ECONNRESET');
}

function failToSerialise(): never {
  throw postgresError('could not serialize access', '40001');
}

const group = (driver: Driver): Parameters<Driver['commit']>[0] => [
  addDish(driver, 'a'),
  addDish(driver, 'b', { price: -1 }),
  addDish(driver, 'c'),
];
const groupOutcomes = ['accepted', 'check', 'accepted'];

void test('a connection lost before the commit is made again, and the group with it', async (context) => {
  const driver = await struck(context, strike('begin', 1, terminate));
  assert.deepEqual((await driver.commit(group(driver))).map(refusalOf), groupOutcomes);
  assert.deepEqual(await loggedIds(driver), ['a', 'c']);
});

void test('a connection lost as the commit is sent: found not to have happened, and done again', async (context) => {
  const driver = await struck(context, strike('commit', 1, terminate));
  assert.deepEqual((await driver.commit(group(driver))).map(refusalOf), groupOutcomes);
  assert.deepEqual(await loggedIds(driver), ['a', 'c']);
});

void test('a commit that happened and whose answer was lost is found, and not done twice', async (context) => {
  const driver = await struck(context, strike('committed', 1, loseAnswer));
  const outcomes = await driver.commit(group(driver));
  assert.deepEqual(
    outcomes.map((outcome) => outcome.ok && outcome.position),
    [1, false, 2],
  );
  assert.deepEqual(await loggedIds(driver), ['a', 'c']);
});

void test('a commit whose outcome cannot be looked up is reported as unknown', async (context) => {
  let unreachable = false;
  const driver = await (
    await opener(context)
  )({
    fault: async (point, { backend = 0 }) => {
      if (point === 'connect' && unreachable) throw postgresError('connect ECONNREFUSED', 'ECONNREFUSED');
      if (point !== 'commit' || !unreachable) return;
      await terminate(backend);
    },
  });
  await makeDishes(driver);
  unreachable = true;
  await assert.rejects(
    driver.commit(group(driver)),
    (error) => error instanceof DatabaseError && error.code === 'database/lost' && error.outcomeUnknown,
  );
  unreachable = false;
  assert.deepEqual((await driver.commit([addDish(driver, 'd')])).map(refusalOf), ['accepted']);
});

void test('a serialisation failure is tried again, but not for ever', async (context) => {
  const twice = await struck(context, strike('commit', 2, failToSerialise));
  assert.deepEqual((await twice.commit(group(twice))).map(refusalOf), groupOutcomes);
  const always = await struck(context, strike('commit', 100, failToSerialise));
  await assert.rejects(always.commit(group(always)), { code: 'database/statement' });
  assert.deepEqual(await idsOf(always), []);
});

void test('reads go on after every connection was lost', async (context) => {
  const driver = await (await opener(context, await server.createDatabase()))();
  await makeDishes(driver);
  await driver.commit([addDish(driver, 'a')]);
  await driver.snapshot((reader) => reader.query('select 1', []));
  const [row] = await driver.query('select current_database() as name', []);
  const terminateAll = 'select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1';
  await operator.query(terminateAll, [row!['name']!]);
  assert.deepEqual(await idsOf(driver), ['a']);
  assert.equal(await driver.snapshot(async (reader) => (await reader.query('select id from dish', [])).length), 1);
  assert.deepEqual((await driver.commit([addDish(driver, 'b')])).map(refusalOf), ['accepted']);
});

void test('statements prepared before a migration in another process go on working', async (context) => {
  const open = await opener(context);
  const driver = await open({ readersMax: 1 });
  const other = await open();
  await makeDishes(driver);
  const all = 'select * from dish';
  const read = (): Promise<readonly unknown[]> => driver.query(all, []);
  const readTogether = (): Promise<readonly unknown[]> => driver.snapshot((reader) => reader.query(all, []));
  await driver.commit([addDish(driver, 'a')]);
  for (const [index, way] of [read, readTogether].entries()) {
    await way();
    await other.migrate([{ sql: `alter table dish add column extra${index} text`, params: [] }], []);
    assert.deepEqual(Object.keys((await way())[0] ?? {}).slice(5), index === 0 ? ['extra0'] : ['extra0', 'extra1']);
  }
});

void test('a statement that takes too long is stopped, and its group fails alone', async (context) => {
  const driver = await (await opener(context))({ statementTimeoutMs: 1500 });
  await makeDishes(driver);
  const slow = { statements: [{ sql: 'select pg_sleep(60)', params: [] }], entries: [] };
  await assert.rejects(driver.commit([addDish(driver, 'a'), slow]), { code: 'database/timeout' });
  await assert.rejects(driver.query('select pg_sleep(60)', []), { code: 'database/timeout' });
  assert.deepEqual((await driver.commit([addDish(driver, 'b')])).map(refusalOf), ['accepted']);
  assert.deepEqual(await idsOf(driver), ['b']);
});

void test('a writer that hangs with the lock in hand is thrown out by the server', async (context) => {
  const open = await opener(context);
  const released = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  let hang = false;
  const hanging = await open({
    idleTransactionTimeoutMs: 400,
    fault: async (point) => {
      if (!hang || point !== 'commit') return;
      reached.resolve();
      await released.promise;
    },
  });
  await makeDishes(hanging);
  hang = true;
  const stuck = hanging.commit([addDish(hanging, 'a')]);
  await reached.promise;
  const other = await open();
  assert.deepEqual((await other.commit([addDish(other, 'b')])).map(refusalOf), ['accepted']);
  hang = false;
  released.resolve();
  assert.deepEqual((await stuck).map(refusalOf), ['accepted']);
  assert.deepEqual(await loggedIds(other), ['b', 'a']);
});

void test('a deferred reference refuses its change at the commit', async (context) => {
  const driver = await (await opener(context))();
  const sql = 'create table note (id text primary key, up text references note deferrable initially deferred)';
  await driver.migrate([{ sql, params: [] }], []);
  const insert = { sql: 'insert into note values ($1, $2)', params: ['a', 'b'] };
  const change = { statements: [insert], entries: [] };
  assert.deepEqual((await driver.commit([change])).map(refusalOf), ['reference up']);
  await assert.rejects(driver.commit([change, change]), { code: 'database/statement' });
});

/** Listens, and gives what resolves at the next wake-up from now on. */
async function listening(driver: Driver): Promise<() => Promise<void>> {
  const told: (() => void)[] = [];
  driver.onCommit(() => told.shift()?.());
  const next = (): Promise<void> => new Promise((resolve) => told.push(resolve));
  // The first wake-up is for having begun to listen.
  await next();
  return next;
}

void test('a commit in another process is told at once, without asking', { timeout: 20_000 }, async (context) => {
  const open = await opener(context);
  const driver = await open();
  await makeDishes(driver);
  const next = await listening(await open({ pollMs: 60_000 }));
  const woken = next();
  await driver.commit([addDish(driver, 'a')]);
  await woken;
});

void test('a driver whose listener is not told finds out by asking', { timeout: 20_000 }, async (context) => {
  const open = await opener(context);
  const driver = await open();
  await makeDishes(driver);
  const next = await listening(await open({ pollMs: 5 }));
  const woken = next();
  // In the log, and nobody notified.
  const values = `(1, 1, '', 'cli', 'dish', 'a', 1, 'update', null)`;
  await driver.query(`insert into _log values ${values}`, []);
  await woken;
});

void test('a connection that has prepared too many statements is replaced', async (context) => {
  const driver = await (await opener(context))({ statementsMax: 8, readersMax: 1 });
  await makeDishes(driver);
  for (let index = 0; index < 12; index++) {
    const insert = { sql: `insert into dish (id, price) values ('${index}', ${index})`, params: [] };
    await driver.commit([{ statements: [insert], entries: [] }]);
    await driver.query(`select ${index} as n`, []);
  }
  const [row] = await driver.query('select count(*) as n from pg_prepared_statements', []);
  assert.ok(Number(row!['n']) <= 8);
  assert.equal((await idsOf(driver)).length, 12);
  const sql = `insert into dish (id, price) select 'prepared', count(*) from pg_prepared_statements`;
  await driver.commit([{ statements: [{ sql, params: [] }], entries: [] }]);
  const [prepared] = await driver.query(`select price from dish where id = 'prepared'`, []);
  assert.ok(Number(prepared!['price']) <= 12, 'the writer, which is replaced between two groups');
});

void test('numbers are numbers, dates and JSON the text they are', async (context) => {
  const driver = await (await opener(context))();
  const [row] = await driver.query(
    `select count(*) as a, sum(2::bigint) as b, 0.5::real as c, true as d, date '2026-08-14' as e, '{"a":1}'::jsonb as f`,
    [],
  );
  assert.deepEqual({ ...row }, { a: 1, b: 2, c: 0.5, d: true, e: '2026-08-14', f: '{"a": 1}' });
});

void test('a server that cannot be reached is reported without its password', async () => {
  const opening = openPostgres({
    url: 'postgres://someone:secret@127.0.0.1:1/nothing',
    clock: manualClock(),
    log: memoryLog(),
  });
  await assert.rejects(opening, (error) => {
    assert.ok(error instanceof DatabaseError);
    assert.equal(error.code, 'database/lost');
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});

void test('an address that is none is refused with an example', async () => {
  const opening = openPostgres({ url: 'postgres://[', clock: manualClock(), log: memoryLog() });
  await assert.rejects(opening, { code: 'database/lost', message: /postgres:\/\/user:password@host/ });
});

void test('commits are waited for whatever the server is set to', async (context) => {
  const log = memoryLog();
  const url = await server.createDatabase('careless');
  const careful = await openPostgres({ url, clock: manualClock(), log });
  context.after(() => careful.close());
  await careful.migrate([{ sql: 'alter database careless set synchronous_commit = off', params: [] }], []);
  const driver = await openPostgres({ url, clock: manualClock(), log });
  context.after(() => driver.close());
  const [row] = await driver.query(`select current_setting('synchronous_commit') as setting`, []);
  assert.equal(row!['setting'], 'on');
});
