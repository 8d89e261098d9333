import { declaredColumns } from '../forms/index.ts';
import type { Control } from '../forms/index.ts';
import type { ConditionNeed, Scope, Template } from '../html/index.ts';
import type { Condition, ExtraNames } from '../query/index.ts';
import { foldName } from '../schema/index.ts';
import type { ColumnDeclaration, ColumnType, RowPage, TableDeclaration } from '../schema/index.ts';
import type { SourcePosition } from '../std/index.ts';
import type { FormPlan } from './form-plan.ts';
import { placeAround, placeInside } from './paths.ts';

/** A page as far as its declarations go. */
export interface ImplyingPage {
  readonly template: Template;
  readonly forms: readonly FormPlan[];
  readonly detail?: { readonly scope: number; readonly prefix: string };
}

/** What the pages say of tables, and which declaration each form and scope made. */
export interface Implied {
  readonly declarations: readonly TableDeclaration[];
  readonly byForm: ReadonlyMap<FormPlan, FormDeclarations>;
}

export interface FormDeclarations {
  readonly own: TableDeclaration;
  /** In the order of the plan's items. */
  readonly items: readonly TableDeclaration[];
}

/** Every table and column that the pages imply, in path order, each place saying only what it shows. */
export function impliedTables(pages: readonly ImplyingPage[]): Implied {
  const declarations: TableDeclaration[] = [];
  const byForm = new Map<FormPlan, FormDeclarations>();
  for (const page of pages) {
    for (const scope of page.template.scopes) declarations.push(...scopeDeclarations(page, scope));
    for (const plan of page.forms) {
      const made = formDeclarations(plan);
      if (!made) continue;
      byForm.set(plan, made);
      declarations.push(made.own, ...made.items);
    }
  }
  declarations.push(...mentionedColumns(pages, declarations));
  return { declarations, byForm };
}

function scopeDeclarations(page: ImplyingPage, scope: Scope): TableDeclaration[] {
  const { template, detail } = page;
  if (scope.table === null) return [];
  const made: TableDeclaration[] = [];
  const isDetail = detail?.scope === scope.id;
  const columns = scope.bindings.map((binding): ColumnDeclaration => ({
    name: binding.name,
    label: binding.label,
    ...(binding.type ? { type: binding.type } : {}),
    required: false,
    constraints: {},
    queried: !binding.writable,
    at: binding.at,
  }));
  const around = tableAround(template, scope);
  if (scope.relation.kind === 'children' && around !== null) {
    columns.push({ ...plainColumn(around, { kind: 'reference', table: around }, scope.at), child: true });
  }
  if (scope.relation.kind === 'reference' || scope.relation.kind === 'references') {
    const column = plainColumn(scope.relation.column, { kind: scope.relation.kind, table: scope.table }, scope.at);
    if (around !== null) made.push(declare(around, scope.at, [column]));
  }
  if (scope.kind === 'list') columns.push(...referringColumns(template, scope));
  const rowPage: RowPage | undefined = isDetail ? { file: template.source.file, prefix: detail.prefix } : undefined;
  const slugFrom = isDetail ? slugSource(template, scope) : undefined;
  made.push({
    ...declare(scope.table, scope.at, columns),
    single: scope.kind === 'row' && scope.key === undefined && scope.query.conditions.length === 0,
    ...(slugFrom === undefined ? {} : { slugFrom }),
    ...(rowPage ? { page: rowPage } : {}),
  });
  return made;
}

/** A list whose query says `post={id}` of the row around refers to that row. */
function referringColumns(template: Template, scope: Scope): ColumnDeclaration[] {
  return scope.query.conditions.flatMap(({ path, operator, operands }) => {
    const operand = operands[0];
    if (operator !== 'eq' || operand?.kind !== 'path' || path.includes('.')) return [];
    const table = operand.path === 'id' ? tableAround(template, scope) : null;
    return table === null ? [] : [{ ...plainColumn(path, { kind: 'reference', table }, scope.at), queried: true }];
  });
}

function tableAround(template: Template, scope: Scope): string | null {
  return scope.parent === null ? null : (template.scopes[scope.parent]?.table ?? null);
}

/** What a row's page calls it: its first heading, else its first text. The row may be shown in several places of the page. */
function slugSource(template: Template, detail: Scope): string | undefined {
  const rows = template.scopes.filter((scope) => scope.table === detail.table && scope.key === detail.key);
  const texts = rows.flatMap((scope) =>
    scope.bindings.filter((binding) => !binding.type || binding.type.kind === 'text'),
  );
  return (texts.find((binding) => binding.heading) ?? texts[0])?.name;
}

