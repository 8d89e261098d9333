import { readFile } from 'node:fs/promises';
import type { Diagnostic } from '../std/index.ts';
import { compileCache } from './compile-cache.ts';
import type { CompileCache } from './compile-cache.ts';
import type { CompileSettings } from './compile.ts';
import { finishPage, withDiagnostics } from './finish-page.ts';
import { grantsOf } from './grants.ts';
import { pageCompiler } from './page-compiler.ts';
import type { PageCompiler } from './page-compiler.ts';
import { pagesOnDemand } from './pages-on-demand.ts';
import { programStamp } from './program-stamp.ts';
import { parseRedirects } from './redirects.ts';
import type { Redirect } from './redirects.ts';
import { isPageFile, makeRoutes } from './routes.ts';
import { settleSite, withFiles } from './settle.ts';
import type { SettledPages } from './settle.ts';
import { siteMemory } from './site-memory.ts';
import type { Site, SiteOptions, SitePage } from './site.ts';
import { hashOf, surveyPages } from './survey.ts';
import type { Survey } from './survey.ts';
import { walkSite } from './walk.ts';
import type { WalkedSite } from './walk.ts';

/**
 * Reads a folder: lists its files, compiles the pages that have marks, and works out what they imply together: tables,
 * routes, access. A page that cannot be used is `ok: false` and says why; it never takes down the others. With a cache,
 * only what has changed since the last time is looked at again. Throws `BacklotError` only for the folder itself (see
 * {@link walkSite}).
 */
export async function loadSite(options: SiteOptions): Promise<Site> {
  const walked = await walkSite(options.dir, {
    ...(options.leaveOut ? { leaveOut: options.leaveOut } : {}),
    ...(options.reservedPaths ? { reservedPaths: options.reservedPaths } : {}),
  });
  const redirects = await readRedirects(walked.dir);
  const settings = compileSettings(options);
  const cache = openCache(options, walked, settings);
  const memory = siteMemory(cache);
  const candidates = [...walked.files.values()].filter((file) => isPageFile(file.path));
  const clock = options.cache?.clock ?? { now: () => 0 };
  const survey = await surveyPages(candidates, { known: memory.pages, clock });
  const compiler = pageCompiler({ files: walked.files, survey, settings, cache });
  const tables = options.tables ?? [];
  const basis = memory.basis([redirects.text, tables, [...walked.files.keys()]], survey);
  const known = memory.settled(basis);
  const settled = known
    ? { settled: known, pages: new Map<string, SitePage>() }
    : await settleSite({ files: walked.files, redirects: redirects.redirects, compiler, settings, tables, survey });
  compiler.release();
  memory.keep({ survey, basis, settled: settled.settled, entries: () => compiler.entries() });
  return assemble(settled, { walked, redirects, compiler, settings, survey });
}

interface FoundRedirects {
  readonly text: string;
  readonly redirects: readonly Redirect[];
  readonly diagnostics: readonly Diagnostic[];
}

async function readRedirects(dir: string): Promise<FoundRedirects> {
  let text = '';
  try {
    text = await readFile(`${dir}/_redirects`, 'utf8');
  } catch {
    // Most sites have none.
  }
  return { text, ...parseRedirects(text) };
}

function compileSettings(options: SiteOptions): CompileSettings {
  return {
    timeZone: options.timeZone ?? 'UTC',
    ...(options.currency === undefined ? {} : { currency: options.currency }),
    origin: options.origin,
  };
}

/** The program that cannot tell its own state keeps nothing. */
function openCache({ cache }: SiteOptions, { dir }: WalkedSite, settings: CompileSettings): CompileCache | undefined {
  const stamp = cache && programStamp();
  if (!cache || stamp === undefined) return undefined;
  return compileCache({
    dir: cache.dir,
    clock: cache.clock,
    stamp: hashOf(JSON.stringify([cache.program, stamp, dir, settings])),
  });
}

interface Found {
  readonly walked: WalkedSite;
  readonly redirects: FoundRedirects;
  readonly survey: Survey;
  readonly compiler: PageCompiler;
  readonly settings: CompileSettings;
}

function assemble({ settled, pages }: SettledPages, found: Found): Site {
  const { walked, compiler, survey } = found;
  const { timeZone, origin } = found.settings;
  const { redirects } = found.redirects;
  const { schema } = settled;
  const details = new Map(settled.details);
  const routes = makeRoutes({ files: walked.files.keys(), details: withFiles(details), redirects });
  const findings = new Map(settled.findings);
  const known = [...survey.pages];
  const sitePages = pagesOnDemand({
    files: [...findings.keys()],
    load(file) {
      const { fromAccess, ...early } = findings.get(file) ?? { placed: [], fromSchema: [], fromAccess: [] };
      return withDiagnostics(finishPage(compiler.compiled(file), { schema, routes, origin }, early), fromAccess);
    },
    fixed: new Map([...pages].filter(([file]) => !compiler.isKept(file))),
    made: [...pages.values()],
  });
  let grants: Site['grants'] | undefined;
  return {
    dir: walked.dir,
    files: walked.files,
    routes,
    redirects,
    pages: sitePages,
    details,
    restricted: new Set(settled.restricted),
    postedForms: settled.postedForms,
    schema,
    parts: settled.parts,
    noindex: new Set(known.filter(([, { facts }]) => facts.noindex).map(([file]) => file)),
    shown: settled.shown,
    formFiles: settled.formFiles,
    formNotices: settled.formNotices,
    get grants() {
      grants ??= grantsOf(
        [...findings.keys()].map((file) => ({ ...compiler.compiled(file), forms: sitePages.get(file)?.forms ?? [] })),
      );
      return grants;
    },
    diagnostics: [
      ...walked.diagnostics,
      ...found.redirects.diagnostics,
      ...known.flatMap(([, { facts }]) => facts.diagnostics),
      ...settled.diagnostics,
    ],
    timeZone,
    ...(origin === undefined ? {} : { origin }),
  };
}
