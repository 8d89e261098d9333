import type { Control } from '../forms/index.ts';
import type { Scope, Template } from '../html/index.ts';
import { checkQuery, parseQuery } from '../query/index.ts';
import type { Query } from '../query/index.ts';
import type { Schema } from '../schema/index.ts';
import type { Diagnostic } from '../std/index.ts';
import type { FormPlan } from './form-plan.ts';
import type { SiteFilter, SiteForm } from './site.ts';

export interface Filtering extends Pick<SiteForm, 'controlsLists' | 'filters'> {
  readonly diagnostics: readonly Diagnostic[];
}

/** Lists that a GET form narrows, and by which parameters. A name that no list there knows is an error. */
export function filtersOf(plan: FormPlan, template: Template, schema: Schema): Filtering {
  const named = plan.place.controls.flatMap((id) =>
    template.scopes.filter((scope) => scope.kind === 'list' && scope.elementId === id),
  );
  if (named.length === 0) return { controlsLists: [], filters: [], diagnostics: [withoutList(plan)] };
  const diagnostics: Diagnostic[] = [];
  const filters: SiteFilter[] = [];
  const parts = plan.definition.controls.flatMap((control) => {
    const { name, meant } = withoutPrefix(control.name, named, schema);
    const part = filterPart(control, name);
    return part ? [{ control, name, meant, part }] : [];
  });
  type Part = (typeof parts)[number];
  const narrow = ({ control, name, part }: Part, lists: readonly Scope[]): void => {
    const ids = lists.map((scope) => scope.id);
    filters.push({ control: control.index, parameter: control.name, name, lists: ids, part });
  };
  for (const one of parts) {
    const { control, part, meant } = one;
    if (part.kind !== 'condition' && part.kind !== 'sort') continue;
    const queries = part.kind === 'sort' ? sortQueries(control) : [conditionQuery(part.path)];
    const found = listsThatKnow(meant, queries, template, schema, control);
    if ('faults' in found) diagnostics.push(...found.faults);
    else narrow(one, found.lists);
  }
  // Words, limits and pages are known to every list: they go where the form's other filters go.
  const conditioned = new Set(filters.flatMap((filter) => filter.lists));
  const others = conditioned.size === 0 ? named : template.scopes.filter((scope) => conditioned.has(scope.id));
  for (const one of parts) {
    const { kind } = one.part;
    if (kind === 'search') narrow(one, one.meant === named ? others : one.meant);
    else if (kind === 'limit' || kind === 'page') narrow(one, one.meant);
  }
  filters.sort((a, b) => a.control - b.control);
  return { controlsLists: [...new Set(filters.flatMap((filter) => filter.lists))], filters, diagnostics };
}

/**
 * `menu.sort` is the `sort` of the list with the id `menu`, where a page has several lists to steer; but not where rows
 * of that list have a relation `menu`.
 */
function withoutPrefix(
  written: string,
  named: readonly Scope[],
  schema: Schema,
): { readonly name: string; readonly meant: readonly Scope[] } {
  const list = named.find(({ elementId, table }) => {
    if (elementId === undefined || !written.startsWith(`${elementId}.`)) return false;
    return !Object.hasOwn(schema.tables[table ?? '']?.columns ?? {}, elementId);
  });
  return list ? { name: written.slice(list.elementId!.length + 1), meant: [list] } : { name: written, meant: named };
}

/** The controlled lists where they know the names, else the nearest lists inside them that do. */
function listsThatKnow(
  named: readonly Scope[],
  queries: readonly Query[],
  template: Template,
  schema: Schema,
  control: Control,
): { readonly lists: readonly Scope[] } | { readonly faults: readonly Diagnostic[] } {
  let faults: readonly Diagnostic[] = [];
  for (let level = named; level.length > 0; level = listsInside(level, template)) {
    const wrong = level.map((scope) => queries.flatMap((query) => faultsOf(query, scope, schema, control)));
    const lists = level.filter((_scope, index) => wrong[index]?.length === 0);
    if (lists.length > 0) return { lists };
    if (faults.length === 0) faults = wrong[0] ?? [];
  }
  return { faults };
}

/** Lists one level further in. What a row refers to by a link table is no list to filter. */
function listsInside(level: readonly Scope[], template: Template): Scope[] {
  const outer = new Set(level.map((scope) => scope.id));
  return template.scopes.filter((scope) => {
    if (scope.kind !== 'list' || scope.relation.kind === 'references') return false;
    for (let at = scope.parent; at !== null; at = template.scopes[at]?.parent ?? null) {
      if (outer.has(at)) return true;
      if (template.scopes[at]?.kind === 'list') return false;
    }
    return false;
  });
}

function withoutList(plan: FormPlan): Diagnostic {
  return {
    severity: 'warning',
    code: 'site/filter-without-list',
    message: `This form says that it controls \`${plan.place.controls.join(' ')}\`, but no \`data-list\` on this page has that id.`,
    fix: 'Give the list’s container that id.',
    at: plan.place.at,
  };
}

const silent: ReadonlySet<string> = new Set(['submit', 'image', 'reset', 'button', 'file', 'password']);

/** What one control of a GET form asks for, by the grammar of queries. */
function filterPart(control: Control, name: string): SiteFilter['part'] | undefined {
  if (name === '' || control.inDatalist || silent.has(control.type)) return undefined;
  const parsed = parseQuery(`${encodeURIComponent(name)}=1`);
  if (!parsed.ok) return undefined;
  const { conditions, search, sort, limit, page } = parsed.value;
  const condition = conditions[0];
  if (condition) return { kind: 'condition', path: condition.path, operator: condition.operator };
  if (search) return { kind: 'search' };
  if (limit) return { kind: 'limit' };
  if (page) return { kind: 'page' };
  return sort.length > 0 ? { kind: 'sort' } : undefined;
}

function conditionQuery(path: string): Query {
  return { conditions: [{ path, operator: 'true', operands: [] }], sort: [] };
}

/** The orders that a control offers: its options, or what it holds at first. */
function sortQueries(control: Control): Query[] {
  const values = control.type === 'select' ? control.options.map((option) => option.value) : [control.value];
  return values.flatMap((value) => {
    const parsed = value === '' ? undefined : parseQuery(`sort=${encodeURIComponent(value)}`);
    return parsed?.ok ? [parsed.value] : [];
  });
}

function faultsOf(query: Query, scope: Scope, schema: Schema, control: Control): readonly Diagnostic[] {
  const table = scope.table === null ? undefined : schema.tables[scope.table];
  if (!table) return [];
  const checked = checkQuery(query, table, { schema, at: control.at });
  return checked.ok ? [] : checked.errors;
}
