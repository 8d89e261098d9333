import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupCommit } from '../database/index.ts';
import { seededRandom } from '../std/index.ts';
import { backoffMs } from './backoff.ts';
import { onBothDatabases } from './fixtures.ts';
import type { World } from './fixtures.ts';
import { jobStatements } from './job.ts';
import type { JobState } from './queue.ts';
import type { JobFailure, JobHandler, JobRun } from './worker.ts';

/** A handler that keeps what it was given, and fails as often as told. */
function recorder(failures: (JobFailure | Error)[] = []): JobHandler & { readonly runs: JobRun[] } {
  const runs: JobRun[] = [];
  return {
    runs,
    run(job) {
      runs.push(job);
      const failure = failures.shift();
      return failure instanceof Error ? Promise.reject(failure) : Promise.resolve(failure);
    },
    delayMs: 1000,
    delayMsMax: 60_000,
    attemptsMax: 4,
  };
}

async function states({ jobs }: World, ...asked: JobState[]): Promise<number[]> {
  return await Promise.all(asked.map(async (state) => (await jobs.list(state, 100)).length));
}

onBothDatabases('a job is done once and then forgotten', async (world) => {
  const { jobs } = world;
  const handler = recorder();
  jobs.handle('greet', handler);
  await jobs.add({ kind: 'greet', payload: { name: 'Ada', tags: ['a', 'é'] } });
  await jobs.settle();
  await jobs.settle();
  assert.deepEqual(
    handler.runs.map(({ payload, attempt }) => [payload, attempt]),
    [[{ name: 'Ada', tags: ['a', 'é'] }, 1]],
  );
  assert.deepEqual(await states(world, 'waiting', 'running', 'done', 'failed'), [0, 0, 0, 0]);
});

onBothDatabases('a job exists if and only if its change is committed', async ({ jobs, driver }) => {
  const handler = recorder();
  jobs.handle('greet', handler);
  const committer = groupCommit(driver);
  const change = (touches: number) => ({
    statements: [
      ...jobs.statements({ kind: 'greet', payload: touches }),
      { sql: "delete from _job where kind = 'none'", params: [], touches },
    ],
    entries: [],
  });
  const [refused, kept] = await Promise.all([committer.commit(change(1)), committer.commit(change(0))]);
  await jobs.settle();
  assert.deepEqual([refused.ok, kept.ok], [false, true]);
  assert.deepEqual(
    handler.runs.map(({ payload }) => payload),
    [0],
  );
});

onBothDatabases('a job waits until it is due, and for a process that knows its kind', async (world) => {
  const { jobs, clock } = world;
  await jobs.add({ kind: 'greet', payload: null, delayMs: 5000 });
  const handler = recorder();
  jobs.handle('other', recorder());
  await jobs.settle();
  jobs.handle('greet', handler);
  clock.advance(4999);
  await jobs.settle();
  assert.equal(handler.runs.length, 0);
  clock.advance(1);
  await jobs.settle();
  assert.equal(handler.runs.length, 1);
});

onBothDatabases('a failed attempt is repeated later, with the same id', async (world) => {
  const { jobs, clock } = world;
  const handler = recorder([new Error('refused'), { failure: 'busy' }]);
  jobs.handle('greet', handler);
  await jobs.add({ kind: 'greet', payload: null });
  await jobs.settle();
  const [waiting] = await jobs.list('waiting', 10);
  assert.equal(waiting?.error, 'refused');
  const waitMs = Date.parse(waiting.due!) - clock.now();
  assert.ok(waitMs >= 500 && waitMs <= 1000);
  clock.advance(1000);
  await jobs.settle();
  clock.advance(2000);
  await jobs.settle();
  assert.deepEqual(
    handler.runs.map(({ attempt, id }) => [attempt, id === waiting.id]),
    [
      [1, true],
      [2, true],
      [3, true],
    ],
  );
  assert.deepEqual(await states(world, 'waiting', 'failed'), [0, 0]);
});

onBothDatabases('a job that goes on failing is kept as failed, and can be tried again by hand', async (world) => {
  const { jobs, clock } = world;
  const given: string[] = [];
  const handler = {
    ...recorder(Array.from({ length: 4 }, () => ({ failure: 'no\0' }))),
    gaveUp: (job: JobRun, failure: string) => Promise.resolve(void given.push(`${job.attempt} ${failure.length}`)),
  };
  jobs.handle('greet', handler);
  await jobs.add({ kind: 'greet', payload: null });
  for (let hour = 0; hour < 6; hour++) {
    await jobs.settle();
    clock.advance(3_600_000);
  }
  assert.equal(handler.runs.length, 4);
  const [failed] = await jobs.list('failed', 10);
  assert.deepEqual([failed?.attempts, failed?.error, failed?.due], [4, 'no', null]);
  assert.deepEqual(given, ['4 3']);
  assert.equal(await jobs.retry(failed!.id), true);
  assert.equal(await jobs.retry(failed!.id), false);
  await jobs.settle();
  assert.equal(handler.runs.at(-1)?.attempt, 1);
  assert.deepEqual(await states(world, 'waiting', 'failed'), [0, 0]);
});

