import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Client } from 'pg';
import { startPostgres } from '../../test/postgres.ts';
import type { PostgresServer } from '../../test/postgres.ts';
import { openPostgres, openSqlite } from '../database/index.ts';
import type { Driver } from '../database/index.ts';
import { checkQuery, parseQuery } from '../query/index.ts';
import type { CheckedQuery, QueryScope } from '../query/index.ts';
import type { ColumnDeclaration, ColumnType, Row, Schema, TableDeclaration } from '../schema/index.ts';
import { manualClock, memoryLog, seededRandom } from '../std/index.ts';
import type { ManualClock, MemoryLog } from '../std/index.ts';
import { deriveSchema } from './derive.ts';
import { openTables } from './open.ts';
import type { Actor, RowWrite, Tables, WriteOutcome } from './tables.ts';

/** An empty database with the door to it, for one test. */
export interface World {
  readonly tables: Tables;
  readonly driver: Driver;
  readonly clock: ManualClock;
  readonly log: MemoryLog;
  /** Another process on the same database. On SQLite it is the same driver, as there is one process. */
  another(): Promise<{ readonly tables: Tables; readonly driver: Driver }>;
  /** Closes everything and opens it again. */
  reopen(): Promise<World>;
}

export const visitor: Actor = { kind: 'visitor', id: 'visitor', roles: [] };
export const system: Actor = { kind: 'system', id: 'system', roles: [] };
export const user = (id: string, ...roles: string[]): Actor => ({ kind: 'user', id, roles });

let server: Promise<PostgresServer> | undefined;
after(async () => {
  await (await server)?.stop();
});

/** Registers a test on SQLite and on PostgreSQL. One PostgreSQL serves a whole test file. */
export function onBothDatabases(name: string, run: (world: World) => Promise<void>): void {
  onSqlite(name, run);
  onPostgres(name, run);
}

export function onSqlite(name: string, run: (world: World) => Promise<void>): void {
  void test(`${name} (SQLite)`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backlot-tables-'));
    const clock = manualClock();
    const log = memoryLog();
    const open = (): Promise<Driver> => openSqlite({ file: join(folder, 'data.sqlite'), clock, log });
    await inWorld({ open, clock, log, shared: true }, run);
    await rm(folder, { recursive: true, force: true });
  });
}

export function onPostgres(name: string, run: (world: World) => Promise<void>): void {
  void test(`${name} (PostgreSQL)`, async () => {
    server ??= startPostgres({ fsync: false });
    const url = (await server).url;
    await empty(url);
    const clock = manualClock();
    const log = memoryLog();
    const open = (): Promise<Driver> => openPostgres({ url, clock, log, pollMs: 50 });
    await inWorld({ open, clock, log, shared: false }, run);
  });
}

/** Tests of a file share one database, one after the other: far quicker than a new one for each. */
async function empty(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('drop schema public cascade; create schema public');
  await client.end();
}

/** Few enough that a test can make a table large. */
export const largeTableRows = 60;

interface Surroundings {
  readonly open: () => Promise<Driver>;
  readonly clock: ManualClock;
  readonly log: MemoryLog;
  readonly shared: boolean;
}

async function inWorld(around: Surroundings, run: (world: World) => Promise<void>): Promise<void> {
  const opened: { tables: Tables; driver: Driver }[] = [];
  const { clock, log } = around;
  const open = async (given?: Driver): Promise<{ tables: Tables; driver: Driver }> => {
    const driver = given ?? (await around.open());
    const one = {
      driver,
      tables: await openTables({ driver, clock, log, random: seededRandom(opened.length + 1), largeTableRows }),
    };
    opened.push(one);
    return one;
  };
  const world = async (): Promise<World> => {
    const { tables, driver } = await open();
    return {
      tables,
      driver,
      clock,
      log,
      another: () => open(around.shared ? driver : undefined),
      async reopen() {
        await tables.close();
        return await world();
      },
    };
  };
  try {
    await run(await world());
  } finally {
    for (const { tables } of opened) await tables.close();
  }
}

const at = { file: 'index.html', line: 1, column: 1 };

/** A column as some page declares it. */
export function column(name: string, type?: ColumnType, more: Partial<ColumnDeclaration> = {}): ColumnDeclaration {
  return { name, label: name, ...(type && { type }), required: false, constraints: {}, queried: false, at, ...more };
}

/** A table as some page declares it. */
export function declare(
  name: string,
  columns: readonly ColumnDeclaration[],
  more: Partial<TableDeclaration> = {},
): TableDeclaration {
  return { name, label: name, columns, single: false, implicit: false, at, ...more };
}

export const text: ColumnType = { kind: 'text' };
export const integer: ColumnType = { kind: 'integer' };
export const money: ColumnType = { kind: 'money', currency: 'EUR' };
export const boolean: ColumnType = { kind: 'boolean' };
export const reference = (table: string): ColumnType => ({ kind: 'reference', table });
export const references = (table: string): ColumnType => ({ kind: 'references', table });

/** A restaurant's menu: sections, their dishes with a page each, allergens. */
export function menu(dishColumns: readonly ColumnDeclaration[] = []): TableDeclaration[] {
  return [
    declare('section', [column('name')]),
    declare('allergen', [column('name')]),
    declare(
      'dish',
      [
        column('name', text, { required: true, constraints: { maxLength: 40 } }),
        column('price', money),
        column('vegetarian', boolean),
        column('section', reference('section'), { child: true }),
        column('twin', reference('dish')),
        column('allergens', references('allergen')),
        ...dishColumns,
      ],
      { page: { file: 'menu/tagliatelle.html', prefix: '/menu/' }, slugFrom: 'name' },
    ),
  ];
}

export function schemaOf(declarations: readonly TableDeclaration[]): Schema {
  return deriveSchema(declarations).schema;
}

/** Brings the schema in use to what these declarations imply, whatever that takes. */
export async function applyAll(tables: Tables, declarations: readonly TableDeclaration[]): Promise<void> {
  await tables.apply(await tables.plan(schemaOf(declarations)), { all: true });
}

const scope: QueryScope = { value: () => null, nowMs: Date.UTC(2026, 7, 14), today: '2026-08-14' };

/** A checked query such as `price.max=20&sort=-price` over a table. */
function query(tables: Tables, table: string, written: string): CheckedQuery {
  const parsed = parseQuery(written);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const checked = checkQuery(parsed.value, tables.schema.tables[table]!, { schema: tables.schema });
  if (!checked.ok) throw new Error(JSON.stringify(checked.errors));
  return checked.value;
}

/** The rows of a query, `''` for all. */
export function list(tables: Tables, table: string, written = ''): Promise<readonly Row[]> {
  return tables.snapshot((reader) => reader.list(query(tables, table, written), scope));
}

export async function names(tables: Tables, table: string, written = ''): Promise<unknown[]> {
  return (await list(tables, table, written)).map((row) => row['name']);
}

/** Writes that must succeed; gives the rows. */
export async function must(outcome: Promise<WriteOutcome>): Promise<readonly (Row | null)[]> {
  const settled = await outcome;
  if (!settled.ok) throw new Error(JSON.stringify(settled));
  return settled.rows;
}

/** Inserts one row and gives its id. */
export async function insert(
  tables: Tables,
  table: string,
  values: Extract<RowWrite, { operation: 'insert' }>['values'],
  actor: Actor = visitor,
): Promise<string> {
  const [row] = await must(tables.write(actor, [{ operation: 'insert', table, values }]));
  return String(row!['id']);
}
