import { DatabaseError, groupCommit } from '../database/index.ts';
import type { Committer, Driver } from '../database/index.ts';
import { BacklotError, mutex, uuidv7 } from '../std/index.ts';
import type { Clock, Ids, Log, Random } from '../std/index.ts';
import type { ChangeHooks } from './change-hooks.ts';
import { plain, roomTables } from './ddl.ts';
import { openFeed } from './feed.ts';
import { gate } from './gate.ts';
import { peoplesChanges } from './changes.ts';
import { changeEntries, rowHistory } from './history.ts';
import { pageIndexes } from './page-indexes.ts';
import { planChanges } from './plan.ts';
import { presentRow, tableReader } from './reader.ts';
import { writeRows } from './records.ts';
import type { RecordsContext } from './records.ts';
import { scanRows } from './scan.ts';
import { afterRenames, dueRenames } from './pending-renames.ts';
import { applyPlan, followRenames, renameInUse, renameLater, schemaInUse } from './schema-in-use.ts';
import { emptyRecord, readRecord } from './schema-record.ts';
import { seedRows } from './seed.ts';
import type { Tables } from './tables.ts';
import { totals } from './totals.ts';
import { undoChange } from './undo.ts';
import { makeUploadTable, uploadHolders } from './uploads.ts';

export interface TablesOptions {
  readonly driver: Driver;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Default: UUIDs of version 7 from the clock and the generator. */
  readonly ids?: Ids;
  /** Shared with others that write to the same database; default: one of its own. */
  readonly committer?: Committer;
  /** From how many rows on a table gets indexes for its pages; 5,000. */
  readonly largeTableRows?: number;
  /** What others have to say about changes. Absent: nothing is asked, and a write costs what it costs. */
  readonly hooks?: ChangeHooks;
}

/** Opens the door to the data of a database: reads the schema in use and begins to follow the log. Closes the driver too. */
export async function openTables(options: TablesOptions): Promise<Tables> {
  const { driver, clock, log, random } = options;
  const prepared = await makeRoomTables(driver);
  // Before the record, so that no change of it falls between.
  const start = await driver.position();
  const inUse = schemaInUse(driver, prepared ? await readRecord(driver) : emptyRecord);
  await makeUploadTable(driver, inUse.layouts);
  const indexes = pageIndexes({
    driver,
    clock,
    log,
    layouts: () => inUse.layouts,
    ...(options.largeTableRows !== undefined && { largeFrom: options.largeTableRows }),
  });
  const context: RecordsContext = {
    driver,
    committer: options.committer ?? groupCommit(driver),
    clock,
    ids: options.ids ?? uuidv7(clock, random),
    random,
    layouts: () => inUse.layouts,
    giveUpIndexes: (names) => indexes.giveUp(names),
    ...(options.hooks && { hooks: { changes: options.hooks, turns: mutex() } }),
  };
  const feed = openFeed(driver, start, log);
  // First of the followers: those after it see the schema that the entries were written under.
  feed.follow(async (entries) => {
    if (entries.some((entry) => entry.operation === 'schema')) await inUse.reload();
  });
  const writes = gate();
  const aids = { pageIndexes: indexes, totals: totals(feed) };
  return {
    get schema() {
      return inUse.record.schema;
    },
    feed,
    snapshot: (read) =>
      driver.snapshot(async (reader) => {
        const found = await reader.query('select coalesce(max(position), 0) as position from _log', []);
        return await read(tableReader(reader, Number(found[0]!['position']), inUse.layouts, driver.dialect, aids));
      }),
    write: (actor, rows, extra) => writes.pass(() => writeRows(context, actor, rows, { extra })),
    async plan(target) {
      const { schema, renames } = prepared ? await readRecord(driver) : emptyRecord;
      const renamed = await afterRenames(schema, dueRenames(renames, target), driver);
      return await planChanges(renamed, target, driver, driver.dialect);
    },
    apply: (plan, { all = false } = {}) => writes.alone(() => applyPlan(inUse, context, plan, all)),
    rename: (from, to) => writes.alone(() => renameInUse(inUse, context, from, to)),
    renameLater: (from, to) => writes.alone(() => renameLater(inUse, context, from, to)),
    followRenames: (target) => writes.alone(() => followRenames(inUse, context, target)),
    seed: (rows) => writes.pass(() => seedRows(context, inUse.record.schema, rows)),
    history: (table, id, window) => rowHistory(driver, table, id, window),
    changes: (asked) => peoplesChanges(driver, asked),
    changeEntries: (group) => changeEntries(driver, group),
    undo: (actor, group) => writes.pass(() => undoChange(context, actor, group)),
    async *exportRows(table) {
      const layout = inUse.layouts.get(table);
      if (!layout) throw new BacklotError('tables/unknown-name', `There is no table \`${table}\`.`);
      for await (const row of scanRows(driver, layout, driver.dialect)) yield presentRow(layout, row);
    },
    pageIndexes: { list: () => indexes.list(), settled: () => indexes.settled() },
    uploadHolders: (path) => uploadHolders(driver, inUse.layouts, path),
    health: () => driver.health(),
    async close() {
      await feed.close();
      await context.committer.drain();
      await driver.close();
    },
  };
}

/** Makes this room's own tables where they are not there yet. False where that cannot be, as the database is only read. */
async function makeRoomTables(driver: Driver): Promise<boolean> {
  if (await hasRoomTables(driver)) return true;
  try {
    await driver.migrate(plain(roomTables(driver.dialect)), []);
  } catch (error) {
    if (error instanceof DatabaseError && error.code === 'database/read-only') return false;
    // Another process may have made them at the same time.
    if (!(await hasRoomTables(driver))) throw error;
  }
  return true;
}

async function hasRoomTables(driver: Driver): Promise<boolean> {
  const sql =
    driver.dialect === 'sqlite'
      ? "select 1 as found from sqlite_schema where name = '_log_people'"
      : "select 1 as found where to_regclass('_log_people') is not null";
  return (await driver.query(sql, [])).length > 0;
}
