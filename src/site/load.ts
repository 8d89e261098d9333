import { readFile } from 'node:fs/promises';
import type { TableDeclaration } from '../schema/index.ts';
import type { Diagnostic } from '../std/index.ts';
import { deriveSchema, isServerTable } from '../tables/index.ts';
import { compile } from './compile.ts';
import type { CompiledPage } from './compile.ts';
import { finishPage, hasError, withDiagnostics } from './finish-page.ts';
import { grantsOf, unsaidReaders } from './grants.ts';
import { impliedTables } from './implied.ts';
import { readPages } from './read-pages.ts';
import { parseRedirects } from './redirects.ts';
import type { Redirect } from './redirects.ts';
import { makeRoutes } from './routes.ts';
import type { Site, SiteOptions } from './site.ts';
import { walkSite } from './walk.ts';

/**
 * Reads a folder: lists its files, compiles the pages that have marks, and works out what they imply together: tables,
 * routes, access. A page that cannot be used is `ok: false` and says why; it never takes down the others. Throws
 * `BacklotError` only for the folder itself (see {@link walkSite}).
 */
export async function loadSite(options: SiteOptions): Promise<Site> {
  const walked = await walkSite(options.dir, {
    ...(options.leaveOut ? { leaveOut: options.leaveOut } : {}),
    ...(options.reservedPaths ? { reservedPaths: options.reservedPaths } : {}),
  });
  const timeZone = options.timeZone ?? 'UTC';
  const currency = options.currency === undefined ? {} : { currency: options.currency };
  const diagnostics: Diagnostic[] = [...walked.diagnostics];
  const redirects = await readRedirects(walked.dir, diagnostics);
  const read = await readPages([...walked.files.values()]);
  diagnostics.push(...read.diagnostics);
  const all = read.pages.map((page) => compile(page, { timeZone, ...currency, origin: options.origin }));
  // The byte scan may take a word in a script for a mark; such a page is served as it is, like any without marks.
  const compiled = all.filter(isUsed);
  const unmarkedForms = all.filter((page) => !isUsed(page) && page.document.forms.length > 0);
  const details = compiled.flatMap(({ file, detail }) => (detail ? [{ file, ...detail }] : []));
  const routes = makeRoutes({ files: walked.files.keys(), details, redirects });
  // Pages with errors too: what they declare is meant, and other pages may show it.
  const implied = impliedTables(compiled);
  const own = options.tables ?? [];
  const { declarations, refused } = withoutServerTables(implied.declarations, new Set(own.map((table) => table.name)));
  const derived = deriveSchema(declarations, own);
  const blamed = blame([...refused, ...derived.diagnostics], diagnostics, compiled);
  const finished = compiled.map((page) =>
    finishPage(page, {
      schema: derived.schema,
      routes,
      origin: options.origin,
      declared: implied.byForm,
      placed: derived.placed,
      diagnostics: blamed.get(page.file) ?? [],
    }),
  );
  const outlines = new Map(compiled.map((page) => [page.file, page.outline]));
  const grants = grantsOf(finished.map((page) => ({ outline: outlines.get(page.file)!, forms: page.forms })));
  const pages = finished.map((page) => withDiagnostics(page, unsaidReaders(outlines.get(page.file)!, grants)));
  return {
    dir: walked.dir,
    files: walked.files,
    routes,
    redirects,
    pages: new Map(pages.map((page) => [page.file, page])),
    declarations,
    schema: derived.schema,
    parts: read.parts,
    noindex: read.noindex,
    formFiles: [...read.formFiles, ...unmarkedForms.map((page) => page.file)].sort(),
    grants,
    diagnostics: [...diagnostics, ...pages.flatMap((page) => page.diagnostics)],
    timeZone,
    ...(options.origin === undefined ? {} : { origin: options.origin }),
  };
}

async function readRedirects(dir: string, diagnostics: Diagnostic[]): Promise<readonly Redirect[]> {
  let text: string;
  try {
    text = await readFile(`${dir}/_redirects`, 'utf8');
  } catch {
    return [];
  }
  const parsed = parseRedirects(text);
  diagnostics.push(...parsed.diagnostics);
  return parsed.redirects;
}

/** The byte scan may take a word in a script for a mark; such a page is served as it is, like any without marks. */
function isUsed(page: CompiledPage): boolean {
  return page.template.marked || hasError(page.diagnostics);
}

/** Tables of the server's that are not in use here are no tables of the site's: `data-row="user"` without accounts. */
function withoutServerTables(
  declarations: readonly TableDeclaration[],
  own: ReadonlySet<string>,
): { declarations: TableDeclaration[]; refused: Diagnostic[] } {
  const isRefused = ({ name, implicit }: TableDeclaration): boolean =>
    !implicit && isServerTable(name) && !own.has(name);
  return {
    declarations: declarations.filter((declaration) => !isRefused(declaration)),
    refused: declarations.filter(isRefused).map(({ name, at }) => ({
      severity: 'error',
      code: 'site/server-table',
      message: `\`${name}\` is a table of the server’s own, and nothing here provides it.`,
      fix: 'Choose another name for rows of your own.',
      at,
    })),
  };
}

/** Gives every page what the schema found wrong in it; what stands in no page's file is the site's. */
function blame(
  found: readonly Diagnostic[],
  unplaced: Diagnostic[],
  pages: readonly CompiledPage[],
): Map<string, Diagnostic[]> {
  const blamed = new Map<string, Diagnostic[]>(pages.map((page) => [page.file, []]));
  for (const diagnostic of found) (blamed.get(diagnostic.at?.file ?? '') ?? unplaced).push(diagnostic);
  return blamed;
}
