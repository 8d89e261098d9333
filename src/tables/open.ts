import { DatabaseError, groupCommit } from '../database/index.ts';
import type { Committer, Driver } from '../database/index.ts';
import { BacklotError, uuidv7 } from '../std/index.ts';
import type { Clock, Ids, Log, Random } from '../std/index.ts';
import { applySchema, writeRecord } from './apply.ts';
import { convertColumn, fillSlugs } from './backfill.ts';
import { plain, roomTables } from './ddl.ts';
import { openFeed } from './feed.ts';
import { gate } from './gate.ts';
import { rowHistory } from './history.ts';
import { layoutsOf } from './layout.ts';
import type { Layouts } from './layout.ts';
import { activeSchema, planChanges } from './plan.ts';
import { presentRow, tableReader } from './reader.ts';
import { writeRows } from './records.ts';
import type { RecordsContext } from './records.ts';
import { renameIn } from './rename.ts';
import { scanRows } from './scan.ts';
import { readRecord } from './schema-record.ts';
import type { SchemaRecord } from './schema-record.ts';
import { seedRows } from './seed.ts';
import type { SchemaPlan, Tables } from './tables.ts';
import { undoChange } from './undo.ts';

export interface TablesOptions {
  readonly driver: Driver;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Default: UUIDs of version 7 from the clock and the generator. */
  readonly ids?: Ids;
  /** Shared with others that write to the same database; default: one of its own. */
  readonly committer?: Committer;
}

/** Opens the door to the data of a database: reads the schema in use and begins to follow the log. */
export async function openTables(options: TablesOptions): Promise<Tables> {
  const { driver, clock, log, random } = options;
  let record = await openRecord(driver);
  let layouts: Layouts = layoutsOf(record.schema, driver.dialect);
  const use = (next: SchemaRecord): void => {
    record = next;
    layouts = layoutsOf(next.schema, driver.dialect);
  };
  const context: RecordsContext = {
    driver,
    committer: options.committer ?? groupCommit(driver),
    clock,
    ids: options.ids ?? uuidv7(clock, random),
    random,
    layouts: () => layouts,
  };
  const feed = openFeed(driver, await driver.position(), log);
  // First of the followers: those after it see the schema that the entries were written under.
  feed.follow(async (entries) => {
    if (!entries.some((entry) => entry.operation === 'schema')) return;
    const latest = await readRecord(driver);
    if (latest.number > record.number) use(latest);
  });
  const writes = gate();

  const finishConversions = async (): Promise<void> => {
    if (record.conversions.length === 0) return;
    const done = record.conversions;
    for (const conversion of done) await convertColumn(context, conversion);
    const next = { ...record, number: record.number + 1, conversions: [] };
    await writeRecord(driver, clock, next, { converted: done });
    use(next);
  };

  return {
    get schema() {
      return record.schema;
    },
    feed,
    snapshot: (read) =>
      driver.snapshot(async (reader) => {
        const found = await reader.query('select coalesce(max(position), 0) as position from _log', []);
        return await read(tableReader(reader, Number(found[0]!['position']), layouts, driver.dialect));
      }),
    write: (actor, rows) => writes.pass(() => writeRows(context, actor, rows)),
    plan: async (target) => await planChanges((await readRecord(driver)).schema, target, driver, driver.dialect),
    apply: (plan, { all = false } = {}) =>
      writes.alone(async () => {
        if (!plan.additive && !all) throw notAdditive();
        const wanted = activeSchema(plan.target);
        // Rows may have come since the plan was made.
        const { schema } = await readRecord(driver);
        refuseHarm(await planChanges(schema, wanted, driver, driver.dialect), all);
        use(await applySchema(driver, clock, wanted));
        await finishConversions();
        await fillSlugs(context, record.schema);
      }),
    rename: (from, to) =>
      writes.alone(async () => {
        const current = await readRecord(driver);
        const { schema, rename } = await renameIn(current.schema, from, to, driver);
        const next = { ...current, number: current.number + 1, schema };
        await writeRecord(driver, clock, next, { rename }, seededUnderNewName(rename));
        use(next);
      }),
    seed: (rows) => writes.pass(() => seedRows(context, record.schema, rows)),
    history: (table, id) => rowHistory(driver, table, id),
    undo: (actor, group) => writes.pass(() => undoChange(context, actor, group)),
    async *exportRows(table) {
      const layout = layouts.get(table);
      if (!layout) throw new BacklotError('tables/unknown-name', `There is no table \`${table}\`.`);
      for await (const row of scanRows(driver, layout, driver.dialect)) yield presentRow(layout, row);
    },
    health: () => driver.health(),
    async close() {
      await feed.close();
      await context.committer.drain();
      await driver.close();
    },
  };
}

/** Reads the record, after making this room's own tables where they are not there yet. */
async function openRecord(driver: Driver): Promise<SchemaRecord> {
  if (await hasRoomTables(driver)) return await readRecord(driver);
  try {
    await driver.migrate(plain(roomTables(driver.dialect)), []);
  } catch (error) {
    if (error instanceof DatabaseError && error.code === 'database/read-only') {
      return { number: 0, schema: { tables: {} }, conversions: [] };
    }
    if (!(await hasRoomTables(driver))) throw error;
  }
  return await readRecord(driver);
}

async function hasRoomTables(driver: Driver): Promise<boolean> {
  const sql =
    driver.dialect === 'sqlite'
      ? "select 1 as found from sqlite_schema where name = '_seeded'"
      : "select 1 as found where to_regclass('_seeded') is not null";
  return (await driver.query(sql, [])).length > 0;
}

/** A renamed table has had its samples taken, under whatever name. */
function seededUnderNewName(rename: { readonly from: string; readonly to: string }): { sql: string; params: [] }[] {
  if (rename.from.includes('.')) return [];
  // Names are folded to letters, digits, `_` and `-`: nothing in them needs escaping.
  const sql = `insert into _seeded (name) values ('${rename.to}') on conflict (name) do nothing`;
  return [{ sql, params: [] }];
}

function refuseHarm(plan: SchemaPlan, all: boolean): void {
  if (!plan.additive && !all) throw notAdditive();
  for (const step of plan.steps) {
    if (step.kind !== 'change-type' || step.offendingTotal === 0) continue;
    throw new BacklotError(
      'tables/cannot-convert',
      `${step.offendingTotal} values of ${step.table}.${step.column} cannot become ${step.to}. ` +
        'Nothing was changed. Correct or empty them first; `backlot plan` lists the rows.',
    );
  }
}

function notAdditive(): BacklotError {
  return new BacklotError(
    'tables/not-additive',
    'The pages need changes of the data that are not made unasked. See `backlot plan`, then run `backlot apply`.',
  );
}
