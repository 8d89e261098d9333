import { filterParameters } from '../forms/index.ts';
import type { ControlState, FormState } from '../html/index.ts';
import { narrowQuery, parseQuery } from '../query/index.ts';
import type { CheckedQuery } from '../query/index.ts';
import type { Schema, Value } from '../schema/index.ts';
import type { Site, SiteFilter, SiteForm, SitePage } from '../site/index.ts';
import type { Actor } from '../tables/index.ts';
import { mayRead, seesOwnOnly } from './access.ts';
import type { FormControlStates } from './failure.ts';
import { localDate } from './local-date.ts';

/** A posted form that was refused: what the page must show again. */
export interface FormFailure {
  readonly form: SiteForm;
  /** '' for a form outside rows. */
  readonly rowId: string;
  readonly states: FormControlStates;
}

/** What one rendering is asked for, besides the data. Everything a page may depend on passes through here. */
export interface PageState {
  /** The page's own URL path: `/menu/tagliatelle`. */
  readonly path: string;
  /** The key in the URL of a row's page. */
  readonly key?: string;
  readonly nowMs: number;
  readonly today: string;
  readonly timeZone: string;
  readonly actor: Actor;
  /** Declared parameters of the URL only. */
  readonly parameters: URLSearchParams;
  /** Names that the page's conditions and texts may use: `saved`, `invalid`, `user`, `user.role`. */
  readonly names: Readonly<Record<string, Value>>;
  /** `invalid` and `saved` as they stand for one form. */
  formNames(form: number, rowId: string): Readonly<Record<string, Value>>;
  /** A list's query narrowed by a GET form; undefined when nothing narrows it. */
  filtered(scope: number): CheckedQuery | undefined;
  /** The page number a parameter asks for. */
  pageNumber(parameter: string): number | undefined;
  maySee(scope: number): boolean;
  /** Whether only rows that the actor made may be shown in a scope. */
  ownOnly(scope: number): boolean;
  /** By guard id: whether the actor may see the element. */
  readonly guards: Readonly<Record<number, boolean>>;
  readonly failure?: FormFailure;
}

export interface PageStateInput {
  readonly site: Site;
  readonly page: SitePage;
  readonly path: string;
  readonly key?: string;
  readonly nowMs: number;
  readonly actor: Actor;
  /** The query of the URL as it came. */
  readonly search: URLSearchParams;
  readonly failure?: FormFailure;
}

/** Gathers what a rendering is asked for. Undeclared parameters and invalid filter values are left out. */
export function pageState(input: PageStateInput): PageState {
  const { site, page, actor, failure } = input;
  const parameters = declaredParameters(page, input.search);
  const filters = filteredQueries(site.schema, page, parameters);
  return {
    path: input.path,
    ...(input.key === undefined ? {} : { key: input.key }),
    nowMs: input.nowMs,
    today: localDate(input.nowMs, site.timeZone),
    timeZone: site.timeZone,
    actor,
    parameters,
    names: {
      saved: parameters.get('saved'),
      invalid: failure !== undefined,
      user: actor.kind === 'user' ? actor.id : null,
      'user.role': actor.roles[0] ?? null,
    },
    formNames: (form, rowId) => ({
      invalid: failure !== undefined && failure.form.place.index === form && failure.rowId === rowId,
    }),
    filtered: (scope) => filters.get(scope),
    pageNumber(parameter) {
      const number = Number(parameters.get(parameter));
      return Number.isSafeInteger(number) && number > 0 ? number : undefined;
    },
    maySee: (scope) => mayRead(page.access.scopes[scope] ?? 'anyone', actor),
    ownOnly: (scope) => seesOwnOnly(page.access.scopes[scope] ?? 'anyone', actor),
    guards: Object.fromEntries(page.template.guards.map(({ id, as }) => [id, mayRead(as.trim().toLowerCase(), actor)])),
    ...(failure ? { failure } : {}),
  };
}

/** Only declared names count; filters count when their own control allows the value. In one order, so that equal questions have equal keys. */
function declaredParameters(page: SitePage, search: URLSearchParams): URLSearchParams {
  const declared = new URLSearchParams();
  if (search.size === 0 || page.parameters.length === 0) return declared;
  const filterNames = new Set<string>();
  for (const form of page.forms) {
    if (form.operation !== 'query') continue;
    const valid = filterParameters(form.definition, search);
    for (const { parameter } of form.filters) {
      if (filterNames.has(parameter)) continue;
      filterNames.add(parameter);
      for (const value of valid.getAll(parameter)) declared.append(parameter, value);
    }
  }
  for (const name of page.parameters) {
    if (filterNames.has(name)) continue;
    const value = search.get(name);
    if (value !== null && plausible(page, name, value)) declared.append(name, value);
  }
  declared.sort();
  return declared;
}

/** Values that cannot matter must not make another cache key. */
function plausible(page: SitePage, name: string, value: string): boolean {
  if (name === 'saved') return value.length <= 200;
  return Object.values(page.pageParameters).includes(name) ? /^[1-9]\d{0,8}$/.test(value) : true;
}

function filteredQueries(schema: Schema, page: SitePage, parameters: URLSearchParams): Map<number, CheckedQuery> {
  const narrowed = new Map<number, CheckedQuery>();
  for (const form of page.forms) {
    if (form.operation !== 'query') continue;
    for (const filter of form.filters) {
      const extra = filterText(form, filter, parameters);
      if (extra === '') continue;
      for (const scope of filter.lists) narrow(schema, page, scope, extra, narrowed);
    }
  }
  return narrowed;
}

/** A filter in force as text of the query grammar. A box without a value of its own asks for what is true. */
function filterText(
  form: SiteForm,
  { control: index, parameter, name: meant }: SiteFilter,
  parameters: URLSearchParams,
): string {
  const control = form.definition.controls.find((one) => one.index === index);
  const bare = control?.type === 'checkbox' && control.value === 'on';
  const name = encodeURIComponent(meant);
  return parameters
    .getAll(parameter)
    .filter((value) => value !== '')
    .map((value) => (bare ? name : `${name}=${encodeURIComponent(value)}`))
    .join('&');
}

/** Adds a filter's conditions to a list's own. A filter never widens what the author listed. */
function narrow(
  schema: Schema,
  page: SitePage,
  scope: number,
  extra: string,
  narrowed: Map<number, CheckedQuery>,
): void {
  const own = narrowed.get(scope) ?? page.queries[scope];
  const parsed = parseQuery(extra);
  if (!own || !parsed.ok) return;
  const checked = narrowQuery(own, parsed.value, { schema });
  if (checked.ok) narrowed.set(scope, checked.value);
}

/** What the GET forms' controls show: the values in force. Undefined while the URL says nothing of the form. */
export function filterState(form: SiteForm, parameters: URLSearchParams): FormState | undefined {
  if (!form.filters.some(({ parameter }) => parameters.has(parameter))) return undefined;
  const controls: Record<number, ControlState> = {};
  for (const { control: index, parameter } of form.filters) {
    const control = form.definition.controls.find((one) => one.index === index);
    if (!control) continue;
    const values = parameters.getAll(parameter);
    controls[index] =
      control.type === 'checkbox' || control.type === 'radio'
        ? { checked: values.includes(control.value) }
        : control.type === 'select'
          ? { selected: values }
          : { value: values[0] ?? '' };
  }
  return { controls };
}
