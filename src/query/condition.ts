import { linkTable } from '../schema/index.ts';
import type { Column } from '../schema/index.ts';
import type { PlannedCondition, Shape, Step, Target } from './plan.ts';
import { targetType, zeroIsNothing } from './plan.ts';
import { isEqual, orFalse } from './serving-index.ts';
import {
  anyOf,
  collated,
  field,
  isStoredText,
  nextAlias,
  placeholder,
  placeholders,
  quote,
  valueOf,
} from './writer.ts';
import type { Writer } from './writer.ts';

/** Which bounds of a range an index may not be entered by. */
export interface Hint {
  readonly low: string;
  readonly high: string;
}

export const noHint: Hint = { low: '', high: '' };

export const noBeginning: Hint = { low: '+', high: '' };

export const noEnd: Hint = { low: '', high: '+' };

export const neither: Hint = { low: '+', high: '+' };

export function writeCondition(writer: Writer, condition: PlannedCondition, shape: Shape, hint: Hint): string {
  const { comparison, negated, target } = condition;
  if (comparison !== 'true' && shape.points + shape.ranges === 0) return negated ? 'TRUE' : 'FALSE';
  if (negated && isEqual(condition) && target.kind === 'column') {
    return `${orFalse(field('t0', target.column.sqlName), writer.dialect)} = ${writer.dialect === 'sqlite' ? '0' : 'FALSE'}`;
  }
  const positive = writePositive(writer, condition, shape, hint);
  return negated ? `(${positive}) IS NOT TRUE` : positive;
}

function writePositive(writer: Writer, condition: PlannedCondition, shape: Shape, hint: Hint): string {
  const { target, comparison } = condition;
  if (target.kind === 'extra') throw new Error(`“${target.name}” is not stored: a query on it has no SQL`);
  if (target.kind === 'aggregate') return writeAggregateTest(writer, target, condition, shape);
  return writeExists(writer, target.steps, 't0', (alias) => {
    if (target.kind === 'children') {
      return comparison === 'true' ? '' : writeTest(writer, condition, field(alias, '_id'), shape);
    }
    if (target.column.type.kind === 'references') return writeLinked(writer, target, alias, condition, shape);
    if (comparison === 'true') return writePresent(writer, target.column, alias);
    return writeTest(writer, condition, valueOf(target, alias), shape, hint);
  });
}

function writeAggregateTest(
  writer: Writer,
  target: Extract<Target, { kind: 'aggregate' }>,
  condition: PlannedCondition,
  shape: Shape,
): string {
  const present = condition.comparison === 'true';
  if (present && target.name === 'count') return writeExists(writer, target.steps, 't0', () => '');
  const value = writeAggregate(writer, target);
  if (!present) return writeTest(writer, condition, value, shape);
  return zeroIsNothing(target) ? `${value} <> 0` : `${value} IS NOT NULL`;
}

/** A test on the rows that steps reach; without steps, on the row itself. */
function writeExists(writer: Writer, steps: readonly Step[], start: string, test: (alias: string) => string): string {
  if (steps.length === 0) return test(start);
  const way = writeWay(writer, steps, start);
  const inner = test(way.alias);
  return `EXISTS (SELECT 1 FROM ${way.from} WHERE ${way.where}${inner === '' ? '' : ` AND ${inner}`})`;
}

/** The tables on the way of a relation path, with what joins them to each other and to `start`. */
function writeWay(
  writer: Writer,
  steps: readonly Step[],
  start: string,
): { readonly from: string; readonly where: string; readonly alias: string } {
  const tables: string[] = [];
  const joins: string[] = [];
  let alias = start;
  for (const step of steps) {
    const next = nextAlias(writer);
    if (step.kind === 'references') {
      const link = nextAlias(writer);
      tables.push(`${quote(linkTable(step.from, step.column))} AS ${link}`);
      joins.push(`${field(link, '_from')} = ${field(alias, '_id')}`);
      joins.push(`${field(next, '_id')} = ${field(link, '_to')}`);
    } else if (step.kind === 'reference') {
      joins.push(`${field(next, '_id')} = ${field(alias, step.column.sqlName)}`);
    } else {
      joins.push(`${field(next, step.column.sqlName)} = ${field(alias, '_id')}`);
    }
    tables.push(`${quote(step.to.sqlName)} AS ${next}`);
    alias = next;
  }
  return { from: tables.join(', '), where: joins.join(' AND '), alias };
}

