/** What every driver must do. Run by `sqlite.test.ts` and `postgres.test.ts`; a new driver runs it too. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Change, Driver, LogEntry, Outcome, SqlValue, Statement } from './contract.ts';
import { DatabaseError } from './errors.ts';
import type { Fault, FaultTarget } from './fault.ts';
import { groupCommit } from './group-commit.ts';

export interface ContractDriverOptions {
  readonly fault?: Fault;
  readonly readersMax?: number;
  readonly pollMs?: number;
}

/** A fresh, empty database. */
export interface Subject {
  /** Opens another driver on it. */
  open(options?: ContractDriverOptions): Promise<Driver>;
  /** Takes the writer's connection away, as a crash of the other side would. */
  lose(target: FaultTarget): Promise<void>;
  /** The error that this database gives when the disk is full. */
  readonly diskFull: () => Error;
}

const dishTable = `create table dish (
  id text primary key, name text unique, price bigint not null check (price >= 0), version bigint not null default 1,
  parent text references dish (id))`;

/** Writes `?` as the driver's dialect wants it. */
export function statement(driver: Driver, sql: string, params: readonly SqlValue[] = []): Statement {
  if (driver.dialect === 'sqlite') return { sql, params };
  let index = 0;
  return { sql: sql.replaceAll('?', () => `$${++index}`), params };
}

function entry(id: string, operation: LogEntry['operation'] = 'insert', version = 1): LogEntry {
  return { actor: 'visitor', table: 'dish', id, version, operation, patch: `{"name":[null,"${id}"]}` };
}

export interface Dish {
  readonly name?: string;
  readonly price?: number | null;
  readonly parent?: string | null;
}

/** A change that adds one dish and logs it. */
export function addDish(driver: Driver, id: string, dish: Dish = {}): Change {
  const { name = id, price = 1, parent = null } = dish;
  const insert = statement(driver, 'insert into dish (id, name, price, parent) values (?, ?, ?, ?)', [
    id,
    name,
    price,
    parent,
  ]);
  return { statements: [{ ...insert, touches: 1 }], entries: [entry(id)] };
}

/** A change that sets a price, if the row is still at `version`. */
function setPrice(driver: Driver, id: string, price: number, version: number): Change {
  const sql = 'update dish set price = ?, version = version + 1 where id = ? and version = ?';
  const update = statement(driver, sql, [price, id, version]);
  return {
    statements: [{ ...update, touches: 1, otherwise: 'version' }],
    entries: [entry(id, 'update', version + 1)],
  };
}

export async function idsOf(driver: Driver): Promise<string[]> {
  return (await driver.query('select id from dish order by id', [])).map((row) => String(row['id']));
}

export async function loggedIds(driver: Driver): Promise<string[]> {
  return (await driver.entriesAfter(0, 10_000)).map((logged) => logged.id);
}

export function refusalOf(outcome: Outcome | undefined): string {
  if (!outcome || outcome.ok) return 'accepted';
  return [outcome.refusal.reason, ...outcome.refusal.columns].join(' ');
}

export async function makeDishes(driver: Driver): Promise<void> {
  await driver.migrate([statement(driver, dishTable)], []);
}

/** Resolves at the next wake-up. */
export function nextWake(driver: Driver): Promise<void> {
  return new Promise((resolve) => {
    const stop = driver.onCommit(() => {
      stop();
      resolve();
    });
  });
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof DatabaseError && error.code === code;
}

/** Registers the suite. `subject` makes a fresh database for a test and cleans up after it. */
export function driverContract(name: string, subject: (context: TestContext) => Promise<Subject>): void {
  /** One test with a fresh database in which there are no dishes yet. */
  const scenario = (
    what: string,
    act: (driver: Driver, subject: Subject) => Promise<void>,
    options?: ContractDriverOptions,
  ): void => {
    void test(`${name}: ${what}`, async (context) => {
      const fresh = await subject(context);
      const driver = await fresh.open(options);
      await makeDishes(driver);
      await act(driver, fresh);
    });
  };
  refusals(scenario);
  failures(name, subject, scenario);
  improving(scenario);
  reading(scenario);
  logging(scenario);
  living(scenario);
}

type Scenario = (
  what: string,
  act: (driver: Driver, subject: Subject) => Promise<void>,
  options?: ContractDriverOptions,
) => void;

