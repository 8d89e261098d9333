import type { Reader, SqlRow } from '../database/index.ts';
import { toSql, toSqlParts } from '../query/index.ts';
import type { Dialect, Way } from '../query/index.ts';
import type { Row, Value } from '../schema/index.ts';
import { queryKept } from './kept-plan.ts';
import type { Kept } from './kept-plan.ts';
import { decode, decodeRow, placeholder } from './layout.ts';
import type { Layout, Layouts } from './layout.ts';
import type { PageIndexes } from './page-indexes.ts';
import { totalKey } from './totals.ts';
import type { Totals } from './totals.ts';
import { addLinks } from './scan.ts';
import type { AggregateKind, TableReader } from './tables.ts';

/** What makes reading large tables quick. */
export interface ReadingAids {
  readonly pageIndexes: PageIndexes;
  readonly totals: Totals;
}

const keptBy: Readonly<Record<Way, Kept>> = { walk: 'ordered', collect: 'entered', scan: 'planned' };

/** Reads rows from one snapshot. `position` is what the log held when the snapshot began. */
export function tableReader(
  reader: Reader,
  position: number,
  layouts: Layouts,
  dialect: Dialect,
  aids?: ReadingAids,
): TableReader {
  const layoutFor = (table: string): Layout => {
    const layout = layouts.get(table);
    if (!layout) throw new Error(`There is no table ${table}.`);
    return layout;
  };
  const wholeRows = async (
    layout: Layout,
    sql: string,
    params: readonly (string | number)[],
  ): Promise<readonly Row[]> => {
    const found = await reader.query(sql, params);
    return await complete(
      reader,
      dialect,
      layout,
      found.map((row) => decodeRow(layout, row)),
    );
  };
  return {
    position,
    async byId(table, id) {
      const layout = layoutFor(table);
      return (await wholeRows(layout, layout.byId, [id]))[0];
    },
    async detachedOf(table, id) {
      const layout = layoutFor(table);
      const [found] = await reader.query(layout.byId, [id]);
      const values = found && Object.entries(decodeRow(layout, found, true));
      return values && Object.fromEntries(values.filter(([name]) => layout.table.columns[name]?.detached === true));
    },
    async list(query, scope, options = {}) {
      const layout = layoutFor(query.table!.name);
      const way = await aids?.pageIndexes.wayOf(reader, query, scope, options.limit);
      const found: SqlRow[] = [];
      for (const part of toSqlParts(query, scope, dialect, { ...options, ...(way && { way }), inUse: layouts })) {
        const asked = part(options.limit === undefined ? undefined : options.limit - found.length);
        found.push(
          ...(way ? await queryKept(reader, dialect, keptBy[way], asked) : await reader.query(asked.sql, asked.params)),
        );
        if (options.limit !== undefined && found.length >= options.limit) break;
      }
      return await complete(
        reader,
        dialect,
        layout,
        found.map((row) => decodeRow(layout, row)),
      );
    },
    async count(query, scope) {
      const asked = toSql(query, scope, dialect, { count: true, inUse: layouts });
      const { table, otherTables } = query;
      const key = totalKey(asked);
      const tables = [table!.name, ...otherTables];
      const logged = tables.every((name) => layouts.get(name)?.table.log !== 'none');
      const known = logged ? aids?.totals.find(key, tables, position) : undefined;
      if (known !== undefined) return known;
      const count = Number((await reader.query(asked.sql, asked.params))[0]!['count']);
      if (logged) aids?.totals.keep(key, count, position);
      return count;
    },
    async children(table, column, id) {
      const layout = layoutFor(table);
      const stored = storedColumn(layout, column);
      const sql =
        `select ${layout.selection} from ${layout.sql} where ${stored.sql} = ${placeholder(dialect, 1)} ` +
        'order by "_position", "_id"';
      return await wholeRows(layout, sql, [id]);
    },
    async aggregate(kind, table, column, id, valueColumn) {
      const layout = layoutFor(table);
      return await aggregate(reader, dialect, layout, { kind, column, id, valueColumn });
    },
  };
}

function storedColumn(layout: Layout, name: string): Layout['columns'][number] {
  const stored = layout.columns.find(({ column }) => column.name === name);
  if (!stored) throw new Error(`Table ${layout.table.name} has no stored column ${name}.`);
  return stored;
}

interface Aggregated {
  readonly kind: AggregateKind;
  readonly column: string;
  readonly id: string;
  readonly valueColumn: string | undefined;
}

async function aggregate(reader: Reader, dialect: Dialect, layout: Layout, asked: Aggregated): Promise<Value> {
  const { kind, column, id, valueColumn } = asked;
  const where = `from ${layout.sql} where ${storedColumn(layout, column).sql} = ${placeholder(dialect, 1)}`;
  if (kind === 'count' && valueColumn === undefined) {
    return Number((await reader.query(`select count(*) as value ${where}`, [id]))[0]!['value']);
  }
  if (valueColumn === undefined) throw new Error(`${kind} needs a column.`);
  const value = storedColumn(layout, valueColumn);
  const found = (await reader.query(`select ${kind}(${value.sql}) as value ${where}`, [id]))[0]!['value'] ?? null;
  if (kind === 'count') return Number(found);
  if (kind === 'sum') return Number(found ?? 0);
  return decode(value.column.type, found);
}

/** Adds what is not in the table itself: many references. */
async function complete(
  reader: Reader,
  dialect: Dialect,
  layout: Layout,
  rows: Record<string, Value>[],
): Promise<readonly Row[]> {
  if (rows.length === 0 || layout.activeLinks.length === 0) return rows;
  const key = layout.system.id.name;
  await addLinks(
    reader,
    layout.activeLinks,
    dialect,
    rows,
    rows.map((row) => String(row[key])),
  );
  return rows;
}

/** A row as readers see it: without detached columns. */
export function presentRow(layout: Layout, row: Row): Row {
  const shown: Record<string, Value> = {};
  for (const [name, value] of Object.entries(row))
    if (layout.table.columns[name]?.detached !== true) shown[name] = value;
  return shown;
}
