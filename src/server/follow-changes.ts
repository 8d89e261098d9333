import type { Accounts } from '../accounts/index.ts';
import type { Extension } from '../extend/index.ts';
import type { Jobs } from '../jobs/index.ts';
import { watchSite } from '../site/index.ts';
import type { Site } from '../site/index.ts';
import { BacklotError, mutex } from '../std/index.ts';
import type { Backups } from './backups.ts';
import { serverControl } from './control.ts';
import { adoptSchema, compareSchema } from './schema-adoption.ts';
import { serveSite } from './serve-site.ts';
import type { Served, ServingOptions } from './serve-site.ts';

export interface FollowOptions {
  readonly serving: ServingOptions;
  readonly siteDir: string;
  readonly backups: Backups;
  readonly accounts: Accounts;
  readonly jobs: Pick<Jobs, 'list' | 'retry' | 'discard'>;
  /** What the site's configuration adds. */
  readonly extension: Extension;
  /** Reads the folder as it is now. */
  readonly open: () => Promise<Site>;
  /** What is being served; replaced when folder or tables have changed. */
  readonly current: { served: Served };
  readonly tell: (lines: readonly string[]) => void;
}

/**
 * Serves anew what changes while the server runs: tables, by a command or by another server; in `dev` the folder too.
 * Resolves, once it listens for changes, with how to stop.
 */
export async function followChanges(options: FollowOptions): Promise<() => Promise<void>> {
  const { serving, siteDir, backups, accounts, jobs, extension, open, current, tell } = options;
  const { data, dev, log } = serving;
  const oneAtATime = mutex();
  let seen = await data.driver.position();
  const replace = async (adopt: typeof adoptSchema): Promise<void> => {
    const before = current.served;
    current.served = await serveSite(serving, await open(), adopt);
    before.pages.close();
    tell(current.served.notices);
    seen = await data.driver.position();
    dev?.reload(current.served.site.diagnostics);
  };
  const follow = (): Promise<void> => oneAtATime.run(() => replace(adoptSchema));
  const followOthers = (position: number): Promise<void> =>
    oneAtATime.run(async () => {
      if (position > seen) await replace(compareSchema);
    });
  const control = await serverControl({ data, siteDir, open, follow, followOthers, backups, accounts, jobs, log });
  const reload = async (changed: readonly string[]): Promise<void> => {
    try {
      await follow();
      if (extension.concerns(changed)) tell(await extension.reload(current.served.site));
      else extension.check(current.served.site);
    } catch (error) {
      // The folder as it was goes on being served until it can be read again.
      if (error instanceof BacklotError) tell([error.message]);
      else log.error('The folder has changed and could not be read again.', { error });
    }
  };
  const watch = dev ? await watchSite(siteDir, reload, { leaveOut: [data.dataDir] }) : undefined;
  await watch?.ready;
  return async () => {
    await watch?.close();
    await control.close();
  };
}
