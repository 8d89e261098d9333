import type { Schema } from '../schema/index.ts';
import type { Diagnostic } from '../std/index.ts';
import type { Control } from '../forms/index.ts';
import type { Placed } from '../tables/index.ts';
import { isFormspree, linkPlace, resolveAddress } from './address.ts';
import type { FormPlan } from './form-plan.ts';
import type { PlacedForm } from './finish-page.ts';
import { filtersOf } from './filters.ts';
import { canonicalPath, isPageFile } from './routes.ts';
import type { Routes } from './routes.ts';
import type { SiteForm } from './site.ts';
import type { Template } from '../html/index.ts';

/** What finishing a form needs to know of the whole site. */
export interface FormSurroundings {
  readonly template: Template;
  readonly schema: Schema;
  readonly routes: Routes;
  readonly origin: string | undefined;
  /** Final names of what the form declared; absent for forms that save nothing. */
  readonly placed: PlacedForm | undefined;
  report(diagnostic: Diagnostic): void;
}

/** Settles a planned form once the schema is known: final table and columns, where it leads, what it filters. */
export function finishForm(plan: FormPlan, around: FormSurroundings): SiteForm {
  const { placed: names } = around;
  const success = successOf(plan, names?.own.table ?? null, around);
  const filtering = plan.operation === 'query' ? filtersOf(plan, around.template, around.schema) : noFilters;
  for (const diagnostic of filtering.diagnostics) around.report(diagnostic);
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
    controlsLists: filtering.controlsLists,
    filters: filtering.filters,
    as: plan.said.who,
    asExplicit: plan.said.explicit,
  };
}

const noFilters = { controlsLists: [], filters: [], diagnostics: [] };

function columnsOf(controls: readonly Control[], placed: Placed | undefined): Record<number, string> {
  const columns: Record<number, string> = {};
  for (const control of controls) {
    const column = placed && Object.hasOwn(placed.columns, control.name) ? placed.columns[control.name] : undefined;
    if (column !== undefined) columns[control.index] = column;
  }
  return columns;
}

type Success = Pick<SiteForm, 'successPath' | 'successFragment' | 'successRow'>;

/** Where the author's `action` (or Formspree's `_next`) leads once the form is saved. */
function successOf(plan: FormPlan, table: string | null, around: FormSurroundings): Success {
  const next = plan.definition.controls.find((control) => control.name === '_next')?.value;
  const action = isFormspree(plan.place.action) ? next : plan.place.action;
  if (table === null || action === undefined) return { successRow: false };
  const address = resolveAddress(linkPlace(around.template.source), action, around.origin);
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
