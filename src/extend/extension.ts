import { join } from 'node:path';
import type { Jobs } from '../jobs/index.ts';
import type { Site } from '../site/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Clock, Ids, Log } from '../std/index.ts';
import type { Actor, ChangeHooks, Tables } from '../tables/index.ts';
import { followSchedules, handleSiteJobs, siteJobStatements } from './site-jobs.ts';
import { afterStatements, handleAfterHooks } from './after-hooks.ts';
import { isConfigFile, loadConfig } from './config-file.ts';
import type { LoadedConfig } from './config-file.ts';
import { whoElseAnswers } from './declared-routes.ts';
import { findRoute, respond } from './site-routes.ts';
import type { FoundRoute } from './site-routes.ts';
import type { HookRun } from './run-code.ts';
import { hookTable, siteHooks } from './site-hooks.ts';

export interface ExtensionOptions {
  readonly siteDir: string;
  readonly config: LoadedConfig;
  readonly timeZone: string;
  /** A check or transform that takes longer is given up. */
  readonly hookTimeoutMs: number;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Paths at which the program itself answers. */
  readonly ownPaths: readonly string[];
  /** Others may take the place of these hooks while the server runs. */
  readonly dev: boolean;
  /** Hears of each run of a hook. */
  readonly trace: ((run: HookRun) => void) | undefined;
}

/** What a site's configuration adds to the program. */
export interface Extension {
  /** For the tables. Absent where there is no hook and will be none, so that writes cost nothing more. */
  readonly hooks: ChangeHooks | undefined;
  /** Files that are code of the server and therefore nobody's to read, as absolute paths. */
  privateFiles(): readonly string[];
  /**
   * Connects `after` hooks and jobs with what runs them: when the data is opened, and again when it was exchanged.
   *
   * @throws BacklotError `extend/config` for a schedule that cannot be read
   */
  attach(data: { readonly tables: Tables; readonly jobs: Jobs }): Promise<void>;
  /** Throws `extend/config` for a hook of a table that the pages do not make, and a route where something else answers. */
  check(site: Site): void;
  /** The route that a request is for. Undefined: its path is no route's. */
  route(method: string, pathname: string): FoundRoute | undefined;
  /** Lets a route answer. Throws `extend/route-failed`. */
  respond(route: Extract<FoundRoute, { kind: 'route' }>, request: Request, actor: Actor): Promise<Response>;
  /** Whether these files, relative to the site's folder, are part of the configuration. */
  concerns(files: readonly string[]): boolean;
  /**
   * Takes the configuration as it is now; where it has a fault, the former stays in force. Gives what to tell.
   */
  reload(site: Site): Promise<readonly string[]>;
}

/** Opens what a site's configuration declares. */
export function openExtension(options: ExtensionOptions): Extension {
  const { siteDir, clock, ids, log, dev, timeZone, trace, ownPaths } = options;
  let { config } = options;
  let table = hookTable(config.hooks);
  let jobs: Jobs | undefined;
  let tables: Tables | undefined;
  const running = { siteDir: config.siteDir, trace };
  const hooks = siteHooks({
    ...running,
    timeLimitMs: options.hookTimeoutMs,
    clock,
    ids,
    timeZone,
    hooks: () => table,
    job: (name, payload, delayMs) => (jobs ? siteJobStatements(jobs, config.jobs, name, payload, delayMs) : []),
    follow: (hook, row, actor) => (jobs ? afterStatements(jobs, hook, row, actor) : []),
  });
  const schedule = async (next: LoadedConfig, before: LoadedConfig['jobs']): Promise<void> => {
    try {
      if (jobs) await followSchedules({ jobs, timeZone }, before, next.jobs);
    } catch (error) {
      if (!(error instanceof BacklotError) || error.code !== 'jobs/schedule') throw error;
      const job = next.jobs.find((each) => error.message.includes(` job ${each.name} `));
      const place = job ? next.placeOf('schedule', job.run) : (next.file ?? '');
      throw new BacklotError('extend/config', `${place}: ${error.message}`, { cause: error });
    }
  };
  return {
    hooks: dev || config.hooks.length > 0 ? hooks : undefined,
    privateFiles: () => config.files.filter((file) => /\.m?ts$/.test(file)),
    async attach(data) {
      ({ jobs, tables } = data);
      const shared = { ...running, ...data, clock, log, timeZone };
      handleAfterHooks({ ...shared, hooks: () => config.hooks });
      handleSiteJobs({ ...shared, declared: () => config.jobs });
      await schedule(config, []);
    },
    check: (site) => checkSite(config, site, ownPaths),
    route: (method, pathname) => (config.routes.length === 0 ? undefined : findRoute(config.routes, method, pathname)),
    async respond(route, request, actor) {
      if (!tables) throw new Error('The data is not open yet.');
      return await respond({ ...running, tables, clock, log, timeZone }, route, request, actor);
    },
    concerns: (files) => files.some((file) => isConfigFile(file) || config.files.includes(join(config.siteDir, file))),
    async reload(site) {
      try {
        const changed = await loadConfig(siteDir);
        checkSite(changed, site, ownPaths);
        const settings = JSON.stringify(changed.settings) !== JSON.stringify(config.settings);
        await schedule(changed, config.jobs).catch(async (error: unknown) => {
          await schedule(config, changed.jobs);
          throw error;
        });
        config = changed;
        table = hookTable(config.hooks);
        const read = `${config.file ?? 'The configuration'} was read again.`;
        return settings ? [`${read} Its settings have changed: restart to use them.`] : [read];
      } catch (error) {
        if (!(error instanceof BacklotError)) throw error;
        return [`${error.message} Until then the configuration stays as it was.`];
      }
    },
  };
}

function checkSite(config: LoadedConfig, site: Site, ownPaths: readonly string[]): void {
  checkTables(config, site.schema);
  for (const route of config.routes) {
    const other = whoElseAnswers(route, site, ownPaths);
    if (other === undefined) continue;
    const problem = `routes["${route.name}"] is not the only one to answer there: so does ${other}. Choose another path.`;
    throw new BacklotError('extend/config', `${config.placeOf(route.name, route.run)}: ${problem}`);
  }
}

/** Hooks of tables that nothing makes would never run, and nobody would know. */
function checkTables({ hooks, placeOf }: LoadedConfig, { tables }: Site['schema']): void {
  for (const { name, table: named, run } of hooks) {
    const table = Object.hasOwn(tables, named) ? tables[named] : undefined;
    if (table && !table.detached && table.owner === 'site') continue;
    const own = Object.values(tables).filter(({ owner, detached }) => owner === 'site' && !detached);
    const known = own.map((each) => each.name).join(', ');
    const problem =
      table?.owner === 'backlot'
        ? `${named} is a table of the program's own, which hooks cannot reach.`
        : `no page makes a table "${named}". There ${own.length === 0 ? 'are none yet' : `are: ${known}`}.`;
    throw new BacklotError('extend/config', `${placeOf(named, run)}: ${name}: ${problem}`);
  }
}
