import { DatabaseError } from '../database/index.ts';
import type { Change, Committer, Driver, Outcome, Refusal } from '../database/index.ts';
import type { Row } from '../schema/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Clock, Ids, Mutex, Random } from '../std/index.ts';
import { hookFault } from './change-hooks.ts';
import type { ChangeHooks, HookScope } from './change-hooks.ts';
import { refusalMessage } from './check-values.ts';
import { foldColumn } from '../schema/index.ts';
import type { WriteContext } from './draft.ts';
import type { Layout, Layouts } from './layout.ts';
import { secondRow } from './draft-insert.ts';
import { changedRows, guardStatement, judge, propose } from './hooked.ts';
import type { Proposal } from './hooked.ts';
import { prepare } from './prepare.ts';
import type { Prepared } from './prepare.ts';
import { presentRow, tableReader } from './reader.ts';
import type { Actor, ColumnRefusal, RowWrite, WriteExtra, WriteOutcome } from './tables.ts';
import { uploadStatements } from './uploads.ts';

/** How often a change is prepared when what it relied on has moved. */
const attemptsMax = 3;
/** The same for a slug that others took first: many rows of one name may arrive in one group. */
const slugAttemptsMax = 6;
/** The same for rows that a hook read and writes: from the second time on, such changes take turns. */
const hookAttemptsMax = 20;

export interface RecordsContext {
  readonly driver: Driver;
  readonly committer: Committer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  layouts(): Layouts;
  /** Gives up indexes into which a value does not fit. False where there are none. */
  giveUpIndexes?(tables: ReadonlySet<string>): Promise<boolean>;
  /** What others have to say about changes; absent where nobody has. */
  readonly hooks?: { readonly changes: ChangeHooks; readonly turns: Mutex };
}

export interface WriteOptions {
  /** For the program's own writes: samples, undo. */
  readonly trusted?: boolean;
  /**
   * Which hooks are asked: all unless told, none where the program itself brings rows into shape. Taking a change back
   * restores values as they were, so that there is nothing to propose.
   */
  readonly hooks?: 'all' | 'judging' | 'none';
  /** What the change carries besides. */
  readonly extra?: WriteExtra | undefined;
}

/**
 * The one write path: prepare outside any transaction, hand the plain change to the group commit, and prepare again
 * when a version moved, a row it refers to went, or a slug was taken meanwhile.
 *
 * @throws BacklotError `tables/contended`, `tables/extra-refused`, and `tables/hook-failed` where a hook is at fault
 */
export async function writeRows(
  context: RecordsContext,
  actor: Actor,
  writes: readonly RowWrite[],
  { trusted = false, hooks = trusted ? 'none' : 'all', extra }: WriteOptions = {},
): Promise<WriteOutcome> {
  const asked = hooks === 'none' ? undefined : context.hooks;
  const attempt: Attempt = {
    actor,
    asked: writes,
    trusted,
    extra,
    hooks: asked && { changes: asked.changes, kinds: hooks },
  };
  for (let number = 0; ; number++) {
    const once = (): Promise<WriteOutcome | undefined> => writeOnce(context, attempt, number);
    const outcome = await (asked && number > 0 ? asked.turns.run(once) : once());
    if (outcome) return outcome;
  }
}

/** What stays the same however often a change is prepared. */
interface Attempt {
  readonly actor: Actor;
  readonly asked: readonly RowWrite[];
  readonly trusted: boolean;
  readonly extra: WriteExtra | undefined;
  readonly hooks: { readonly changes: ChangeHooks; readonly kinds: 'all' | 'judging' | 'none' } | undefined;
}

