import { join, resolve } from 'node:path';
import { accountTables } from '../accounts/index.ts';
import { readingTable } from '../api/index.ts';
import { mailTable } from '../mail/index.ts';
import { sentTable, spamTable } from '../pages/index.ts';
import { loadConfig, openExtension } from '../extend/index.ts';
import type { HookRun } from '../extend/index.ts';
import { loadSite } from '../site/index.ts';
import type { Site } from '../site/index.ts';
import { BacklotError, uuidv7 } from '../std/index.ts';
import { adminFiles } from './admin-files.ts';
import { createApp } from './app.ts';
import type { App, OwnRoute } from './app.ts';
import { authorRoutes } from './author-routes.ts';
import { devChannel } from './dev-channel.ts';
import { commonHeaders } from './headers.ts';
import { defaultTimeouts } from './http-server.ts';
import type { HttpTimeouts } from './http-server.ts';
import { liveRestore } from './live-restore.ts';
import { openMetrics } from './metrics.ts';
import { noticeSender } from './notices.ts';
import type { OpenDataOptions } from './open-data.ts';
import { openSite } from './open-site.ts';
import type { OpenSite, OpenSiteOptions } from './open-site.ts';
import { policyReports } from './policy-reports.ts';
import { readSettings } from './settings.ts';
import type { Settings } from './settings.ts';

export interface StartOptions extends OpenDataOptions {
  readonly siteDir: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Shorter ones for tests. */
  readonly timeouts?: Partial<HttpTimeouts>;
  /** Watch the folder, reload browsers, show errors on the page. */
  readonly dev?: boolean;
  /** Hears what is to be told about the site: at start, and in `dev` after each change. */
  readonly onNotices?: (lines: readonly string[]) => void;
  /** Hears of each run of a hook of the site's configuration. */
  readonly onHookRun?: ((run: HookRun) => void) | undefined;
}

export interface RunningServer {
  /** `http://127.0.0.1:4000` */
  readonly address: string;
  /** A one-time link that makes the first admin; undefined when there is one. */
  setupLink(): Promise<string | undefined>;
  /** Stops taking requests, finishes those under way, closes the data. */
  close(): Promise<void>;
}