function refusals(scenario: Scenario): void {
  scenario('a refused change leaves the others of its group alone', async (driver) => {
    await driver.commit([addDish(driver, 'base', { price: 10 })]);
    const outcomes = await driver.commit([
      addDish(driver, 'a'),
      addDish(driver, 'b', { name: 'base' }),
      addDish(driver, 'base', { name: 'second' }),
      addDish(driver, 'c', { parent: 'nobody' }),
      addDish(driver, 'd', { price: -1 }),
      addDish(driver, 'e', { price: null }),
      setPrice(driver, 'base', 11, 7),
      {
        statements: [
          { ...statement(driver, 'delete from dish where id = ?', ['f']), touches: 1, otherwise: 'missing' },
        ],
        entries: [],
      },
      { statements: [{ ...statement(driver, 'select 1 from dish where price > ?', [100]), touches: 1 }], entries: [] },
      addDish(driver, 'z', { parent: 'a' }),
    ]);
    assert.deepEqual(outcomes.map(refusalOf), [
      'accepted',
      'unique name',
      'unique id',
      driver.dialect === 'sqlite' ? 'reference' : 'reference parent',
      'check',
      'check price',
      'version',
      'missing',
      'guard',
      'accepted',
    ]);
    assert.deepEqual(await idsOf(driver), ['a', 'base', 'z']);
    assert.deepEqual(await loggedIds(driver), ['base', 'a', 'z']);
  });

  scenario('a refusal names the statement and undoes those before it', async (driver) => {
    const torn = { ...addDish(driver, 'torn') };
    const late: Change = {
      statements: [...torn.statements, ...addDish(driver, 'more', { name: 'torn' }).statements],
      entries: [entry('torn'), entry('more')],
    };
    for (const group of [[late], [late, addDish(driver, 'a')]]) {
      const [refused] = await driver.commit(group);
      assert.deepEqual(refused, { ok: false, refusal: { reason: 'unique', statement: 1, columns: ['name'] } });
    }
    assert.deepEqual(await idsOf(driver), ['a']);
    assert.deepEqual(await loggedIds(driver), ['a']);
  });

  scenario('a guard counts the rows that it gives, not those changed before it', async (driver) => {
    const guarded = (id: string, price: number): Change => {
      const guard = statement(driver, 'select 1 from dish where price = ?', [price]);
      return { statements: [...addDish(driver, id).statements, { ...guard, touches: 1 }], entries: [entry(id)] };
    };
    assert.deepEqual((await driver.commit([guarded('a', 2), guarded('b', 1)])).map(refusalOf), ['guard', 'accepted']);
    assert.deepEqual(await idsOf(driver), ['b']);
  });

  scenario('of two changes that rely on the same version one is accepted', async (driver) => {
    await driver.commit([addDish(driver, 'a')]);
    const outcomes = await driver.commit([setPrice(driver, 'a', 2, 1), setPrice(driver, 'a', 3, 1)]);
    assert.deepEqual(outcomes.map(refusalOf), ['accepted', 'version']);
    assert.deepEqual({ ...(await driver.query('select price, version from dish', []))[0] }, { price: 2, version: 2 });
  });

  scenario('a change that is refused alone leaves nothing behind', async (driver) => {
    const outcomes = await driver.commit([addDish(driver, 'a', { price: -1 })]);
    assert.deepEqual(outcomes.map(refusalOf), ['check']);
    assert.equal(await driver.position(), 0);
    assert.deepEqual((await driver.commit([addDish(driver, 'a')])).map(refusalOf), ['accepted']);
  });

  scenario('no savepoint of one group is left for the next', async (driver) => {
    const control = ['rollback', 'commit', 'release savepoint change', 'rollback to savepoint change', 'savepoint x'];
    for (const sql of control) {
      const group = [addDish(driver, 'a'), { statements: [{ sql, params: [] }], entries: [] }];
      await assert.rejects(driver.commit(group), hasCode('database/statement'));
    }
    for (const id of ['b', 'c', 'd']) {
      const group = [addDish(driver, id), addDish(driver, `${id}2`, { price: -1 }), addDish(driver, `${id}3`)];
      assert.deepEqual((await driver.commit(group)).map(refusalOf), ['accepted', 'check', 'accepted']);
    }
    assert.deepEqual(await idsOf(driver), ['b', 'b3', 'c', 'c3', 'd', 'd3']);
  });
}

