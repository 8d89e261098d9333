import { foldName, relationOf } from '../schema/index.ts';
import type { Column, Table } from '../schema/index.ts';
import { aggregateOf, foldPath } from './path.ts';
import type { Aggregate } from './path.ts';
import type { Step, Target } from './plan.ts';
import { isTemporal } from './moment.ts';
import type { CheckOptions } from './query.ts';

const stepsMax = 8;
/** Longer names are not guessed at. */
const guessedLengthMax = 60;

/** Why a path leads nowhere: what was found, what to write instead. */
export interface PathProblem {
  readonly message: string;
  readonly fix: string;
}

export type Resolved =
  | { readonly ok: true; readonly target: Target }
  | { readonly ok: false; readonly problem: PathProblem };

/**
 * Follows a path from a table: a name the caller supplies, a column, a relation's column, the children themselves, or
 * an aggregate over a relation. Names the caller supplies come first; own columns come before children.
 */
export function resolveTarget(path: string, table: Table | null, options: CheckOptions): Resolved {
  const extra = extraName(path, options);
  if (extra !== undefined) return { ok: true, target: extra };
  if (!table) return unknown(path, '', Object.keys(options.extra ?? {}));
  const aggregate = aggregateOf(path);
  return aggregate ? resolveAggregate(path, aggregate, table, options) : resolvePlain(path, table, options);
}

/** Whether each step leads to one row at most, so that the path has one value. */
export function isSingle(steps: readonly Step[]): boolean {
  return steps.every((step) => step.kind === 'reference');
}

function extraName(path: string, options: CheckOptions): Target | undefined {
  const extra = options.extra ?? {};
  const name = Object.hasOwn(extra, path) ? path : Object.keys(extra).find((each) => foldPath(each) === path);
  const type = name === undefined ? undefined : extra[name];
  return name !== undefined && type ? { kind: 'extra', name, type } : undefined;
}

function resolvePlain(path: string, table: Table, options: CheckOptions): Resolved {
  const segments = path.split('.');
  const last = segments.pop() ?? '';
  const way = follow(segments, path, table, options);
  if (!way.ok) return way;
  const column = readable(way.table, last, options);
  if (column) return { ok: true, target: { kind: 'column', steps: way.steps, table: way.table, column } };
  const step = stepOf(way.table, last, options);
  if (!step) return unknown(path, last, namesOf(way.table, options, segments.length === 0), way.table);
  return { ok: true, target: { kind: 'children', steps: [...way.steps, step], table: step.to } };
}

function resolveAggregate(path: string, aggregate: Aggregate, table: Table, options: CheckOptions): Resolved {
  const segments = aggregate.inner.split('.');
  const { name } = aggregate;
  if (name === 'count') {
    const way = follow(segments, path, table, options);
    return way.ok ? { ok: true, target: { kind: 'aggregate', name, steps: way.steps, table: way.table } } : way;
  }
  const last = segments.pop() ?? '';
  if (segments.length === 0) {
    return refuse(`“${path}” names no relation.`, `Write ${name}(relation.column).`);
  }
  const way = follow(segments, path, table, options);
  if (!way.ok) return way;
  const column = readable(way.table, last, options);
  if (!column) return unknown(path, last, namesOf(way.table, options, false), way.table);
  const { kind } = column.type;
  const whole = kind === 'integer' || kind === 'decimal' || kind === 'money';
  if (name === 'sum' ? !whole : !whole && kind !== 'real' && !isTemporal(kind)) {
    const allowed = name === 'sum' ? 'whole numbers, decimals and money' : 'numbers, dates and times';
    return refuse(`“${path}”: ${name} works on ${allowed}; ${last} is ${kind}.`, '');
  }
  return { ok: true, target: { kind: 'aggregate', name, steps: way.steps, table: way.table, column } };
}

type Way =
  | { readonly ok: true; readonly steps: readonly Step[]; readonly table: Table }
  | Extract<Resolved, { ok: false }>;

function follow(segments: readonly string[], path: string, from: Table, options: CheckOptions): Way {
  if (segments.length > stepsMax) return refuse(`“${path}” follows more than ${stepsMax} relations.`, '');
  const steps: Step[] = [];
  let table = from;
  for (const segment of segments) {
    const step = stepOf(table, segment, options);
    if (!step) {
      const column = readable(table, segment, options);
      if (column)
        return refuse(`“${path}”: ${segment} of ${table.name} is no relation.`, relationsHint(table, options));
      return unknown(path, segment, relationNames(table, options), table);
    }
    steps.push(step);
    table = step.to;
  }
  return { ok: true, steps, table };
}

function stepOf(table: Table, name: string, options: CheckOptions): Step | undefined {
  const relation = relationOf(options.schema, table, name);
  const to = relation && options.schema.tables[relation.table];
  if (!relation || !to || to.detached) return undefined;
  const column = readable(relation.kind === 'children' ? to : table, relation.column, options);
  return column && { kind: relation.kind, from: table, to, column };
}

function readable(table: Table, name: string, options: CheckOptions): Column | undefined {
  const column = Object.hasOwn(table.columns, name) ? table.columns[name] : undefined;
  if (!column || column.secret || column.detached) return undefined;
  return options.mayRead && !options.mayRead(table, column) ? undefined : column;
}

function namesOf(table: Table, options: CheckOptions, withExtra: boolean): readonly string[] {
  const columns = Object.values(table.columns).filter((column) => readable(table, column.name, options));
  const own = columns.filter((column) => !column.system);
  const ours = columns.filter((column) => column.system);
  const names = [...own.map(({ name }) => name), ...childNames(table, options), ...ours.map(({ name }) => name)];
  return withExtra ? [...names, ...Object.keys(options.extra ?? {})] : names;
}

function relationNames(table: Table, options: CheckOptions): readonly string[] {
  const own = Object.keys(table.columns).filter((name) => stepOf(table, name, options));
  return [...own, ...childNames(table, options)];
}

function childNames(table: Table, options: CheckOptions): readonly string[] {
  const names = Object.keys(options.schema.tables);
  return names.filter((name) => !Object.hasOwn(table.columns, name) && stepOf(table, name, options));
}

function relationsHint(table: Table, options: CheckOptions): string {
  const names = relationNames(table, options);
  return names.length === 0 ? `${table.name} has no relations.` : `Relations of ${table.name}: ${names.join(', ')}.`;
}

function unknown(
  path: string,
  segment: string,
  names: readonly string[],
  table?: Table,
): Extract<Resolved, { ok: false }> {
  const name = segment === '' ? path : segment;
  const near = nearest(name, names);
  const where = table ? `${table.name} has no “${name}”` : `“${name}” is not known here`;
  const message = path === name || !table ? `${where}.` : `“${path}”: ${where}.`;
  const list = names.length === 0 ? '' : `There is: ${names.join(', ')}.`;
  return refuse(message, near === undefined ? list : `Did you mean ${near}? ${list}`);
}

function refuse(message: string, fix: string): Extract<Resolved, { ok: false }> {
  return { ok: false, problem: { message, fix } };
}

/** The name that differs least, if it differs by a third of its letters at most. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const folded = foldName(name);
  if (folded.length > guessedLengthMax) return undefined;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(folded.length / 3)) + 1;
  for (const each of names) {
    const distance = editDistance(folded, each);
    if (distance < least) [best, least] = [each, distance];
  }
  return best;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
