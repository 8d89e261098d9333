import { DatabaseError } from '../database/index.ts';
import type { Change, Committer, Driver, Outcome, Refusal } from '../database/index.ts';
import type { Row } from '../schema/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Clock, Ids, Random } from '../std/index.ts';
import { refusalMessage } from './check-values.ts';
import { foldColumn } from '../schema/index.ts';
import type { WriteContext } from './draft.ts';
import type { Layout, Layouts } from './layout.ts';
import { secondRow } from './draft-insert.ts';
import { prepare } from './prepare.ts';
import { presentRow, tableReader } from './reader.ts';
import type { Actor, ColumnRefusal, RowWrite, WriteExtra, WriteOutcome } from './tables.ts';
import { uploadStatements } from './uploads.ts';

/** How often a change is prepared when what it relied on has moved. */
const attemptsMax = 3;
/** The same for a slug that others took first: many rows of one name may arrive in one group. */
const slugAttemptsMax = 6;

export interface RecordsContext {
  readonly driver: Driver;
  readonly committer: Committer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  layouts(): Layouts;
  /** Gives up indexes into which a value does not fit. False where there are none. */
  giveUpIndexes?(tables: ReadonlySet<string>): Promise<boolean>;
}

export interface WriteOptions {
  /** For the program's own writes: samples, undo. */
  readonly trusted?: boolean;
  /** What the change carries besides. */
  readonly extra?: WriteExtra | undefined;
}

/**
 * The one write path: prepare outside any transaction, hand the plain change to the group commit, and prepare again
 * when a version moved, a row it refers to went, or a slug was taken meanwhile.
 */
export async function writeRows(
  context: RecordsContext,
  actor: Actor,
  writes: readonly RowWrite[],
  { trusted = false, extra }: WriteOptions = {},
): Promise<WriteOutcome> {
  for (let attempt = 0; ; attempt++) {
    const layouts = context.layouts();
    const prepared = await prepare(writeContext(context, actor, attempt, trusted), writes);
    if ('ok' in prepared) return presentFailure(layouts, writes, prepared);
    const rows = prepared.rows.map((row, index) => row && presentRow(layouts.get(writes[index]!.table)!, row));
    const { entries, statements: own } = prepared.change;
    const uploads = own.length === 0 ? [] : uploadStatements(context.driver, layouts, writes, rows);
    const statements = [...own, ...uploads, ...(extra?.statements(rows) ?? [])];
    if (statements.length === 0) return { ok: true, rows, position: await context.driver.position() };
    const outcome = await committed(context, writes, { statements, entries });
    if (!outcome) continue;
    if (outcome.ok) {
      const group = outcome.position - entries.length + 1;
      return { ok: true, rows, position: outcome.position, ...(entries.length > 0 && { group }) };
    }
    const { refusal } = outcome;
    if (refusal.statement >= own.length) throw extraRefused(refusal);
    const write = prepared.origins[refusal.statement] ?? 0;
    const layout = layouts.get(writes[write]!.table)!;
    if (mayRetry(refusal, layout, writes[write]!, attempt)) continue;
    return await refused(context, layouts, writes, write, refusal);
  }
}

/** Undefined: an index was in the way and is gone now. */
async function committed(
  context: RecordsContext,
  writes: readonly RowWrite[],
  change: Change,
): Promise<Outcome | undefined> {
  try {
    return await context.committer.commit(change);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== 'database/index-size') throw error;
    const tables = new Set([...writes, ...change.entries].map(({ table }) => table));
    if ((await context.giveUpIndexes?.(tables)) !== true) throw error;
    return undefined;
  }
}

/** What preparing needs, at this moment. */
export function writeContext(context: RecordsContext, actor: Actor, attempt: number, trusted: boolean): WriteContext {
  return {
    actor,
    dialect: context.driver.dialect,
    layouts: context.layouts(),
    reader: context.driver,
    ids: context.ids,
    random: context.random,
    time: new Date(context.clock.now()).toISOString(),
    attempt,
    trusted,
  };
}

function extraRefused(refusal: Refusal): BacklotError {
  return new BacklotError(
    'tables/extra-refused',
    `A statement that was to be applied with the change was refused (${refusal.reason}); nothing was changed.`,
  );
}

function mayRetry(refusal: Refusal, layout: Layout, write: RowWrite, attempt: number): boolean {
  if (refusal.reason === 'unique') {
    return isSlug(refusal, layout) && attempt + 1 < slugAttemptsMax;
  }
  if (refusal.reason !== 'version' && refusal.reason !== 'missing' && refusal.reason !== 'reference') return false;
  // Where the writer named a version, preparing again says at once that it moved.
  return (
    attempt + 1 < attemptsMax || (write.operation !== 'insert' && write.version !== undefined && attempt < attemptsMax)
  );
}

function isSlug(refusal: Refusal, layout: Layout): boolean {
  return layout.slug !== undefined && refusal.columns.some((column) => column.includes('_slug'));
}

async function refused(
  context: RecordsContext,
  layouts: Layouts,
  writes: readonly RowWrite[],
  write: number,
  refusal: Refusal,
): Promise<WriteOutcome> {
  const { operation, table } = writes[write]!;
  const layout = layouts.get(table)!;
  const id = writes[write]!.id;
  if ((refusal.reason === 'version' || refusal.reason === 'missing') && operation !== 'insert' && id !== undefined) {
    const current = await tableReader(context.driver, 0, layouts, context.driver.dialect).byId(table, id);
    return current ? { ok: false, reason: 'version', write, current } : { ok: false, reason: 'missing', write };
  }
  if ((refusal.reason === 'unique' || refusal.reason === 'reference') && operation !== 'delete') {
    return { ok: false, reason: 'invalid', columns: refusedColumns(layout, refusal, write) };
  }
  throw new BacklotError(
    'tables/contended',
    `The ${operation} in ${table} could not be made (${refusal.reason}): other writers were faster each time. Try again.`,
  );
}

/** The columns a broken key means, by logical name. */
function refusedColumns(layout: Layout, refusal: Refusal, write: number): readonly ColumnRefusal[] {
  const reason = refusal.reason === 'unique' ? 'unique' : 'reference';
  if (reason === 'unique' && layout.table.single && refusal.columns.length === 0) return [secondRow(layout, write)];
  const named = Object.values(layout.table.columns).filter(
    (column) =>
      refusal.columns.includes(column.sqlName) || (column.folded && refusal.columns.includes(foldColumn(column))),
  );
  const meant =
    named.length > 0
      ? named
      : Object.values(layout.table.columns).filter((column) =>
          reason === 'unique' ? column.unique && !column.system : column.type.kind.startsWith('reference'),
        );
  return meant.map((column) => ({ write, column: column.name, reason, message: refusalMessage(column, reason) }));
}

function presentFailure(
  layouts: Layouts,
  writes: readonly RowWrite[],
  failure: Extract<WriteOutcome, { ok: false }>,
): WriteOutcome {
  if (failure.reason !== 'version') return failure;
  const current: Row = presentRow(layouts.get(writes[failure.write]!.table)!, failure.current);
  return { ...failure, current };
}
