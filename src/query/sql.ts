import type { Row } from '../schema/index.ts';
import { placesAfter, stretchesAfter, stretchKey, stretchParams } from './after.ts';
import type { AfterPlace, Stretch } from './after.ts';
import { searchTermsOf } from './match.ts';
import { planInUse } from './in-use.ts';
import type { TablesInUse } from './in-use.ts';
import { boundOf, operandRanges } from './operand.ts';
import type { Plan, PlannedCondition, Range, Shape, SqlParam } from './plan.ts';
import { planOf, targetType } from './plan.ts';
import type { CheckedQuery, Dialect, QueryScope, SqlQuery } from './query.ts';
import { isEqual, isSelective } from './serving-index.ts';
import { writeSql } from './statement.ts';

/** Texts kept for one query and dialect; what varies is only how many values an operand has. */
const textsMax = 64;

export interface SqlOptions {
  /** At most so many rows. */
  readonly limit?: number;
  /** Leaves out so many rows at the start. */
  readonly offset?: number;
  /** Only how many rows match, as the column `count`; no order, no limit. */
  readonly count?: boolean;
  /**
   * Only rows that come after this one, which need not be there any more. It must hold what `sortColumns` names; an
   * order that follows relations cannot be continued so.
   */
  readonly after?: Row;
  /** How to find the rows, where the index for it is there. */
  readonly way?: Way;
  /** The tables of the database, where their physical names may differ from those of the schema checked against. */
  readonly inUse?: TablesInUse;
}

/**
 * Along the index of the query's order, or by gathering what fits, from an index (`collect`) or from end to end (`scan`,
 * PostgreSQL only): see `servingIndexes`.
 */
export type Way = 'walk' | 'collect' | 'scan';

/**
 * Writes a checked query for a database: all physical columns of its table (those of many references are not in it),
 * with its order, or `count(*)` as `count`. Values are always bound, identifiers come from the schema. The text is kept
 * with the query, so that the same query costs only its parameters.
 *
 * The query's own `limit` and `page` are the caller's to turn into options: see `pageWindow`. Throws for a query
 * without a table, with a condition on a name that only the caller knows (`saved`), or `after` a row: what follows that
 * is read in several stretches, see {@link toSqlParts}.
 */
export function toSql(query: CheckedQuery, scope: QueryScope, dialect: Dialect, options: SqlOptions = {}): SqlQuery {
  const parts = toSqlParts(query, scope, dialect, options);
  if (parts.length !== 1) throw new Error('what follows a row is read in several stretches');
  return parts[0]!(options.limit);
}

/** Writes one stretch of a list, of so many rows at most. */
export type SqlPart = (limit: number | undefined) => SqlQuery;

/**
 * As {@link toSql}, in one or more parts that follow one another: the next is wanted where those before it gave fewer
 * rows than `limit`. Each is one range of an index in the query's order, so that the rows between the beginning and
 * the place are never read.
 */
export function toSqlParts(
  query: CheckedQuery,
  scope: QueryScope,
  dialect: Dialect,
  options: SqlOptions = {},
): readonly SqlPart[] {
  if (!query.table) throw new Error('a query without a table has no SQL');
  const { plan } = planInUse(query.table, planOf(query), options.inUse);
  const places = options.after && placesAfter(plan, options.after);
  const stretches = places && stretchesAfter(places);
  if (!stretches) return [(limit) => writePart(query, scope, dialect, { ...options, limit }, { places })];
  return stretches.map(
    (stretch): SqlPart =>
      (limit) =>
        writePart(query, scope, dialect, { ...options, limit }, { stretch }),
  );
}

const probes = new WeakMap<Plan, Plan>();

/**
 * Counts, up to `limit`, the rows that gathering would have to look at: what the search finds, else what fits the
 * conditions that an index is entered by.
 */
export function probeSql(
  query: CheckedQuery,
  scope: QueryScope,
  dialect: Dialect,
  inUse: TablesInUse,
  limit: number,
): SqlQuery {
  const { table, plan } = planInUse(query.table!, planOf(query), inUse);
  let probe = probes.get(plan);
  if (!probe) {
    const leading = plan.sort[0]?.target;
    const column = leading?.kind === 'column' && leading.steps.length === 0 ? leading.column : undefined;
    const entered = plan.conditions.filter((each) => isEqual(each) || isSelective(each, column));
    probe = { ...plan, conditions: query.searches ? [] : entered, texts: new Map() };
    probes.set(plan, probe);
  }
  const params: SqlParam[] = [];
  const shapes = probe.conditions.map((condition) => addParams(params, condition, scope, dialect));
  const terms = searchTermsOf(query, scope);
  if (terms.length > 0) params.push(searchParam(terms, dialect));
  params.push(limit);
  const shape = { shapes, searches: Math.min(1, terms.length), limits: 'l', count: false, probe: true };
  const key = `${dialect} ${shape.searches}${shapes.map(shapeKey).join('')}`;
  return { sql: keptText(probe, key, () => writeSql(table, probe, dialect, shape)), params };
}

/** Rows of a sample, so that a word that one row in thirty has is told from one that one in a hundred has. */
const sampleRows = 512;

/**
 * How many of some rows from all over a table hold what a search asks for, or `.like`, without
 * asking an index: `count` of `sampled`. Undefined for a query that asks for neither.
 */
