import type { SeedRow } from '../schema/index.ts';
import type { Schema } from '../schema/index.ts';
import { formatPosition, BacklotError } from '../std/index.ts';
import type { Statement } from '../database/index.ts';
import { systemActor } from './backfill.ts';
import { placeholder } from './layout.ts';
import { prepare } from './prepare.ts';
import { writeContext } from './records.ts';
import type { RecordsContext } from './records.ts';
import type { RowWrite } from './tables.ts';

/**
 * Makes the first rows of tables whose samples have not been taken yet and that have no rows. Rows get increasing ids,
 * which are their positions too, and all the same times, so that a list in hand-made order or by time shows them as
 * the file does; `values` may give `created_at`, `updated_at` and `position`. Taking samples and noting that they were
 * taken is one change: after a crash it has happened or not. Gives the number of rows made.
 */
export async function seedRows(
  context: RecordsContext,
  schema: Schema,
  rows: readonly SeedRow[] | (() => readonly SeedRow[]),
): Promise<number> {
  const open = await openTables(context, schema);
  if (open.size === 0) return 0;
  const seeds = typeof rows === 'function' ? rows() : rows;
  const fresh = await emptyTables(context, open);
  const ids = seeds.map((seed) => (fresh.has(seed.table) ? context.ids() : undefined));
  const writes: RowWrite[] = [];
  const origins: SeedRow[] = [];
  for (const [index, seed] of seeds.entries()) {
    const id = ids[index];
    if (id === undefined) continue;
    writes.push({ operation: 'insert', table: seed.table, id, values: seedValues(context, seed, ids) });
    origins.push(seed);
  }
  const prepared = await prepare(writeContext(context, systemActor, 0, true), writes);
  if ('ok' in prepared) {
    const [refusal] = prepared.reason === 'invalid' ? prepared.columns : [];
    const at = refusal && origins[refusal.write] ? `${formatPosition(origins[refusal.write]!.at)}: ` : '';
    throw new BacklotError(
      'tables/bad-sample',
      `${at}A sample cannot be stored: ${refusal?.message ?? prepared.reason}`,
    );
  }
  const { statements, entries } = prepared.change;
  const outcome = await context.committer.commit({
    statements: [...taken(context, open), ...statements],
    entries,
  });
  // Another process was first.
  if (!outcome.ok && outcome.refusal.reason === 'unique' && outcome.refusal.statement < open.size) return 0;
  if (!outcome.ok)
    throw new BacklotError('tables/bad-sample', `The samples cannot be stored: ${outcome.refusal.reason}.`);
  return writes.length;
}

/** Tables whose samples have not been taken. */
async function openTables(context: RecordsContext, schema: Schema): Promise<Set<string>> {
  const found = await context.driver.query('select name from _seeded', []);
  const seeded = new Set(found.map((row) => String(row['name'])));
  const active = Object.values(schema.tables).filter((table) => !table.detached);
  return new Set(active.map((table) => table.name).filter((name) => !seeded.has(name)));
}

async function emptyTables(context: RecordsContext, names: ReadonlySet<string>): Promise<Set<string>> {
  const empty = new Set<string>();
  for (const name of names) {
    const layout = context.layouts().get(name);
    if (!layout) continue;
    const found = await context.driver.query(`select 1 as found from ${layout.sql} limit 1`, []);
    if (found.length === 0) empty.add(name);
  }
  return empty;
}

function taken(context: RecordsContext, names: ReadonlySet<string>): Statement[] {
  const sql = `insert into _seeded (name) values (${placeholder(context.driver.dialect, 1)})`;
  return [...names].map((name) => ({ sql, params: [name] }));
}

function seedValues(
  context: RecordsContext,
  seed: SeedRow,
  ids: readonly (string | undefined)[],
): Extract<RowWrite, { operation: 'insert' }>['values'] {
  const slug = context.layouts().get(seed.table)?.slug?.column.name;
  const references = Object.entries(seed.references).map(([name, index]) => [name, ids[index] ?? null] as const);
  const links = Object.entries(seed.links).map(
    ([name, indexes]) => [name, indexes.flatMap((index) => ids[index] ?? [])] as const,
  );
  return {
    ...seed.values,
    ...Object.fromEntries(references),
    ...Object.fromEntries(links),
    ...(slug !== undefined && seed.slug !== undefined && { [slug]: seed.slug }),
  };
}
