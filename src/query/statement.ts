import { foldColumn, linkTable, searchTable } from '../schema/index.ts';
import type { Column, Table } from '../schema/index.ts';
import { isNeverMissing } from './after.ts';
import type { AfterPlace, Stretch } from './after.ts';
import type { Plan, PlannedCondition, PlannedSort, Shape, Step, Target } from './plan.ts';
import { isFolded, targetType, zeroIsNothing } from './plan.ts';
import type { Dialect } from './query.ts';
import { isEqual, isMissing, orFalse, saysMissing } from './serving-index.ts';

/** What a statement's text depends on besides the plan. */
export interface StatementShape {
  readonly shapes: readonly Shape[];
  /** How many parameters the search takes; 0 without one. */
  readonly searches: number;
  /** Holds `l` with a limit, `o` with an offset. */
  readonly limits: string;
  readonly count: boolean;
  /** Only rows after a place in an order by columns that are never missing. */
  readonly places?: readonly AfterPlace[];
  /** Only one stretch of the rows after a place in the order. */
  readonly stretch?: Stretch;
  /** How to find the rows. */
  readonly way?: 'walk' | 'collect';
  /** Only how many match, counting no further than the limit. */
  readonly probe?: boolean;
}

/** A statement being written: placeholders and aliases are numbered as they come. */
interface Writer {
  readonly dialect: Dialect;
  parameterCount: number;
  aliasCount: number;
}

/**
 * The words of a row as PostgreSQL searches them. An index must be on this very expression. Our words need no parser
 * and no dictionary.
 */
export function postgresSearchVector(alias?: string): string {
  return `array_to_tsvector(string_to_array(${alias === undefined ? '' : `${alias}.`}"_words", ' '))`;
}

