import { canonicalText, systemColumn, typeLabel } from '../schema/index.ts';
import type { ColumnType, Table, Value } from '../schema/index.ts';
import type { Diagnostic } from '../std/index.ts';
import { isTemporal } from './moment.ts';
import { isComparable, rangesOf } from './operand.ts';
import type { Comparison, Plan, PlannedCondition, PlannedOperand, PlannedSort, Target } from './plan.ts';
import { isFolded, planOf, targetType } from './plan.ts';
import type { Checked, CheckedQuery, CheckOptions, Condition, Operand, Query, SortKey } from './query.ts';
import { isSingle, resolveTarget } from './resolve.ts';
import { searchedColumns } from './words.ts';

/** Most rows that one list may ask for. */
export const limitMax = 10_000;
/** Highest page number. */
export const pageMax = 1_000_000;

const comparisons = { eq: 'eq', not: 'eq', min: 'min', max: 'max', like: 'like', true: 'true', false: 'true' } as const;

const textType: ColumnType = { kind: 'text' };
const integerType: ColumnType = { kind: 'integer' };

/** A check under way: what is known, what went wrong. */
interface Check {
  readonly table: Table | null;
  readonly options: CheckOptions;
  readonly errors: Diagnostic[];
}

/**
 * Checks a query against a table (null: only names in `options.extra`): every path must lead somewhere, every operator
 * suit the column, every operand be readable as the column's type or, for a `{path}`, be of a type that compares.
 *
 * `section.max=3` compares the relation's column `max` where `section` itself cannot be compared so; a column called
 * like a suffix is hidden where it can (`section.not=…`).
 *
 * Errors: `query/unknown-name`, `query/bad-operator`, `query/bad-operand`, `query/unknown-path`, `query/bad-limit`,
 * `query/bad-sort`. Each says what was found and what exists.
 */
export function checkQuery(query: Query, table: Table | null, options: CheckOptions): Checked<CheckedQuery> {
  const check: Check = { table, options, errors: [] };
  const conditions = query.conditions.flatMap((condition) => checkCondition(check, condition));
  const search = query.search && checkSearch(check, query.search);
  const sort = checkSort(check, query.sort);
  const limit = query.limit && checkNumber(check, query.limit, 'limit', limitMax);
  const page = query.page && checkNumber(check, query.page, 'page', pageMax);
  if (check.errors.length > 0) return { ok: false, errors: check.errors };
  const plan: Plan = {
    conditions,
    searches: search ? [search] : [],
    sort,
    ...(limit && { limit }),
    ...(page && { page }),
    texts: new Map(),
  };
  return { ok: true, value: checkedQuery(query, table, plan) };
}

/**
 * Narrows a list's query by what a visitor asks for: its conditions and search hold besides the list's own, its sort
 * replaces the list's, its limit counts only where the list has none. `asked` can never widen the list, and its
 * `{path}`s are refused unless `options` can type them.
 */
export function narrowQuery(own: CheckedQuery, asked: Query, options: CheckOptions): Checked<CheckedQuery> {
  const checked = checkQuery(asked, own.table, options);
  if (!checked.ok) return checked;
  const mine = planOf(own);
  const theirs = planOf(checked.value);
  const limit = mine.limit ?? theirs.limit;
  const page = theirs.page ?? mine.page;
  const plan: Plan = {
    conditions: [...mine.conditions, ...theirs.conditions],
    searches: [...mine.searches, ...theirs.searches],
    sort: asked.sort.length > 0 ? theirs.sort : mine.sort,
    ...(limit && { limit }),
    ...(page && { page }),
    texts: new Map(),
  };
  const { search, limit: _limit, page: _page } = asked;
  const query: Query = {
    ...own.query,
    conditions: [...own.query.conditions, ...asked.conditions],
    sort: asked.sort.length > 0 ? asked.sort : own.query.sort,
    ...(search && { search }),
    ...(!own.query.limit && _limit && { limit: _limit }),
    ...(_page && { page: _page }),
  };
  return { ok: true, value: checkedQuery(query, own.table, plan) };
}

/** Type of a path from a table (or among `options.extra`); undefined when it leads nowhere. */
export function pathType(path: string, table: Table | null, options: CheckOptions): ColumnType | undefined {
  const resolved = resolveTarget(path, table, options);
  return resolved.ok ? targetType(resolved.target) : undefined;
}

/**
 * The values that a query fixes in each row that it lists, by own column: `available` is true, `section=pasta` that
 * text. What is compared with a `{path}` or with several values is not fixed.
 */
export function fixedValues(query: CheckedQuery): Readonly<Record<string, Value>> {
  const fixed: Record<string, Value> = {};
  for (const { target, comparison, negated, operands } of planOf(query).conditions) {
    if (target.kind !== 'column' || target.steps.length > 0) continue;
    const { name, type } = target.column;
    const [operand, ...others] = operands;
    if (comparison === 'true' && type.kind === 'boolean') fixed[name] = !negated;
    if (comparison !== 'eq' || negated || operand?.kind !== 'constant' || others.length > 0) continue;
    const range = rangesOf(operand.type, operand.value, type, false, 'UTC')[0];
    if (range && range.low === range.high) fixed[name] = fixedValue(type, range.low);
  }
  return fixed;
}