function writeLinked(
  writer: Writer,
  target: Extract<Target, { kind: 'column' }>,
  alias: string,
  condition: PlannedCondition,
  shape: Shape,
): string {
  const link = nextAlias(writer);
  const test = condition.comparison === 'true' ? '' : writeTest(writer, condition, field(link, '_to'), shape);
  const from = `${quote(linkTable(target.table, target.column))} AS ${link}`;
  const own = `${field(link, '_from')} = ${field(alias, '_id')}`;
  return `EXISTS (SELECT 1 FROM ${from} WHERE ${own}${test === '' ? '' : ` AND ${test}`})`;
}

function writePresent(writer: Writer, column: Column, alias: string): string {
  const value = field(alias, column.sqlName);
  const { kind } = column.type;
  if (kind === 'boolean') return writer.dialect === 'sqlite' ? `${value} = 1` : value;
  if (kind === 'set') return `${value} <> '[]'`;
  return isStoredText(column) ? `${value} <> ''` : `${value} IS NOT NULL`;
}

function writeTest(
  writer: Writer,
  condition: PlannedCondition,
  value: string,
  shape: Shape,
  hint: Hint = noHint,
): string {
  const { comparison, target } = condition;
  const type = targetType(target);
  if (type.kind === 'set') return writeMember(writer, comparison === 'like', value, shape);
  if (comparison === 'like') {
    return anyOf(Array.from({ length: shape.points }, () => writeContains(writer, value)));
  }
  const ordered = type.kind === 'references' || type.kind === 'reference' ? value : collated(writer, value, target);
  if (comparison === 'min') return `${hint.low}${ordered} >= ${placeholder(writer)}`;
  if (comparison === 'max') return `${hint.high}${ordered} <= ${placeholder(writer)}`;
  const tests: string[] = [];
  const unentered = hint.low === '' || hint.high === '' ? '' : '+';
  if (shape.points === 1) tests.push(`${unentered}${value} = ${placeholder(writer)}`);
  else if (shape.points > 1) tests.push(`${unentered}${value} IN (${placeholders(writer, shape.points)})`);
  for (let i = 0; i < shape.ranges; i++) tests.push(writeRange(writer, ordered, hint));
  return anyOf(tests);
}

function writeRange(writer: Writer, value: string, { low, high }: Hint): string {
  if (low === high) return `${low}${value} BETWEEN ${placeholder(writer)} AND ${placeholder(writer)}`;
  return `(${low}${value} >= ${placeholder(writer)} AND ${high}${value} <= ${placeholder(writer)})`;
}

/** A test on the members of a set, kept as a JSON array of strings. */
function writeMember(writer: Writer, contains: boolean, value: string, shape: Shape): string {
  const alias = nextAlias(writer);
  const member = `${alias}.value`;
  const from =
    writer.dialect === 'sqlite'
      ? `json_each(${value}) AS ${alias}`
      : `jsonb_array_elements_text(${value}::jsonb) AS ${alias}(value)`;
  if (writer.dialect === 'postgres' && !contains) {
    return anyOf(Array.from({ length: shape.points }, () => `${value}::jsonb ? ${placeholder(writer)}`));
  }
  const test = contains
    ? anyOf(Array.from({ length: shape.points }, () => writeContains(writer, member)))
    : `${member} IN (${placeholders(writer, shape.points)})`;
  return `EXISTS (SELECT 1 FROM ${from} WHERE ${test})`;
}

/** Contains, by plain search: nothing in the value is a wildcard. */
function writeContains(writer: Writer, value: string): string {
  return `${writer.dialect === 'sqlite' ? 'instr' : 'strpos'}(${value}, ${placeholder(writer)}) > 0`;
}

export function writeAggregate(writer: Writer, target: Extract<Target, { kind: 'aggregate' }>): string {
  const way = writeWay(writer, target.steps, 't0');
  const { column, name } = target;
  if (!column) return `(SELECT COUNT(*) FROM ${way.from} WHERE ${way.where})`;
  const value = collated(writer, field(way.alias, column.sqlName), target);
  const all = `(SELECT ${name.toUpperCase()}(${value}) FROM ${way.from} WHERE ${way.where})`;
  return name === 'sum' ? `COALESCE(${all}, 0)` : all;
}