function failures(name: string, subject: (context: TestContext) => Promise<Subject>, scenario: Scenario): void {
  scenario('a statement that the database rejects fails the group, and keeps nothing of it', async (driver) => {
    const wrong: Change = { statements: [statement(driver, 'insert into nowhere values (?)', [1])], entries: [] };
    await assert.rejects(driver.commit([addDish(driver, 'a'), wrong]), hasCode('database/statement'));
    assert.deepEqual(await idsOf(driver), []);
    const committer = groupCommit(driver);
    const [good, bad, other] = await Promise.allSettled([
      committer.commit(addDish(driver, 'a')),
      committer.commit(wrong),
      committer.commit(addDish(driver, 'b')),
    ]);
    assert.deepEqual([good.status, bad.status, other.status], ['fulfilled', 'rejected', 'fulfilled']);
    assert.deepEqual(await loggedIds(driver), ['a', 'b']);
  });

  void test(`${name}: a driver lost in the middle acknowledges nothing and works again`, async (context) => {
    const fresh = await subject(context);
    let losing = false;
    const driver = await fresh.open({
      fault: async (point, target) => {
        if (losing && point === 'begin') await fresh.lose(target);
      },
    });
    await makeDishes(driver);
    losing = true;
    await assert.rejects(
      driver.commit([addDish(driver, 'a'), addDish(driver, 'b')]),
      (error) => error instanceof DatabaseError && error.code === 'database/lost' && !error.outcomeUnknown,
    );
    losing = false;
    assert.deepEqual(await idsOf(driver), []);
    assert.deepEqual((await driver.commit([addDish(driver, 'c')])).map(refusalOf), ['accepted']);
    assert.deepEqual(await idsOf(driver), ['c']);
  });

  void test(`${name}: a full disk refuses writes, goes on reading and recovers by itself`, async (context) => {
    const fresh = await subject(context);
    let full = false;
    const driver = await fresh.open({
      fault: (point) => {
        if (full && point === 'commit') throw fresh.diskFull();
      },
    });
    await makeDishes(driver);
    await driver.commit([addDish(driver, 'a')]);
    full = true;
    await assert.rejects(driver.commit([addDish(driver, 'b'), addDish(driver, 'c')]), hasCode('database/full'));
    const health = await driver.health();
    assert.deepEqual([health.readable, health.writable], [true, false]);
    assert.match(health.problem ?? '', /disk is full/);
    assert.deepEqual(await idsOf(driver), ['a']);
    full = false;
    assert.deepEqual((await driver.commit([addDish(driver, 'd')])).map(refusalOf), ['accepted']);
    assert.deepEqual(await driver.health(), { readable: true, writable: true });
    assert.deepEqual(await loggedIds(driver), ['a', 'd']);
  });

  scenario('a migration is done wholly or not at all, and logged', async (driver) => {
    const steps = [
      statement(driver, 'alter table dish add column note text'),
      statement(driver, 'alter table none add column x text'),
    ];
    await assert.rejects(driver.migrate(steps, [entry('schema', 'schema')]), hasCode('database/statement'));
    await assert.rejects(driver.query('select note from dish', []), hasCode('database/statement'));
    assert.equal(await driver.position(), 0);
    await driver.migrate(steps.slice(0, 1), [entry('schema', 'schema')]);
    assert.deepEqual(await driver.query('select note from dish', []), []);
    assert.deepEqual(await loggedIds(driver), ['schema']);
  });
}

function improving(scenario: Scenario): void {
  scenario('indexes are made beside changes and reads, all of which succeed', async (driver) => {
    await driver.commit([addDish(driver, 'a')]);
    const done = driver.improve(['create index dish_price on dish (price)', 'create index dish_name on dish (name)']);
    const changes = ['b', 'c', 'd'].map((id) => driver.commit([addDish(driver, id)]));
    const read = idsOf(driver);
    await Promise.all([done, ...changes, read]);
    assert.deepEqual(await idsOf(driver), ['a', 'b', 'c', 'd']);
    await driver.improve(['drop index dish_price']);
    await assert.rejects(driver.improve(['drop index dish_price']), hasCode('database/statement'));
    assert.deepEqual((await driver.commit([addDish(driver, 'e')])).map(refusalOf), ['accepted']);
  });

  scenario('a driver that closes gives up what is being improved', async (driver) => {
    const done = driver.improve(['create index dish_price on dish (price)']);
    const outcome = done.then(
      () => 'done',
      ({ code }: DatabaseError) => code,
    );
    await driver.close();
    assert.ok(['done', 'database/closed'].includes(await outcome));
    await assert.rejects(driver.improve(['create index dish_name on dish (name)']), hasCode('database/closed'));
  });
}