/** Prepares and commits once. Undefined: what it relied on has moved, and it is to be prepared again. */
async function writeOnce(context: RecordsContext, attempt: Attempt, number: number): Promise<WriteOutcome | undefined> {
  const { actor, asked, trusted, extra, hooks } = attempt;
  const layouts = context.layouts();
  const scope = hooks && hookScope(context, actor, layouts);
  const proposal = hooks?.kinds === 'all' ? await propose(hooks.changes, asked, scope!, context.ids) : unhooked(asked);
  const { writes } = proposal;
  const prepared = await prepare(
    { ...writeContext(context, actor, number, trusted), hooked: hooks !== undefined },
    writes,
  );
  if ('ok' in prepared) {
    if (movedUnderHook(proposal, prepared, number)) return undefined;
    return presentFailure(layouts, writes, callersFailure(asked, proposal, prepared));
  }
  const touched = hooks ? changedRows(layouts, prepared.touched) : [];
  const columns = hooks ? await judge(hooks.changes, touched, scope!) : [];
  if (columns.length > 0)
    return { ok: false, reason: 'invalid', columns: columns.map((one) => callersRefusal(asked, one)) };
  const rows = prepared.rows.map((row, index) => row && presentRow(layouts.get(writes[index]!.table)!, row));
  const own = rows.slice(0, asked.length);
  const { entries, statements: first } = prepared.change;
  const guards = proposal.guards.map((guard) => guardStatement(context.driver, layouts, guard));
  const statements = [
    ...first,
    ...guards,
    ...(first.length === 0 ? [] : uploadStatements(context.driver, layouts, writes, rows)),
    ...(extra?.statements(own) ?? []),
    ...proposal.statements,
    ...(hooks?.changes.follow(touched, actor) ?? []),
  ];
  if (statements.length === 0) return { ok: true, rows: own, position: await context.driver.position() };
  const outcome = await committed(context, writes, { statements, entries });
  if (!outcome) return undefined;
  if (outcome.ok) {
    const group = outcome.position - entries.length + 1;
    return { ok: true, rows: own, position: outcome.position, ...(entries.length > 0 && { group }) };
  }
  const guard = proposal.guards[outcome.refusal.statement - first.length];
  if (guard) {
    const refusal: ColumnRefusal = { write: guard.write, reason: 'refused', ...guard.refusal };
    return { ok: false, reason: 'invalid', columns: [callersRefusal(asked, refusal)] };
  }
  return await explainRefusal(context, layouts, { asked, proposal, prepared, number, refusal: outcome.refusal });
}

function unhooked(writes: readonly RowWrite[]): Proposal {
  return { writes, guards: [], statements: [], sources: new Map(), pinned: new Set() };
}

function hookScope(context: RecordsContext, actor: Actor, layouts: Layouts): HookScope {
  const reader = tableReader(context.driver, 0, layouts, context.driver.dialect);
  const schema = { tables: Object.fromEntries([...layouts].map(([name, { table }]) => [name, table])) };
  return { actor, schema, reader };
}

type Failure = Extract<WriteOutcome, { ok: false }>;

/** Whether a row moved that only a hook relied on, and there is time to look at it again. */
function movedUnderHook({ pinned, sources }: Proposal, failure: Failure, number: number): boolean {
  if (failure.reason !== 'version' || number + 1 >= hookAttemptsMax) return false;
  return pinned.has(failure.write) || sources.has(failure.write);
}

/** A failure as the caller can understand it: what a hook's own writes met is the hook's fault. */
function callersFailure(asked: readonly RowWrite[], { sources, pinned }: Proposal, failure: Failure): Failure {
  if (failure.reason === 'invalid') {
    const column = failure.columns.find(({ write }) => write >= asked.length);
    if (column) throw hookFault(`${sources.get(column.write)} adds a write that is refused: ${column.message}`);
    return failure;
  }
  const source = sources.get(failure.write);
  if (failure.reason === 'version' && (source !== undefined || pinned.has(failure.write))) throw contended('change');
  if (source !== undefined) throw hookFault(`${source} adds a write to a row that is not there.`);
  return failure;
}

/** Hooks may refuse what other hooks added: to the caller it is the whole that is refused. */
function callersRefusal(asked: readonly RowWrite[], refusal: ColumnRefusal): ColumnRefusal {
  return refusal.write < asked.length ? refusal : { ...refusal, write: 0, column: '' };
}

interface RefusedChange {
  readonly asked: readonly RowWrite[];
  readonly proposal: Proposal;
  readonly prepared: Prepared;
  readonly number: number;
  readonly refusal: Refusal;
}

/** What the database's refusal means. Undefined: prepare again. */
async function explainRefusal(
  context: RecordsContext,
  layouts: Layouts,
  { asked, proposal, prepared, number, refusal }: RefusedChange,
): Promise<WriteOutcome | undefined> {
  const { writes, sources, pinned } = proposal;
  if (refusal.statement >= prepared.change.statements.length) throw extraRefused(refusal);
  const write = prepared.origins[refusal.statement] ?? 0;
  const hooksOwn = sources.has(write) || pinned.has(write);
  if (hooksOwn && refusal.reason === 'version' && number + 1 < hookAttemptsMax) return undefined;
  const layout = layouts.get(writes[write]!.table)!;
  if (mayRetry(refusal, layout, writes[write]!, number)) return undefined;
  return callersFailure(asked, proposal, await refused(context, layouts, writes, write, refusal));
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
): Promise<Failure> {
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
  throw contended(`${operation} in ${table}`, refusal.reason);
}

function contended(what: string, reason = 'version'): BacklotError {
  return new BacklotError(
    'tables/contended',
    `The ${what} could not be made (${reason}): other writers were faster each time. Try again.`,
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

function presentFailure(layouts: Layouts, writes: readonly RowWrite[], failure: Failure): WriteOutcome {
  if (failure.reason !== 'version') return failure;
  const current: Row = presentRow(layouts.get(writes[failure.write]!.table)!, failure.current);
  return { ...failure, current };
}
