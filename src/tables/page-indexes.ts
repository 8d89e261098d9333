import { createHash } from 'node:crypto';
import { DatabaseError } from '../database/index.ts';
import type { Driver, Reader } from '../database/index.ts';
import { servingIndexes } from '../query/index.ts';
import type { CheckedQuery, QueryScope, ServingIndex, Way } from '../query/index.ts';
import type { Clock, Log } from '../std/index.ts';
import { quote } from './layout.ts';
import type { Layouts } from './layout.ts';
import { pageWays } from './page-ways.ts';

/** Tables with fewer rows are read from end to end within a few milliseconds. */
const largeFromDefault = 5000;
/** Indexes made for pages of one table. The one that has not been used for longest gives way. */
const perTableMax = 16;
/** How often to look how large a table has become. */
const lookEveryMs = 10_000;
/** How often to look what other processes have made and dropped. */
const reloadEveryMs = 60_000;
/** When to try again after an index could not be made. */
const retryAfterMs = 600_000;
/** What is known of them begins so in `_meta`, where it is written together with the index. */
const recordPrefix = 'page-index:';

/** An index that was made because pages were asked for in its order. */
export interface PageIndex {
  readonly name: string;
  /** Logical name of the table. */
  readonly table: string;
  /** What it sorts by, as a query writes it: `status, -price`. */
  readonly columns: readonly string[];
}

/** Lets pages of large tables be read without reading what is not on them. */
export interface PageIndexes {
  /**
   * How to find the rows of a page. Where an index that would serve it is missing in a large table, it begins to be
   * made; until it is there the answer is undefined and the database finds a way of its own.
   */
  wayOf(reader: Reader, query: CheckedQuery, scope: QueryScope, limit: number | undefined): Promise<Way | undefined>;
  /** Gives up the indexes of these tables (logical names): a value does not fit into one. False where there are none. */
  giveUp(tables: ReadonlySet<string>): Promise<boolean>;
  list(): Promise<readonly PageIndex[]>;
  /** Waits until what is being made is there. */
  settled(): Promise<void>;
}

export interface PageIndexesOptions {
  readonly driver: Driver;
  readonly clock: Clock;
  readonly log: Log;
  readonly layouts: () => Layouts;
  /** From how many rows on a table is large. */
  readonly largeFrom?: number;
}

interface Known extends PageIndex {
  /** Counts up with every use. */
  used: number;
}

interface Size {
  readonly rows: number;
  readonly atMs: number;
}

export function pageIndexes(options: PageIndexesOptions): PageIndexes {
  const { driver, clock, log, layouts, largeFrom = largeFromDefault } = options;
  const { dialect } = driver;
  const sizes = new Map<string, Size>();
  const failed = new Map<string, number>();
  const making = new Set<string>();
  const choose = pageWays(dialect, clock, layouts);
  let known: Map<string, Known> | undefined;
  let loadedAtMs = -Infinity;
  let uses = 0;
  let work = Promise.resolve();

  const load = async (reader: Reader): Promise<Map<string, Known>> => {
    if (known && clock.now() - loadedAtMs < reloadEveryMs) return known;
    const before = known;
    const records = await readRecords(reader);
    loadedAtMs = clock.now();
    known = new Map(records.map((each) => [each.name, { ...each, used: before?.get(each.name)?.used ?? 0 }]));
    return known;
  };
  const sizeOf = async (reader: Reader, table: string, name: string): Promise<number> => {
    const size = sizes.get(name);
    if (size && clock.now() - size.atMs < lookEveryMs) return size.rows;
    const rows = await countRows(reader, dialect, table, largeFrom);
    sizes.set(name, { rows, atMs: clock.now() });
    return rows;
  };
  /** Whether an index is there; where it is not, it begins to be made. */
  const ready = (indexes: Map<string, Known>, index: ServingIndex | undefined): boolean => {
    if (!index) return true;
    const name = nameOf(index);
    const found = indexes.get(name);
    if (found) {
      found.used = ++uses;
      return true;
    }
    if (!making.has(name) && clock.now() - (failed.get(name) ?? -Infinity) >= retryAfterMs) {
      making.add(name);
      work = work.then(() => make(index, name));
    }
    return false;
  };
  const make = async (index: ServingIndex, name: string): Promise<void> => {
    const record: PageIndex = { name, table: index.table.name, columns: columnsOf(index) };
    try {
      // Another process may have been first.
      const others = (await readRecords(driver)).map((each) => each.name);
      if (!others.includes(name)) await driver.improve(makeStatements(dialect, index, record));
      const indexes = await load(driver);
      indexes.set(name, { ...record, used: ++uses });
      sizes.delete(record.table);
      log.info('An index was made for pages of a large table.', {
        table: record.table,
        columns: record.columns.join(),
      });
      const own = [...indexes.values()].filter(({ table }) => table === record.table);
      own.sort((a, b) => a.used - b.used);
      for (const old of own.slice(0, Math.max(0, own.length - perTableMax))) await drop(indexes, old);
    } catch (error) {
      // Who only reads has no say in it.
      if (error instanceof DatabaseError && quiet.has(error.code)) return;
      failed.set(name, clock.now());
      log.warn('An index for pages could not be made; they are read more slowly.', {
        index: name,
        error: String(error),
      });
    } finally {
      making.delete(name);
    }
  };
  const drop = async (indexes: Map<string, Known>, { name }: PageIndex): Promise<void> => {
    indexes.delete(name);
    await driver.improve(dropStatements(dialect, name));
  };
  return {
    async wayOf(reader, query, scope, limit) {
      if (limit === undefined || !query.table) return undefined;
      const serving = servingIndexes(query, dialect, layouts());
      const table = layouts().get(query.table.name);
      if (!serving || !table || (!serving.walk && !query.searches)) return undefined;
      const rows = await sizeOf(reader, table.sql, query.table.name);
      if (rows < largeFrom) return undefined;
      const indexes = await load(reader);
      // Both, so that both are made.
      const all = [ready(indexes, serving.walk), ready(indexes, serving.collect)].every(Boolean);
      return all ? await choose(reader, serving, { query, scope, limit, rows }) : undefined;
    },
    async giveUp(tables) {
      const indexes = await load(driver);
      const doomed = [...indexes.values()].filter(({ table }) => tables.has(table));
      for (const each of doomed) {
        failed.set(each.name, clock.now());
        await drop(indexes, each);
      }
      return doomed.length > 0;
    },
    list: () => readRecords(driver),
    async settled() {
      for (let before; before !== work;) await (before = work);
    },
  };
}