export function sampleSql(
  query: CheckedQuery,
  scope: QueryScope,
  dialect: Dialect,
  inUse: TablesInUse,
): SqlQuery | undefined {
  const { table, plan } = planInUse(query.table!, planOf(query), inUse);
  let sample = samples.get(plan);
  if (!sample) {
    sample = { ...plan, conditions: plan.conditions.filter(isContained), texts: new Map() };
    samples.set(plan, sample);
  }
  const terms = searchTermsOf(query, scope);
  const params: SqlParam[] = [];
  const shapes = sample.conditions.map((condition) => addParams(params, condition, scope, dialect));
  if (terms.length + params.length === 0) return undefined;
  params.push(...terms.map((term) => ` ${term}`));
  params.push(sampleShares);
  const shape = { shapes, searches: terms.length, limits: '', count: false, way: 'walk', sample: true } as const;
  const key = `${dialect} ${terms.length}${shapes.map(shapeKey).join('')}`;
  return { sql: keptText(sample, key, () => writeSql(table, sample, dialect, shape)), params };
}

const samples = new WeakMap<Plan, Plan>();

/** Whether a condition asks for a part of a column's text: no index finds it. */
function isContained({ target, comparison, negated }: PlannedCondition): boolean {
  return comparison === 'like' && !negated && target.kind === 'column' && target.steps.length === 0;
}

/** Shares of a table at which rows are looked at: spread evenly, without a period. */
const sampleShares = JSON.stringify(
  Array.from({ length: sampleRows }, (_, index) => Number((((index * (Math.sqrt(5) - 1)) / 2) % 1).toFixed(6))),
);

interface Place {
  readonly places?: readonly AfterPlace[] | undefined;
  readonly stretch?: Stretch;
}

function writePart(
  query: CheckedQuery,
  scope: QueryScope,
  dialect: Dialect,
  options: Omit<SqlOptions, 'limit'> & { readonly limit: number | undefined },
  { places, stretch }: Place,
): SqlQuery {
  const { table, plan } = planInUse(query.table!, planOf(query), options.inUse);
  const params: SqlParam[] = [];
  const shapes = plan.conditions.map((condition) => addParams(params, condition, scope, dialect));
  const terms = searchTermsOf(query, scope);
  const { way } = options;
  if (terms.length > 0)
    params.push(...(way === 'walk' ? terms.map((term) => ` ${term}`) : [searchParam(terms, dialect)]));
  const { limit, offset, count = false } = options;
  if (places) params.push(...places.map(({ value }) => value));
  if (stretch) params.push(...stretchParams(stretch));
  const limits = count ? '' : `${limit === undefined ? '' : 'l'}${offset === undefined ? '' : 'o'}`;
  if (limits.includes('l')) params.push(limit ?? null);
  if (limits.includes('o')) params.push(offset ?? null);
  const searches = way === 'walk' ? terms.length : Math.min(1, terms.length);
  const after = stretch ? stretchKey(stretch) : places ? 'p' : '';
  const key = `${dialect} ${count ? 'c' : ''}${way ?? ''} ${searches}${limits}${after}${shapes.map(shapeKey).join('')}`;
  const shape = {
    shapes,
    searches,
    limits,
    count,
    ...(places && { places }),
    ...(stretch && { stretch }),
    ...(way && { way }),
  };
  return { sql: keptText(plan, key, () => writeSql(table, plan, dialect, shape)), params };
}

function keptText(plan: Plan, key: string, write: () => string): string {
  let text = plan.texts.get(key);
  if (text === undefined) {
    text = write();
    if (plan.texts.size >= textsMax) plan.texts.clear();
    plan.texts.set(key, text);
  }
  return text;
}

function shapeKey({ points, ranges }: Shape): string {
  return ` ${points}.${ranges}`;
}

/** Adds a condition's parameters in the order in which its text names them: single values, then bounds of ranges. */
function addParams(params: SqlParam[], condition: PlannedCondition, scope: QueryScope, dialect: Dialect): Shape {
  const { comparison } = condition;
  if (comparison === 'true') return { points: 0, ranges: 0 };
  const ranges = operandRanges(condition, scope);
  if (comparison === 'min' || comparison === 'max') {
    const bound = boundOf(comparison, ranges);
    if (bound === undefined) return { points: 0, ranges: 0 };
    params.push(bound);
    return { points: 1, ranges: 0 };
  }
  const boolean = dialect === 'postgres' && targetType(condition.target).kind === 'boolean';
  const points = new Set(ranges.filter(isPoint).map(({ low }) => low));
  for (const point of points) params.push(boolean ? point === 1 : point);
  const spans = comparison === 'like' ? [] : ranges.filter((range) => !isPoint(range));
  for (const { low, high } of spans) params.push(low, high);
  return { points: points.size, ranges: spans.length };
}

function isPoint(range: Range): boolean {
  return range.low === range.high;
}

/** Terms are spelt in `a` to `z` only, so that nothing in them is syntax of either search language. */
function searchParam(terms: readonly string[], dialect: Dialect): string {
  const written = terms.map((term) => (dialect === 'sqlite' ? `${term}*` : `'${term}':*`));
  return written.join(dialect === 'sqlite' ? ' AND ' : ' & ');
}