function reading(scenario: Scenario): void {
  scenario('a snapshot shows one state while others write', async (driver) => {
    await driver.commit([addDish(driver, 'a')]);
    const counts = await driver.snapshot(async (reader) => {
      const count = async (): Promise<unknown> =>
        (await reader.query('select count(*) as n, (select count(*) from _log) as m from dish', [])).map((row) => [
          row['n'],
          row['m'],
        ]);
      const first = await count();
      await driver.commit([addDish(driver, 'b'), addDish(driver, 'c')]);
      assert.equal((await idsOf(driver)).length, 3);
      return [first, await count()];
    });
    assert.deepEqual(counts, [[[1, 1]], [[1, 1]]]);
  });

  scenario(
    'more snapshots than readers wait for one another',
    async (driver) => {
      const running = new Set<number>();
      let most = 0;
      const read = (index: number): Promise<void> =>
        driver.snapshot(async (reader) => {
          most = Math.max(most, running.add(index).size);
          await reader.query('select 1', []);
          await new Promise((resolve) => setImmediate(resolve));
          running.delete(index);
        });
      await Promise.all(Array.from({ length: 9 }, (_, index) => read(index)));
      assert.ok(most <= 2);
    },
    { readersMax: 2 },
  );

  scenario(
    'a snapshot that throws gives its reader back',
    async (driver) => {
      for (let round = 0; round < 3; round++) {
        await assert.rejects(
          driver.snapshot(async (reader) => {
            await reader.query('select 1', []);
            throw new Error('changed my mind');
          }),
          /changed my mind/,
        );
        await assert.rejects(
          driver.snapshot((reader) => reader.query('select nothing', [])),
          hasCode('database/statement'),
        );
      }
      assert.equal((await driver.snapshot((reader) => reader.query('select 1 as one', [])))[0]!['one'], 1);
    },
    { readersMax: 1 },
  );

  scenario('a reader is of no use after its snapshot', async (driver) => {
    const reader = await driver.snapshot(async (own) => own);
    await assert.rejects(reader.query('select 1', []), /snapshot has ended/);
  });

  scenario('values come back as they were', async (driver) => {
    const blob = driver.dialect === 'sqlite' ? 'blob' : 'bytea';
    const real = driver.dialect === 'sqlite' ? 'real' : 'double precision';
    await driver.migrate([statement(driver, `create table kind (t text, i bigint, r ${real}, b ${blob}, y text)`)], []);
    const values: SqlValue[] = [
      `it's "ünï" 🍝\n\\ $1 ?`,
      Number.MAX_SAFE_INTEGER,
      0.1,
      new Uint8Array([0, 255, 39]),
      '2026-08-14',
    ];
    const insert = statement(driver, 'insert into kind values (?, ?, ?, ?, ?)', values);
    const nulls = statement(driver, 'insert into kind values (?, ?, ?, ?, ?)', [null, null, null, null, null]);
    await driver.commit([{ statements: [insert, nulls], entries: [] }]);
    const { sql } = statement(driver, 'select t, i, r, b, y from kind where t is not null or ? order by t', []);
    const rows = await driver.query(sql, [true]);
    const full = rows.find((row) => row['t'] !== null)!;
    assert.deepEqual([full['t'], full['i'], full['r'], full['y']], [values[0], values[1], values[2], values[4]]);
    assert.ok(full['b'] instanceof Uint8Array);
    assert.deepEqual([...full['b']], [0, 255, 39]);
    assert.deepEqual(Object.values(rows.find((row) => row['t'] === null)!), [null, null, null, null, null]);
  });
}

