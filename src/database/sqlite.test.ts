import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { manualClock, memoryLog } from '../std/index.ts';
import { addDish, driverContract, idsOf, makeDishes, nextWake, refusalOf, statement } from './contract-suite.ts';
import { openSqlite } from './sqlite.ts';
import type { SqliteOptions } from './sqlite.ts';

/** A folder that goes with the test. */
function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'backlot-sqlite-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

type Open = (options?: Partial<SqliteOptions>) => ReturnType<typeof openSqlite>;

function opener(context: TestContext, file = join(temporaryFolder(context), 'data.db')): Open {
  return async (options) => {
    const driver = await openSqlite({ file, clock: manualClock(), log: memoryLog(), ...options });
    context.after(() => driver.close());
    return driver;
  };
}

function sqliteError(message: string, errcode: number): Error {
  return Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode });
}

driverContract('sqlite', async (context) => {
  const open = opener(context);
  return {
    open: ({ fault, ...options } = {}) =>
      open({ ...options, ...(fault && { fault: (point, target) => void fault(point, target) }) }),
    lose: async (target) => target.sever!(),
    diskFull: () => sqliteError('database or disk is full', 13),
  };
});

void test('a file that may not grow fails the group in its middle, and works again once it may', async (context) => {
  const clock = manualClock();
  let pagesMax = 1_000_000;
  const fault: SqliteOptions['fault'] = (point, target) => {
    if (point === 'begin') target.execute!(`pragma max_page_count = ${pagesMax}`);
  };
  const driver = await opener(context)({ clock, fault });
  await makeDishes(driver);
  await driver.commit([addDish(driver, 'a')]);
  pagesMax = 1;
  const large = addDish(driver, 'large', { name: 'x'.repeat(100_000) });
  await assert.rejects(driver.commit([addDish(driver, 'b'), large]), { code: 'database/full' });
  assert.deepEqual(await idsOf(driver), ['a']);
  assert.equal((await driver.health()).writable, false);
  pagesMax = 1_000_000;
  assert.equal((await driver.health()).writable, false, 'looked a moment ago');
  clock.advance(1000);
  assert.equal((await driver.health()).writable, true, 'has looked again');
  assert.deepEqual((await driver.commit([addDish(driver, 'b'), large])).map(refusalOf), ['accepted', 'accepted']);
});

void test('on a full disk the database is not well again because a small change passes', async (context) => {
  const clock = manualClock();
  let pagesMax = 1_000_000;
  const fault: SqliteOptions['fault'] = (point, target) => {
    if (point === 'begin') target.execute!(`pragma max_page_count = ${pagesMax}`);
  };
  const driver = await opener(context)({ clock, fault });
  await makeDishes(driver);
  await driver.commit([addDish(driver, 'a')]);
  const [size] = await driver.query('pragma page_count', []);
  pagesMax = Number(size!['page_count']) + 8;
  await assert.rejects(driver.commit([addDish(driver, 'b', { name: 'x'.repeat(100_000) })]), { code: 'database/full' });
  clock.advance(1000);
  assert.deepEqual((await driver.commit([addDish(driver, 'c')])).map(refusalOf), ['accepted']);
  assert.equal((await driver.health()).writable, false);
  pagesMax = 1_000_000;
  clock.advance(1000);
  assert.equal((await driver.health()).writable, true);
});

void test('an I/O error at commit stops writing for good; reading goes on', async (context) => {
  let failing = false;
  const driver = await opener(context)({
    fault: (point) => {
      if (failing && point === 'commit') throw sqliteError('disk I/O error', 1034);
    },
  });
  await makeDishes(driver);
  await driver.commit([addDish(driver, 'a')]);
  failing = true;
  await assert.rejects(driver.commit([addDish(driver, 'b')]), { code: 'database/io' });
  failing = false;
  await assert.rejects(driver.commit([addDish(driver, 'c')]), { code: 'database/io' });
  assert.deepEqual(await idsOf(driver), ['a']);
  const health = await driver.health();
  assert.deepEqual([health.readable, health.writable], [true, false]);
  assert.match(health.problem ?? '', /disk I\/O error/);
});

void test('a constraint that ends the transaction fails the whole group', async (context) => {
  const driver = await opener(context)();
  await makeDishes(driver);
  const sql = `insert or rollback into dish (id, name, price) values ('b', 'a', 1)`;
  const breaking = { statements: [{ sql, params: [] }], entries: [] };
  const group = [addDish(driver, 'a'), breaking, addDish(driver, 'c')];
  await assert.rejects(driver.commit(group), { code: 'database/statement' });
  assert.deepEqual(await idsOf(driver), []);
});

void test('a deferred reference refuses its change at the commit', async (context) => {
  const driver = await opener(context)();
  await driver.migrate(
    [
      {
        sql: 'create table note (id text primary key, up text references note deferrable initially deferred)',
        params: [],
      },
    ],
    [],
  );
  const insert = { sql: 'insert into note values (?, ?)', params: ['a', 'b'] };
  assert.deepEqual((await driver.commit([{ statements: [insert], entries: [] }])).map(refusalOf), ['reference']);
  assert.deepEqual(await driver.query('select * from note', []), []);
});