/** Writes the text. Placeholders stand in the order of conditions, search, place, limit, offset. */
export function writeSql(table: Table, plan: Plan, dialect: Dialect, shape: StatementShape): string {
  const writer: Writer = { dialect, parameterCount: 0, aliasCount: 0 };
  const where = plan.conditions
    .map((condition, index) => writeHinted(writer, plan, condition, index, shape))
    .filter((condition) => condition !== 'TRUE');
  if (shape.searches > 0) where.push(writeSearch(writer, table, shape));
  const sign = dialect === 'sqlite' && shape.way === 'collect' ? '+' : '';
  if (shape.places) where.push(writeAfter(writer, shape.places, sign));
  if (shape.stretch) where.push(writeStretch(writer, shape.stretch, sign));
  const filter = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`;
  const from = `${quote(table.sqlName)} AS t0`;
  if (shape.count) return `SELECT COUNT(*) AS "count" FROM ${from}${filter}`;
  if (shape.probe) {
    return `SELECT COUNT(*) AS "count" FROM (SELECT 1 FROM ${from}${filter}${writeLimits(writer, shape.limits)})`;
  }
  const columns = Object.values(table.columns).filter(({ type, detached }) => type.kind !== 'references' && !detached);
  const selected = columns.map((column) => field('t0', column.sqlName)).join(', ');
  if (shape.way === 'collect') return writeCollecting(writer, table, plan, shape, { from, filter, selected });
  const order = writeOrder(writer, plan.sort);
  const joins = order.joins.map((join) => ` ${join}`).join('');
  return `SELECT ${selected} FROM ${from}${joins}${filter}${order.by}${writeLimits(writer, shape.limits)}`;
}

/**
 * Gathers what fits, then sorts it. In SQLite from an index that holds all that the order compares: whole rows are read
 * for the page alone, and the sign in front of the first key tells it not to walk the order's index instead. In
 * PostgreSQL an `OFFSET 0` keeps the order and the limit out of how the rows are found.
 */
function writeCollecting(
  writer: Writer,
  table: Table,
  plan: Plan,
  shape: StatementShape,
  { from, filter, selected }: { readonly from: string; readonly filter: string; readonly selected: string },
): string {
  const { by } = writeOrder(writer, plan.sort);
  if (writer.dialect === 'postgres') {
    const found = `SELECT t0.* FROM ${from}${filter} OFFSET 0`;
    return `SELECT ${selected} FROM (${found}) AS t0${by}${writeLimits(writer, shape.limits)}`;
  }
  const inner = by.replace(' ORDER BY ', ' ORDER BY +');
  const found = `SELECT t0."_row" FROM ${from}${filter}${inner}${writeLimits(writer, shape.limits)}`;
  return `SELECT ${selected} FROM ${quote(table.sqlName)} AS t0 WHERE t0."_row" IN (${found})${inner}`;
}

/**
 * A condition, with the sign that keeps SQLite from an index of its own where the order's index is to be walked: what is
 * found by the former would have to be sorted, all of it. A bound on the side where a page begins is lower than the
 * page's own beginning.
 */
function writeHinted(
  writer: Writer,
  plan: Plan,
  condition: PlannedCondition,
  index: number,
  shape: StatementShape,
): string {
  const { target } = condition;
  const size = shape.shapes[index] ?? { points: 0, ranges: 0 };
  const own = writer.dialect === 'sqlite' && target.kind === 'column' && target.steps.length === 0;
  if (!own || condition.comparison === 'true') return writeCondition(writer, condition, size, noHint);
  const [leading] = plan.sort;
  const leads = leading?.target.kind === 'column' && leading.target.column === target.column;
  if (leads && shape.stretch) return writeCondition(writer, condition, size, leading.descending ? noEnd : noBeginning);
  const walked = shape.way === 'walk' && !leads && !isEqual(condition);
  const searched = shape.way === 'collect' && shape.searches > 0;
  return writeCondition(writer, condition, size, walked || searched ? neither : noHint);
}

/** Which bounds of a range an index may not be entered by. */
interface Hint {
  readonly low: string;
  readonly high: string;
}

const noHint: Hint = { low: '', high: '' };
const noBeginning: Hint = { low: '+', high: '' };
const noEnd: Hint = { low: '', high: '+' };
const neither: Hint = { low: '+', high: '+' };

function writeCondition(writer: Writer, condition: PlannedCondition, shape: Shape, hint: Hint): string {
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

function writeAggregate(writer: Writer, target: Extract<Target, { kind: 'aggregate' }>): string {
  const way = writeWay(writer, target.steps, 't0');
  const { column, name } = target;
  if (!column) return `(SELECT COUNT(*) FROM ${way.from} WHERE ${way.where})`;
  const value = collated(writer, field(way.alias, column.sqlName), target);
  const all = `(SELECT ${name.toUpperCase()}(${value}) FROM ${way.from} WHERE ${way.where})`;
  return name === 'sum' ? `COALESCE(${all}, 0)` : all;
}

function writeSearch(writer: Writer, table: Table, { searches, way }: StatementShape): string {
  if (way === 'walk') {
    return Array.from({ length: searches }, () => wordBegins('t0."_words"', placeholder(writer), writer.dialect)).join(
      ' AND ',
    );
  }
  if (writer.dialect === 'postgres') return `${postgresSearchVector('t0')} @@ ${placeholder(writer)}::tsquery`;
  const index = quote(searchTable(table));
  return `t0."_row" IN (SELECT rowid FROM ${index} WHERE ${index} MATCH ${placeholder(writer)})`;
}

/** Whether a row's words have one that begins so: the parameter is a space and the term. */
export function wordBegins(words: string, place: string, dialect: Dialect): string {
  return `${dialect === 'sqlite' ? 'instr' : 'strpos'}(' ' || ${words}, ${place}) > 0`;
}

function writeOrder(writer: Writer, sort: readonly PlannedSort[]): { readonly joins: string[]; readonly by: string } {
  const joins: string[] = [];
  const joined = new Map<string, string>();
  const keys = sort.flatMap(({ target, descending }, index) => {
    const direction = descending ? ' DESC' : ' ASC';
    if (target.kind === 'aggregate') {
      const mayMiss = target.name === 'min' || target.name === 'max';
      return [`${writeAggregate(writer, target)}${direction}${mayMiss ? ' NULLS LAST' : ''}`];
    }
    if (target.kind !== 'column') return [];
    const alias = joinSteps(writer, target.steps, joins, joined);
    const { column } = target;
    const own = target.steps.length === 0;
    const mayMiss = !own || !isNeverMissing(column);
    const value = valueOf(target, alias);
    const says = own && saysMissing(mayMiss, index === 0, descending, writer.dialect);
    const last = mayMiss && !says ? ' NULLS LAST' : '';
    const first = `${collated(writer, value, target)}${direction}${last}`;
    const both = says ? [`${isMissing(value)} ASC`, first] : [first];
    return column.folded ? [...both, `${collated(writer, field(alias, column.sqlName), target)}${direction}`] : both;
  });
  return { joins, by: keys.length === 0 ? '' : ` ORDER BY ${keys.join(', ')}` };
}

/** Rows after a place where nothing can be missing and all goes one way: an index begins there. */
function writeAfter(writer: Writer, places: readonly AfterPlace[], sign: string): string {
  const compared = places.map((place) => `${sign}${placeKey(writer, place)}`).join(', ');
  return `(${compared}) ${places[0]?.descending === true ? '<' : '>'} (${placeholders(writer, places.length)})`;
}

function writeStretch(writer: Writer, { equal, beyond, missing }: Stretch, sign: string): string {
  const tests = equal.flatMap((place) => writePlace(writer, place, sign, place.missing ? undefined : '='));
  tests.push(...writePlace(writer, beyond, sign, missing ? undefined : beyond.descending ? '<' : '>'));
  return tests.join(' AND ');
}

/** Compares one key with a place's value; without a comparison, it is missing. */
function writePlace(writer: Writer, place: AfterPlace, sign: string, comparison: string | undefined): string[] {
  const { mayMiss, leading, descending } = place;
  const key = placeKey(writer, place);
  const test = `${sign}${key}${comparison === undefined ? ' IS NULL' : ` ${comparison} ${placeholder(writer)}`}`;
  if (!saysMissing(mayMiss, leading, descending, writer.dialect)) return [test];
  return [`${sign}${isMissing(key)} = ${comparison === undefined ? '1' : '0'}`, test];
}

function placeKey(writer: Writer, { table, column, folded }: AfterPlace): string {
  const name = folded ? foldColumn(column) : column.sqlName;
  return collated(writer, field('t0', name), { kind: 'column', steps: [], table, column });
}

/** Joins the rows that a path of single references reaches; each relation once. */
function joinSteps(writer: Writer, steps: readonly Step[], joins: string[], joined: Map<string, string>): string {
  let alias = 't0';
  for (const step of steps) {
    const key = `${alias} ${step.column.sqlName}`;
    let next = joined.get(key);
    if (next === undefined) {
      next = nextAlias(writer);
      const on = `${field(next, '_id')} = ${field(alias, step.column.sqlName)}`;
      joins.push(`LEFT JOIN ${quote(step.to.sqlName)} AS ${next} ON ${on}`);
      joined.set(key, next);
    }
    alias = next;
  }
  return alias;
}

function writeLimits(writer: Writer, limits: string): string {
  const limit = limits.includes('l') ? ` LIMIT ${placeholder(writer)}` : '';
  if (!limits.includes('o')) return limit;
  const all = limit === '' && writer.dialect === 'sqlite' ? ' LIMIT -1' : limit;
  return `${all} OFFSET ${placeholder(writer)}`;
}

/** What a column compares by: its folded shadow where it has one. */
function valueOf(target: Extract<Target, { kind: 'column' }>, alias: string): string {
  const { column } = target;
  return field(alias, isFolded(target) ? foldColumn(column) : column.sqlName);
}

/** In PostgreSQL text is ordered by bytes whatever the database's collation; SQLite does so by itself. */
function collated(writer: Writer, value: string, target: Target): string {
  const text =
    target.kind === 'column' || target.kind === 'aggregate' ? target.column && isStoredText(target.column) : false;
  return writer.dialect === 'postgres' && text ? `${value} COLLATE "C"` : value;
}

const notText: ReadonlySet<string> = new Set(['integer', 'decimal', 'money', 'real', 'boolean']);

function isStoredText(column: Column): boolean {
  return !notText.has(column.type.kind);
}

function anyOf(tests: readonly string[]): string {
  return tests.length === 1 ? (tests[0] ?? '') : `(${tests.join(' OR ')})`;
}

function nextAlias(writer: Writer): string {
  return `t${++writer.aliasCount}`;
}

function placeholder(writer: Writer): string {
  writer.parameterCount++;
  return writer.dialect === 'sqlite' ? '?' : `$${writer.parameterCount}`;
}

function placeholders(writer: Writer, count: number): string {
  return Array.from({ length: count }, () => placeholder(writer)).join(', ');
}

function field(alias: string, name: string): string {
  return `${alias}.${quote(name)}`;
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