/**
 * Starts a server for a folder.
 *
 * @throws BacklotError for everything an operator can mend: the folder, the data, the settings, the port
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const siteDir = resolve(options.siteDir);
  const { clock, log } = options;
  const tell = (lines: readonly string[]): void => options.onNotices?.(lines);
  const config = await loadConfig(siteDir);
  const settings = readSettings(options.environment, config.settings, config.placeOf);
  const { timeZone, hookTimeoutMs } = settings;
  const extension = openExtension({
    siteDir,
    config,
    timeZone,
    hookTimeoutMs,
    clock,
    ids: uuidv7(clock, options.random),
    log,
    ownPaths: ['/_backlot', settings.adminPath, settings.apiPath],
    dev: options.dev === true,
    trace: options.onHookRun,
  });
  const open = (): Promise<Site> =>
    loadServedSite({
      siteDir,
      dataDir: options.dataDir,
      settings,
      leaveOut: extension.privateFiles(),
      cache: options,
    });
  const site = await open();
  extension.check(site);
  const metrics = settings.metrics === 'on' ? openMetrics(settings, options.program) : undefined;
  const dev = options.dev === true ? devChannel() : undefined;
  const common = commonHeaders(settings);
  const notice = noticeSender(common, dev && ((html) => dev.withScriptText(html)));
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const restore = liveRestore({ place: options, log });
  const opening: OpenSiteOptions = {
    ...options,
    siteDir,
    settings,
    common,
    notice,
    dev,
    metrics,
    timeouts,
    open,
    tell,
    restore,
    extension,
    boundHost: options.host,
  };
  /** What to close, the last first. */
  const closing: (() => Promise<void> | void)[] = [() => metrics?.close()];
  const close = async (): Promise<void> => {
    for (let step = closing.pop(); step; step = closing.pop()) await step();
  };
  try {
    const current = { site: await openSite(opening, site) };
    closing.push(() => current.site.close());
    const app = createApp({
      settings,
      timeouts,
      notice,
      clock,
      log,
      handler: () => current.site.served().handler,
      boundHost: options.host,
      authorRoutes: authorRoutes({ extension, settings, common, timeouts, notice, boundHost: options.host }),
      api: (asked) => current.site.api.answer(asked),
      admin: adminFiles({ settings, common, notice }),
      actorOf: (cookieHeader) => current.site.api.actorOf(cookieHeader),
      ids: uuidv7(clock, options.random),
      onRequest: metrics?.onRequest,
      onLaneAnswer: metrics?.onLaneAnswer,
      routes: [...ownRoutes(current), ...(dev ? [...dev.routes, policyReports(tell)] : [])],
    });
    closing.push(() => app.stop());
    // Before the application, so that no browser keeps it waiting.
    closing.push(() => dev?.close());
    const address = await listen(app, options);
    closing.push(() => current.site.rest());
    await current.site.begin(address);
    closing.push(() => restore.close());
    restore.begin({
      current,
      app,
      openAgain: async () => {
        const opened = await openSite(opening, current.site.served().site);
        await opened.begin(address);
        return opened;
      },
    });
    return { address, setupLink: () => current.site.api.setupLink(address), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Health, metrics and uploaded files, of whatever is open when they are asked for. */
function ownRoutes(current: { readonly site: OpenSite }): readonly OwnRoute[] {
  const { health, metrics, storedFiles } = current.site;
  return [
    { ...health, handle: relay(() => current.site.health) },
    { ...storedFiles, handle: relay(() => current.site.storedFiles) },
    ...(metrics ? [{ ...metrics, handle: relay(() => current.site.metrics) }] : []),
  ];
}

function relay(route: () => OwnRoute | undefined): OwnRoute['handle'] {
  return (request, response, asked) => route()?.handle(request, response, asked);
}

/** The settings that have a say in what a folder means. */
export type SiteSettings = Pick<Settings, 'timeZone' | 'currency' | 'origin' | 'adminPath' | 'apiPath'>;

/** Loads a folder as the server sees it: with the tables of our own, without the data folder that may stand in it. */
export async function loadServedSite(options: {
  readonly siteDir: string;
  readonly dataDir: string;
  readonly settings: SiteSettings;
  /** Further files that are no part of what is served, as absolute paths. */
  readonly leaveOut?: readonly string[];
  /** For servers: what is worked out from the files is kept in the data folder for the next start. */
  readonly cache?: Pick<OpenDataOptions, 'program' | 'clock'>;
}): Promise<Site> {
  const { cache, leaveOut = [] } = options;
  const dataDir = resolve(options.dataDir);
  const { timeZone, currency, origin, adminPath, apiPath } = options.settings;
  return await loadSite({
    dir: options.siteDir,
    leaveOut: [dataDir, ...leaveOut],
    timeZone,
    currency,
    ...(origin[0] === undefined ? {} : { origin: origin[0] }),
    reservedPaths: [adminPath, apiPath],
    tables: [spamTable, sentTable, mailTable, ...accountTables, readingTable],
    ...(cache ? { cache: { dir: join(dataDir, 'cache'), program: cache.program, clock: cache.clock } } : {}),
  });
}

async function listen({ fastify: app }: App, { host, port }: StartOptions): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw cannotListen(error, host, port);
  }
  const bound = app.server.address();
  const number = typeof bound === 'object' && bound ? bound.port : port;
  return `http://${host.includes(':') ? `[${host}]` : host}:${number}`;
}

function cannotListen(error: unknown, host: string, port: number): BacklotError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is in use. Stop what uses it, or choose another with --port.`,
    EACCES: `Port ${port} may not be opened by this user. Choose one from 1024 on with --port, behind a proxy.`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Choose another with --host.`,
    ENOTFOUND: `The host ${host} is not known. Choose another with --host.`,
  };
  const reason =
    reasons[String(code)] ??
    `Cannot listen on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}`;
  return new BacklotError('server/listen', reason, { cause: error });
}
