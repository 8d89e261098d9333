import type { Driver } from '../database/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Statement } from '../database/index.ts';
import { applySchema, writeRecord } from './apply.ts';
import { convertColumn, fillSlugs } from './backfill.ts';
import { layoutsOf } from './layout.ts';
import type { Layouts } from './layout.ts';
import { activeSchema, planChanges } from './plan.ts';
import type { RecordsContext } from './records.ts';
import { dueRenames, withoutRename } from './pending-renames.ts';
import { renameIn } from './rename.ts';
import type { Rename } from './rename.ts';
import { readRecord } from './schema-record.ts';
import type { SchemaRecord } from './schema-record.ts';
import type { Schema } from '../schema/index.ts';
import type { SchemaPlan } from './tables.ts';

/** The schema that reads and writes of this process go by, with what is made from it once. */
export interface SchemaInUse {
  readonly record: SchemaRecord;
  readonly layouts: Layouts;
  use(record: SchemaRecord): void;
  /** Takes over what another process has changed. */
  reload(): Promise<void>;
}

export function schemaInUse(driver: Driver, first: SchemaRecord): SchemaInUse {
  let record = first;
  let layouts = layoutsOf(first.schema, driver.dialect);
  const use = (next: SchemaRecord): void => {
    record = next;
    layouts = layoutsOf(next.schema, driver.dialect);
  };
  return {
    get record() {
      return record;
    },
    get layouts() {
      return layouts;
    },
    use,
    async reload() {
      const latest = await readRecord(driver);
      if (latest.number > record.number) use(latest);
    },
  };
}

/**
 * Does a plan: structure and record in one transaction, then values of changed columns and slugs through the write
 * path. Looks at the rows again first, as some may have come since the plan was made. What is left undone by a crash is
 * done by the next call.
 */
export async function applyPlan(
  inUse: SchemaInUse,
  context: RecordsContext,
  plan: SchemaPlan,
  all: boolean,
): Promise<void> {
  if (!plan.additive && !all) throw notAdditive();
  const { driver, clock } = context;
  const wanted = activeSchema(plan.target);
  const { schema } = await readRecord(driver);
  refuseHarm(await planChanges(schema, wanted, driver, driver.dialect), all);
  inUse.use(await applySchema(driver, clock, wanted));
  await finishConversions(inUse, context);
  await fillSlugs(context, inUse.record.schema);
}

async function finishConversions(inUse: SchemaInUse, context: RecordsContext): Promise<void> {
  const { driver, clock } = context;
  const { conversions } = inUse.record;
  if (conversions.length === 0) return;
  for (const conversion of conversions) await convertColumn(context, conversion);
  const latest = await readRecord(driver);
  const left = latest.conversions.filter(
    ({ table, from }) => !conversions.some((done) => done.table === table && done.from === from),
  );
  // Another process may have finished them too.
  if (left.length < latest.conversions.length) {
    const next = { ...latest, number: latest.number + 1, conversions: left };
    await writeRecord(driver, clock, next, { converted: conversions });
  }
  await inUse.reload();
}

/** Renames a table or a column in the record. */
export async function renameInUse(
  inUse: SchemaInUse,
  context: RecordsContext,
  from: string,
  to: string,
): Promise<void> {
  const { driver, clock } = context;
  const current = await readRecord(driver);
  const { schema, rename } = await renameIn(current.schema, from, to, driver);
  const renames = withoutRename(current.renames, rename);
  const next = { ...current, number: current.number + 1, schema, renames };
  await writeRecord(driver, clock, next, { rename }, seededUnderNewName(rename));
  inUse.use(next);
}

/** Notes a rename that is to be done once the files say the new name. Throws as the rename itself would. */
export async function renameLater(
  inUse: SchemaInUse,
  context: RecordsContext,
  from: string,
  to: string,
): Promise<void> {
  const { driver, clock } = context;
  const current = await readRecord(driver);
  const { rename } = await renameIn(current.schema, from, to, driver);
  const renames = [...withoutRename(current.renames, rename), rename];
  const next = { ...current, number: current.number + 1, renames };
  await writeRecord(driver, clock, next, { renameLater: rename });
  inUse.use(next);
}

/** Does the renames that the files have followed. */
export async function followRenames(inUse: SchemaInUse, context: RecordsContext, wanted: Schema): Promise<void> {
  const { renames } = await readRecord(context.driver);
  for (const { from, to } of dueRenames(renames, wanted)) await renameInUse(inUse, context, from, to);
}

/** A renamed table has had its samples taken, under whatever name. */
function seededUnderNewName(rename: Rename): Statement[] {
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
