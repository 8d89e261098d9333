import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Schema } from '../src/schema/index.ts';

/** Where the data of one life is. */
export interface Place {
  readonly dataDir: string;
  readonly databaseUrl?: string;
}

export type Values = Readonly<Record<string, unknown>>;

export interface LogRow {
  readonly position: number;
  readonly group: number;
  readonly actor: string;
  readonly table: string;
  readonly id: string;
  readonly version: number;
  readonly operation: string;
  /** `{column: [before, after]}`; null where the table logs keys only. */
  readonly patch: Readonly<Record<string, readonly [unknown, unknown]>> | null;
}

/** Everything that matters, read past the program, in one snapshot. */
export interface State {
  /** What the database's own check finds. */
  readonly damage: readonly string[];
  readonly schema: Schema;
  readonly log: readonly LogRow[];
  /** By logical table: rows by physical column. */
  readonly rows: Readonly<Record<string, readonly Values[]>>;
  readonly jobs: readonly Values[];
  /** SHA-256 of each file by name: those that rows may hold, and those that wait for a row. */
  readonly kept: ReadonlyMap<string, string>;
  readonly incoming: ReadonlyMap<string, string>;
}

type Ask = (sql: string) => Promise<readonly Values[]>;

/** Reads beside a running server, or from data that nobody holds. */
export async function readState(place: Place): Promise<State> {
  const read = await (place.databaseUrl === undefined
    ? readSqlite(join(place.dataDir, 'data.db'))
    : readPostgres(place.databaseUrl));
  const uploads = join(place.dataDir, 'uploads');
  return { ...read, kept: sumsIn(join(uploads, 'kept')), incoming: sumsIn(join(uploads, 'incoming')) };
}

type Read = Omit<State, 'kept' | 'incoming'>;

async function readSqlite(file: string): Promise<Read> {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 30_000 });
  try {
    database.exec('begin');
    const ask: Ask = async (sql) => database.prepare(sql).all();
    const found = await readAll(ask);
    const checks = [...(await ask('pragma integrity_check')), ...(await ask('pragma foreign_key_check'))];
    const damage = checks.map((row) => Object.values(row).join(' ')).filter((text) => text !== 'ok');
    return { ...found, damage };
  } finally {
    database.close();
  }
}

async function readPostgres(url: string): Promise<Read> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read');
    const ask: Ask = async (sql) => (await client.query<Record<string, unknown>>(sql)).rows;
    const found = await readAll(ask);
    await client.query('commit');
    return { ...found, damage: await damagedIndexes(ask) };
  } finally {
    await client.end();
  }
}

/** `amcheck`, where it is installed: each index against its table. */
async function damagedIndexes(ask: Ask): Promise<string[]> {
  const known = await ask(`select 1 from pg_available_extensions where name = 'amcheck'`);
  if (known.length === 0) return [];
  await ask('create extension if not exists amcheck');
  try {
    await ask(`select bt_index_check(index.indexrelid, true) from pg_index index
      join pg_class class on class.oid = index.indexrelid join pg_am method on method.oid = class.relam
      where method.amname = 'btree' and class.relnamespace = current_schema()::regnamespace and index.indisvalid`);
    return [];
  } catch (error) {
    return [String(error)];
  }
}

async function readAll(ask: Ask): Promise<Omit<Read, 'damage'>> {
  const [record] = await ask('select record from _schema order by number desc limit 1');
  const { schema }: { schema: Schema } = JSON.parse(String(record?.['record']));
  const log = await ask(
    'select position, "group", actor, "table", id, version, operation, patch from _log order by position',
  );
  const rows: Record<string, readonly Values[]> = {};
  for (const table of Object.values(schema.tables)) {
    rows[table.name] = await ask(`select * from "${table.sqlName.replaceAll('"', '""')}"`);
  }
  // What comes back by the clock is never done.
  const jobs = await ask(`select * from _job where kind in ('new-submission', 'mail')`);
  return { schema, log: log.map(logRow), rows, jobs };
}

function logRow(row: Values): LogRow {
  const patch = row['patch'];
  return {
    position: Number(row['position']),
    group: Number(row['group']),
    actor: String(row['actor']),
    table: String(row['table']),
    id: String(row['id']),
    version: Number(row['version']),
    operation: String(row['operation']),
    patch: typeof patch === 'string' ? (JSON.parse(patch) as NonNullable<LogRow['patch']>) : null,
  };
}

function sumsIn(folder: string): ReadonlyMap<string, string> {
  const sums = new Map<string, string>();
  if (!existsSync(folder)) return sums;
  for (const name of readdirSync(folder)) {
    try {
      sums.set(name, sumOf(readFileSync(join(folder, name))));
    } catch {
      // It has been adopted or removed since.
    }
  }
  return sums;
}

export function sumOf(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Lets time pass for jobs that wait, or whose worker was killed. Only where no server runs. */
export async function hurryJobs({ dataDir, databaseUrl }: Place): Promise<void> {
  const now = new Date(0).toISOString();
  const sql = `update _job set due = '${now}' where state in ('waiting', 'running') and key is null`;
  if (databaseUrl === undefined) {
    const database = new DatabaseSync(join(dataDir, 'data.db'));
    database.exec(sql);
    database.close();
    return;
  }
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(sql);
  await client.end();
}
