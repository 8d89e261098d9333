import { foldColumn } from '../schema/index.ts';
import type { Column, Table } from '../schema/index.ts';
import { isNeverMissing } from './after.ts';
import { planInUse } from './in-use.ts';
import type { TablesInUse } from './in-use.ts';
import { isFolded, planOf } from './plan.ts';
import type { Plan, PlannedCondition, PlannedSort } from './plan.ts';
import type { CheckedQuery, Dialect } from './query.ts';

/** Columns of each sort that one index holds; a query that names more is served by the first of them. */
const keysMax = 3;

/** One key of an index. */
export interface IndexKey {
  /** A quoted column, or an expression of one. */
  readonly sql: string;
  /** With direction and place of missing values, as `ORDER BY` has it. */
  readonly written: string;
  /** For people: `-price`. */
  readonly label: string;
}

/** An index that would let a query read a page without reading what is not on it. */
export interface ServingIndex {
  /** The table as it is in the database. */
  readonly table: Table;
  readonly keys: readonly IndexKey[];
}

/** The indexes that serve one query. */
export interface Serving {
  /**
   * In the query's order within what it compares for equality: a page is the next so many of its entries. Absent where
   * every table has one.
   */
  readonly walk?: ServingIndex;
  /**
   * Begins with what else the query compares. Where few rows fit that, they are quicker gathered from it and sorted
   * than found on the walk.
   */
  readonly collect?: ServingIndex;
}

const served = new WeakMap<Plan, Serving | 'none'>();

/** The indexes by which a query's pages could be read. Undefined where none can: its order follows relations. */
export function servingIndexes(query: CheckedQuery, dialect: Dialect, inUse?: TablesInUse): Serving | undefined {
  if (!query.table) return undefined;
  const { table, plan } = planInUse(query.table, planOf(query), inUse);
  let found = served.get(plan);
  if (found === undefined) {
    found = findServing(table, plan, dialect) ?? 'none';
    served.set(plan, found);
  }
  return found === 'none' ? undefined : found;
}

/** Whether a condition compares a column of the table's own with one value: what an index may begin with. */
export function isEqual(condition: PlannedCondition): boolean {
  const { target, comparison, negated, operands } = condition;
  if (target.kind !== 'column' || target.steps.length > 0) return false;
  const { kind } = target.column.type;
  if (comparison === 'true') return kind === 'boolean';
  if (kind === 'set' || kind === 'references' || comparison !== 'eq' || negated || operands.length !== 1) return false;
  const [operand] = operands;
  // A month may mean all days of it.
  return operand?.kind === 'constant' && operand.ranges
    ? operand.ranges.every(({ low, high }) => low === high)
    : !temporal.has(kind);
}

const temporal: ReadonlySet<string> = new Set(['date', 'time', 'datetime', 'month', 'week', 'instant']);

/**
 * Whether rows are found among few where a condition holds for few: it says from where to where, or names values. One
 * on the column that leads the order limits the walk already.
 */
export function isSelective({ target, comparison, negated }: PlannedCondition, leading?: Column): boolean {
  if (target.kind !== 'column' || target.steps.length > 0 || negated) return false;
  if (target.column.sqlName === leading?.sqlName) return false;
  const { kind } = target.column.type;
  if (kind === 'set' || kind === 'references' || kind === 'boolean') return false;
  return comparison === 'eq' || comparison === 'min' || comparison === 'max';
}

/** The columns of its own that give a query its order; undefined where others do. */
function ownOrder(sort: readonly PlannedSort[]): readonly OwnSort[] | undefined {
  const own = sort.flatMap(({ target, descending }) =>
    target.kind === 'column' && target.steps.length === 0 ? [{ column: target.column, descending }] : [],
  );
  return own.length === sort.length ? own : undefined;
}

interface OwnSort {
  readonly column: Column;
  readonly descending: boolean;
}

