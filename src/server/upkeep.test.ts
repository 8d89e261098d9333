import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobFailure, JobHandler, JobRun, Schedule } from '../jobs/index.ts';
import { BacklotError, memoryLog } from '../std/index.ts';
import type { MemoryLog } from '../std/index.ts';
import { readSettings } from './settings.ts';
import { openUpkeep } from './upkeep.ts';
import type { Upkeep, UpkeepOptions } from './upkeep.ts';

interface World {
  readonly upkeep: Upkeep;
  readonly handlers: Map<string, JobHandler>;
  readonly schedules: Schedule[];
  readonly ended: string[];
  readonly log: MemoryLog;
  run(kind: string): Promise<JobFailure | undefined>;
}

function world(environment: Record<string, string> = {}, more: Partial<UpkeepOptions> = {}): World {
  const handlers = new Map<string, JobHandler>();
  const schedules: Schedule[] = [];
  const ended: string[] = [];
  const log = memoryLog();
  const upkeep = openUpkeep({
    settings: readSettings({ BACKLOT_TIME_ZONE: 'Europe/Rome', ...environment }),
    jobs: {
      handle: (kind, handler) => void handlers.set(kind, handler),
      schedule: async (schedule) => void schedules.push(schedule),
      unschedule: async (name) => void ended.push(name),
    },
    mailer: { forgetSent: async () => 0 },
    accounts: { sweep: async () => 0 },
    backups: { make: () => Promise.reject(new Error('No backup was asked for.')) },
    dataDir: '/nowhere',
    machine: { freeBytes: async () => 10e9 },
    dev: false,
    log,
    ...more,
  });
  const job: JobRun = { id: '1', kind: '', payload: null, attempt: 1, signal: new AbortController().signal };
  return { upkeep, handlers, schedules, ended, log, run: (kind) => handlers.get(kind)!.run({ ...job, kind }) };
}

void test('a backup a day and a sweep a day are scheduled, in the site’s time zone', async () => {
  const { upkeep, schedules, handlers } = world({ BACKLOT_DAILY_BACKUP: '23:05' });
  await upkeep.schedule();
  assert.deepEqual(
    schedules.map(({ kind, cron, timeZone }) => [kind, cron, timeZone]),
    [
      ['upkeep', '23 4 * * *', 'Europe/Rome'],
      ['daily-backup', '5 23 * * *', 'Europe/Rome'],
    ],
  );
  assert.deepEqual(
    schedules.map(({ kind }) => kind),
    [...handlers.keys()],
  );
});

void test('no daily backup where it is off, nor while a site is worked on', async () => {
  for (const each of [world({ BACKLOT_DAILY_BACKUP: 'off' }), world({}, { dev: true })]) {
    await each.upkeep.schedule();
    assert.deepEqual(
      each.schedules.map(({ kind }) => kind),
      ['upkeep'],
    );
    assert.deepEqual(each.ended, ['daily-backup'], 'one of an earlier start is taken away');
  }
});

void test('what is over is removed, mails after the days that are set', async () => {
  const asked: number[] = [];
  const forgetSent = async (ms: number): Promise<number> => asked.push(ms);
  const some = world({ BACKLOT_MAIL_DAYS_KEPT: '7' }, { mailer: { forgetSent }, accounts: { sweep: async () => 3 } });
  assert.equal(await some.run('upkeep'), undefined);
  assert.deepEqual(asked, [7 * 86_400_000]);
  assert.match(JSON.stringify(some.log.lines), /"sessions":3,"mails":1/);
  await world({ BACKLOT_MAIL_DAYS_KEPT: '0' }, { mailer: { forgetSent } }).run('upkeep');
  assert.equal(asked.length, 1, 'kept for ever');
});

void test('a backup that might fill the disk is not begun, and says why', async () => {
  const failure = await world({}, { machine: { freeBytes: async () => 100e6 } }).run('daily-backup');
  assert.match(failure!.failure, /No daily backup was made: 0\.1 GB free\..* make room/);
});

void test('a backup that fails is tried again; what is no failure of the system is an error', async () => {
  const full = new BacklotError('server/backup-full', 'The disk is full.');
  const backups = { make: () => Promise.reject(full) };
  assert.deepEqual(await world({}, { backups }).run('daily-backup'), { failure: 'The disk is full.' });
  await assert.rejects(world().run('daily-backup'), /No backup was asked for/);
});

void test('an outbox that cannot be written to does not keep the site from being served', async () => {
  const jobs = {
    handle: () => undefined,
    schedule: () => Promise.reject(new Error('disk I/O error')),
    unschedule: async () => undefined,
  };
  const { upkeep, log } = world({}, { jobs });
  await upkeep.schedule();
  assert.match(JSON.stringify(log.lines), /Daily work could not be scheduled/);
});
