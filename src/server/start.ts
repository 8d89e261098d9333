import { resolve } from 'node:path';
import { openFileStore } from '../files/index.ts';
import { pageGetter, poster, spamTable } from '../pages/index.ts';
import type { PageGetter } from '../pages/index.ts';
import { formNotices, loadSite, watchSite } from '../site/index.ts';
import type { Site } from '../site/index.ts';
import { BacklotError, formatDiagnostic, mutex, uuidv7 } from '../std/index.ts';
import type { Clock, Diagnostic, Log, Random } from '../std/index.ts';
import { readSeeds } from '../site/index.ts';
import { createApp, healthRoute } from './app.ts';
import { configuredSettings, isConfigFile } from './config-file.ts';
import { serverControl } from './control.ts';
import { devChannel } from './dev-channel.ts';
import type { DevChannel } from './dev-channel.ts';
import { commonHeaders } from './headers.ts';
import { otherSiteNotice, rememberSite } from './last-site.ts';
import { madeFiles } from './made-files.ts';
import { openData } from './open-data.ts';
import type { OpenData } from './open-data.ts';
import { policyHeaders } from './policy.ts';
import { adoptSchema, compareSchema } from './schema-adoption.ts';
import type { SchemaAdoption } from './schema-adoption.ts';
import { readSettings } from './settings.ts';
import type { Settings } from './settings.ts';
import { siteHandler } from './site-handler.ts';
import type { SiteHandler } from './site-handler.ts';
import { staticFiles } from './static-files.ts';

export interface StartOptions {
  readonly siteDir: string;
  readonly dataDir: string;
  readonly databaseUrl?: string | undefined;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly program: string;
  /** Watch the folder, reload browsers, show errors on the page. */
  readonly dev?: boolean;
  /** Hears what is to be told about the site: at start, and in `dev` after each change. */
  readonly onNotices?: (lines: readonly string[]) => void;
}

export interface RunningServer {
  /** `http://127.0.0.1:4000` */
  readonly address: string;
  /** Stops taking requests, finishes those under way, closes the data. */
  close(): Promise<void>;
}

/** One folder as it is served at the moment: in `dev`, the next one takes its place. */
interface Served {
  readonly site: Site;
  readonly handler: SiteHandler;
  readonly pages: PageGetter;
  readonly schema: SchemaAdoption;
}

/**
 * Starts a server for a folder.
 *
 * @throws BacklotError for everything an operator can mend: the folder, the data, the settings, the port
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const siteDir = resolve(options.siteDir);
  const settings = readSettings(options.environment, await configuredSettings(siteDir));
  const open = (): Promise<Site> => loadServedSite({ siteDir, dataDir: options.dataDir, timeZone: settings.timeZone });
  const site = await open();
  const data = await openData(options);
  const dev = options.dev === true ? devChannel() : undefined;
  try {
    options.onNotices?.(await otherSiteNotice(data.driver, siteDir));
    let served = await serveSite(options, settings, data, site, dev, adoptSchema);
    const app = createApp({
      handler: () => served.handler,
      settings,
      boundHost: options.host,
      clock: options.clock,
      ids: uuidv7(options.clock, options.random),
      log: options.log,
      routes: [healthRoute(() => health(data, served)), ...(dev?.routes ?? [])],
    });
    const address = await listen(app, options);
    await rememberSite(data.driver, siteDir);
    data.folder?.announce(address);
    const change = mutex();
    let seen = await data.driver.position();
    const replace = async (adopt: typeof adoptSchema): Promise<void> => {
      const before = served;
      served = await serveSite(options, settings, data, await open(), dev, adopt);
      before.pages.close();
      seen = await data.driver.position();
      dev?.reload(served.site.diagnostics);
    };
    const follow = (): Promise<void> => change.run(() => replace(adoptSchema));
    const control = await serverControl({
      data,
      siteDir,
      open,
      follow,
      followOthers: (position) =>
        change.run(async () => {
          if (position > seen) await replace(compareSchema);
        }),
      clock: options.clock,
      log: options.log,
    });
    const reload = async (files: readonly string[]): Promise<void> => {
      if (files.some(isConfigFile)) options.onNotices?.(['The configuration has changed: restart to use it.']);
      try {
        await follow();
      } catch (error) {
        // The folder as it was goes on being served until it can be read again.
        if (error instanceof BacklotError) options.onNotices?.([error.message]);
        else options.log.error('The folder has changed and could not be read again.', { error });
      }
    };
    const watch = dev ? await watchSite(siteDir, reload, { leaveOut: [options.dataDir] }) : undefined;
    await watch?.ready;
    return {
      address,
      async close() {
        await watch?.close();
        await control.close();
        dev?.close();
        await app.close();
        served.pages.close();
        await data.close();
      },
    };
  } catch (error) {
    dev?.close();
    await data.close();
    throw error;
  }
}

/** Loads a folder as the server sees it: with the tables of our own, without the data folder that may stand in it. */
export async function loadServedSite(options: {
  readonly siteDir: string;
  readonly dataDir: string;
  readonly timeZone: string;
}): Promise<Site> {
  return await loadSite({
    dir: options.siteDir,
    leaveOut: [resolve(options.dataDir)],
    timeZone: options.timeZone,
    tables: [spamTable],
  });
}

async function serveSite(
  options: StartOptions,
  settings: Settings,
  data: OpenData,
  site: Site,
  dev: DevChannel | undefined,
  adopt: typeof adoptSchema,
): Promise<Served> {
  const { clock, log, random } = options;
  const schema = await adopt(data.tables, site);
  await data.tables.seed(readSeeds(site).rows);
  const files = await openFileStore({ dir: data.uploadsDir, random, clock });
  const common = commonHeaders(settings);
  const pageHeaders = policyHeaders(site, settings.contentSecurityPolicy, { reports: dev !== undefined });
  const pages = pageGetter({
    site,
    tables: data.tables,
    clock,
    cacheBytesMax: settings.cacheBytesMax,
    headers: (page) => ({ ...common, ...pageHeaders(page) }),
  });
  const handler = siteHandler({
    site,
    pages,
    poster: poster({
      site,
      tables: data.tables,
      files,
      pages,
      clock,
      log,
      limits: {
        fieldsMax: settings.fieldsMax,
        textBytesMax: settings.textBytesMax,
        fileBytesMax: settings.fileBytesMax,
      },
      trapMs: settings.formTrapMs,
    }),
    files: staticFiles(site, () => common),
    common,
    pageHeaders,
    ...(dev ? { dev } : {}),
    made: madeFiles(site, data.tables, settings),
  });
  options.onNotices?.(await noticesOf(site, schema));
  return { site, handler, pages, schema };
}

/** What the operator should know: errors, forms that cannot work, changes that wait. */
async function noticesOf(site: Site, schema: SchemaAdoption): Promise<readonly string[]> {
  const errors: readonly Diagnostic[] = site.diagnostics.filter(({ severity }) => severity === 'error');
  return [...errors.map(formatDiagnostic), ...(await formNotices(site)), ...schema.notices];
}

async function health(data: OpenData, served: Served): Promise<{ readonly ok: boolean; readonly body: unknown }> {
  const { readable, writable, problem } = await data.tables.health();
  const ok = readable && writable;
  return {
    ok,
    body: {
      status: ok ? 'ok' : 'unavailable',
      database: { readable, writable, ...(problem === undefined ? {} : { problem }) },
      schema: served.schema.pending ? 'behind' : 'current',
    },
  };
}

async function listen(app: ReturnType<typeof createApp>, { host, port }: StartOptions): Promise<string> {
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