onBothDatabases('a final failure is not repeated, and can be discarded', async (world) => {
  const { jobs } = world;
  jobs.handle('greet', recorder([{ failure: 'no such mailbox', final: true }]));
  await jobs.add({ kind: 'greet', payload: null });
  await jobs.settle();
  const [failed] = await jobs.list('failed', 10);
  assert.equal(failed?.attempts, 1);
  assert.equal(await jobs.discard(failed.id), true);
  assert.deepEqual(await states(world, 'failed'), [0]);
});

/** A handler whose runs end when told. */
function held(): JobHandler & { readonly runs: JobRun[]; release(): void; readonly begun: Promise<void> } {
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const runs: JobRun[] = [];
  return {
    runs,
    begun: begun.promise,
    release: end.resolve,
    async run(job) {
      runs.push(job);
      begun.resolve();
      await end.promise;
      return undefined;
    },
  };
}

onBothDatabases('two workers share the jobs, each being run by one of them', async (world) => {
  const { jobs } = world;
  const other = await world.another();
  const handler = recorder();
  jobs.handle('greet', handler);
  other.handle('greet', handler);
  for (let number = 0; number < 20; number++) await jobs.add({ kind: 'greet', payload: number });
  await Promise.all([jobs.settle(), other.settle()]);
  assert.deepEqual(
    handler.runs.map(({ payload }) => Number(payload)).sort((a, b) => a - b),
    [...Array.from({ length: 20 }).keys()],
  );
});

onBothDatabases('a lease that ran out lets another worker take over; the late one records nothing', async (world) => {
  const { jobs, clock, log } = world;
  const slow = held();
  const quick = recorder([{ failure: 'busy' }]);
  const other = await world.another();
  jobs.handle('greet', slow);
  other.handle('greet', quick);
  await jobs.add({ kind: 'greet', payload: null });
  const settled = jobs.settle();
  await slow.begun;
  await other.settle();
  assert.equal(quick.runs.length, 0);
  clock.advance(60_001);
  await other.settle();
  assert.deepEqual([quick.runs[0]?.attempt, quick.runs[0]?.id], [2, slow.runs[0]!.id]);
  slow.release();
  await settled;
  assert.deepEqual(await states(world, 'waiting', 'failed'), [1, 0]);
  assert.match(log.lines.map(({ message }) => message).join(), /taken over/);
});

onBothDatabases('a job that ends its process every time fails in the end', async (world) => {
  const { jobs, clock, driver } = world;
  const handler = recorder();
  jobs.handle('greet', handler);
  await jobs.add({ kind: 'greet', payload: null });
  // What four processes that were killed leave behind.
  const lease = new Date(clock.now() - 1).toISOString();
  const sql = `update _job set state = 'running', holder = 'gone', attempts = 4, due = '${lease}'`;
  await driver.commit([{ statements: [{ sql, params: [] }], entries: [] }]);
  await jobs.settle();
  assert.equal(handler.runs.length, 0);
  assert.match((await jobs.list('failed', 1))[0]!.error!, /ended each time/);
});

onBothDatabases('closing lets a running job end within the grace, and gives it back beyond it', async (world) => {
  const { jobs, driver } = world;
  const handler = held();
  jobs.handle('greet', handler);
  await jobs.add({ kind: 'greet', payload: 1 });
  void jobs.settle();
  await handler.begun;
  await jobs.close(0);
  assert.equal(handler.runs[0]!.signal.aborted, true);
  const rows = await driver.query('select state, attempts, holder from _job', []);
  assert.deepEqual({ ...rows[0] }, { state: 'waiting', attempts: 0, holder: null });

  const next = await world.another();
  const patient = held();
  next.handle('greet', patient);
  void next.settle();
  await patient.begun;
  const closed = next.close(60_000);
  patient.release();
  await closed;
  assert.equal(patient.runs[0]!.signal.aborted, false);
  assert.equal((await driver.query('select 1 from _job', [])).length, 0);
});

onBothDatabases('no more jobs run at once than allowed', async (world) => {
  const jobs = await world.another({ concurrencyMax: 2 });
  let now = 0;
  let most = 0;
  jobs.handle('greet', {
    async run() {
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now--;
      return undefined;
    },
  });
  for (let number = 0; number < 7; number++) await jobs.add({ kind: 'greet', payload: number });
  await jobs.settle();
  assert.equal(most, 2);
  assert.deepEqual(await states(world, 'waiting', 'running'), [0, 0]);
});

onBothDatabases('a started worker wakes when a job is committed', async ({ jobs }) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  jobs.handle('greet', {
    async run() {
      resolve();
      return undefined;
    },
  });
  jobs.start();
  await jobs.add({ kind: 'greet', payload: null });
  await promise;
});

