import type { Extension } from '../extend/index.ts';
import { openFileStore } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import { openApi } from './api-routes.ts';
import type { OpenApi } from './api-routes.ts';
import type { OwnRoute } from './app.ts';
import { backupsOf, backUpBeforeUpgrade } from './backups.ts';
import type { Backups } from './backups.ts';
import { thisMachine } from './doctor-folder.ts';
import { followChanges } from './follow-changes.ts';
import { healthRoute } from './health.ts';
import type { HttpTimeouts } from './http-server.ts';
import { otherSiteNotice, rememberSite } from './last-site.ts';
import type { LiveRestore } from './live-restore.ts';
import { openNotifications } from './notifications.ts';
import { openData } from './open-data.ts';
import type { OpenData, OpenDataOptions } from './open-data.ts';
import { adoptSchema } from './schema-adoption.ts';
import { serveSite } from './serve-site.ts';
import type { Served, ServingOptions } from './serve-site.ts';
import { openUpkeep } from './upkeep.ts';
import { storedFilesRoute } from './stored-files.ts';
import { keepUploadsSwept } from './uploads.ts';

export interface OpenSiteOptions
  extends OpenDataOptions, Pick<ServingOptions, 'settings' | 'common' | 'notice' | 'dev' | 'metrics'> {
  readonly siteDir: string;
  readonly boundHost: string;
  readonly timeouts: HttpTimeouts;
  /** Reads the folder as it is now. */
  readonly open: () => Promise<Site>;
  /** Hears what the operator should know. */
  readonly tell: (lines: readonly string[]) => void;
  /** What the site's configuration adds. */
  readonly extension: Extension;
  /** Goes back to a backup, which closes this and opens another. */
  readonly restore: LiveRestore;
}

/** Everything that stands on the data: opened at the start, and again when the data was exchanged. */
export interface OpenSite {
  readonly data: OpenData;
  readonly served: () => Served;
  readonly api: OpenApi;
  readonly backups: Backups;
  readonly health: OwnRoute;
  readonly metrics: OwnRoute | undefined;
  readonly storedFiles: OwnRoute;
  /** Begins with what is done unasked: jobs, commands of the operator, sweeping. The server is reached at `address`. */
  begin(address: string): Promise<void>;
  /** Ends what is done unasked. */
  rest(): Promise<void>;
  /** Closes the data; nothing may be asked for any more. */
  close(): Promise<void>;
}

/** Steps that undo others, the last first. Each is taken once. */
type Steps = (() => Promise<void> | void)[];

async function take(steps: Steps): Promise<void> {
  for (let step = steps.pop(); step; step = steps.pop()) await step();
}

/**
 * Opens the data and everything that answers from it.
 *
 * @throws BacklotError for everything an operator can mend: the data, the settings
 */
export async function openSite(options: OpenSiteOptions, site: Site): Promise<OpenSite> {
  const { settings, siteDir, program, clock, random, log, metrics, tell } = options;
  const about = { settings, site: siteDir, program, clock, log };
  const data = await openData({
    ...options,
    hooks: options.extension.hooks,
    onUpgrade: backUpBeforeUpgrade(about),
    observe: metrics ? (driver) => metrics.countCommits(driver) : options.observe,
  });
  const closing: Steps = [() => data.close()];
  const resting: Steps = [];
  try {
    tell(await otherSiteNotice(data.driver, siteDir));
    const files = await openFileStore({ dir: data.uploadsDir, random, clock });
    closing.push(() => files.close());
    const admins = async (): Promise<readonly string[]> => {
      const users = await api.accounts.users.list();
      return users.filter(({ roles }) => roles.includes('admin')).map(({ email }) => email);
    };
    const notifications = await openNotifications({ settings, data, siteDir, clock, random, log, admins });
    closing.push(() => notifications.close());
    await options.extension.attach({ tables: data.tables, jobs: notifications.jobs });
    const serving: ServingOptions = { ...options, data, files, onInsert: notifications.onInsert };
    const current = { served: await serveSite(serving, site, adoptSchema) };
    closing.push(() => current.served.pages.close());
    tell([...current.served.notices, ...(await notifications.notices())]);
    const backups = backupsOf(data, about);
    const api = openApi({
      ...options,
      data,
      files,
      site: () => current.served.site,
      operation: { ...notifications, sendsMail: settings.mail !== '', backups, restore: options.restore },
    });
    closing.push(() => api.close());
    const upkeep = openUpkeep({
      settings,
      backups,
      log,
      ...notifications,
      accounts: api.accounts,
      dataDir: data.dataDir,
      machine: thisMachine,
      dev: options.dev !== undefined,
    });
    return {
      data,
      served: () => current.served,
      api,
      backups,
      health: healthRoute({
        database: () => data.tables.health(),
        isSchemaPending: () => current.served.schema.pending,
        log,
      }),
      metrics: metrics?.route(data),
      storedFiles: storedFilesRoute({ ...options, files, tables: data.tables, site: () => current.served.site }),
      async begin(address) {
        await rememberSite(data.driver, siteDir);
        data.folder?.announce(address);
        notifications.start();
        const scheduled = upkeep.schedule();
        resting.push(() => scheduled);
        resting.push(() => backups.close());
        resting.push(
          await followChanges({
            ...options,
            serving,
            backups,
            accounts: api.accounts,
            jobs: notifications.jobs,
            current,
          }),
        );
        resting.push(keepUploadsSwept(files, log));
      },
      rest: () => take(resting),
      close: () => take(closing),
    };
  } catch (error) {
    await take(closing);
    throw error;
  }
}
