import * as fc from 'fast-check';
import { canonicalValue, withSystemColumns } from '../schema/index.ts';
import type { Column, ColumnType, Row, Schema, Table, Value } from '../schema/index.ts';
import type { RelatedRows } from './query.ts';

/* Random sites for the test that the three evaluators agree: a schema of three tables, and their rows. */

export interface Site {
  readonly schema: Schema;
  readonly rows: Readonly<Record<string, readonly Row[]>>;
  readonly related: RelatedRows;
}
export const tableNames = ['a', 'b', 'c'] as const;
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
/** Hostile text. */
export const text = fc.oneof(
  { weight: 6, arbitrary: hostile },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
);

export const ids = ['i1', 'i2', 'i3', 'i4', 'i5', 'i6'];

/** Some value of a type, not canonical yet; never missing. */
export function valueOf(kind: ColumnType): fc.Arbitrary<Value> {
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
function filledSite(schema: Schema): fc.Arbitrary<Site> {
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
/** A random schema with random rows. */
export const randomSite: fc.Arbitrary<Site> = schema.chain(filledSite);
