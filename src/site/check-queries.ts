import type { ConditionNeed, Needs, Scope, Template } from '../html/index.ts';
import { checkQuery } from '../query/index.ts';
import type { CheckedQuery, Query } from '../query/index.ts';
import type { Schema, Table } from '../schema/index.ts';
import type { Diagnostic, SourcePosition } from '../std/index.ts';
import { placeAround, placeInside, typeAt } from './paths.ts';
import type { Place } from './paths.ts';

/** The queries of a page against the schema, by scope id and condition id, and what is wrong with them. */
export interface CheckedPage {
  readonly queries: Readonly<Record<number, CheckedQuery>>;
  readonly conditions: Readonly<Record<number, CheckedQuery>>;
  readonly diagnostics: readonly Diagnostic[];
}

interface Checking {
  readonly template: Template;
  readonly schema: Schema;
  readonly queries: Record<number, CheckedQuery>;
  readonly conditions: Record<number, CheckedQuery>;
  readonly diagnostics: Diagnostic[];
}

/** Checks every query, condition and path of a page. What is unknown is an error with the line that says it. */
export function checkQueries(template: Template, schema: Schema): CheckedPage {
  const checking: Checking = { template, schema, queries: {}, conditions: {}, diagnostics: [] };
  for (const scope of template.scopes) checkScope(checking, scope);
  const { queries, conditions, diagnostics } = checking;
  return { queries, conditions, diagnostics };
}

function checkScope(checking: Checking, scope: Scope): void {
  const { template, schema } = checking;
  const table = tableOf(schema, scope.table);
  if (scope.id !== 0) {
    // Only a table of the server's that is not in use: told where the tables are derived.
    if (!table) return;
    checkRows(checking, scope, table);
  }
  checkNeeds(checking, scope.row, table, placeInside(template, scope));
  if (scope.kind !== 'list') return;
  const outer = scope.parent === null ? null : (template.scopes[scope.parent]?.table ?? null);
  checkNeeds(checking, scope.around, tableOf(schema, outer), placeAround(template, scope));
}

function tableOf(schema: Schema, name: string | null): Table | null {
  return name === null ? null : (schema.tables[name] ?? null);
}

/** The query that finds a scope's rows; its `{path}`s are those of the row around. */
function checkRows(checking: Checking, scope: Scope, table: Table): void {
  if (scope.kind === 'nested') return;
  const place = placeAround(checking.template, scope);
  if (scope.key !== undefined) {
    const key = table.columns[scope.key];
    if (!key) checking.diagnostics.push(unknownPath(scope.key, table, scope.at));
    else if (key.type.kind === 'boolean') checking.diagnostics.push(keyTellsNoRow(scope.key, table, scope.at));
    return;
  }
  const query = withParent(checking, scope);
  // Names of state are no conditions on rows: a list's query sees columns only.
  const checked = check(checking, query, table, { ...place, names: {} }, place, scope.at);
  if (checked) checking.queries[scope.id] = checked;
}

/** Children of the row around: their reference to it is a condition like any other. */
function withParent(checking: Checking, scope: Scope): Query {
  const parent = scope.parent === null ? undefined : checking.template.scopes[scope.parent];
  if (scope.relation.kind !== 'children' || !parent?.table) return scope.query;
  const condition = { path: parent.table, operator: 'eq', operands: [{ kind: 'path', path: 'id' }] } as const;
  return { ...scope.query, conditions: [condition, ...scope.query.conditions] };
}

function checkNeeds(checking: Checking, needs: Needs, table: Table | null, place: Place): void {
  for (const need of needs.conditions) {
    const checked = checkCondition(checking, need, table, place);
    if (checked) checking.conditions[need.id] = checked;
  }
  for (const { path, at } of needs.paths) {
    if (typeAt(checking.schema, place, path)) continue;
    checking.diagnostics.push(unknownPath(path, table, at));
  }
}

function checkCondition(
  checking: Checking,
  need: ConditionNeed,
  table: Table | null,
  place: Place,
): CheckedQuery | undefined {
  return check(checking, need.query, table, place, place, need.at);
}

function check(
  checking: Checking,
  query: Query,
  table: Table | null,
  own: Place,
  place: Place,
  at: SourcePosition,
): CheckedQuery | undefined {
  const { schema } = checking;
  const scopeType = (path: string): ReturnType<typeof typeAt> => typeAt(schema, place, path);
  const checked = checkQuery(query, table, { at, schema, scopeType, extra: own.names });
  if (checked.ok) return checked.value;
  checking.diagnostics.push(...checked.errors);
  return undefined;
}

const namesMax = 12;

function unknownPath(path: string, table: Table | null, at: SourcePosition): Diagnostic {
  const known = table
    ? Object.values(table.columns)
        .filter((column) => !column.system)
        .map((column) => column.name)
    : [];
  const more = known.length > namesMax ? ', …' : '';
  const listed =
    table && known.length > 0 ? ` \`${table.name}\` has ${known.slice(0, namesMax).join(', ')}${more}.` : '';
  return {
    severity: 'error',
    code: 'site/unknown-name',
    message: `\`${path}\` is not known here.${listed}`,
    fix: table
      ? `Show it with \`itemprop="${path}"\`, give it a control in a form, or correct the name.`
      : 'Outside of lists and rows only state is known: `saved`, `invalid`, `user`, `user.role`, and `ID.rows` of a list with that id.',
    at,
  };
}

/** `data-row="dish?special"`: a key is what an address gives, and yes or no is no name of a row. */
function keyTellsNoRow(key: string, table: Table, at: SourcePosition): Diagnostic {
  return {
    severity: 'error',
    code: 'site/key-tells-no-row',
    message: `The address of a page cannot name a row by \`${key}\`: in \`${table.name}\` that is only yes or no.`,
    fix: `For one row with it, make a list of one: data-list="${table.name}?${key}&amp;limit=1" on the element around, and itemscope alone on this one.`,
    at,
  };
}
