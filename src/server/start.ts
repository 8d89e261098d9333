import { resolve } from 'node:path';
import { accountTables } from '../accounts/index.ts';
import { openFileStore } from '../files/index.ts';
import { mailTable } from '../mail/index.ts';
import { spamTable } from '../pages/index.ts';
import { loadSite } from '../site/index.ts';
import type { Site } from '../site/index.ts';
import { BacklotError, uuidv7 } from '../std/index.ts';
import { openApi } from './api-routes.ts';
import { adminFiles } from './admin-files.ts';
import { createApp } from './app.ts';
import type { App } from './app.ts';
import { backupsOf, backUpBeforeUpgrade } from './backups.ts';
import { configuredSettings } from './config-file.ts';
import { devChannel } from './dev-channel.ts';
import { followChanges } from './follow-changes.ts';
import { commonHeaders } from './headers.ts';
import { healthRoute } from './health.ts';
import { defaultTimeouts } from './http-server.ts';
import type { HttpTimeouts } from './http-server.ts';
import { otherSiteNotice, rememberSite } from './last-site.ts';
import { openMetrics } from './metrics.ts';
import { noticeSender } from './notices.ts';
import { openNotifications } from './notifications.ts';
import { openData } from './open-data.ts';
import type { OpenDataOptions } from './open-data.ts';
import { policyReports } from './policy-reports.ts';
import { adoptSchema } from './schema-adoption.ts';
import { serveSite } from './serve-site.ts';
import type { ServingOptions } from './serve-site.ts';
import { readSettings } from './settings.ts';
import type { Settings } from './settings.ts';
import { keepUploadsSwept } from './uploads.ts';

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
  const { clock, log, random } = options;
  const tell = (lines: readonly string[]): void => options.onNotices?.(lines);
  const settings = readSettings(options.environment, await configuredSettings(siteDir));
  const open = (): Promise<Site> => loadServedSite({ siteDir, dataDir: options.dataDir, settings });
  const site = await open();
  const metrics = settings.metrics === 'on' ? openMetrics(settings, options.program) : undefined;
  const about = { settings, site: siteDir, program: options.program, clock, log };
  const data = await openData({
    ...options,
    onUpgrade: backUpBeforeUpgrade(about),
    observe: metrics && ((driver) => metrics.countCommits(driver)),
  });
  const dev = options.dev === true ? devChannel() : undefined;
  /** What to close, the last first. */
  const closing: (() => Promise<void> | void)[] = [() => data.close()];
  closing.push(() => metrics?.close());
  const close = async (): Promise<void> => {
    for (let step = closing.pop(); step; step = closing.pop()) await step();
  };
  try {
    tell(await otherSiteNotice(data.driver, siteDir));
    const common = commonHeaders(settings);
    const files = await openFileStore({ dir: data.uploadsDir, random, clock });
    const notifications = await openNotifications({ settings, data, siteDir, clock, random, log });
    closing.push(() => notifications.close());
    const notice = noticeSender(common, dev && ((html) => dev.withScriptText(html)));
    const serving: ServingOptions = {
      settings,
      data,
      files,
      common,
      notice,
      dev,
      metrics,
      clock,
      log,
      onInsert: notifications.onInsert,
    };
    const current = { served: await serveSite(serving, site, adoptSchema) };
    closing.push(() => current.served.pages.close());
    tell([...current.served.notices, ...(await notifications.notices())]);
    const health = healthRoute({
      database: () => data.tables.health(),
      isSchemaPending: () => current.served.schema.pending,
      log,
    });
    const timeouts = { ...defaultTimeouts, ...options.timeouts };
    const api = openApi({
      settings,
      data,
      files,
      common,
      timeouts,
      clock,
      random,
      log,
      boundHost: options.host,
      site: () => current.served.site,
    });
    closing.push(() => api.close());
    const app = createApp({
      handler: () => current.served.handler,
      notice,
      settings,
      timeouts,
      boundHost: options.host,
      api: api.answer,
      admin: adminFiles({ settings, common, notice }),
      actorOf: api.actorOf,
      clock,
      ids: uuidv7(clock, random),
      log,
      onRequest: metrics?.onRequest,
      routes: [health, ...(metrics ? [metrics.route(data)] : []), ...(dev ? [...dev.routes, policyReports(tell)] : [])],
    });
    closing.push(() => app.stop());
    // Before the application, so that no browser keeps it waiting.
    closing.push(() => dev?.close());
    const address = await listen(app, options);
    await rememberSite(data.driver, siteDir);
    data.folder?.announce(address);
    notifications.start();
    const backups = backupsOf(data, about);
    closing.push(() => backups.close());
    closing.push(await followChanges({ serving, siteDir, backups, accounts: api.accounts, open, current, tell }));
    closing.push(keepUploadsSwept(files, log));
    return { address, setupLink: () => api.setupLink(address), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The settings that have a say in what a folder means. */
export type SiteSettings = Pick<Settings, 'timeZone' | 'currency' | 'origin' | 'adminPath' | 'apiPath'>;

/** Loads a folder as the server sees it: with the tables of our own, without the data folder that may stand in it. */
export async function loadServedSite(options: {
  readonly siteDir: string;
  readonly dataDir: string;
  readonly settings: SiteSettings;
}): Promise<Site> {
  const { timeZone, currency, origin, adminPath, apiPath } = options.settings;
  return await loadSite({
    dir: options.siteDir,
    leaveOut: [resolve(options.dataDir)],
    timeZone,
    currency,
    ...(origin[0] === undefined ? {} : { origin: origin[0] }),
    reservedPaths: [adminPath, apiPath],
    tables: [spamTable, mailTable, ...accountTables],
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