function fixedValue(type: ColumnType, key: string | number): Value {
  if (type.kind === 'boolean') return key === 1;
  return (type.kind === 'set' || type.kind === 'references') && typeof key === 'string' ? [key] : key;
}

function checkedQuery(query: Query, table: Table | null, plan: Plan): CheckedQuery {
  const operands = plan.conditions.flatMap((condition) =>
    condition.operands.map((operand) => ({ condition, operand })),
  );
  const all = [...operands.map(({ operand }) => operand), ...plan.searches];
  if (plan.limit) all.push(plan.limit);
  if (plan.page) all.push(plan.page);
  const daily = operands.filter(({ condition, operand }) => operand.kind === 'today' || isDaily(condition, operand));
  const timedCount = operands.filter(({ operand }) => operand.kind === 'now' || operand.kind === 'today').length;
  const targets = plan.conditions.map((condition) => condition.target);
  const searched = table && plan.searches.length > 0 ? searchedColumns(table).map((column) => column.name) : [];
  return {
    table,
    query,
    scopePaths: [...new Set(all.flatMap((operand) => (operand.kind === 'path' ? [operand.path] : [])))],
    ownColumns: [...new Set([...targets.flatMap(ownColumn), ...searched])],
    otherTables: [...new Set([...targets, ...plan.sort.map((key) => key.target)].flatMap(otherTables))],
    timed: timedCount > 0,
    timedBy: timedCount === 0 ? 'never' : daily.length === timedCount ? 'day' : 'moment',
    searches: plan.searches.length > 0,
    checked: plan,
  };
}

/** `now` compared with whole days changes only as the day does. */
function isDaily(condition: PlannedCondition, operand: PlannedOperand): boolean {
  const { kind } = targetType(condition.target);
  return operand.kind === 'now' && (kind === 'date' || kind === 'month' || kind === 'week');
}

function ownColumn(target: Target): readonly string[] {
  if (target.kind === 'extra') return [];
  const first = target.steps[0];
  if (first) return first.kind === 'children' ? [] : [first.column.name];
  return target.kind === 'column' ? [target.column.name] : [];
}

function otherTables(target: Target): readonly string[] {
  return target.kind === 'extra' ? [] : target.steps.map((step) => step.to.name);
}

function checkCondition(check: Check, condition: Condition): readonly PlannedCondition[] {
  const { path, operator } = condition;
  const found = resolveTarget(path, check.table, check.options);
  const direct = found.ok && suits(comparisons[operator], found.target);
  if (!direct && (operator === 'min' || operator === 'max' || operator === 'not' || operator === 'like')) {
    const column = resolveTarget(`${path}.${operator}`, check.table, check.options);
    if (column.ok && suits('eq', column.target))
      return planCondition(check, { ...condition, operator: 'eq' }, column.target);
  }
  if (!found.ok) {
    report(check, 'query/unknown-name', found.problem.message, found.problem.fix);
    return [];
  }
  if (direct) return planCondition(check, condition, found.target);
  const label = typeLabel(targetType(found.target));
  const fix = operator === 'like' ? '.like looks inside text.' : `Use ${path}=, ${path}.not=, ${path} or !${path}.`;
  report(check, 'query/bad-operator', `“${path}.${operator}”: ${path} is ${label}.`, fix);
  return [];
}

function planCondition(check: Check, condition: Condition, target: Target): readonly PlannedCondition[] {
  const { operator, path } = condition;
  const operands = condition.operands.flatMap((operand) => checkOperand(check, operand, target, path));
  return [
    {
      target,
      comparison: comparisons[operator],
      negated: operator === 'not' || operator === 'false',
      operands,
    },
  ];
}

/** Whether a comparison makes sense for what a path leads to. */
function suits(comparison: Comparison, target: Target): boolean {
  const { kind } = targetType(target);
  const many = kind === 'set' || kind === 'reference' || kind === 'references';
  if (comparison === 'min' || comparison === 'max') return !many && kind !== 'boolean';
  if (comparison === 'like') {
    return (
      kind === 'text' || kind === 'html' || kind === 'markdown' || kind === 'url' || kind === 'file' || kind === 'set'
    );
  }
  return true;
}

