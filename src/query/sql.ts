import type { Row } from '../schema/index.ts';
import { afterKey, afterParams, placesAfter } from './after.ts';
import { searchTermsOf } from './match.ts';
import { planInUse } from './in-use.ts';
import type { TablesInUse } from './in-use.ts';
import { boundOf, operandRanges } from './operand.ts';
import type { Plan, PlannedCondition, Range, Shape, SqlParam } from './plan.ts';
import { planOf, targetType } from './plan.ts';
import type { CheckedQuery, Dialect, QueryScope, SqlQuery } from './query.ts';
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
  /** The tables of the database, where their physical names may differ from those of the schema checked against. */
  readonly inUse?: TablesInUse;
}

/**
 * Writes a checked query for a database: all physical columns of its table (those of many references are not in it),
 * with its order, or `count(*)` as `count`. Values are always bound, identifiers come from the schema. The text is kept
 * with the query, so that the same query costs only its parameters.
 *
 * The query's own `limit` and `page` are the caller's to turn into options: see `pageWindow`. Throws for a query
 * without a table, or with a condition on a name that only the caller knows (`saved`).
 */
export function toSql(query: CheckedQuery, scope: QueryScope, dialect: Dialect, options: SqlOptions = {}): SqlQuery {
  if (!query.table) throw new Error('a query without a table has no SQL');
  const { table, plan } = planInUse(query.table, planOf(query), options.inUse);
  const params: SqlParam[] = [];
  const shapes = plan.conditions.map((condition) => addParams(params, condition, scope, dialect));
  const terms = searchTermsOf(query, scope);
  if (terms.length > 0) params.push(searchParam(terms, dialect));
  const searches = terms.length > 0;
  const { limit, offset, count = false } = options;
  const after = options.after && placesAfter(plan, options.after);
  if (after) params.push(...afterParams(after));
  const limits = count ? '' : `${limit === undefined ? '' : 'l'}${offset === undefined ? '' : 'o'}`;
  if (limits.includes('l')) params.push(limit ?? null);
  if (limits.includes('o')) params.push(offset ?? null);
  const key = `${dialect} ${count ? 'c' : ''}${searches ? 's' : ''}${limits}${after ? afterKey(after) : ''}${shapes.map(shapeKey).join('')}`;
  return {
    sql: keptText(plan, key, () =>
      writeSql(table, plan, dialect, { shapes, searches, limits, count, ...(after && { after }) }),
    ),
    params,
  };
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
