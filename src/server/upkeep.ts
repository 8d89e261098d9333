import type { Accounts } from '../accounts/index.ts';
import type { JobFailure, JobRun, Jobs } from '../jobs/index.ts';
import type { Mailer } from '../mail/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Log } from '../std/index.ts';
import type { Backups } from './backups.ts';
import { roomForBackup } from './doctor-folder.ts';
import type { Machine } from './doctor-folder.ts';
import type { Settings } from './settings.ts';

export interface UpkeepOptions {
  readonly settings: Pick<Settings, 'dailyBackup' | 'mailDaysKept' | 'timeZone'>;
  readonly jobs: Pick<Jobs, 'handle' | 'schedule' | 'unschedule'>;
  readonly mailer: Pick<Mailer, 'forgetSent'>;
  readonly accounts: Pick<Accounts, 'sweep'>;
  readonly backups: Pick<Backups, 'make'>;
  readonly dataDir: string;
  readonly machine: Pick<Machine, 'freeBytes'>;
  /** Without daily backups, whatever the settings say: for work on a site. */
  readonly dev: boolean;
  readonly log: Log;
}

/** Work that comes back by the clock: once, however many servers share the data. */
export interface Upkeep {
  /** Puts the coming times into the outbox. A failure is logged: the site is served all the same. */
  schedule(): Promise<void>;
}

const DAY_MS = 24 * 3_600_000;
/** A large backup on a slow disk. */
const BACKUP_MS_MAX = 6 * 3_600_000;
/** Between two attempts at a backup: a full disk is not emptied in a minute. */
const BACKUP_AGAIN_MS = 20 * 60_000;
/** When little is going on, and not when everybody else's schedules begin. */
const SWEEP_CRON = '23 4 * * *';

/** Says who does the jobs of upkeep. To be called before the jobs are started. */
export function openUpkeep(options: UpkeepOptions): Upkeep {
  const { settings, jobs, mailer, accounts, log } = options;
  jobs.handle('upkeep', {
    async run() {
      const sessions = await accounts.sweep();
      const mails = settings.mailDaysKept === 0 ? 0 : await mailer.forgetSent(settings.mailDaysKept * DAY_MS);
      if (sessions + mails > 0) log.info('Removed what is over.', { sessions, mails });
      return undefined;
    },
  });
  jobs.handle('daily-backup', {
    attemptsMax: 5,
    delayMs: BACKUP_AGAIN_MS,
    timeoutMs: BACKUP_MS_MAX,
    run: (job) => backUp(options, job),
  });
  return {
    async schedule() {
      const { timeZone } = settings;
      try {
        await jobs.schedule({ name: 'upkeep', cron: SWEEP_CRON, timeZone, kind: 'upkeep', payload: null });
        const cron = options.dev ? undefined : cronOf(settings.dailyBackup);
        if (cron === undefined) await jobs.unschedule('daily-backup');
        else await jobs.schedule({ name: 'daily-backup', cron, timeZone, kind: 'daily-backup', payload: null });
      } catch (error) {
        log.error('Daily work could not be scheduled; it is tried at the next start.', { error });
      }
    },
  };
}

/** `03:05` as `5 3 * * *`; undefined for `off`. */
function cronOf(time: string): string | undefined {
  const [hours, minutes] = time.split(':').map(Number);
  return hours === undefined || minutes === undefined ? undefined : `${minutes} ${hours} * * *`;
}

/** Where it might fill the disk it is not begun: a site that cannot write is worse than a backup too few. */
async function backUp(
  { backups, dataDir, machine }: UpkeepOptions,
  { signal }: JobRun,
): Promise<JobFailure | undefined> {
  const { isEnough, text } = await roomForBackup(dataDir, machine);
  if (!isEnough) return { failure: `No daily backup was made: ${text}` };
  try {
    await backups.make('daily', { signal });
    return undefined;
  } catch (error) {
    if (error instanceof BacklotError) return { failure: error.message };
    throw error;
  }
}
