import type { Schema, Table, TableDeclaration } from '../schema/index.ts';
import type { Diagnostic } from '../std/index.ts';
import { deriveSchema, isServerTable } from '../tables/index.ts';
import type { CompiledPage, CompileSettings } from './compile.ts';
import { finishPage, hasError, placesOf, withDiagnostics } from './finish-page.ts';
import type { PageFindings, Surroundings } from './finish-page.ts';
import { grantsOf, unsaidReaders } from './grants.ts';
import { impliedTables } from './implied.ts';
import { formNotices } from './notices.ts';
import type { PageCompiler } from './page-compiler.ts';
import { makeRoutes } from './routes.ts';
import type { Redirect } from './redirects.ts';
import type { DetailPage, PostedForm, ShownColumn, SiteFile, SitePage } from './site.ts';
import { shownColumns } from './shown.ts';
import type { Survey } from './survey.ts';

/** What the pages of a folder settle together. Plain data, kept on disk until one of the files is another. */
export interface SettledSite {
  readonly schema: Schema;
  readonly parts: Readonly<Record<string, string>>;
  /** By file. */
  readonly details: readonly (readonly [string, DetailPage])[];
  readonly restricted: readonly string[];
  readonly postedForms: readonly PostedForm[];
  readonly shown: readonly ShownColumn[];
  readonly formFiles: readonly string[];
  readonly formNotices: readonly string[];
  /** All that is to be told of pages and tables. */
  readonly diagnostics: readonly Diagnostic[];
  /** By file, in path order. */
  readonly findings: readonly (readonly [string, PageFindings])[];
}

/** With the finished pages, by file, where they were made on the way. */
export interface SettledPages {
  readonly settled: SettledSite;
  readonly pages: ReadonlyMap<string, SitePage>;
}

export interface SettleOptions {
  readonly files: ReadonlyMap<string, SiteFile>;
  readonly redirects: readonly Redirect[];
  readonly compiler: PageCompiler;
  readonly settings: CompileSettings;
  /** Tables that the program declares. */
  readonly tables: readonly Table[];
  readonly survey: Survey;
}

/** Works out what the pages imply together: tables, routes, access. */
export async function settleSite(options: SettleOptions): Promise<SettledPages> {
  const { files, redirects, compiler, tables } = options;
  const { origin } = options.settings;
  const all = compiler.files.map((file) => compiler.compiled(file));
  // The byte scan may take a word in a script for a mark; such a page is served as it is, like any without marks.
  const compiled = all.filter(isUsed);
  const details = new Map(compiled.flatMap(({ file, detail }) => (detail ? [[file, detail] as const] : [])));
  // Pages with errors too: what they declare is meant, and other pages may show it.
  const implied = impliedTables(compiled);
  const { declarations, refused } = withoutServerTables(implied.declarations, new Set(tables.map(({ name }) => name)));
  const derived = deriveSchema(declarations, tables);
  const unplaced: Diagnostic[] = [];
  const blamed = blame([...refused, ...derived.diagnostics], unplaced, compiled);
  const routes = makeRoutes({ files: files.keys(), details: withFiles(details), redirects });
  const around: Surroundings = { schema: derived.schema, routes, origin };
  const early = compiled.map((page) => {
    const placed = page.forms.map((plan) => {
      const declared = implied.byForm.get(plan);
      return declared ? placesOf(declared, derived.placed) : null;
    });
    return { placed, fromSchema: blamed.get(page.file) ?? [] };
  });
  const finished = compiled.map((page, index) => finishPage(page, around, early[index]!));
  const grants = grantsOf(compiled.map((page, index) => ({ ...page, forms: finished[index]!.forms })));
  const late = compiled.map((page) => unsaidReaders(page, grants));
  const pages = new Map(finished.map((page, index) => [page.file, withDiagnostics(page, late[index]!)]));
  const formFiles = [...unmarkedForms(options.survey), ...all.filter(isUnusedForm).map(({ file }) => file)].sort();
  const settled: SettledSite = {
    schema: derived.schema,
    parts: compiler.parts(),
    details: [...details],
    restricted: [...pages.values()].filter(({ access }) => access.page !== 'anyone').map(({ file }) => file),
    postedForms: [...pages.values()].flatMap(postedForms),
    shown: shownColumns(pages.values(), derived.schema),
    formFiles,
    formNotices: await formNotices({ pages, files, formFiles, ...(origin === undefined ? {} : { origin }) }),
    diagnostics: [...unplaced, ...[...pages.values()].flatMap(({ diagnostics }) => diagnostics)],
    findings: compiled.map(({ file }, index) => [file, { ...early[index]!, fromAccess: late[index]! }] as const),
  };
  return { settled, pages };
}

/** Details as routes want them. */
export function withFiles(
  details: Iterable<readonly [string, DetailPage]>,
): (DetailPage & { readonly file: string })[] {
  return [...details].map(([file, detail]) => ({ file, ...detail }));
}

function unmarkedForms({ pages }: Survey): string[] {
  return [...pages].filter(([, { facts }]) => !facts.marked && facts.hasForm).map(([file]) => file);
}

function isUsed(page: CompiledPage): boolean {
  return page.template.marked || hasError(page.diagnostics);
}

function isUnusedForm(page: CompiledPage): boolean {
  return !isUsed(page) && page.forms.length > 0;
}

function postedForms({ file, forms }: SitePage): PostedForm[] {
  return forms
    .filter(({ operation }) => operation === 'insert' || operation === 'update')
    .map(({ name, place, dialect }) => ({
      file,
      index: place.index,
      names: [...new Set([name, place.name, place.elementId])].filter((each) => each !== undefined),
      ...(place.action === undefined ? {} : { action: place.action }),
      dialect,
    }));
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
