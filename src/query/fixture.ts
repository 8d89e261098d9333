import { withSystemColumns } from '../schema/index.ts';
import type { Column, ColumnType, Row, Schema, Table } from '../schema/index.ts';
import { checkQuery } from './check.ts';
import { parseQuery } from './parse.ts';
import type { CheckedQuery, CheckOptions, Query, QueryScope, RelatedRows } from './query.ts';

/* A restaurant's tables, for this room's tests. */

export function makeColumn(name: string, type: ColumnType, change: Partial<Column> = {}): Column {
  return {
    name,
    label: name,
    sqlName: name,
    type,
    required: false,
    unique: false,
    folded: type.kind === 'text' || type.kind === 'html' || type.kind === 'set',
    constraints: {},
    system: false,
    detached: false,
    at: [],
    ...change,
  };
}

export function makeTable(name: string, columns: readonly Column[]): Table {
  return {
    name,
    label: name,
    sqlName: name,
    columns: withSystemColumns(Object.fromEntries(columns.map((column) => [column.name, column])), false),
    single: false,
    log: 'full',
    owner: 'site',
    detached: false,
    at: [],
  };
}

export const section = makeTable('section', [
  makeColumn('name', { kind: 'text' }),
  makeColumn('max', { kind: 'integer' }),
]);
const allergen = makeTable('allergen', [makeColumn('name', { kind: 'text' })]);
export const dish = makeTable('dish', [
  makeColumn('name', { kind: 'text' }),
  makeColumn('description', { kind: 'html' }),
  makeColumn('price', { kind: 'money', currency: 'EUR' }),
  makeColumn('weight', { kind: 'real' }),
  makeColumn('available', { kind: 'boolean' }),
  makeColumn('since', { kind: 'date' }),
  makeColumn('opens', { kind: 'time' }),
  makeColumn('tags', { kind: 'set' }),
  makeColumn('section', { kind: 'reference', table: 'section' }),
  makeColumn('allergens', { kind: 'references', table: 'allergen' }),
  makeColumn('recipe', { kind: 'text' }, { secret: true }),
  makeColumn('old', { kind: 'text' }, { detached: true }),
]);
export const schema: Schema = { tables: { section, allergen, dish } };

/** What holds when a test's query runs: noon of 14 August 2026 in UTC, in Berlin, and these `{path}`s. */
export function makeScope(values: Row = {}): QueryScope {
  return {
    value: (path) => values[path] ?? null,
    nowMs: Date.UTC(2026, 7, 14, 12),
    today: '2026-08-14',
    timeZone: 'Europe/Berlin',
  };
}

export function makeRelated(rows: Readonly<Record<string, readonly Row[]>>): RelatedRows {
  return {
    byId: (table, id) => rows[table]?.find((row) => row['id'] === id),
    children: (table, column, id) => (rows[table] ?? []).filter((row) => row[column] === id),
  };
}

/** Parses what must parse. */
export function parsed(text: string): Query {
  const query = parseQuery(text);
  if (!query.ok) throw new Error(`${text}: ${query.errors.map(({ message }) => message).join(' ')}`);
  return query.value;
}

/** Parses and checks what must check. `{path}`s may be `id`, `category` (references to sections) and `price`. */
export function checked(text: string, table: Table | null = dish, options: Partial<CheckOptions> = {}): CheckedQuery {
  const query = checkQuery(parsed(text), table, { schema, scopeType, ...options });
  if (!query.ok) throw new Error(`${text}: ${query.errors.map(({ message }) => message).join(' ')}`);
  return query.value;
}

/** The codes and messages of what is wrong with a query. */
export function problems(text: string, table: Table | null = dish, options: Partial<CheckOptions> = {}): string[] {
  const query = checkQuery(parsed(text), table, { schema, scopeType, ...options });
  return query.ok ? [] : query.errors.map(({ code, message, fix }) => [code, message, fix ?? ''].join(' | '));
}

function scopeType(path: string): ColumnType | undefined {
  const types: Readonly<Record<string, ColumnType>> = {
    id: { kind: 'text' },
    category: { kind: 'reference', table: 'section' },
    price: { kind: 'money', currency: 'EUR' },
    dollars: { kind: 'money', currency: 'USD' },
    wanted: { kind: 'set' },
    day: { kind: 'date' },
    page: { kind: 'integer' },
  };
  return Object.hasOwn(types, path) ? types[path] : undefined;
}
