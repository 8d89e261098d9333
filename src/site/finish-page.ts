import { lintForm } from '../forms/index.ts';
import { bindTypes } from '../html/index.ts';
import type { Template } from '../html/index.ts';
import type { ColumnType, Schema, TableDeclaration } from '../schema/index.ts';
import type { Diagnostic } from '../std/index.ts';
import type { Placed } from '../tables/index.ts';
import type { Audiences } from './audience.ts';
import { checkQueries } from './check-queries.ts';
import type { CompiledPage } from './compile.ts';
import type { FormDeclarations } from './implied.ts';
import { placeInside, typeAt } from './paths.ts';
import type { Routes } from './routes.ts';
import { finishForm } from './site-forms.ts';
import type { Audience, SiteForm, SitePage } from './site.ts';

/** What the site as a whole has settled. */
export interface Surroundings {
  readonly schema: Schema;
  readonly routes: Routes;
  readonly origin: string | undefined;
}

/** What the site as a whole has settled of one page. Plain data. */
export interface PageFindings {
  /** By form index: the final names of what it declares; null for forms that save nothing. */
  readonly placed: readonly (PlacedForm | null)[];
  /** What deriving the schema found wrong in this page. */
  readonly fromSchema: readonly Diagnostic[];
  /** What only the access of the whole site tells. */
  readonly fromAccess: readonly Diagnostic[];
}

/** The final names of a form's table and columns, and of those of its lists. */
export interface PlacedForm {
  readonly own: Placed;
  readonly items: readonly Placed[];
}

/** Checks a compiled page against the schema of the whole site and finishes its forms. */
export function finishPage(
  page: CompiledPage,
  { schema, routes, origin }: Surroundings,
  findings: Omit<PageFindings, 'fromAccess'>,
): SitePage {
  const { file, template } = page;
  const found: Diagnostic[] = [...page.diagnostics, ...findings.fromSchema];
  const forms = page.forms.map((plan, index) =>
    finishForm(plan, {
      template,
      schema,
      routes,
      origin,
      placed: findings.placed[index] ?? undefined,
      report: (diagnostic) => void found.push(diagnostic),
    }),
  );
  for (const { definition, table } of forms) {
    if (table !== null) found.push(...lintForm(definition, { table }).filter((each) => each.severity === 'error'));
  }
  const checked = checkQueries(template, schema);
  found.push(...checked.diagnostics.filter((diagnostic) => !followsFromName(diagnostic, findings.fromSchema)));
  const bound = hasError(found) ? { template, diagnostics: [] } : bindTypes(template, typesOf(template, schema));
  found.push(...bound.diagnostics);
  const pageParameters = pagingParameters(template, forms);
  return {
    file,
    template: bound.template,
    forms,
    queries: checked.queries,
    conditions: checked.conditions,
    access: { page: page.audiences.page.who, scopes: scopeAudiences(page.audiences) },
    ...(page.detail ? { detail: page.detail } : {}),
    pageParameters,
    parameters: parametersOf(template, forms, pageParameters),
    policy: page.policy,
    dependencies: page.dependencies,
    hash: page.hash,
    urlPaths: routes.pathsOf(file),
    ok: !hasError(found),
    diagnostics: found,
  };
}

/** A column whose name is reserved is not known by that name either; once told is enough. */
function followsFromName({ code, at }: Diagnostic, fromSchema: readonly Diagnostic[]): boolean {
  return (
    code === 'site/unknown-name' &&
    fromSchema.some(
      (other) =>
        other.code === 'tables/reserved-name' && other.at?.line === at?.line && other.at?.column === at?.column,
    )
  );
}

/** The page with what only the access of the whole site tells. */
export function withDiagnostics(page: SitePage, diagnostics: readonly Diagnostic[]): SitePage {
  if (diagnostics.length === 0) return page;
  return { ...page, ok: page.ok && !hasError(diagnostics), diagnostics: [...page.diagnostics, ...diagnostics] };
}

export function hasError(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** Types of the columns that holes and samples use; names of state have none. */
function typesOf(template: Template, schema: Schema): (scopeId: number, path: string) => ColumnType | undefined {
  return (scopeId, path) => {
    const scope = template.scopes[scopeId];
    return scope && scope.id !== 0 ? typeAt(schema, { ...placeInside(template, scope), names: {} }, path) : undefined;
  };
}

/** The final names of what a form declared. */
export function placesOf(made: FormDeclarations, placed: ReadonlyMap<TableDeclaration, Placed>): PlacedForm {
  const placeOf = (declaration: TableDeclaration): Placed => {
    return placed.get(declaration) ?? { table: declaration.name, columns: {} };
  };
  return { own: placeOf(made.own), items: made.items.map(placeOf) };
}

function scopeAudiences({ scopes }: Audiences): Record<number, Audience> {
  return Object.fromEntries(Object.entries(scopes).map(([id, { who }]) => [id, who]));
}

/** Each list that something pages through gets a parameter; with several paged or sorted lists, prefixed by its id. */
function pagingParameters(template: Template, forms: readonly SiteForm[]): Record<number, string> {
  const paged = template.scopes.filter(
    (scope) =>
      scope.elementId !== undefined && template.paginations.some((place) => place.controls === scope.elementId),
  );
  const sorted = forms.filter((form) => form.filters.some(({ part }) => part.kind === 'sort' || part.kind === 'page'));
  const steered = new Set([...paged.map((scope) => scope.id), ...sorted.flatMap((form) => form.controlsLists)]);
  return Object.fromEntries(
    paged.map((scope) => [scope.id, steered.size > 1 ? `${scope.elementId ?? ''}.page` : 'page']),
  );
}

/** Parameters of the URL that change what the page shows. */
function parametersOf(
  template: Template,
  forms: readonly SiteForm[],
  pageParameters: Readonly<Record<number, string>>,
): string[] {
  const names = new Set(Object.values(pageParameters));
  for (const form of forms) for (const filter of form.filters) names.add(filter.parameter);
  const needs = template.scopes.flatMap((scope) => [scope.row, scope.around]);
  const usesSaved = needs.some(
    ({ paths, conditions }) =>
      paths.some(({ path }) => path === 'saved') ||
      conditions.some(({ query }) => query.conditions.some(({ path }) => path === 'saved')),
  );
  if (usesSaved) names.add('saved');
  return [...names].sort();
}
