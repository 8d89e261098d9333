import type { Committer, Driver, Statement } from '../database/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Clock, Ids } from '../std/index.ts';
import { instant, jobStatements, statement } from './job.ts';

/** A job at certain times. */
export interface Schedule {
  /** Unique: it names the ticks, which all processes share. */
  readonly name: string;
  /** A cron expression of five fields, or six with seconds: `0 3 * * *`. */
  readonly cron: string;
  /** IANA time zone in which the expression is meant. */
  readonly timeZone: string;
  readonly kind: string;
  readonly payload: unknown;
}

/**
 * Schedules without timers of their own: the next tick always stands in the outbox already, as a job due at that
 * moment under a key that only one process can insert. Claiming a tick inserts the one after it. So a tick runs once
 * however many processes there are, and one that came while none ran is made up for once.
 */
export interface Schedules {
  add(schedule: Schedule): Promise<void>;
  /** Takes the coming tick of a schedule away; one that is being run or tried again stays. */
  remove(name: string): Promise<void>;
  /** The statements that go with the claim of a job: the next tick of the schedule that it is a tick of. */
  after(key: string | null): readonly Statement[];
}

export interface SchedulesOptions {
  readonly driver: Driver;
  readonly committer: Committer;
  readonly clock: Clock;
  readonly ids: Ids;
}

type NextTick = (afterMs: number) => number | undefined;

export function jobSchedules({ driver, committer, clock, ids }: SchedulesOptions): Schedules {
  const known = new Map<string, { readonly schedule: Schedule; readonly next: NextTick }>();

  const tick = (name: string): { key: string; statements: readonly Statement[] } | undefined => {
    const found = known.get(name);
    const dueMs = found?.next(clock.now());
    if (!found || dueMs === undefined) return undefined;
    const { kind, payload } = found.schedule;
    const key = `${prefix(name)}${instant(dueMs)}`;
    const job = { id: ids(), kind, payload, dueMs, createdMs: clock.now(), key };
    return { key, statements: jobStatements(driver.dialect, job) };
  };

  return {
    async add(schedule) {
      known.set(schedule.name, { schedule, next: await nextTick(schedule) });
      const coming = tick(schedule.name);
      // Ticks of the times as they were before.
      const start = prefix(schedule.name);
      const sql =
        "delete from _job where substr(key, 1, ?) = ? and key <> ? and state = 'waiting' and attempts = 0 and due > ?";
      const others = [start.length, start, coming?.key ?? '', instant(clock.now())];
      const statements = [statement(driver.dialect, sql, others), ...(coming?.statements ?? [])];
      await committer.commit({ statements, entries: [] });
    },
    async remove(name) {
      known.delete(name);
      const start = prefix(name);
      const sql = "delete from _job where substr(key, 1, ?) = ? and state = 'waiting' and attempts = 0";
      await committer.commit({ statements: [statement(driver.dialect, sql, [start.length, start])], entries: [] });
    },
    after(key) {
      const name = key === null ? undefined : /^schedule (\S+) /.exec(key)?.[1];
      const next = name === undefined ? undefined : tick(decodeURIComponent(name));
      return next ? [forgetEnded(driver.dialect, clock.now()), ...next.statements] : [];
    },
  };
}

const keysForMs = 24 * 60 * 60 * 1000;

/** Keys of jobs that ended long ago: no process is so late that it would make them again. */
export function forgetEnded(dialect: Driver['dialect'], nowMs: number): Statement {
  return statement(dialect, "delete from _job where state = 'done' and updated < ?", [instant(nowMs - keysForMs)]);
}

function prefix(name: string): string {
  return `schedule ${encodeURIComponent(name)} `;
}

/** Croner is loaded with the first schedule. */
async function nextTick({ name, cron, timeZone }: Schedule): Promise<NextTick> {
  const { Cron } = await import('croner');
  try {
    const times = new Cron(cron, { timezone: timeZone, paused: true });
    times.nextRun();
    return (afterMs) => times.nextRun(new Date(afterMs))?.getTime();
  } catch (cause) {
    throw new BacklotError(
      'jobs/schedule',
      `The schedule ${name} has the times ${JSON.stringify(cron)}, which cannot be read. Write a cron expression such as 0 3 * * *.`,
      { cause },
    );
  }
}
