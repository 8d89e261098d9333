import { checkQuery, parseQuery } from '../query/index.ts';
import type { Query } from '../query/index.ts';
import type { Schema, Table } from '../schema/index.ts';
import type { Diagnostic } from '../std/index.ts';
import type { Control } from '../forms/index.ts';
import type { Placed } from '../tables/index.ts';
import { isFormspree, resolveAddress } from './address.ts';
import { formAudience } from './audience.ts';
import type { FormPlan } from './form-plan.ts';
import type { FormDeclarations } from './implied.ts';
import { canonicalPath, isPageFile } from './routes.ts';
import type { Routes } from './routes.ts';
import type { SiteFilter, SiteForm } from './site.ts';
import type { Template } from '../html/index.ts';

/** What finishing a form needs to know of the whole site. */
export interface FormSurroundings {
  readonly template: Template;
  readonly schema: Schema;
  readonly routes: Routes;
  readonly origin: string | undefined;
  /** Final names of what the form declared; absent for forms that save nothing. */
  readonly placed: ((declarations: FormDeclarations) => { own: Placed; items: readonly Placed[] }) | undefined;
  readonly declared: FormDeclarations | undefined;
  report(diagnostic: Diagnostic): void;
}

/** Settles a planned form once the schema is known: final table and columns, where it leads, what it filters. */
export function finishForm(plan: FormPlan, around: FormSurroundings): SiteForm {
  const { declared, placed } = around;
  const as = formAudience(plan.element, plan.operation);
  const names = declared && placed ? placed(declared) : undefined;
  const success = successOf(plan, names?.own.table ?? null, around);
  const filtering = plan.operation === 'query' ? filtersOf(plan, around) : { controlsLists: [], filters: [] };
  return {
    definition: plan.definition,
    place: plan.place,
    name: plan.name,
    operation: plan.operation,
    table: names?.own.table ?? null,
    ...(plan.parent?.table
      ? {
          parent: {
            scope: plan.parent.id,
            table: plan.parent.table,
            column: names?.own.columns[plan.parent.table] ?? plan.parent.table,
          },
        }
      : {}),
    columns: columnsOf(plan.stored, names?.own),
    items: plan.items.map((item, index) => ({
      scope: item.scope.id,
      table: names?.items[index]?.table ?? item.table,
      columns: columnsOf(item.stored, names?.items[index]),
    })),
    deletes: plan.deletes,
    ...success,
    dialect: plan.dialect,
    ...filtering,
    as: as.who,
    asExplicit: as.explicit,
  };
}

function columnsOf(controls: readonly Control[], placed: Placed | undefined): Record<number, string> {
  const columns: Record<number, string> = {};
  for (const control of controls) {
    const column = placed?.columns[control.name];
    if (column !== undefined) columns[control.index] = column;
  }
  return columns;
}

type Success = Pick<SiteForm, 'successPath' | 'successFragment' | 'successRow'>;

/** Where the author's `action` (or Formspree's `_next`) leads once the form is saved. */
function successOf(plan: FormPlan, table: string | null, around: FormSurroundings): Success {
  const { file } = around.template.source;
  const next = plan.definition.controls.find((control) => control.name === '_next')?.value;
  const action = isFormspree(plan.place.action) ? next : plan.place.action;
  if (table === null || action === undefined) return { successRow: false };
  const address = resolveAddress(file, action, around.origin);
  if (address.kind === 'same') {
    return { successRow: false, ...(address.hash === '' ? {} : { successFragment: address.hash }) };
  }
  if (address.kind !== 'inside') return { successRow: false };
  const route = around.routes.resolve(address.path, { method: 'POST' });
  if (route.kind === 'row') {
    const page = around.schema.tables[table]?.page;
    if (page?.file === route.file) return { successRow: true };
    return { successRow: false, successPath: address.path + address.search + address.hash };
  }
  if (route.kind !== 'page' || !isPageFile(route.file)) return { successRow: false };
  return { successRow: false, successPath: canonicalPath(route.file) + address.search + address.hash };
}

/** Lists that a GET form narrows, and by which parameters. */
function filtersOf(plan: FormPlan, around: FormSurroundings): Pick<SiteForm, 'controlsLists' | 'filters'> {
  const { template, schema } = around;
  const lists = plan.place.controls.flatMap((id) =>
    template.scopes.filter((scope) => scope.kind === 'list' && scope.elementId === id),
  );
  const tables = lists.flatMap((scope) => (scope.table === null ? [] : (schema.tables[scope.table] ?? [])));
  const filters: SiteFilter[] = [];
  if (lists.length === 0) {
    around.report({
      severity: 'warning',
      code: 'site/filter-without-list',
      message: `This form says that it controls \`${plan.place.controls.join(' ')}\`, but no \`data-list\` on this page has that id.`,
      fix: 'Give the list’s container that id.',
      at: plan.place.at,
    });
    return { controlsLists: [], filters };
  }
  for (const control of plan.definition.controls) {
    const part = filterPart(control);
    if (!part) continue;
    if (part.kind === 'condition' || part.kind === 'sort') {
      const queries = part.kind === 'sort' ? sortQueries(control) : [conditionQuery(part.path)];
      const faults = tables.flatMap((table) => queries.flatMap((query) => faultsOf(query, table, schema, control)));
      for (const fault of faults) around.report(fault);
      if (faults.length > 0) continue;
    }
    filters.push({ control: control.index, parameter: control.name, part });
  }
  return { controlsLists: lists.map((scope) => scope.id), filters };
}

const silent: ReadonlySet<string> = new Set(['submit', 'image', 'reset', 'button', 'file', 'password']);

/** What one control of a GET form asks for, by the grammar of queries. */
function filterPart(control: Control): SiteFilter['part'] | undefined {
  if (control.name === '' || control.inDatalist || silent.has(control.type)) return undefined;
  const parsed = parseQuery(`${encodeURIComponent(control.name)}=1`);
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

function faultsOf(query: Query, table: Table, schema: Schema, control: Control): readonly Diagnostic[] {
  const checked = checkQuery(query, table, { schema, at: control.at });
  return checked.ok ? [] : checked.errors;
}
