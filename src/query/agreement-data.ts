import * as fc from 'fast-check';
import {
  canonicalText,
  canonicalValue,
  foldColumn,
  linkTable,
  relationOf,
  searchTable,
  withSystemColumns,
} from '../schema/index.ts';
import type { Column, ColumnType, Row, Schema, Table, Value } from '../schema/index.ts';
import { pathType } from './check.ts';
import type { Dialect, QueryScope, RelatedRows } from './query.ts';
import { postgresSearchVector } from './statement.ts';
import { foldedValue, rowWords } from './words.ts';

/*
 * Random sites for the test that the three evaluators agree: a schema of three tables, their rows, texts of queries,
 * and what operands are filled with.
 */

export interface Site {
  readonly schema: Schema;
  readonly rows: Readonly<Record<string, readonly Row[]>>;
  readonly related: RelatedRows;
}

export interface Case {
  readonly site: Site;
  readonly table: Table;
  /** Conditions, each as text; those that do not check are left out by the test. */
  readonly conditions: readonly string[];
  readonly sort: readonly string[];
  readonly search: string;
  readonly scope: QueryScope;
  readonly scopeTypes: Readonly<Record<string, ColumnType>>;
  readonly limit: number;
  readonly offset: number;
}

const tableNames = ['a', 'b', 'c'] as const;
const columnNames = ['n0', 'n1', 'max', 'like', 'position', 'n5', 'n6'] as const;
const textKinds: ReadonlySet<string> = new Set(['text', 'html', 'markdown', 'url', 'file', 'set']);

const type: fc.Arbitrary<ColumnType> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<ColumnType>({ kind: 'text' }) },
  {
    weight: 8,
    arbitrary: fc.constantFrom<ColumnType>(
      { kind: 'html' },
      { kind: 'url' },
      { kind: 'integer' },
      { kind: 'decimal', scale: 1 },
      { kind: 'money', currency: 'EUR' },
      { kind: 'real' },
      { kind: 'boolean' },
      { kind: 'date' },
      { kind: 'time' },
      { kind: 'datetime' },
      { kind: 'month' },
      { kind: 'week' },
      { kind: 'instant' },
      { kind: 'set' },
    ),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.boolean(), fc.constantFrom(...tableNames))
      .map(([many, table]): ColumnType => ({ kind: many ? 'references' : 'reference', table })),
  },
);

const column = fc.record({ type, folded: fc.boolean() });

const hostile = fc.constantFrom(
  ...`|a|A|ab|Ab c|b|ä|a\u0308|é|ß|ss|ſ|İ|i|ﬁ|fi|\u0301|ΟΔΟΣ|οδος x|😀|𝒳|\uffff|\ue000|東京|東|한국|ไทย`.split('|'),
  ...`%|_|\\|'|"|","|["a"]|{n0}|&amp;|<b>a</b>b|<p>a</p>b|-|1|12|x|x1|xa|a\nb| a|now|NULL|AND|a' & 'b`.split('|'),
);
const text = fc.oneof(
  { weight: 6, arbitrary: hostile },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
);

const ids = ['i1', 'i2', 'i3', 'i4', 'i5', 'i6'];

function valueOf(kind: ColumnType): fc.Arbitrary<Value> {
  switch (kind.kind) {
    case 'integer':
    case 'decimal':
    case 'money':
      return fc.oneof(fc.integer({ min: -2, max: 2 }), fc.constantFrom(10, 20, 100, 1250), fc.maxSafeInteger());
    case 'real':
      return fc.oneof(fc.constantFrom(0, 1, 1.5, -2, 0.1, 1e21), fc.double({ noNaN: true, noDefaultInfinity: true }));
    case 'boolean':
      return fc.boolean();
    case 'date':
      return fc.constantFrom('2026-08-13', '2026-08-14', '2026-08-15', '2026-12-31', '0001-01-01', '9999-12-31');
    case 'time':
      return fc.constantFrom('00:00', '08:30', '19:30', '19:30:05', '19:30:05.25', '23:59');
    case 'datetime':
      return fc.constantFrom('2026-08-14T00:00', '2026-08-14T14:00', '2026-08-14T23:59:59.999', '2026-08-15T00:00');
    case 'month':
      return fc.constantFrom('2026-07', '2026-08', '2026-09');
    case 'week':
      return fc.constantFrom('2026-W32', '2026-W33', '2026-W34', '2026-W53');
    case 'instant':
      return fc.constantFrom('2026-08-13T22:00:00.000Z', '2026-08-14T00:00:00.000Z', '2026-08-14T12:00:00.000Z');
    case 'set':
      return fc.array(text, { maxLength: 3 });
    case 'reference':
      return fc.constantFrom(...ids);
    case 'references':
      return fc.uniqueArray(fc.constantFrom(...ids), { maxLength: 3 });
    default:
      return text;
  }
}

