import type { FileStore } from '../files/index.ts';
import { pageGetter, poster } from '../pages/index.ts';
import type { PageGetter, PosterOptions } from '../pages/index.ts';
import { readSeeds } from '../site/index.ts';
import type { Site } from '../site/index.ts';
import { formatDiagnostic } from '../std/index.ts';
import type { Clock, Diagnostic, Log } from '../std/index.ts';
import type { DevChannel } from './dev-channel.ts';
import { madeFiles } from './made-files.ts';
import type { Metrics } from './metrics.ts';
import type { SendNotice } from './notices.ts';
import type { OpenData } from './open-data.ts';
import { ownWrites } from './own-writes.ts';
import { rememberParts } from './part-history.ts';
import { policyHeaders } from './policy.ts';
import type { adoptSchema, SchemaAdoption } from './schema-adoption.ts';
import type { Settings } from './settings.ts';
import { siteHandler } from './site-handler.ts';
import type { SiteHandler } from './site-handler.ts';
import { staticFiles } from './static-files.ts';

/** What stays the same while one folder after the other is served. */
export interface ServingOptions {
  readonly settings: Settings;
  readonly data: OpenData;
  readonly files: FileStore;
  readonly common: Readonly<Record<string, string>>;
  readonly notice: SendNotice;
  readonly dev: DevChannel | undefined;
  readonly metrics: Metrics | undefined;
  /** What goes into the commit of a submitted form: the job that tells of it. */
  readonly onInsert: PosterOptions['onInsert'];
  readonly clock: Clock;
  readonly log: Log;
}

/** One folder as it is served at the moment: in `dev`, the next one takes its place. */
export interface Served {
  readonly site: Site;
  readonly handler: SiteHandler;
  readonly pages: PageGetter;
  readonly schema: SchemaAdoption;
  /** What the operator should know: errors, forms that cannot work, changes that wait. */
  readonly notices: readonly string[];
}

/** Makes the tables follow the folder as far as `adopt` lets them, and everything that answers for it. */
export async function serveSite(options: ServingOptions, site: Site, adopt: typeof adoptSchema): Promise<Served> {
  const { settings, data, common, dev, clock, log, onInsert } = options;
  const { tables } = data;
  const schema = await adopt(tables, site);
  const doubts: Diagnostic[] = [];
  await tables.seed(() => {
    const { rows, diagnostics } = readSeeds(site);
    doubts.push(...diagnostics);
    return rows;
  });
  await rememberParts(data.driver, site);
  const pageHeaders = policyHeaders(settings, { reports: dev !== undefined });
  const pages = pageGetter({
    site,
    tables,
    clock,
    cacheBytesMax: settings.cacheBytesMax,
    headers: (page) => ({ ...common, ...pageHeaders(page) }),
    onCache: options.metrics?.onCache,
  });
  const { fieldsMax, textBytesMax, fileBytesMax, formTrapMs } = settings;
  const limits = { fieldsMax, textBytesMax, fileBytesMax };
  const posts = poster({ site, tables, files: options.files, pages, clock, log, limits, trapMs: formTrapMs, onInsert });
  const handler = siteHandler({
    site,
    pages,
    poster: options.metrics?.countPosts(posts) ?? posts,
    files: staticFiles(site, common),
    common,
    pageHeaders,
    notice: options.notice,
    log,
    ownWrites: ownWrites(data, 'strict-transport-security' in common),
    ...(dev ? { dev } : {}),
    made: madeFiles(site, tables, settings, common),
  });
  const errors = [...site.diagnostics, ...doubts].filter(({ severity }) => severity === 'error');
  const notices = [...errors.map(formatDiagnostic), ...site.formNotices, ...schema.notices];
  return { site, handler, pages, schema, notices };
}
