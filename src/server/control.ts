import { realpathSync } from 'node:fs';
import type { Accounts } from '../accounts/index.ts';
import type { Jobs } from '../jobs/index.ts';
import { serveControl } from '../database/index.ts';
import type { Control, ControlHandler } from '../database/index.ts';
import type { Site } from '../site/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Log } from '../std/index.ts';
import type { Backups } from './backups.ts';
import { changeJobs, readJobsCommand } from './job-commands.ts';
import type { OpenData } from './open-data.ts';
import { applyPlan, renameInUse } from './schema-commands.ts';
import { changeUsers, readUserCommand } from './user-commands.ts';

export interface ServerControlOptions {
  readonly data: OpenData;
  /** The folder being served. */
  readonly siteDir: string;
  /** Reads the folder as it is now. */
  readonly open: () => Promise<Site>;
  /** Serves the folder and the tables as they are now. */
  readonly follow: () => Promise<void>;
  /** The same after the tables were changed at this position of the log, by whomever; it changes nothing itself. */
  readonly followOthers: (position: number) => Promise<void>;
  readonly backups: Backups;
  readonly accounts: Accounts;
  readonly jobs: Pick<Jobs, 'list' | 'retry' | 'discard'>;
  readonly log: Log;
}

/**
 * Lets commands of the operator reach a running server. On SQLite, where the server alone may write, they come through
 * the socket in the data folder. On PostgreSQL commands write by themselves, and every server hears of it from the log.
 */
export async function serverControl(options: ServerControlOptions): Promise<Control> {
  const { data, log } = options;
  if (data.folder === undefined) return followLog(options);
  try {
    return await serveControl(data.folder, handlers(options), log);
  } catch (error) {
    // Some file systems have no sockets. The site is more important than the commands.
    log.warn('Commands that write cannot reach this server: stop it to use them.', { error });
    return { close: () => Promise.resolve() };
  }
}

function handlers({
  data,
  siteDir,
  open,
  follow,
  backups,
  accounts,
  jobs,
}: ServerControlOptions): Record<string, ControlHandler> {
  return {
    async apply(args) {
      const asked = textOf(args, 'siteDir');
      if (asked !== undefined && realPath(asked) !== realPath(siteDir)) {
        throw new BacklotError(
          'server/other-site',
          `The running server serves ${siteDir}, not ${asked}. Stop it first, or leave --site out.`,
        );
      }
      const said = await applyPlan(data, await open(), async () => (await backups.make('before-apply')).file);
      await follow();
      return `${said}The running server follows.\n`;
    },
    // Begun by one call and asked about by others: a large one takes longer than a connection should.
    backup: async (args) => backups.start(textOf(args, 'file')),
    'backup-state': async () => backups.state(),
    jobs: async (args) => await changeJobs(jobs, readJobsCommand(args)),
    user: async (args) => await changeUsers(accounts, readUserCommand(args)),
    async rename(args) {
      const said = await renameInUse(data, textOf(args, 'from') ?? '', textOf(args, 'to') ?? '', await open());
      await follow();
      return `${said}The running server follows.\n`;
    },
  };
}

function textOf(args: unknown, name: string): string | undefined {
  const value: unknown = typeof args === 'object' && args !== null ? Reflect.get(args, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function followLog({ data, followOthers, log }: ServerControlOptions): Control {
  let following: Promise<void> = Promise.resolve();
  const stop = data.tables.feed.follow((entries) => {
    const changed = entries.findLast(({ operation }) => operation === 'schema');
    if (!changed) return;
    // Not awaited: serving the folder anew waits for the feed itself.
    following = following
      .then(() => followOthers(changed.position))
      .catch((error: unknown) => log.error('The tables were changed and could not be followed.', { error }));
  });
  return {
    async close() {
      stop();
      await following;
    },
  };
}
