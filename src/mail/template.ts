import { bindTypes, compilePage, parsePage, renderPage, textContent } from '../html/index.ts';
import type { Needs, Scope, ScopeData, ScopeRows, Template } from '../html/index.ts';
import { checkQuery, compareRows, matches, pageWindow } from '../query/index.ts';
import type { CheckedQuery, ExtraNames, Query, QueryScope } from '../query/index.ts';
import type { ColumnType, Row, Schema, Table, Value } from '../schema/index.ts';
import type { Diagnostic, SourcePosition } from '../std/index.ts';
import { plainText } from './plain-text.ts';

/** A page in our own language that mails are made from. */
export interface MailTemplate {
  readonly template: Template;
  readonly schema: Schema;
  readonly timeZone: string;
  /** By scope id, and by condition id. */
  readonly queries: ReadonlyMap<number, CheckedQuery>;
  readonly conditions: ReadonlyMap<number, CheckedQuery>;
}

/** What a page says as a mail. */
export interface RenderedMail {
  /** Its title. */
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

const boolean: ColumnType = { kind: 'boolean' };
const integer: ColumnType = { kind: 'integer' };
const names: ExtraNames = {
  rows: integer,
  page: integer,
  first: boolean,
  last: boolean,
  odd: boolean,
  index: integer,
  current: boolean,
};

/**
 * Compiles a mail's page. `schema`: the tables whose rows it may show. A row shows its own columns, those of the rows
 * around it, and no relations. With an error among the diagnostics it is not to be used.
 */
export function compileMail(
  source: { readonly file: string; readonly text: string },
  schema: Schema,
  timeZone: string,
): { readonly mail: MailTemplate; readonly diagnostics: readonly Diagnostic[] } {
  const compiled = compilePage(source, { timeZone });
  const diagnostics = [...compiled.diagnostics];
  const typeOf = (scopeId: number, path: string): ColumnType | undefined =>
    typeAt(compiled.template, schema, scopeId, path);
  const bound = bindTypes(compiled.template, typeOf);
  const queries = new Map<number, CheckedQuery>();
  const conditions = new Map<number, CheckedQuery>();
  const { template } = bound;

  const check = (query: Query, scope: Scope, table: Table | null, at: SourcePosition): CheckedQuery | undefined => {
    const scopeType = (path: string): ColumnType | undefined => typeOf(scope.id, path);
    const checked = checkQuery(query, table, { at, schema, scopeType, extra: names });
    if (checked.ok) return checked.value;
    diagnostics.push(...checked.errors);
    return undefined;
  };
  for (const scope of template.scopes) {
    const table = tableOf(schema, scope);
    if (scope.table !== null && !table) diagnostics.push(unknown(`The table \`${scope.table}\``, scope.at));
    const query = table && check(scope.query, scope, table, scope.at);
    if (query) queries.set(scope.id, query);
    for (const needs of [scope.row, scope.around]) {
      for (const { path, at } of needs.paths) {
        if (!typeOf(scope.id, path)) diagnostics.push(unknown(`\`${path}\``, at));
      }
      for (const need of needs.conditions) {
        const condition = check(need.query, scope, table, need.at);
        if (condition) conditions.set(need.id, condition);
      }
    }
  }
  return { mail: { template, schema, timeZone, queries, conditions }, diagnostics };
}

function unknown(what: string, at: SourcePosition): Diagnostic {
  return { severity: 'error', code: 'mail/unknown-name', message: `${what} is not known in this mail.`, at };
}

function tableOf(schema: Schema, scope: Scope): Table | null {
  return scope.table === null ? null : (schema.tables[scope.table] ?? null);
}

/** The innermost row that knows a name gives its type. */
function typeAt(template: Template, schema: Schema, scopeId: number, path: string): ColumnType | undefined {
  for (let at: number | null = scopeId; at !== null; at = template.scopes[at]!.parent) {
    const table = tableOf(schema, template.scopes[at]!);
    const column = table && Object.hasOwn(table.columns, path) ? table.columns[path] : undefined;
    if (column) return column.type;
  }
  return Object.hasOwn(names, path) ? names[path] : undefined;
}

/** Renders a mail with rows by table. */
export function renderMail(mail: MailTemplate, rows: ReadonlyMap<string, readonly Row[]>, nowMs: number): RenderedMail {
  const filling: Filling = { mail, rows, nowMs };
  const html = renderPage(mail.template, {
    root: fill(filling, mail.template.scopes[0]!.row, {}, {}, ''),
    form: () => undefined,
    paginations: {},
    path: `/${mail.template.source.file}`,
    timeZone: mail.timeZone,
  });
  const { root, elements } = parsePage({ file: mail.template.source.file, text: html });
  const title = elements.find(({ tagName }) => tagName === 'title');
  const page = root.childNodes.find((node) => 'tagName' in node);
  return {
    subject: title ? textContent(title) : '',
    html,
    text: page ? plainText(page) : '',
  };
}

interface Filling {
  readonly mail: MailTemplate;
  readonly rows: ReadonlyMap<string, readonly Row[]>;
  readonly nowMs: number;
}

/** One place of the page: `known` are the columns of the rows around, the innermost first to count. */
function fill(filling: Filling, needs: Needs, known: Row, state: Row, id: string): ScopeData {
  const { mail } = filling;
  const all: Row = { ...state, ...known };
  const values: Record<string, Value> = {};
  for (const { path } of needs.paths) values[path] = all[path] ?? null;
  const conditions: Record<number, boolean> = {};
  for (const { id: number } of needs.conditions) {
    const condition = mail.conditions.get(number);
    conditions[number] = condition !== undefined && matches(condition, known, scopeOf(filling, all), undefined, state);
  }
  const scopes: Record<number, ScopeRows> = {};
  for (const number of needs.scopes) scopes[number] = rowsOf(filling, mail.template.scopes[number]!, known);
  return { id, version: 0, values, conditions, scopes };
}

function rowsOf(filling: Filling, scope: Scope, outer: Row): ScopeRows {
  const query = filling.mail.queries.get(scope.id);
  const given = scope.kind === 'nested' || !query ? [] : (filling.rows.get(scope.table ?? '') ?? []);
  const found = query ? selected(query, given, scopeOf(filling, outer)) : [];
  const rows = scope.kind === 'list' ? found : found.slice(0, 1);
  const list = { rows: rows.length, page: 1 };
  return {
    around: fill(filling, scope.around, outer, list, ''),
    rows: rows.map((row, index) => {
      const state = { first: index === 0, last: index === rows.length - 1, odd: index % 2 === 0, index: index + 1 };
      const id = typeof row['id'] === 'string' ? row['id'] : `${scope.id}-${index}`;
      return fill(filling, scope.row, { ...outer, ...row }, { ...list, ...state, current: false }, id);
    }),
  };
}

function selected(query: CheckedQuery, rows: readonly Row[], scope: QueryScope): readonly Row[] {
  const matching = rows.filter((row) => matches(query, row, scope));
  if (query.query.sort.length > 0) matching.sort(compareRows(query));
  return matching.slice(0, pageWindow(query, scope).limit);
}

function scopeOf({ nowMs, mail }: Filling, row: Row): QueryScope {
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: mail.timeZone }).format(nowMs);
  return { value: (path) => row[path] ?? null, nowMs, today, timeZone: mail.timeZone };
}
