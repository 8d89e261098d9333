import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Driver, LoggedEntry } from '../database/index.ts';
import { memoryLog } from '../std/index.ts';
import { openFeed } from './feed.ts';
import { applyAll, insert, menu, must, onBothDatabases, onPostgres, visitor } from './fixtures.ts';
import type { Tables } from './tables.ts';

/** Notes what a follower is told. */
function follow(tables: Tables): LoggedEntry[] {
  const heard: LoggedEntry[] = [];
  tables.feed.follow((entries) => void heard.push(...entries));
  return heard;
}

onPostgres(
  '16 writers in two processes: every change reaches followers of both, once, in commit order',
  async (world) => {
    await applyAll(world.tables, menu());
    const other = await world.another();
    const start = await world.driver.position();
    const heard = [follow(world.tables), follow(other.tables)];
    const writer = async (number: number): Promise<void> => {
      const { tables } = number % 2 === 0 ? world : other;
      for (let round = 0; round < 5; round++) {
        const section = await insert(tables, 'section', { name: `${number}.${round}` });
        await must(
          tables.write(visitor, [
            { operation: 'insert', table: 'dish', values: { name: 'one', section } },
            { operation: 'insert', table: 'dish', values: { name: 'two', section } },
          ]),
        );
        if (round === 4) await must(tables.write(visitor, [{ operation: 'delete', table: 'section', id: section }]));
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, number) => writer(number)));
    const position = await world.driver.position();
    await Promise.all([world.tables.feed.reached(position), other.tables.feed.reached(position)]);
    const logged = await world.driver.entriesAfter(start, 10_000);
    assert.equal(logged.length, 16 * (5 * 3 + 3));
    for (const entries of heard) {
      assert.deepEqual(
        entries.map((entry) => entry.position),
        logged.map((entry) => entry.position),
      );
    }
  },
);

onBothDatabases('a follower that fails is reported and stops nobody', async ({ tables, driver, log }) => {
  await applyAll(tables, menu());
  tables.feed.follow(() => {
    throw new Error('boom');
  });
  const heard = follow(tables);
  await insert(tables, 'section', { name: 'Pasta' });
  await tables.feed.reached(await driver.position());
  assert.equal(heard.at(-1)!.operation, 'insert');
  assert.match(JSON.stringify(log.lines), /A follower of the change log failed.*boom/);
});

onBothDatabases('a follower that has left hears nothing more', async ({ tables, driver }) => {
  await applyAll(tables, menu());
  await tables.feed.reached(await driver.position());
  const heard: LoggedEntry[] = [];
  const leave = tables.feed.follow((entries) => void heard.push(...entries));
  await insert(tables, 'section', { name: 'Pasta' });
  await tables.feed.reached(await driver.position());
  leave();
  await insert(tables, 'section', { name: 'Pizza' });
  await tables.feed.reached(await driver.position());
  assert.equal(heard.length, 1);
});

/** A driver that only has a log. */
function logOf(groups: readonly number[]): { driver: Driver; wake: () => void; reads: number[] } {
  const listeners: (() => void)[] = [];
  const reads: number[] = [];
  const entries = groups.map((group, index) => ({ position: index + 1, group }) as unknown as LoggedEntry);
  const driver = {
    entriesAfter: async (position: number, limit: number) => {
      reads.push(limit);
      return entries.filter((entry) => entry.position > position).slice(0, limit);
    },
    onCommit: (wake: () => void) => {
      listeners.push(wake);
      return () => {};
    },
  } as unknown as Driver;
  return { driver, wake: () => listeners[0]!(), reads };
}

void test('a change is never delivered in parts, however large', async () => {
  const small = Array.from({ length: 600 }, (_, index) => index + 1);
  const large = Array.from({ length: 12_000 }, () => 601);
  const { driver, wake } = logOf([...small, ...large, 12_601]);
  const feed = openFeed(driver, 0, memoryLog());
  const calls: LoggedEntry[][] = [];
  feed.follow((entries) => void calls.push([...entries]));
  wake();
  await feed.reached(12_601);
  assert.deepEqual(
    calls.map((entries) => entries.length),
    [600, 12_000, 1],
  );
  await feed.close();
});

void test('a wake-up during a delivery is not lost', async () => {
  const groups = [1];
  const { driver, wake } = logOf([1, 2]);
  const seen: number[] = [];
  const limited = {
    ...driver,
    entriesAfter: async (position: number, limit: number) =>
      (await driver.entriesAfter(position, limit)).filter((entry) => groups.includes(entry.group)),
  };
  const feed = openFeed(limited, 0, memoryLog());
  feed.follow((entries) => {
    seen.push(entries[0]!.position);
    if (groups.length === 1) {
      groups.push(2);
      wake();
    }
  });
  wake();
  await feed.reached(2);
  assert.deepEqual(seen, [1, 2]);
  await feed.close();
});

void test('a log that cannot be read is read again, without another commit', async () => {
  const { driver, wake } = logOf([1, 2]);
  let failures = 2;
  const failing = {
    ...driver,
    entriesAfter: async (position: number, limit: number) => {
      if (failures-- > 0) throw new Error('connection lost');
      return await driver.entriesAfter(position, limit);
    },
  };
  const log = memoryLog();
  const feed = openFeed(failing, 0, log, 1);
  const seen: number[] = [];
  feed.follow((entries) => void seen.push(...entries.map(({ position }) => position)));
  wake();
  await feed.reached(2);
  assert.deepEqual(seen, [1, 2]);
  assert.ok(log.lines.every(({ message }) => message.startsWith('The change log could not be read')));
  await feed.close();
});
