import { foldColumn, searchTable } from '../schema/index.ts';
import type { Table } from '../schema/index.ts';
import { isNeverMissing } from './after.ts';
import type { AfterPlace, Stretch } from './after.ts';
import { neither, noBeginning, noEnd, noHint, writeAggregate, writeCondition } from './condition.ts';
import type { Plan, PlannedCondition, PlannedSort, Shape, Step } from './plan.ts';
import type { Dialect } from './query.ts';
import { isEqual, isMissing, saysMissing } from './serving-index.ts';
import { collated, field, nextAlias, placeholder, placeholders, quote, valueOf } from './writer.ts';
import type { Writer } from './writer.ts';

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
  readonly way?: 'walk' | 'collect' | 'scan';
  /** Only how many match, counting no further than the limit. */
  readonly probe?: boolean;
  /** Only how many of some rows from all over the table match. */
  readonly sample?: boolean;
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
  // What the words find is taken before all else: how few they are, PostgreSQL cannot guess.
  const search = shape.searches > 0 ? writeSearch(writer, table, shape) : undefined;
  const first = dialect === 'postgres' && shape.way === 'collect' ? search : undefined;
  if (search !== undefined && first === undefined) where.push(search);
  const sign = dialect === 'sqlite' && shape.way === 'collect' ? '+' : '';
  if (shape.places) where.push(writeAfter(writer, shape.places, sign));
  if (shape.stretch) where.push(writeStretch(writer, shape.stretch, sign));
  const filter = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`;
  const own = `${quote(table.sqlName)} AS t0`;
  const from = first === undefined ? own : `(SELECT t0.* FROM ${own} WHERE ${first} OFFSET 0) AS t0`;
  if (shape.count) return `SELECT COUNT(*) AS "count" FROM ${from}${filter}`;
  if (shape.probe) {
    return `SELECT COUNT(*) AS "count" FROM (SELECT 1 FROM ${from}${filter}${writeLimits(writer, shape.limits)})`;
  }
  if (shape.sample) return writeSample(writer, table, where);
  const columns = Object.values(table.columns).filter(({ type, detached }) => type.kind !== 'references' && !detached);
  const selected = columns.map((column) => field('t0', column.sqlName)).join(', ');
  if (shape.way === 'collect' || shape.way === 'scan')
    return writeCollecting(writer, table, plan, shape, { from, filter, selected });
  const order = writeOrder(writer, plan.sort);
  const joins = order.joins.map((join) => ` ${join}`).join('');
  return `SELECT ${selected} FROM ${from}${joins}${filter}${order.by}${writeLimits(writer, shape.limits)}`;
}

/** The parts of a statement that gathers. */
interface Gathering {
  readonly from: string;
  readonly filter: string;
  readonly selected: string;
}

/**
 * Gathers what fits, then sorts it, from an index that holds all that the order compares: whole rows are read for the
 * page alone. In SQLite the sign in front of the first key tells it not to walk the order's index instead. In PostgreSQL
 * an `OFFSET 0` keeps the order and the limit out of how the rows are found.
 */
function writeCollecting(
  writer: Writer,
  table: Table,
  plan: Plan,
  shape: StatementShape,
  { from, filter, selected }: Gathering,
): string {
  const { by } = writeOrder(writer, plan.sort);
  const name = quote(table.sqlName);
  if (writer.dialect === 'sqlite') {
    const inner = by.replace(' ORDER BY ', ' ORDER BY +');
    const found = `SELECT t0."_row" FROM ${from}${filter}${inner}${writeLimits(writer, shape.limits)}`;
    return `SELECT ${selected} FROM ${name} AS t0 WHERE t0."_row" IN (${found})${inner}`;
  }
  if (shape.way === 'scan' || shape.searches > 0) {
    const found = `SELECT t0.* FROM ${from}${filter} OFFSET 0`;
    return `SELECT ${selected} FROM (${found}) AS t0${by}${writeLimits(writer, shape.limits)}`;
  }
  const keys = [...new Set(plan.sort.flatMap(orderFields)), '"_id"'].map((key) => `t0.${key}`);
  const gathered = `SELECT ${[...new Set(keys)].join(', ')} FROM ${from}${filter} OFFSET 0`;
  const found = `SELECT t0."_id" FROM (${gathered}) AS t0${by}${writeLimits(writer, shape.limits)}`;
  return `SELECT ${selected} FROM ${name} AS t0 JOIN (${found}) AS found ON found."_id" = t0."_id"${by}`;
}

/** What the order by a column of its own compares. */
function orderFields({ target }: PlannedSort): readonly string[] {
  if (target.kind !== 'column' || target.steps.length > 0) return [];
  const { column } = target;
  return column.folded ? [quote(foldColumn(column)), quote(column.sqlName)] : [quote(column.sqlName)];
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
  const leads = leading?.target.kind === 'column' && isSameColumn(leading.target, target);
  if (leads && shape.stretch) return writeCondition(writer, condition, size, leading.descending ? noEnd : noBeginning);
  const walked = shape.way === 'walk' && !leads && !isEqual(condition);
  const searched = shape.way === 'collect' && shape.searches > 0;
  return writeCondition(writer, condition, size, walked || searched ? neither : noHint);
}

type ColumnTarget = Extract<PlannedCondition['target'], { kind: 'column' }>;

/** Two mentions of one column are two objects where the database calls it otherwise. */
function isSameColumn(one: ColumnTarget, other: ColumnTarget): boolean {
  return one.steps.length === other.steps.length && one.column.sqlName === other.column.sqlName;
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

/**
 * The last parameter names the places of rows, each a share of the table, as a JSON array. Each is another block in
 * PostgreSQL: rows that were stored together are often alike.
 */
function writeSample(writer: Writer, table: Table, where: readonly string[]): string {
  const name = quote(table.sqlName);
  const matching = `COALESCE(SUM(CASE WHEN ${where.join(' AND ') || 'TRUE'} THEN 1 ELSE 0 END), 0)`;
  const place = placeholder(writer);
  const counted = `SELECT COUNT(*) AS "sampled", ${matching} AS "count" FROM ${name} AS t0`;
  if (writer.dialect === 'sqlite') {
    const rows = `SELECT 1 + CAST(value * (SELECT MAX("_row") FROM ${name}) AS INTEGER) FROM json_each(${place})`;
    return `${counted} WHERE t0."_row" IN (${rows})`;
  }
  // A query of its own, so that it is asked once and not for each place.
  const blocks = `SELECT pg_relation_size('${name.replaceAll("'", "''")}'::regclass) / current_setting('block_size')::bigint`;
  const tid = `format('(%s,%s)', floor(share::float8 * (${blocks}))::bigint, 1 + number % 4)::tid`;
  const shares = `json_array_elements_text(${place}::json) WITH ORDINALITY AS shares(share, number)`;
  return `${counted} WHERE t0.ctid = ANY (ARRAY(SELECT ${tid} FROM ${shares}))`;
}

/** Whether a row's words have one that begins so: the parameter is a space and the term. */
function wordBegins(words: string, place: string, dialect: Dialect): string {
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
