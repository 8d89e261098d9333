import { createHash } from 'node:crypto';
import { lintForm } from '../forms/index.ts';
import { bindTypes } from '../html/index.ts';
import type { Template } from '../html/index.ts';
import type { ColumnType, Schema, TableDeclaration } from '../schema/index.ts';
import type { Diagnostic } from '../std/index.ts';
import type { Placed } from '../tables/index.ts';
import { pageAudience, scopeAudience } from './audience.ts';
import { checkQueries } from './check-queries.ts';
import type { CompiledPage } from './compile.ts';
import type { FormPlan } from './form-plan.ts';
import type { FormDeclarations } from './implied.ts';
import type { Outline } from './outline.ts';
import { placeInside, typeAt } from './paths.ts';
import { policyNeeds } from './policy.ts';
import type { Routes } from './routes.ts';
import { finishForm } from './site-forms.ts';
import type { Audience, SiteForm, SitePage } from './site.ts';

/** What the site as a whole has settled. */
export interface Settled {
  readonly schema: Schema;
  readonly routes: Routes;
  readonly origin: string | undefined;
  readonly declared: ReadonlyMap<FormPlan, FormDeclarations>;
  readonly placed: ReadonlyMap<TableDeclaration, Placed>;
  /** What deriving the schema found wrong in this page. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Checks a compiled page against the schema of the whole site and finishes its forms. */
export function finishPage(page: CompiledPage, settled: Settled): SitePage {
  const { file, template, outline, document } = page;
  const { schema, routes, origin } = settled;
  const found: Diagnostic[] = [...page.diagnostics, ...settled.diagnostics];
  const forms = page.forms.map((plan) => {
    const declared = settled.declared.get(plan);
    return finishForm(plan, {
      template,
      schema,
      routes,
      origin,
      declared,
      placed: declared && ((made) => placesOf(made, settled.placed)),
      report: (diagnostic) => void found.push(diagnostic),
    });
  });
  for (const { definition, table } of forms) {
    if (table !== null) found.push(...lintForm(definition, { table }).filter((each) => each.severity === 'error'));
  }
  const checked = checkQueries(template, schema);
  found.push(...checked.diagnostics);
  const bound = hasError(found) ? { template, diagnostics: [] } : bindTypes(template, typesOf(template, schema));
  found.push(...bound.diagnostics);
  const pageParameters = pagingParameters(template, forms);
  return {
    file,
    template: bound.template,
    forms,
    queries: checked.queries,
    conditions: checked.conditions,
    access: { page: pageAudience(outline).who, scopes: audiences(outline) },
    ...(page.detail ? { detail: page.detail } : {}),
    pageParameters,
    parameters: parametersOf(template, forms, pageParameters),
    policy: policyNeeds(document, origin),
    dependencies: page.dependencies,
    hash: createHash('sha256').update(template.source.text).digest('hex'),
    urlPaths: routes.pathsOf(file),
    ok: !hasError(found),
    diagnostics: found,
  };
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

function placesOf(
  made: FormDeclarations,
  placed: ReadonlyMap<TableDeclaration, Placed>,
): { own: Placed; items: readonly Placed[] } {
  const placeOf = (declaration: TableDeclaration): Placed => {
    return placed.get(declaration) ?? { table: declaration.name, columns: {} };
  };
  return { own: placeOf(made.own), items: made.items.map(placeOf) };
}

function audiences(outline: Outline): Record<number, Audience> {
  const scopes: Record<number, Audience> = {};
  for (const scope of outline.template.scopes)
    if (scope.id !== 0) scopes[scope.id] = scopeAudience(outline, scope.id).who;
  return scopes;
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