function formDeclarations(plan: FormPlan): FormDeclarations | undefined {
  if (plan.table === null) return undefined;
  const at = plan.place.at;
  const columns = controlColumns(plan, plan.stored).map((column) => withRowChoice(plan, column));
  if (plan.parent?.table) {
    const { table } = plan.parent;
    columns.push({ ...plainColumn(table, { kind: 'reference', table }, at), child: true });
  }
  const own: TableDeclaration = {
    ...declare(plan.table, at, columns),
    label: plan.label,
    implicit: plan.implicit,
    form: true,
  };
  const items = plan.items.map((item): TableDeclaration => ({
    ...declare(item.table, item.scope.at, controlColumns(plan, item.stored)),
    form: true,
  }));
  return { own, items };
}

/** A select that rows fill (`data-list="topic"`) and whose options send the rows' ids makes a reference. */
function withRowChoice(plan: FormPlan, column: ColumnDeclaration): ColumnDeclaration {
  const choice = plan.choices.find((each) => each.name === column.label);
  if (!choice) return column;
  return { ...column, type: { kind: choice.many ? 'references' : 'reference', table: choice.table } };
}

/** The columns of some of a form's controls. */
function controlColumns(plan: FormPlan, controls: readonly Control[]): ColumnDeclaration[] {
  return declaredColumns({ ...plan.definition, controls }, columnName);
}

/** A column that a query only names: `vegetarian`, `!vegetarian` (bare) or `tier=pro`. */
interface Mention {
  readonly table: string;
  readonly name: string;
  readonly bare: boolean;
  readonly at: SourcePosition;
}

/**
 * Columns that only queries name. A bare `vegetarian` or `!vegetarian` makes a boolean where nothing else declares the
 * column, `tier=pro` a text; ranges, orders and `.not` use a column and make none.
 */
function mentionedColumns(pages: readonly ImplyingPage[], others: readonly TableDeclaration[]): TableDeclaration[] {
  const types = new Map<string, ColumnType | undefined>();
  for (const { name, columns } of others) {
    for (const column of columns) {
      const key = `${name}\0${column.name}`;
      types.set(key, types.get(key) ?? column.type);
    }
  }
  return pages
    .flatMap(({ template }) => mentionsOf(template, types))
    .map(({ table, name, bare, at }) => {
      const makesBoolean = bare && !types.has(`${table}\0${name}`) && !ours.has(name);
      const column = plainColumn(name, makesBoolean ? { kind: 'boolean' } : undefined, at);
      return declare(table, at, [{ ...column, queried: true }]);
    });
}

/** Names that mean columns of the program's own unless a page shows otherwise. */
const ours: ReadonlySet<string> = new Set([
  'author',
  'created_at',
  'id',
  'position',
  'slug',
  'updated_at',
  'url',
  'version',
]);

function mentionsOf(template: Template, types: ReadonlyMap<string, ColumnType | undefined>): Mention[] {
  const found: Mention[] = [];
  const add = (table: string | null, conditions: readonly Condition[], names: ExtraNames, at: SourcePosition): void => {
    for (const { path, operator, operands } of conditions) {
      const bare = operator === 'true' || operator === 'false';
      if (table === null || Object.hasOwn(names, path) || path.includes('(')) continue;
      if (!bare && (operator !== 'eq' || operands[0]?.kind === 'path')) continue;
      const target = follow(types, table, path);
      if (target) found.push({ ...target, bare, at });
    }
  };
  const addAll = (table: string | null, conditions: readonly ConditionNeed[], names: ExtraNames): void => {
    for (const need of conditions) add(table, need.query.conditions, names, need.at);
  };
  for (const scope of template.scopes) {
    if (scope.kind === 'list') add(scope.table, scope.query.conditions, {}, scope.at);
    addAll(scope.table, scope.row.conditions, placeInside(template, scope).names);
    if (scope.kind === 'list')
      addAll(tableAround(template, scope), scope.around.conditions, placeAround(template, scope).names);
  }
  return found;
}

/** Follows `section.open` through the references declared so far. */
function follow(
  types: ReadonlyMap<string, ColumnType | undefined>,
  table: string,
  path: string,
): { table: string; name: string } | undefined {
  const [first = '', ...rest] = path.split('.');
  if (rest.length === 0) return { table, name: first };
  const type = types.get(`${table}\0${first}`);
  return type?.kind === 'reference' ? follow(types, type.table, rest.join('.')) : undefined;
}

function declare(name: string, at: SourcePosition, columns: readonly ColumnDeclaration[]): TableDeclaration {
  return { name, label: name, columns, single: false, implicit: false, at };
}

function plainColumn(name: string, type: ColumnType | undefined, at: SourcePosition): ColumnDeclaration {
  return { name, label: name, ...(type ? { type } : {}), required: false, constraints: {}, queried: false, at };
}

/** `[]` at the end of a name is a habit of other servers and no part of the column's name. */
function columnName(name: string): string {
  const folded = foldName(name.replace(/\[\]$/v, ''));
  return folded === '' ? 'field' : folded;
}