function makeTable(name: string, columns: readonly { type: ColumnType; folded: boolean }[]): Table {
  const own = columns.map(({ type, folded }, index): Column => {
    const columnName = columnNames[index] ?? `m${index}`;
    return {
      name: columnName,
      label: columnName,
      sqlName: columnName,
      type,
      required: false,
      unique: false,
      folded: folded && textKinds.has(type.kind),
      constraints: {},
      system: false,
      detached: false,
      at: [],
    };
  });
  return {
    name,
    label: name,
    sqlName: name,
    columns: withSystemColumns(Object.fromEntries(own.map((each) => [each.name, each])), false),
    single: false,
    log: 'full',
    owner: 'site',
    detached: false,
    at: [],
  };
}

const schema: fc.Arbitrary<Schema> = fc
  .tuple(...tableNames.map(() => fc.array(column, { minLength: 2, maxLength: columnNames.length })))
  .map((columns) => ({
    tables: Object.fromEntries(tableNames.map((name, index) => [name, makeTable(name, columns[index] ?? [])])),
  }));

function rowOf(table: Table, id: string): fc.Arbitrary<Row> {
  const own = Object.values(table.columns).filter((each) => !each.system);
  const values = Object.fromEntries(
    own.map((each) => {
      const some = valueOf(each.type).map((value) => canonicalValue(each.type, value));
      return [
        each.name,
        each.type.kind === 'references' ? some.map((value) => value ?? []) : fc.option(some, { freq: 4 }),
      ];
    }),
  );
  const position = Object.hasOwn(table.columns, '_position') ? '_position' : 'position';
  return fc.record({
    ...values,
    id: fc.constant(id),
    version: fc.integer({ min: 1, max: 3 }),
    created_at: valueOf({ kind: 'instant' }),
    updated_at: valueOf({ kind: 'instant' }),
    author: fc.option(fc.constantFrom('u1', 'u2')),
    [position]: fc.constantFrom('a', 'b', '\ue000', '😀'),
  });
}

/** Rows of all tables; references lead only to rows that are there, as the database enforces. */
function siteOf(schema: Schema): fc.Arbitrary<Site> {
  const tables = Object.values(schema.tables);
  const all = fc.tuple(
    ...tables.map((table) =>
      fc
        .constantFrom(0, 3, 5, ids.length, ids.length)
        .chain((count) => fc.tuple(...ids.slice(0, count).map((id) => rowOf(table, id)))),
    ),
  );
  return all.map((lists) => {
    const present = Object.fromEntries(tables.map((table, index) => [table.name, lists[index] ?? []]));
    const rows = Object.fromEntries(tables.map((table) => [table.name, withoutDangling(table, present)]));
    return { schema, rows, related: relatedRows(rows) };
  });
}

function withoutDangling(table: Table, rows: Readonly<Record<string, readonly Row[]>>): readonly Row[] {
  const exists = (name: string, id: string): boolean => rows[name]?.some((row) => row['id'] === id) ?? false;
  return (rows[table.name] ?? []).map((row) => {
    const changed: Record<string, Value> = { ...row };
    for (const { name, type } of Object.values(table.columns)) {
      const value = row[name];
      if (type.kind === 'reference' && typeof value === 'string' && !exists(type.table, value)) changed[name] = null;
      if (type.kind === 'references' && value !== null && typeof value === 'object') {
        changed[name] = value.filter((id) => exists(type.table, id));
      }
    }
    return changed;
  });
}

function relatedRows(rows: Readonly<Record<string, readonly Row[]>>): RelatedRows {
  return {
    byId: (table, id) => rows[table]?.find((row) => row['id'] === id),
    children: (table, column, id) => (rows[table] ?? []).filter((row) => row[column] === id),
  };
}

/** A path that leads somewhere, with the type of what it leads to. */
interface KnownPath {
  readonly path: string;
  readonly type: ColumnType;
}

/** Paths from a table: own columns, those over one or two relations, children themselves, aggregates. */
function pathsOf(schema: Schema, table: Table): readonly KnownPath[] {
  const aggregates = ['', 'count', 'sum', 'min', 'max'];
  return pathTexts(schema, table, 2).flatMap((text) =>
    aggregates.flatMap((aggregate) => {
      const path = aggregate === '' ? text : `${aggregate}(${text})`;
      const type = pathType(path, table, { schema });
      return type ? [{ path, type }] : [];
    }),
  );
}

function pathTexts(schema: Schema, table: Table, steps: number): readonly string[] {
  const columns = Object.keys(table.columns).filter((name) => !/^(_.*|position|updated_at)$/.test(name));
  return [...columns, ...tableNames].flatMap((name) => {
    const relation = relationOf(schema, table, name);
    const next = relation && schema.tables[relation.table];
    if (!next) return Object.hasOwn(table.columns, name) ? [name] : [];
    const beyond = steps === 0 ? [] : pathTexts(schema, next, steps - 1);
    return [name, ...beyond.map((each) => `${name}.${each}`)];
  });
}