function findServing(table: Table, plan: Plan, dialect: Dialect): Serving | undefined {
  const order = ownOrder(plan.sort);
  if (!order || order.length > keysMax + 1) return undefined;
  const equal = plan.conditions.filter(isEqual);
  if (equal.some(({ target }) => target.kind === 'column' && target.column.unique)) return {};
  const others = plan.conditions.filter((condition) => !equal.includes(condition));
  if (isServedAlready(equal, others, order)) return {};
  const sorted = order.flatMap((each, index) => orderKeys(each, index === 0, dialect));
  const first = equal.flatMap((condition) => equalKey(condition, dialect)).sort((a, b) => (a.sql < b.sql ? -1 : 1));
  const filters = others.flatMap((condition) => filterKey(condition, dialect));
  const [leading] = order;
  const selective = others.find((condition) => isSelective(condition, leading?.column));
  const begin = first.slice(0, keysMax);
  const walk = { table, keys: distinct([...begin, ...sorted, ...filters.slice(0, keysMax)]) };
  if (!selective) return { walk };
  const chosen = filterKey(selective, dialect);
  return { walk, collect: { table, keys: distinct([...begin, ...chosen, ...sorted, ...filters.slice(0, keysMax)]) } };
}

/** Every table has an index of its hand-made order, and of that order within each reference. */
function isServedAlready(
  equal: readonly PlannedCondition[],
  others: readonly PlannedCondition[],
  order: readonly OwnSort[],
): boolean {
  const [first] = order;
  if (first?.column.sqlName === '_id') return equal.length === 0 && others.length === 0;
  if (first?.column.sqlName !== '_position' || first.descending || others.length > 0) return false;
  return equal.every(({ target }) => target.kind === 'column' && target.column.type.kind === 'reference');
}

/** What `ORDER BY` compares for one column: of folded text two things. */
function orderKeys({ column, descending }: OwnSort, leading: boolean, dialect: Dialect): IndexKey[] {
  // Ascending is what an index does unasked, in PostgreSQL with missing values last.
  const direction = descending ? ' DESC' : '';
  const mayMiss = !isNeverMissing(column);
  const nulls = dialect === 'postgres' && mayMiss && descending ? ' NULLS LAST' : '';
  const label = `${descending ? '-' : ''}${column.name}`;
  const raw = quote(column.sqlName);
  const first = column.folded ? quote(foldColumn(column)) : raw;
  const keys = [{ sql: first, written: `${first}${direction}${nulls}`, label }];
  if (saysMissing(mayMiss, leading, descending, dialect)) {
    const missing = isMissing(first);
    keys.unshift({ sql: missing, written: missing, label });
  }
  if (column.folded) keys.push({ sql: raw, written: `${raw}${direction}`, label });
  return keys;
}

/**
 * SQLite puts missing values first where it ascends. It can walk an index in two rounds to put them last, but only for
 * the first key of an order; before any other stands a key that says whether the value is missing.
 */
export function saysMissing(mayMiss: boolean, leading: boolean, descending: boolean, dialect: Dialect): boolean {
  return dialect === 'sqlite' && mayMiss && !leading && !descending;
}

/** In one expression that an index can hold. */
export function isMissing(value: string): string {
  return `(${value} IS NULL)`;
}

function equalKey({ target, comparison, negated }: PlannedCondition, dialect: Dialect): IndexKey[] {
  if (target.kind !== 'column') return [];
  const { column } = target;
  const sql =
    comparison === 'true' && negated
      ? orFalse(quote(column.sqlName), dialect)
      : quote(isFolded(target) ? foldColumn(column) : column.sqlName);
  return [{ sql, written: sql, label: column.name }];
}

/** What a condition reads, so that it can be judged on the index alone. Not long text. */
function filterKey({ target, comparison }: PlannedCondition, dialect: Dialect): IndexKey[] {
  if (target.kind !== 'column' || target.steps.length > 0 || comparison === 'like') return [];
  const { column } = target;
  const { kind } = column.type;
  if (kind === 'references' || kind === 'html' || kind === 'markdown' || kind === 'set') return [];
  if (dialect === 'postgres' && comparison === 'true' && kind === 'text') return [];
  const sql = quote(isFolded(target) && comparison !== 'true' ? foldColumn(column) : column.sqlName);
  return [{ sql, written: sql, label: column.name }];
}

/** A missing boolean as false, in one expression that an index can hold. */
export function orFalse(value: string, dialect: Dialect): string {
  return `COALESCE(${value}, ${dialect === 'sqlite' ? '0' : 'FALSE'})`;
}

function distinct(keys: readonly IndexKey[]): readonly IndexKey[] {
  return keys.filter((key, index) => keys.findIndex(({ sql }) => sql === key.sql) === index);
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
