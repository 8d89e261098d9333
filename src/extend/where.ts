import { checkQuery, parseQuery } from '../query/index.ts';
import type { Checked, CheckedQuery, Condition, Operand, Query } from '../query/index.ts';
import { canonicalText, scaleOf } from '../schema/index.ts';
import type { Schema, Table, Value } from '../schema/index.ts';
import type { Where } from './public.ts';

/**
 * Reads what an author's code asks for. Values of the object form mean nothing but themselves, whatever a visitor put
 * into them, and have the units of rows.
 *
 * @throws Error naming what the table does not have; its stack leads to the author's line
 */
export function queryOf(schema: Schema, tableName: string, where: Where = ''): CheckedQuery {
  const table = tableNamed(schema, tableName);
  const parsed = typeof where === 'string' ? taken(parseQuery(where), tableName) : queryOfObject(table, where);
  return taken(checkQuery(parsed, table, { schema }), tableName);
}

/** A table that an author's code names. */
export function tableNamed(schema: Schema, name: string): Table {
  const table = Object.hasOwn(schema.tables, name) ? schema.tables[name] : undefined;
  if (table && !table.detached) return table;
  throw new Error(`There is no table "${name}".`);
}

function taken<T>(checked: Checked<T>, table: string): T {
  if (checked.ok) return checked.value;
  const [first] = checked.errors;
  throw new Error(`The query of ${table} cannot be read: ${first!.message}${first!.fix ? ` ${first!.fix}` : ''}`);
}

function queryOfObject(table: Table, where: Exclude<Where, string>): Query {
  const conditions: Condition[] = [];
  let rest: Pick<Query, 'sort' | 'search'> = { sort: [] };
  for (const [name, value] of Object.entries(where)) {
    if (name === 'q') rest = { ...rest, search: { kind: 'text', text: String(value) } };
    else if (name === 'sort') rest = { ...rest, sort: readName(table, 'sort', String(value)).sort };
    else conditions.push(conditionOf(table, name, value));
  }
  return { conditions, ...rest };
}

function conditionOf(table: Table, name: string, value: Value): Condition {
  const [condition] = readName(table, name, 'x').conditions;
  if (!condition) throw new Error(`The query of ${table.name} cannot have "${name}" here.`);
  if (value === null || typeof value === 'boolean') {
    return { path: condition.path, operator: value === true ? 'true' : 'false', operands: [] };
  }
  const values = typeof value === 'object' ? value : [value];
  return { ...condition, operands: values.map((each) => operandOf(table, condition.path, each)) };
}

/** What a name of the object means, as the grammar reads it: column and comparison. */
function readName(table: Table, name: string, value: string): Query {
  return taken(parseQuery(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`), table.name);
}

function operandOf(table: Table, path: string, value: number | string): Operand {
  const type = Object.hasOwn(table.columns, path) ? table.columns[path]?.type : undefined;
  const scaled = typeof value === 'number' && type !== undefined && scaleOf(type) !== undefined;
  return { kind: 'text', text: scaled ? canonicalText(type, value) : String(value) };
}
