import { foldName } from '../schema/index.ts';
import type { Column, Schema, Table } from '../schema/index.ts';
import type { Driver } from '../database/index.ts';
import { BacklotError } from '../std/index.ts';
import { sameType } from './merge-types.ts';
import { layoutOf, quote } from './layout.ts';
import { isFixedColumn, isReservedColumn, isServerTable } from './reserved.ts';

/** A rename as the log keeps it: `dish` to `meal`, or `dish.cost` to `dish.price`. */
export interface Rename {
  readonly from: string;
  readonly to: string;
}

/**
 * Renames a table (`dish`, `meal`) or a column (`dish.cost`, `price`) in a schema. Only the record changes; physical
 * names never do. A name that a changed page has taken already gives way while it holds nothing. Throws
 * `tables/unknown-name`, `tables/name-taken`, `tables/reserved-name`.
 */
export async function renameIn(
  schema: Schema,
  from: string,
  to: string,
  driver: Driver,
): Promise<{ readonly schema: Schema; readonly rename: Rename }> {
  const [tableName, columnName, ...more] = from.split('.');
  const table = schema.tables[tableName ?? ''];
  if (!table || more.length > 0) throw unknown(from);
  if (columnName === undefined) return await renameTable(schema, table, foldName(to), driver);
  const last = to.startsWith(`${table.name}.`) ? to.slice(table.name.length + 1) : to;
  return await renameColumn(schema, table, columnName, foldName(last), driver);
}

async function renameTable(
  schema: Schema,
  table: Table,
  to: string,
  driver: Driver,
): Promise<{ schema: Schema; rename: Rename }> {
  if (to === '' || to.startsWith('_') || isServerTable(to)) throw reserved(to);
  const tables: Record<string, Table> = {};
  for (const [name, each] of Object.entries(schema.tables)) {
    if (name === table.name) continue;
    tables[name] = { ...each, columns: referringTo(each, table.name, to) };
  }
  const other = schema.tables[to];
  if (other && other !== table) {
    const rows = await driver.query(`select 1 as found from ${quote(other.sqlName)} limit 1`, []);
    if (rows.length > 0) throw taken(to, 'it has rows');
    const aside = freeKey(`${to}-was-empty`, tables);
    tables[aside] = { ...tables[to]!, name: aside, detached: true };
  }
  tables[to] = { ...table, name: to, label: to, detached: false, columns: referringTo(table, table.name, to) };
  return { schema: { tables }, rename: { from: table.name, to } };
}

function referringTo(table: Table, from: string, to: string): Record<string, Column> {
  const columns: Record<string, Column> = {};
  for (const [name, column] of Object.entries(table.columns)) {
    const { type } = column;
    const refers = (type.kind === 'reference' || type.kind === 'references') && type.table === from;
    columns[name] = refers ? { ...column, type: { kind: type.kind, table: to } } : column;
  }
  return columns;
}

async function renameColumn(
  schema: Schema,
  table: Table,
  from: string,
  to: string,
  driver: Driver,
): Promise<{ schema: Schema; rename: Rename }> {
  const column = table.columns[from];
  if (!column || column.system) throw unknown(`${table.name}.${from}`);
  if (to === '' || isReservedColumn(to) || isFixedColumn(to)) throw reserved(to);
  const columns: Record<string, Column> = { ...table.columns };
  delete columns[from];
  const other = table.columns[to];
  if (other && other !== column) {
    if (other.system) throw reserved(to);
    if (!sameType(other.type, column.type)) throw taken(`${table.name}.${to}`, 'it has another type');
    if (await holdsValues(table, other, driver)) throw taken(`${table.name}.${to}`, 'it holds values');
    const aside = freeKey(`${to}-was-empty`, columns);
    columns[aside] = { ...other, name: aside, required: false, detached: true };
  }
  columns[to] = { ...(other ?? column), name: to, sqlName: column.sqlName, detached: false };
  const renamed: Table = { ...table, columns, ...(table.slugFrom === from && { slugFrom: to }) };
  return {
    schema: { tables: { ...schema.tables, [table.name]: renamed } },
    rename: { from: `${table.name}.${from}`, to: `${table.name}.${to}` },
  };
}

async function holdsValues(table: Table, column: Column, driver: Driver): Promise<boolean> {
  const layout = layoutOf(table, driver.dialect);
  const link = layout.links.find((each) => each.column === column);
  const sql = link
    ? `select 1 as found from ${link.sql} limit 1`
    : `select 1 as found from ${layout.sql} where ${quote(column.sqlName)} is not null limit 1`;
  return (await driver.query(sql, [])).length > 0;
}

function freeKey(name: string, taken: Readonly<Record<string, unknown>>): string {
  if (!(name in taken)) return name;
  let number = 2;
  while (`${name}-${number}` in taken) number++;
  return `${name}-${number}`;
}

function unknown(name: string): BacklotError {
  const message = `There is no table or column \`${name}\`. \`backlot schema\` lists them; write \`dish\` or \`dish.cost\`.`;
  return new BacklotError('tables/unknown-name', message);
}

function reserved(name: string): BacklotError {
  return new BacklotError('tables/reserved-name', `\`${name}\` is a reserved name. Choose another.`);
}

function taken(name: string, why: string): BacklotError {
  return new BacklotError('tables/name-taken', `\`${name}\` is there already, and ${why}. Choose another name.`);
}
