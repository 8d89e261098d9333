import type { LoggedEntry } from '../database/index.ts';
import type { Table } from '../schema/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Action } from '../tables/index.ts';
import { decide, denied, isStaff, tableOf } from './access.ts';
import type { ApiContext } from './context.ts';
import { wholeNumber } from './parameters.ts';
import { notFound, ProblemError } from './problem.ts';
import { json } from './request.ts';
import type { ApiAnswer, Call } from './request.ts';
import { isShown } from './row-json.ts';
import { changeHeader, moved } from './row-write.ts';

const limitDefault = 50;
const limitMax = 500;

/** `GET /api/TABLE/ID/history`: the changes of a row, the newest first; also of a row that is gone. */
export async function readHistory(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const { table, decision } = await tableOf(context, call, 'read');
  // Who may see only their own rows is not told what others made of them.
  if (decision.own) throw await denied(context, call);
  const id = call.parameters['id'] ?? '';
  const { limit, before } = readWindow(call.request.query);
  // One more than asked for tells whether there are more.
  const found = await context.tables.history(table.name, id, { limit: limit + 1, ...before });
  if (found.length === 0 && before === undefined) throw notFound(`${table.name} has no row ${id}.`);
  const entries = found.slice(-limit).toReversed();
  const names = await actorNames(context, call, entries);
  const shown = entries.map((entry) => ({
    ...entryJson(table, entry),
    change: entry.group,
    time: entry.time,
    actor: { id: entry.actor, name: names.get(entry.actor) ?? '' },
    undoable: entry.patch !== null && mayUndo(context, call, entry),
  }));
  return json(200, { entries: shown, next: found.length > limit ? String(entries.at(-1)!.position) : null });
}

function readWindow(query: string): { readonly limit: number; readonly before?: { readonly before: number } } {
  const parameters = new URLSearchParams(query);
  const [limit, after] = [parameters.get('limit'), parameters.get('_after')];
  return {
    limit: limit === null ? limitDefault : wholeNumber('limit', limit, limitMax),
    ...(after !== null && { before: { before: wholeNumber('_after', after, Number.MAX_SAFE_INTEGER) } }),
  };
}

/** What an entry says of its row. */
export function entryJson(
  table: Table,
  { position, operation, version, patch }: LoggedEntry,
): Readonly<Record<string, unknown>> {
  return { position, operation, version, values: patch === null ? null : valuesOf(table, patch) };
}

/** `POST /api/changes/CHANGE/undo`: takes a whole change back, as a new change. */
export async function undoChange(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const { tables } = context;
  const group = Number(call.parameters['change']);
  const entries = Number.isSafeInteger(group) ? await tables.changeEntries(group) : [];
  if (!isStaff(call.actor)) throw await denied(context, call);
  if (entries.length === 0 || entries.some((entry) => !mayUndo(context, call, entry))) {
    throw notFound('There is no such change.');
  }
  const outcome = await undo(context, call, group);
  if (!outcome.ok) {
    if (outcome.reason === 'invalid') throw notUndoable(outcome.columns.map(({ message }) => message).join(' '));
    if (outcome.reason === 'missing') throw notUndoable('The rows it was about are not there any more.');
    const entry = entries.find(({ id }) => id === outcome.current['id']) ?? entries[0]!;
    throw moved(409, tables.schema.tables[entry.table]!, outcome.current, null);
  }
  await tables.feed.reached(outcome.position);
  return json(200, { change: outcome.group ?? null }, changeHeader(outcome));
}

const inverse: Readonly<Record<LoggedEntry['operation'], Action | undefined>> = {
  insert: 'delete',
  update: 'update',
  delete: 'insert',
  schema: undefined,
};

/** Whether the actor may do what taking an entry back would do. */
export function mayUndo(context: ApiContext, { actor }: Call, entry: LoggedEntry): boolean {
  const table = context.tables.schema.tables[entry.table];
  const action = inverse[entry.operation];
  if (!table || table.detached || !action) return false;
  const decision = decide(context, actor, action, table);
  return decision.allowed && !decision.own;
}

async function undo({ tables }: ApiContext, { actor }: Call, group: number) {
  try {
    return await tables.undo(actor, group);
  } catch (error) {
    if (error instanceof BacklotError && error.code === 'tables/not-undoable') throw notUndoable(error.message);
    throw error;
  }
}

function notUndoable(detail: string): ProblemError {
  return new ProblemError(409, { code: 'not-undoable', detail });
}

/** Names of users, for those who may know them. */
export async function actorNames(
  { accounts }: ApiContext,
  { actor }: Call,
  entries: readonly LoggedEntry[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  if (!isStaff(actor)) return names;
  for (const id of new Set(entries.map((entry) => entry.actor))) {
    const user = id.length === 36 ? await accounts.users.byId(id) : undefined;
    if (user) names.set(id, user.name === '' ? user.email : user.name);
  }
  return names;
}

/** `{column: {before, after}}`, without what clients are not shown. */
function valuesOf(table: Table, patch: string): Readonly<Record<string, unknown>> {
  const read: Readonly<Record<string, readonly [unknown, unknown]>> = JSON.parse(patch);
  const shown = Object.entries(read).filter(([name]) => {
    const column = table.columns[name];
    return column !== undefined && isShown(column);
  });
  return Object.fromEntries(shown.map(([name, [before, after]]) => [name, { before, after }]));
}
