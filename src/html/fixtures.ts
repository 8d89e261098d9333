import type { Value } from '../schema/index.ts';
import { compilePage } from './compile.ts';
import { readPage } from './read.ts';
import { renderPage } from './render.ts';
import type {
  ConditionNeed,
  FormState,
  Needs,
  PageData,
  ReadRow,
  Scope,
  ScopeData,
  ScopeRows,
  Template,
} from './template.ts';

/* Test data: page data made of rows, as the pages room makes it of tables, for queries on a row's own columns. */

interface Names {
  readonly [name: string]: Value;
}

/** A row for rendering: its values, and the rows of the scopes inside it. */
export interface PlainRow {
  readonly id?: string;
  readonly values: Readonly<Record<string, Value>>;
  readonly scopes?: Readonly<Record<number, readonly PlainRow[]>>;
}

export interface DataOptions {
  readonly names?: Names;
  readonly path?: string;
  readonly forms?: Readonly<Record<string, FormState>>;
  readonly paginations?: PageData['paginations'];
  readonly guards?: PageData['guards'];
}

/** Page data for a template: `rows` by scope, conditions evaluated against each row and `names`. */
export function pageDataOf(
  template: Template,
  rows: Readonly<Record<number, readonly PlainRow[]>>,
  options: DataOptions = {},
): PageData {
  const names = options.names ?? {};
  const root = dataOf(template, template.scopes[0]!.row, { id: '', values: {}, scopes: rows }, names, '');
  return {
    root,
    form: (index, rowId) => options.forms?.[`${index} ${rowId}`] ?? options.forms?.[String(index)],
    paginations: options.paginations ?? {},
    ...(options.guards ? { guards: options.guards } : {}),
    path: options.path ?? `/${template.source.file.replace(/\.html$/, '').replace(/(^|\/)index$/, '$1')}`,
    timeZone: 'UTC',
  };
}

function dataOf(template: Template, needs: Needs, row: PlainRow, names: Names, id: string): ScopeData {
  const all: Names = { ...names, ...row.values };
  const values: Record<string, Value> = {};
  for (const { path } of needs.paths) values[path] = path === 'id' ? id : (all[path] ?? null);
  const scopes: Record<number, ScopeRows> = {};
  for (const scope of needs.scopes) scopes[scope] = rowsOf(template, template.scopes[scope]!, row, all, id);
  const conditions: Record<number, boolean> = {};
  for (const need of needs.conditions) conditions[need.id] = holds(need, all);
  return { id, version: 1, values, conditions, scopes };
}

function rowsOf(template: Template, scope: Scope, outer: PlainRow, names: Names, outerId: string): ScopeRows {
  const rows = outer.scopes?.[scope.id] ?? [];
  const list: Names = { rows: rows.length, page: 1 };
  const around = dataOf(template, scope.around, outer, { ...names, ...list }, '');
  const filled = rows.map((row, index) => {
    const place =
      scope.kind === 'list'
        ? { first: index === 0, last: index === rows.length - 1, odd: index % 2 === 0, index: index + 1 }
        : {};
    const id = row.id ?? `${outerId}s${scope.id}r${index}`;
    return dataOf(template, scope.row, row, { ...list, ...place }, id);
  });
  return { around, rows: filled };
}

function holds(need: ConditionNeed, names: Names): boolean {
  return need.query.conditions.every(({ path, operator, operands }) => {
    const value = names[path] ?? null;
    const present = value !== null && value !== false && value !== '' && value !== 0;
    if (operator === 'true') return present;
    if (operator === 'false') return !present;
    return operator === 'eq' && operands.some((operand) => operand.kind === 'text' && operand.text === String(value));
  });
}

/** Rows as read from a page, for rendering again. */
export function plainRows(
  read: Readonly<Record<number, readonly ReadRow[]>>,
): Readonly<Record<number, readonly PlainRow[]>> {
  return Object.fromEntries(
    Object.entries(read).map(([scope, rows]) => [
      scope,
      rows.map(({ values, scopes }) => ({ values, scopes: plainRows(scopes) })),
    ]),
  );
}

/** Compiles markup as one page of a site. Throws when it has errors. */
export function template(text: string, file = 'page.html'): Template {
  const { template: compiled, diagnostics } = compilePage({ file, text });
  const error = diagnostics.find(({ severity }) => severity === 'error');
  if (error) throw new Error(`${error.code} at ${error.at?.line}:${error.at?.column}: ${error.message}`);
  return compiled;
}

/** Renders markup with rows by scope. */
export function rendered(
  text: string,
  rows: Readonly<Record<number, readonly PlainRow[]>>,
  options: DataOptions = {},
  file?: string,
): string {
  const compiled = template(text, file);
  return renderPage(compiled, pageDataOf(compiled, rows, options));
}

/** Reads a page's own samples and renders them again: the law of GetPut. */
export function put(text: string, options: DataOptions = {}, file?: string): string {
  const compiled = template(text, file);
  return renderPage(compiled, pageDataOf(compiled, plainRows(readPage(compiled).rows), options));
}

/** What compiling says, as `line:column code`. */
export function faults(text: string): string[] {
  return compilePage({ file: 'page.html', text }).diagnostics.map(
    ({ at, code, severity }) => `${at?.line}:${at?.column} ${severity} ${code}`,
  );
}
