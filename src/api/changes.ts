import type { LoggedEntry } from '../database/index.ts';
import type { Row, Table } from '../schema/index.ts';
import type { ChangesAsked, LoggedChange } from '../tables/index.ts';
import { decide, onlyStaff } from './access.ts';
import type { ApiContext } from './context.ts';
import { actorNames, entryJson, mayUndo } from './history.ts';
import { badParameter, wholeNumber } from './parameters.ts';
import { json } from './request.ts';
import type { ApiAnswer, Call } from './request.ts';
import { rowJson } from './row-json.ts';

const limitDefault = 30;
const limitMax = 100;
const operations = ['insert', 'update', 'delete'] as const;
const names = ['table', 'actor', 'operation', 'limit', '_after'] as const;

/**
 * `GET /api/changes`: what people changed, the newest first, each with its first entries and the rows as they are now.
 * `?table=`, `?actor=` (a user's id) and `?operation=` narrow it; `_after` is the `next` of the part before.
 */
export async function listChanges(context: ApiContext, call: Call): Promise<ApiAnswer> {
  await onlyStaff(context, call);
  const asked = readAsked(call.request.query);
  // One more than asked for tells whether there are more.
  const found = await context.tables.changes({ ...asked, limit: asked.limit + 1 });
  const page = found.slice(0, asked.limit);
  const shown = page
    .map((change) => ({ ...change, entries: change.entries.filter((entry) => mayRead(context, call, entry)) }))
    .filter(({ entries }) => entries.length > 0);
  const entries = shown.flatMap((change) => change.entries);
  const [users, rows] = [await actorNames(context, call, entries), await currentRows(context, entries)];
  const changes = shown.map((change) => changeJson(context, call, change, users, rows));
  return json(200, { changes, next: found.length > asked.limit ? String(page.at(-1)!.group) : null });
}

function changeJson(
  context: ApiContext,
  call: Call,
  { group, time, actor, entries, count }: LoggedChange,
  users: ReadonlyMap<string, string>,
  rows: ReadonlyMap<string, Row>,
): unknown {
  return {
    change: group,
    time,
    actor: { id: actor, name: users.get(actor) ?? '' },
    count,
    undoable: entries.every((entry) => entry.patch !== null && mayUndo(context, call, entry)),
    entries: entries.map((entry) => {
      const table = tableOfEntry(context, entry)!;
      const row = rows.get(keyOf(entry));
      return { ...entryJson(table, entry), table: table.name, id: entry.id, row: row ? rowJson(table, row) : null };
    }),
  };
}

function readAsked(query: string): ChangesAsked {
  const parameters = new URLSearchParams(query);
  const unknown = [...parameters.keys()].find((name) => !names.some((each) => each === name));
  if (unknown !== undefined) throw badParameter(unknown, `There is no parameter ${unknown}.`);
  const [table, actor, written, limit, after] = names.map((name) => parameters.get(name) ?? undefined);
  const operation = operations.find((each) => each === written);
  if (written !== undefined && operation === undefined) {
    throw badParameter('operation', `operation is one of ${operations.join(', ')}.`);
  }
  const before = after === undefined ? undefined : wholeNumber('_after', after, Number.MAX_SAFE_INTEGER);
  return {
    limit: limit === undefined ? limitDefault : wholeNumber('limit', limit, limitMax),
    ...(table !== undefined && { table }),
    ...(actor !== undefined && { actor }),
    ...(operation !== undefined && { operation }),
    ...(before !== undefined && { before }),
  };
}

function tableOfEntry({ tables }: ApiContext, { table: name }: LoggedEntry): Table | undefined {
  const table = Object.hasOwn(tables.schema.tables, name) ? tables.schema.tables[name] : undefined;
  return table?.detached === false ? table : undefined;
}

function mayRead(context: ApiContext, { actor }: Call, entry: LoggedEntry): boolean {
  const table = tableOfEntry(context, entry);
  if (!table || table.owner === 'backlot') return false;
  const decision = decide(context, actor, 'read', table);
  return decision.allowed && !decision.own;
}

function keyOf({ table, id }: LoggedEntry): string {
  return `${table}\0${id}`;
}

/** The rows that entries are about, as far as they are there. */
async function currentRows({ tables }: ApiContext, entries: readonly LoggedEntry[]): Promise<ReadonlyMap<string, Row>> {
  const rows = new Map<string, Row>();
  const wanted = new Map(entries.map((entry) => [keyOf(entry), entry]));
  await tables.snapshot(async (reader) => {
    for (const [key, { table, id }] of wanted) {
      const row = await reader.byId(table, id);
      if (row) rows.set(key, row);
    }
  });
  return rows;
}