onBothDatabases('a key makes one job, also after that was done', async (world) => {
  const { jobs } = world;
  const handler = recorder();
  jobs.handle('greet', handler);
  await jobs.add({ kind: 'greet', payload: 1, key: 'once' });
  await jobs.add({ kind: 'greet', payload: 2, key: 'once' });
  await jobs.settle();
  await jobs.add({ kind: 'greet', payload: 3, key: 'once' });
  await jobs.settle();
  assert.deepEqual(
    handler.runs.map(({ payload }) => payload),
    [1],
  );
});

const hourly = { name: 'tidy up', cron: '0 * * * *', timeZone: 'Europe/Rome', kind: 'tidy', payload: { all: true } };

onBothDatabases('a tick of a schedule runs once however many processes there are', async (world) => {
  const { jobs, clock } = world;
  const other = await world.another();
  const handler = recorder([{ failure: 'busy' }]);
  for (const one of [jobs, other]) {
    one.handle('tidy', handler);
    await one.schedule(hourly);
  }
  clock.set(Date.UTC(2026, 7, 14, 12, 30));
  await Promise.all([jobs.settle(), other.settle()]);
  assert.equal(handler.runs.length, 0);
  for (let hour = 13; hour < 16; hour++) {
    clock.set(Date.UTC(2026, 7, 14, hour, 0, 1));
    await Promise.all([jobs.settle(), other.settle()]);
  }
  // Three ticks, and the first one again.
  assert.equal(handler.runs.length, 4);
  assert.equal(new Set(handler.runs.map(({ id }) => id)).size, 3);
  assert.deepEqual(await states(world, 'waiting', 'failed'), [1, 0]);
});

onBothDatabases('ticks that came while no process ran are made up for once', async (world) => {
  const { jobs, clock } = world;
  const handler = recorder();
  await jobs.schedule(hourly);
  clock.advance(10 * 3_600_000);
  const other = await world.another();
  other.handle('tidy', handler);
  await other.schedule(hourly);
  await other.settle();
  assert.equal(handler.runs.length, 1);
});

onBothDatabases('other times replace the coming tick; ended ticks are forgotten after a day', async (world) => {
  const { jobs, clock, driver } = world;
  jobs.handle('tidy', recorder());
  await jobs.schedule(hourly);
  await jobs.schedule({ ...hourly, cron: '30 3 * * *' });
  assert.deepEqual(
    (await jobs.list('waiting', 10)).map(({ due }) => due),
    ['2026-08-15T01:30:00.000Z'],
  );
  for (let day = 0; day < 5; day++) {
    clock.advance(24 * 3_600_000);
    await jobs.settle();
  }
  assert.ok((await driver.query("select 1 from _job where state = 'done'", [])).length <= 2);
});

onBothDatabases('a schedule that has been ended has no more ticks', async (world) => {
  const { jobs, clock } = world;
  const handler = recorder();
  jobs.handle('tidy', handler);
  await jobs.schedule(hourly);
  await jobs.schedule({ ...hourly, name: 'tidy' });
  await jobs.unschedule(hourly.name);
  await jobs.unschedule('never heard of');
  clock.advance(3_600_000);
  await jobs.settle();
  assert.equal(handler.runs.length, 1, 'of the other schedule');
});

onBothDatabases('failed jobs of a payload can be forgotten in a change', async (world) => {
  const { jobs, driver } = world;
  jobs.handle(
    'greet',
    recorder([
      { failure: 'no', final: true },
      { failure: 'no', final: true },
    ]),
  );
  await jobs.add({ kind: 'greet', payload: { to: 'Ada' } });
  await jobs.add({ kind: 'greet', payload: { to: 'Bob' } });
  await jobs.settle();
  await driver.commit([{ statements: [...jobs.forgetFailed({ kind: 'greet', payload: { to: 'Ada' } })], entries: [] }]);
  assert.deepEqual(
    (await jobs.list('failed', 10)).map(({ payload }) => payload),
    [{ to: 'Bob' }],
  );
});

onBothDatabases('times that cannot be read are refused by name', async ({ jobs }) => {
  await assert.rejects(jobs.schedule({ ...hourly, cron: 'often' }), { code: 'jobs/schedule', message: /tidy up/ });
});

test('a payload has a largest size', () => {
  const job = { id: 'x', kind: 'greet', payload: 'x'.repeat(65_536), dueMs: 0, createdMs: 0 };
  assert.throws(() => jobStatements('sqlite', job), { code: 'jobs/payload' });
});

test('waits double up to a limit, half of each left to chance', () => {
  const random = seededRandom(1);
  const waits = [1, 2, 3, 4, 5, 60].map((failures) => backoffMs({ delayMs: 100, delayMsMax: 1000 }, failures, random));
  for (const [index, full] of [100, 200, 400, 800, 1000, 1000].entries()) {
    assert.ok(waits[index]! >= full / 2 && waits[index]! <= full);
  }
});