function checkOperand(check: Check, operand: Operand, target: Target, path: string): readonly PlannedOperand[] {
  const type = targetType(target);
  if (operand.kind === 'path') {
    const from = scopeType(check, operand.path);
    if (!from) return [];
    if (isComparable(from, type)) return [{ kind: 'path', path: operand.path, type: from }];
    const message = `{${operand.path}} is ${typeLabel(from)}, ${path} is ${typeLabel(type)}: they cannot be compared.`;
    report(check, 'query/bad-operand', message, '');
    return [];
  }
  if (operand.kind !== 'text' && isTemporal(type.kind) && (operand.kind === 'now' || type.kind !== 'time')) {
    return [operand];
  }
  const value = operand.kind === 'text' ? operand.text : operand.kind;
  const ranges = rangesOf(textType, value, type, isFolded(target), 'UTC');
  if (ranges.length === 0) {
    report(
      check,
      'query/bad-operand',
      `“${value}” cannot be read as ${path}, which is ${typeLabel(type)}.`,
      example(type),
    );
    return [];
  }
  const constant: PlannedOperand = { kind: 'constant', type: textType, value };
  return [isTemporal(type.kind) ? constant : { ...constant, ranges }];
}

function scopeType(check: Check, path: string): ColumnType | undefined {
  const type = check.options.scopeType?.(path);
  if (!type) {
    const fix = check.options.scopeType ? 'A {path} names a column of the row around, or what the page knows.' : '';
    report(check, 'query/unknown-path', `{${path}} is not known here.`, fix);
  }
  return type;
}

function checkSearch(check: Check, operand: Operand): PlannedOperand | undefined {
  if (!check.table) {
    report(check, 'query/unknown-name', '“q” searches rows, and there are none here.', '');
    return undefined;
  }
  if (operand.kind !== 'path') return constantText(operand);
  const type = scopeType(check, operand.path);
  return type && { kind: 'path', path: operand.path, type };
}

function checkNumber(check: Check, operand: Operand, name: string, max: number): PlannedOperand | undefined {
  if (operand.kind === 'path') {
    const type = scopeType(check, operand.path);
    if (type && type.kind !== 'integer' && type.kind !== 'text') {
      report(check, 'query/bad-limit', `{${operand.path}} is ${typeLabel(type)}; ${name} needs an integer.`, '');
    }
    return type && { kind: 'path', path: operand.path, type };
  }
  const text = operand.kind === 'text' ? operand.text : operand.kind;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= max) return { kind: 'constant', type: integerType, value: number };
  report(check, 'query/bad-limit', `“${name}=${text}” is no number from 1 to ${max}.`, `Write ${name}=12.`);
  return undefined;
}

function constantText(operand: Exclude<Operand, { kind: 'path' }>): PlannedOperand {
  return { kind: 'constant', type: textType, value: operand.kind === 'text' ? operand.text : operand.kind };
}

/** The sort asked for, else the position; then the id, so that the order is total. */
function checkSort(check: Check, keys: readonly SortKey[]): readonly PlannedSort[] {
  const { table } = check;
  if (!table) {
    if (keys.length > 0) report(check, 'query/bad-sort', 'There are no rows to sort here.', '');
    return [];
  }
  const sort = keys.flatMap((key) => checkSortKey(check, key));
  const ends = keys.length === 0 ? (['position', 'id'] as const) : (['id'] as const);
  for (const name of ends) {
    const column = systemColumn(table, name);
    if (column) sort.push({ target: { kind: 'column', steps: [], table, column }, descending: false });
  }
  return sort;
}

function checkSortKey(check: Check, { path, descending }: SortKey): readonly PlannedSort[] {
  const found = resolveTarget(path, check.table, check.options);
  if (!found.ok) {
    report(check, 'query/bad-sort', `sort: ${found.problem.message}`, found.problem.fix);
    return [];
  }
  const { target } = found;
  const { kind } = targetType(target);
  if (target.kind === 'extra' || target.kind === 'children' || kind === 'set' || kind === 'references') {
    report(check, 'query/bad-sort', `sort: rows have no single “${path}”.`, `To sort by how many: count(${path}).`);
  } else if (kind === 'reference') {
    report(check, 'query/bad-sort', `sort: “${path}” is a reference.`, `Sort by a column of it: ${path}.position.`);
  } else if (target.kind === 'column' && !isSingle(target.steps)) {
    const fix = 'Sort by count(…), min(…) or max(…) of them.';
    report(check, 'query/bad-sort', `sort: “${path}” leads to many rows.`, fix);
  } else {
    return [{ target, descending }];
  }
  return [];
}

function report(check: Check, code: string, message: string, fix: string): void {
  const { at } = check.options;
  check.errors.push({ severity: 'error', code, message, ...(fix !== '' && { fix }), ...(at && { at }) });
}

function example(type: ColumnType): string {
  const examples: Partial<Record<ColumnType['kind'], string>> = {
    boolean: 'Write true or false.',
    date: 'Write 2026-08-14, now or today.',
    time: 'Write 19:30 or now.',
    datetime: 'Write 2026-08-14T19:30, 2026-08-14, now or today.',
    instant: 'Write 2026-08-14T17:30:00Z, 2026-08-14, now or today.',
    month: 'Write 2026-08, now or today.',
    week: 'Write 2026-W33, now or today.',
  };
  return examples[type.kind] ?? `Write a number, such as ${canonicalText({ kind: 'integer' }, 12)}.`;
}
