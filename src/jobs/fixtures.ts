import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startPostgres } from '../../test/postgres.ts';
import type { PostgresServer } from '../../test/postgres.ts';
import { openPostgres, openSqlite } from '../database/index.ts';
import type { Driver } from '../database/index.ts';
import { manualClock, memoryLog, seededRandom } from '../std/index.ts';
import type { ManualClock, MemoryLog } from '../std/index.ts';
import { openJobs } from './open.ts';
import type { Jobs, JobsOptions } from './open.ts';

/** An empty outbox for one test. */
export interface World {
  readonly jobs: Jobs;
  readonly driver: Driver;
  readonly clock: ManualClock;
  readonly log: MemoryLog;
  /** The worker of another process at the same outbox. On SQLite it shares the driver. */
  another(options?: Partial<JobsOptions>): Promise<Jobs>;
}

let server: Promise<PostgresServer> | undefined;
let databases = 0;
after(async () => {
  await (await server)?.stop();
});

/** Registers a test on SQLite and on PostgreSQL. One PostgreSQL serves a whole test file. */
export function onBothDatabases(name: string, run: (world: World) => Promise<void>): void {
  void test(`${name} (SQLite)`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backlot-jobs-'));
    const clock = manualClock();
    const log = memoryLog();
    const driver = await openSqlite({ file: join(folder, 'data.sqlite'), clock, log });
    await inWorld(clock, log, () => Promise.resolve(driver), run);
    await rm(folder, { recursive: true, force: true });
  });
  void test(`${name} (PostgreSQL)`, async () => {
    const address = new URL(await (server ??= startPostgres({ fsync: false })).then(({ url }) => url));
    const clock = manualClock();
    const log = memoryLog();
    const operator = await openPostgres({ url: address.href, clock, log });
    const schema = `jobs_${++databases}`;
    await operator.query(`create schema ${schema}`, []);
    await operator.close();
    address.searchParams.set('options', `-c search_path=${schema}`);
    await inWorld(clock, log, () => openPostgres({ url: address.href, clock, log }), run);
  });
}

async function inWorld(
  clock: ManualClock,
  log: MemoryLog,
  open: () => Promise<Driver>,
  run: (world: World) => Promise<void>,
): Promise<void> {
  const drivers = new Set<Driver>();
  const all: Jobs[] = [];
  const work = async (driver: Driver, options: Partial<JobsOptions> = {}): Promise<Jobs> => {
    drivers.add(driver);
    const jobs = await openJobs({ driver, clock, log, random: seededRandom(all.length + 1), ...options });
    all.push(jobs);
    return jobs;
  };
  try {
    const driver = await open();
    const jobs = await work(driver);
    await run({ jobs, driver, clock, log, another: async (options) => await work(await open(), options) });
  } finally {
    for (const jobs of all) await jobs.close(0);
    for (const driver of drivers) await driver.close();
  }
}