const operandTypes: readonly ColumnType[] = [
  { kind: 'text' },
  { kind: 'integer' },
  { kind: 'decimal', scale: 3 },
  { kind: 'money', currency: 'EUR' },
  { kind: 'real' },
  { kind: 'boolean' },
  { kind: 'date' },
  { kind: 'datetime' },
  { kind: 'instant' },
  { kind: 'set' },
  { kind: 'reference', table: 'b' },
];

const anyText = fc
  .constantFrom(...operandTypes, { kind: 'time' } as const, { kind: 'month' } as const, { kind: 'week' } as const)
  .chain(textOf);
const oddText = fc.constantFrom('0.05', '12.345', '1e400', '-0', 'true', '2026-08-14', '2026-08', ...ids);

/** Machine text of some value of a type; of a set or references, one member. */
function textOf(type: ColumnType): fc.Arbitrary<string> {
  if (type.kind === 'set') return text;
  if (type.kind === 'references') return fc.constantFrom(...ids);
  return valueOf(type).map((value) => canonicalText(type, canonicalValue(type, value)));
}

function operandOf(type: ColumnType, site: Site): fc.Arbitrary<string> {
  const known = storedTexts(site, type);
  const stored = known.length === 0 ? textOf(type) : fc.constantFrom(...known);
  return fc.oneof(
    { weight: 8, arbitrary: stored.map(encodeURIComponent) },
    { weight: 4, arbitrary: textOf(type).map(encodeURIComponent) },
    { weight: 1, arbitrary: fc.oneof(anyText, text, oddText).map(encodeURIComponent) },
    { weight: 3, arbitrary: fc.nat(operandTypes.length - 1).map((index) => `{p${index}}`) },
    { weight: 1, arbitrary: fc.constantFrom('now', 'today') },
  );
}

/** Machine texts of the values of a type that a site's rows hold. */
function storedTexts({ schema, rows }: Site, { kind }: ColumnType): readonly string[] {
  return Object.values(schema.tables).flatMap((table) =>
    Object.values(table.columns).flatMap((each) =>
      each.type.kind === kind
        ? (rows[table.name] ?? []).flatMap((row) => {
            const value = row[each.name] ?? null;
            return value !== null && typeof value === 'object' ? value : canonicalText(each.type, value);
          })
        : [],
    ),
  );
}

function conditionOf(paths: fc.Arbitrary<KnownPath>, site: Site): fc.Arbitrary<string> {
  const operator = fc.constantFrom('', '', '.min', '.max', '.not', '.like', '!', '?');
  return paths
    .chain(({ path, type }) =>
      fc.tuple(fc.constant(path), operator, fc.array(operandOf(type, site), { minLength: 1, maxLength: 3 })),
    )
    .map(([path, suffix, operands]) => {
      if (suffix === '!') return `!${path}`;
      if (suffix === '?') return path;
      return operands.map((each) => `${path}${suffix}=${each}`).join('&');
    });
}

const scopeValues = fc.tuple(
  ...operandTypes.map((each) =>
    fc.option(
      valueOf(each).map((value) => canonicalValue(each, value)),
      { freq: 4 },
    ),
  ),
);

const scope: fc.Arbitrary<QueryScope> = fc
  .tuple(scopeValues, fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'))
  .map(([values, timeZone]) => ({
    value: (name) => values[Number(name.slice(1))] ?? null,
    nowMs: Date.UTC(2026, 7, 14, 12),
    today: '2026-08-14',
    timeZone,
  }));

const scopeTypes = Object.fromEntries(operandTypes.map((each, index) => [`p${index}`, each]));

/** A site with several queries on it, so that one set of tables serves many comparisons. */
export const siteWithQueries: fc.Arbitrary<{ readonly site: Site; readonly cases: readonly Case[] }> = schema
  .chain(siteOf)
  .chain((site) =>
    fc.record({ site: fc.constant(site), cases: fc.array(caseOf(site), { minLength: 8, maxLength: 16 }) }),
  );

function caseOf(site: Site): fc.Arbitrary<Case> {
  const tables = Object.values(site.schema.tables).map((table) => ({ table, paths: pathsOf(site.schema, table) }));
  return fc.constantFrom(...tables).chain(({ table, paths }) => {
    const own = fc.constantFrom(...paths.filter(({ path }) => /^\w+$/.test(path)));
    const path = fc.oneof(own, fc.constantFrom(...paths));
    return fc.record({
      site: fc.constant(site),
      table: fc.constant(table),
      conditions: fc.array(conditionOf(path, site), { maxLength: 3 }),
      sort: fc.array(
        fc.tuple(fc.boolean(), path).map(([descending, key]) => `${descending ? '-' : ''}${key.path}`),
        { maxLength: 3 },
      ),
      search: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 1, arbitrary: text }),
      scope,
      scopeTypes: fc.constant(scopeTypes),
      limit: fc.integer({ min: 1, max: 4 }),
      offset: fc.nat(3),
    });
  });
}

