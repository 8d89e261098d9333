import * as fc from 'fast-check';
import { canonicalText, canonicalValue, relationOf } from '../schema/index.ts';
import type { ColumnType, Schema, Table } from '../schema/index.ts';
import { ids, randomSite, tableNames, text, valueOf } from './agreement-site.ts';
import type { Site } from './agreement-site.ts';
import { pathType } from './check.ts';
import type { QueryScope } from './query.ts';

/* Random queries on a random site, and what their operands are filled with. */

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
export const siteWithQueries: fc.Arbitrary<{ readonly site: Site; readonly cases: readonly Case[] }> = randomSite.chain(
  (site) => fc.record({ site: fc.constant(site), cases: fc.array(caseOf(site), { minLength: 8, maxLength: 16 }) }),
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
