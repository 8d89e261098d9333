import { DatabaseError } from '../database/index.ts';
import type { Driver, SqlValue, Statement } from '../database/index.ts';
import { uploadPaths } from '../schema/index.ts';
import type { ColumnType, Row, Value } from '../schema/index.ts';
import { plain } from './ddl.ts';
import { placeholder, quote } from './layout.ts';
import type { Layout, Layouts } from './layout.ts';
import { presentRow, tableReader } from './reader.ts';
import type { RowWrite, UploadHolder } from './tables.ts';

/*
 * Which rows hold which uploaded file. `_upload` says where a path has been written, under physical names, which never
 * change. It is only ever added to, in the change that writes the path: whether a row still holds it, the row says. So
 * nothing has to be kept in step, and undoing, importing and moving values between columns need no care.
 */

const holdingKinds: ReadonlySet<ColumnType['kind']> = new Set(['file', 'set', 'url', 'html', 'markdown']);
/** More pictures than any text has, and more rows than any picture. */
const pathsPerValueMax = 200;
const holdersMax = 100;

/** Statements that note where the values of some writes hold uploads. Most writes hold none. */
export function uploadStatements(
  driver: Pick<Driver, 'dialect'>,
  layouts: Layouts,
  writes: readonly RowWrite[],
  rows: readonly (Row | null)[],
): readonly Statement[] {
  const statements: Statement[] = [];
  for (const [index, write] of writes.entries()) {
    const row = rows[index];
    const layout = layouts.get(write.table);
    if (!row || !layout || write.operation === 'delete') continue;
    for (const name of Object.keys(write.values)) {
      const column = layout.table.columns[name];
      const value = row[name];
      if (!column || !holdingKinds.has(column.type.kind)) continue;
      for (const path of pathsIn(value).slice(0, pathsPerValueMax)) {
        const id = String(row[layout.system.id.name]);
        statements.push(noted(driver, [path, layout.table.sqlName, column.sqlName, id]));
      }
    }
  }
  return statements;
}

function pathsIn(value: Value | undefined): readonly string[] {
  if (typeof value === 'string') return uploadPaths(value);
  return Array.isArray(value) ? value.flatMap(uploadPaths) : [];
}

function noted({ dialect }: Pick<Driver, 'dialect'>, params: readonly SqlValue[]): Statement {
  const places = params.map((_, index) => placeholder(dialect, index + 1)).join(', ');
  const sql = `insert into _upload (path, "table", "column", id) values (${places}) on conflict do nothing`;
  return { sql, params };
}

/** The rows that hold a file at the moment, with the columns that do. */
export async function uploadHolders(driver: Driver, layouts: Layouts, path: string): Promise<readonly UploadHolder[]> {
  const sql = `select "table", "column", id from _upload where path = ${placeholder(driver.dialect, 1)} limit ${holdersMax}`;
  const found = await driver.query(sql, [path]);
  const reader = tableReader(driver, 0, layouts, driver.dialect);
  const holders: UploadHolder[] = [];
  for (const note of found) {
    const layout = layoutNamed(layouts, String(note['table']));
    const column = layout && Object.values(layout.table.columns).find(({ sqlName }) => sqlName === note['column']);
    if (!layout || layout.table.detached || !column || column.detached || column.secret) continue;
    const row = await reader.byId(layout.table.name, String(note['id']));
    const value = row?.[column.name];
    if (!row || !pathsIn(value).includes(path)) continue;
    holders.push({ table: layout.table, column: column.name, row: presentRow(layout, row) });
  }
  return holders;
}

function layoutNamed(layouts: Layouts, sqlName: string): Layout | undefined {
  for (const layout of layouts.values()) if (layout.table.sqlName === sqlName) return layout;
  return undefined;
}

/** Makes `_upload` where there is none yet, and notes what columns of files and pictures hold already. */
export async function makeUploadTable(driver: Driver, layouts: Layouts): Promise<void> {
  if (await hasUploadTable(driver)) return;
  const text = driver.dialect === 'sqlite' ? 'text' : 'text collate "C"';
  const statements = [
    `create table _upload (path ${text} not null, "table" ${text} not null, "column" ${text} not null, ` +
      `id ${text} not null, primary key (path, "table", "column", id))${driver.dialect === 'sqlite' ? ' strict' : ''}`,
  ];
  for (const { table, sql, columns, system } of layouts.values()) {
    for (const { column, sql: stored } of columns) {
      if (column.type.kind !== 'file' && column.type.kind !== 'url') continue;
      statements.push(
        `insert into _upload (path, "table", "column", id) select ${stored}, ${literal(table.sqlName)}, ` +
          `${literal(column.sqlName)}, ${quote(system.id.sqlName)} from ${sql} where ${stored} like '/_backlot/files/%'`,
      );
    }
  }
  try {
    await driver.migrate(plain(statements), []);
  } catch (error) {
    // Who only reads asks nothing of it. Another process may have made it at the same time.
    if (error instanceof DatabaseError && error.code === 'database/read-only') return;
    if (!(await hasUploadTable(driver))) throw error;
  }
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

async function hasUploadTable(driver: Driver): Promise<boolean> {
  const sql =
    driver.dialect === 'sqlite'
      ? "select 1 as found from sqlite_schema where name = '_upload'"
      : "select 1 as found where to_regclass('_upload') is not null";
  return (await driver.query(sql, [])).length > 0;
}