function logging(scenario: Scenario): void {
  scenario('entries carry position, group and time', async (driver) => {
    const two: Change = {
      statements: [...addDish(driver, 'a').statements, ...addDish(driver, 'b').statements],
      entries: [entry('a'), { ...entry('b'), patch: null }],
    };
    const silent: Change = { statements: addDish(driver, 'c').statements, entries: [] };
    const outcomes = await driver.commit([two, addDish(driver, 'a'), silent, addDish(driver, 'd')]);
    assert.deepEqual(
      outcomes.map((outcome) => outcome.ok && outcome.position),
      [2, false, 2, 3],
    );
    assert.equal(await driver.position(), 3);
    const entries = await driver.entriesAfter(0, 10);
    assert.deepEqual(
      entries.map(({ position, group, id }) => [position, group, id]),
      [
        [1, 1, 'a'],
        [2, 1, 'b'],
        [3, 3, 'd'],
      ],
    );
    assert.deepEqual(entries[1], {
      position: 2,
      group: 1,
      time: '2026-08-14T12:00:00.000Z',
      actor: 'visitor',
      table: 'dish',
      id: 'b',
      version: 1,
      operation: 'insert',
      patch: null,
    });
    assert.deepEqual(
      (await driver.entriesAfter(1, 1)).map(({ id }) => id),
      ['b'],
    );
    assert.deepEqual(await driver.entriesAfter(3, 10), []);
  });

  scenario('16 writers in two drivers: every change once, in commit order, whole', async (driver, subject) => {
    const other = await subject.open();
    const committers = [groupCommit(driver, { groupMax: 5 }), groupCommit(other)];
    const seen: string[] = [];
    const positions = new Map<string, number>();
    let followed = 0;
    const follow = async (): Promise<void> => {
      for (const { position, id } of await other.entriesAfter(followed, 7)) {
        seen.push(id);
        followed = position;
      }
    };
    const write = async (writer: number): Promise<void> => {
      const own = writer % 2 === 0 ? driver : other;
      for (let index = 0; index < 8; index++) {
        const id = `${writer}-${index}`;
        const change = addDish(own, id, index === 5 ? { price: -1 } : {});
        const outcome = await committers[writer % 2]!.commit({ ...change, entries: [entry(id), entry(`${id}+`)] });
        if (outcome.ok) positions.set(`${id}+`, outcome.position);
        await follow();
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, writer) => write(writer)));
    while ((await other.position()) > followed) await follow();
    const logged = await driver.entriesAfter(0, 10_000);
    // Followers run side by side here, so one may be told what another has been told already: never out of order.
    const first = [...new Set(seen)];
    assert.deepEqual(
      first,
      logged.map(({ id }) => id),
    );
    assert.equal(logged.length, 16 * 7 * 2);
    assert.deepEqual(
      logged.map(({ position }) => position),
      logged.map((_, index) => index + 1),
    );
    for (const { id, position, group } of logged) {
      assert.equal(group, id.endsWith('+') ? position - 1 : position);
      if (id.endsWith('+')) assert.equal(positions.get(id), position);
    }
    assert.equal((await idsOf(driver)).length, 16 * 7);
  });

  scenario('a commit wakes listeners here and in another driver', async (driver, subject) => {
    const other = await subject.open({ pollMs: 5 });
    const woken = [nextWake(driver), nextWake(other)];
    await driver.commit([addDish(driver, 'a')]);
    await Promise.all(woken);
    let calls = 0;
    const stop = driver.onCommit(() => (calls += 1));
    driver.onCommit(() => {
      throw new Error('a bad listener');
    });
    await driver.commit([addDish(driver, 'b')]);
    // At least once: a wake-up says nothing but that it may be worth looking.
    assert.ok(calls >= 1);
    stop();
    const before = calls;
    await driver.commit([addDish(driver, 'c')]);
    assert.equal(calls, before);
  });
}

function living(scenario: Scenario): void {
  scenario('a group of nothing is answered with nothing', async (driver) => {
    assert.deepEqual(await driver.commit([]), []);
  });

  scenario('a closed driver says so, and closes twice', async (driver) => {
    await driver.close();
    await driver.close();
    const closed = hasCode('database/closed');
    await assert.rejects(driver.commit([addDish(driver, 'a')]), closed);
    await assert.rejects(driver.migrate([], []), closed);
    await assert.rejects(driver.query('select 1', []), closed);
    await assert.rejects(
      driver.snapshot(async () => 1),
      closed,
    );
    await assert.rejects(driver.position(), closed);
    assert.deepEqual((await driver.health()).writable, false);
  });

  scenario('data of a newer program is refused and left alone', async (driver, subject) => {
    await driver.migrate([statement(driver, `update _meta set value = '99' where key = 'format'`)], []);
    await assert.rejects(subject.open(), (error) => {
      assert.ok(error instanceof DatabaseError);
      assert.equal(error.code, 'database/newer');
      assert.match(error.message, /format 99/);
      return true;
    });
  });
}