void test('whole numbers are integers to SQLite, booleans 0 and 1', async (context) => {
  const driver = await opener(context)();
  const [row] = await driver.query(`select ? || '' as a, typeof(?) as b, ? as c, ? as d`, [5, 0.5, true, false]);
  assert.deepEqual({ ...row }, { a: '5', b: 'real', c: 1, d: 0 });
});

void test('a value that SQL has no place for is refused, not guessed', async (context) => {
  const driver = await opener(context)();
  // A date given to `node:sqlite` as the first parameter would silently be stored as NULL.
  const params = JSON.parse('[{}]');
  await assert.rejects(driver.query('select ?', params), { code: 'database/statement' });
});

void test('the connection is set up for safety', async (context) => {
  const settings: unknown[] = [];
  const folder = temporaryFolder(context);
  const driver = await opener(
    context,
    join(folder, 'data.db'),
  )({
    fault: (point, { execute }) => {
      if (point !== 'begin') return;
      execute!(
        'create table seen as select * from pragma_journal_mode, pragma_synchronous, pragma_foreign_keys, pragma_trusted_schema',
      );
    },
  });
  await driver.migrate([], []);
  settings.push(...(await driver.query('select * from seen', [])));
  assert.deepEqual(
    settings.map((row) => Object.values(row ?? {})),
    [['wal', 2, 1, 0]],
  );
});

void test('a program that only reads works beside the one that writes, and cannot write', async (context) => {
  const open = opener(context);
  const writer = await open();
  await makeDishes(writer);
  const reader = await open({ readOnly: true, pollMs: 5 });
  const woken = nextWake(reader);
  await writer.commit([addDish(writer, 'a')]);
  await woken;
  assert.deepEqual(await idsOf(reader), ['a']);
  await assert.rejects(reader.commit([addDish(reader, 'b')]), { code: 'database/read-only' });
  assert.deepEqual(await reader.health(), { readable: true, writable: false });
});

void test('reading only what is not there says so', async (context) => {
  await assert.rejects(opener(context)({ readOnly: true }), { code: 'database/folder' });
});

void test('a file that is no database is refused by name', async (context) => {
  const file = join(temporaryFolder(context), 'data.db');
  writeFileSync(file, 'This is a letter to my aunt, and not a database at all.'.repeat(100));
  await assert.rejects(opener(context, file)(), { code: 'database/damaged' });
});

void test('closing properly leaves one file', async (context) => {
  const file = join(temporaryFolder(context), 'data.db');
  const driver = await opener(context, file)();
  await makeDishes(driver);
  await driver.close();
  assert.equal(existsSync(`${file}-wal`), false);
});

/** A copy of the database as a crash would leave it. */
async function crashedCopy(context: TestContext): Promise<string> {
  const folder = temporaryFolder(context);
  const driver = await opener(context, join(folder, 'data.db'))();
  await makeDishes(driver);
  for (let index = 0; index < 50; index++) {
    await driver.commit([addDish(driver, `d${index}`, { name: `${index}`.repeat(500) })]);
  }
  const copy = join(temporaryFolder(context), 'data.db');
  copyFileSync(join(folder, 'data.db'), copy);
  copyFileSync(join(folder, 'data.db-wal'), `${copy}-wal`);
  return copy;
}

void test('after an unclean stop nothing is lost, and the file is checked', async (context) => {
  const file = await crashedCopy(context);
  const told = Promise.withResolvers<string>();
  const log = { ...memoryLog(), info: (message: string) => told.resolve(message) };
  const driver = await opener(context, file)({ log, checkAfterMs: 0 });
  assert.equal((await idsOf(driver)).length, 50);
  // The check runs in the background and keeps nothing alive by itself.
  const alive = setInterval(() => undefined, 1000);
  context.after(() => clearInterval(alive));
  assert.match(await told.promise, /it is whole/);
});

void test('damage found after an unclean stop stops writing', async (context) => {
  const file = join(temporaryFolder(context), 'data.db');
  const whole = await openSqlite({ file, clock: manualClock(), log: memoryLog() });
  await makeDishes(whole);
  const names = Array.from({ length: 200 }, (_, index) =>
    addDish(whole, `d${index}`, { name: `${index}`.repeat(100) }),
  );
  await whole.commit(names);
  await whole.close();
  // Pages in the middle of the table are lost, and the log beside it holds nothing that could be replayed.
  const content = readFileSync(file);
  content.fill(0xff, content.length - 8 * 4096, content.length - 2 * 4096);
  writeFileSync(file, content);
  writeFileSync(`${file}-wal`, 'x');
  const told = Promise.withResolvers<string>();
  const log = { ...memoryLog(), error: (message: string) => told.resolve(message) };
  const driver = await opener(context, file)({ log, checkAfterMs: 0 });
  const alive = setInterval(() => undefined, 1000);
  context.after(() => clearInterval(alive));
  assert.match(await told.promise, /damaged/);
  await assert.rejects(driver.commit([addDish(driver, 'z')]), { code: 'database/damaged' });
});

void test('more statements than are kept prepared still work', async (context) => {
  const driver = await opener(context)({ statementsMax: 3 });
  await makeDishes(driver);
  for (let index = 0; index < 10; index++) {
    await driver.commit([
      { statements: [statement(driver, `insert into dish (id, price) values ('${index}', ${index})`)], entries: [] },
    ]);
  }
  assert.equal((await idsOf(driver)).length, 10);
});