const quiet: ReadonlySet<string> = new Set(['database/closed', 'database/read-only']);

/** How many rows there are, roughly: in SQLite by the last; in PostgreSQL by its statistics, once they say so. */
async function countRows(
  reader: Reader,
  dialect: Driver['dialect'],
  table: string,
  largeFrom: number,
): Promise<number> {
  const sql =
    dialect === 'sqlite'
      ? `select coalesce(max(_row), 0) as count from ${table}`
      : `select greatest((select reltuples from pg_class where oid = '${table.replaceAll("'", "''")}'::regclass)::bigint,
           (select count(*) from (select 1 from ${table} limit ${largeFrom}) as found)) as count`;
  return Number((await reader.query(sql, []))[0]!['count']);
}

async function readRecords(reader: Reader): Promise<readonly PageIndex[]> {
  const found = await reader.query(`select value from _meta where key like '${recordPrefix}%' order by key`, []);
  return found.map(({ value }): PageIndex => JSON.parse(String(value)));
}

function nameOf({ table, keys }: ServingIndex): string {
  const hash = createHash('sha256').update(JSON.stringify([table.sqlName, keys.map(({ written }) => written)]));
  return `_page_${hash.digest('hex').slice(0, 24)}`;
}

function columnsOf({ keys }: ServingIndex): readonly string[] {
  const labels = keys.filter(({ sql }) => sql !== '"_id"').map(({ label }) => label);
  return [...new Set(labels)];
}

/** The index and the record of it: in SQLite at once; in PostgreSQL what an interruption left is dropped first. */
function makeStatements(dialect: Driver['dialect'], index: ServingIndex, record: PageIndex): readonly string[] {
  const name = quote(record.name);
  const on = `${name} on ${quote(index.table.sqlName)} (${index.keys.map(({ written }) => written).join(', ')})`;
  const value = JSON.stringify(record).replaceAll("'", "''");
  const note = `insert into _meta (key, value) values ('${recordPrefix}${record.name}', '${value}') on conflict (key) do nothing`;
  return dialect === 'sqlite'
    ? [`create index if not exists ${on}`, note]
    : [
        `drop index concurrently if exists ${name}`,
        `create index concurrently ${on}`,
        // Whether the index is used depends on statistics, which a table that has just grown may lack.
        `analyze ${quote(index.table.sqlName)}`,
        note,
      ];
}

function dropStatements(dialect: Driver['dialect'], name: string): readonly string[] {
  const concurrently = dialect === 'postgres' ? ' concurrently' : '';
  return [
    `delete from _meta where key = '${recordPrefix}${name}'`,
    `drop index${concurrently} if exists ${quote(name)}`,
  ];
}