/* ---- the tables in a database, by the naming that the rooms have agreed on ---- */

export interface Filled {
  readonly sql: string;
  readonly params: readonly (null | boolean | number | string)[];
}

/** Statements that make a site's tables and fill them. Text columns bear no collation of their own here. */
export function fillStatements(site: Site, dialect: Dialect): readonly Filled[] {
  return Object.values(site.schema.tables).flatMap((table) => {
    const rows = site.rows[table.name] ?? [];
    const columns = Object.values(table.columns);
    const links = columns.filter((each) => each.type.kind === 'references');
    const made = [createTable(table, dialect), ...links.map((each) => createLink(table, each))];
    const filled = rows.flatMap((row) => [
      insertRow(table, row, dialect),
      ...links.flatMap((each) => insertLinks(table, each, row, dialect)),
    ]);
    return [
      ...made.map((sql) => ({ sql, params: [] })),
      ...filled,
      ...searchIndex(table, dialect).map((sql) => ({ sql, params: [] })),
    ];
  });
}

function createTable(table: Table, dialect: Dialect): string {
  const row = dialect === 'sqlite' ? 'INTEGER PRIMARY KEY' : 'bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY';
  const columns = stored(table).flatMap((each) => [
    `"${each.sqlName}" ${sqlType(each.type, dialect)}${each.name === 'id' ? ' NOT NULL UNIQUE' : ''}`,
    ...(each.folded ? [`"${foldColumn(each)}" text`] : []),
  ]);
  return `CREATE TABLE "${table.sqlName}" ("_row" ${row}, ${columns.join(', ')}, "_words" text)`;
}

function createLink(table: Table, column: Column): string {
  return `CREATE TABLE "${linkTable(table, column)}" ("_from" text NOT NULL, "_to" text NOT NULL, "_order" integer NOT NULL)`;
}

function searchIndex(table: Table, dialect: Dialect): readonly string[] {
  if (dialect === 'postgres') return [`CREATE INDEX ON "${table.sqlName}" USING gin (${postgresSearchVector()})`];
  const name = searchTable(table);
  return [
    `CREATE VIRTUAL TABLE "${name}" USING fts5("_words", content='${table.sqlName}', content_rowid='_row')`,
    `INSERT INTO "${name}" ("${name}") VALUES ('rebuild')`,
  ];
}

function insertRow(table: Table, row: Row, dialect: Dialect): Filled {
  const columns = stored(table);
  const names = columns.flatMap((each) => [each.sqlName, ...(each.folded ? [foldColumn(each)] : [])]);
  const params = columns.flatMap((each) => {
    const value = row[each.name] ?? null;
    return [sqlValue(value, dialect), ...(each.folded ? [foldedValue(each, value)] : [])];
  });
  return insert(table.sqlName, [...names, '_words'], [...params, rowWords(table, row)], dialect);
}

function insertLinks(table: Table, column: Column, row: Row, dialect: Dialect): readonly Filled[] {
  const value = row[column.name];
  const held = value !== null && typeof value === 'object' ? value : [];
  const name = linkTable(table, column);
  return held.map((id, order) => insert(name, ['_from', '_to', '_order'], [String(row['id']), id, order], dialect));
}

function insert(table: string, names: readonly string[], params: Filled['params'], dialect: Dialect): Filled {
  const places = names.map((_, index) => (dialect === 'sqlite' ? '?' : `$${index + 1}`)).join(', ');
  return { sql: `INSERT INTO "${table}" (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${places})`, params };
}

function stored(table: Table): readonly Column[] {
  return Object.values(table.columns).filter((each) => each.type.kind !== 'references');
}

function sqlType({ kind }: ColumnType, dialect: Dialect): string {
  if (kind === 'integer' || kind === 'decimal' || kind === 'money') return dialect === 'sqlite' ? 'INTEGER' : 'bigint';
  if (kind === 'real') return dialect === 'sqlite' ? 'REAL' : 'double precision';
  if (kind === 'boolean') return dialect === 'sqlite' ? 'INTEGER' : 'boolean';
  return 'text';
}

function sqlValue(value: Value, dialect: Dialect): null | boolean | number | string {
  if (typeof value === 'boolean') return dialect === 'sqlite' ? Number(value) : value;
  return value !== null && typeof value === 'object' ? JSON.stringify(value) : value;
}
