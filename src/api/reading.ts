import { ownColumn, ownTable } from '../schema/index.ts';
import type { Row, Table } from '../schema/index.ts';
import type { Actor } from '../tables/index.ts';
import { onlyStaff } from './access.ts';
import { readJson } from './body.ts';
import type { ApiContext } from './context.ts';
import { parseBody } from './parse-body.ts';
import { ProblemError } from './problem.ts';
import { json } from './request.ts';
import type { ApiAnswer, Call } from './request.ts';

const READING = '_reading';

/** How many rows are remembered one by one; see {@link bounded}. */
const marksMax = 1000;
/** How often a change is merged anew when another of the same person's devices was faster. */
const attemptsMax = 5;

/** What somebody has read of what visitors sent. One row for each user, under the user's own id. */
export const readingTable: Table = ownTable({
  name: READING,
  label: 'What users have read',
  log: 'none',
  columns: [
    // The row goes with the user.
    ownColumn('user', { kind: 'reference', table: '_user' }, { required: true, child: true }),
    ownColumn('read_before', { kind: 'instant' }),
    ownColumn('read', { kind: 'set' }),
    ownColumn('unread', { kind: 'set' }),
  ],
});

/** All that came up to a moment has been read, but for `unread`; of what came later, `read` has. Ids of rows. */
export interface Reading {
  readonly readBefore: string | null;
  readonly read: readonly string[];
  readonly unread: readonly string[];
}

const system: Actor = { kind: 'system', id: 'system', roles: [] };

/** `GET /api/me/reading`: what the user has read, on whichever device. */
export async function readReading(context: ApiContext, call: Call): Promise<ApiAnswer> {
  await onlyStaff(context, call);
  return json(200, readingOf(await currentRow(context, call.actor.id)));
}

/** `POST /api/me/reading`: marks rows as read or unread, or all up to a moment as read; gives what is then read. */
export async function changeReading(context: ApiContext, call: Call): Promise<ApiAnswer> {
  await onlyStaff(context, call);
  const marked = await parseBody((contracts) => contracts.reading, await readJson(call.request));
  const { id } = call.actor;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const row = await currentRow(context, id);
    const next = bounded(withMarks(readingOf(row), marked));
    if (await save(context, id, row, next)) return json(200, next);
  }
  throw new ProblemError(503, {
    code: 'busy',
    detail: 'Another of your devices is marking messages too. Try again.',
    headers: { 'retry-after': '2' },
  });
}

interface Marked {
  readonly read?: readonly string[] | undefined;
  readonly unread?: readonly string[] | undefined;
  readonly readBefore?: string | undefined;
}

function withMarks(before: Reading, { read = [], unread = [], readBefore }: Marked): Reading {
  const passed = readBefore === undefined ? undefined : new Date(readBefore).toISOString();
  const start = passed === undefined ? before : { readBefore: passed, read: [], unread: [] };
  return {
    readBefore: start.readBefore,
    read: [...new Set([...read, ...start.read])].filter((id) => !unread.includes(id)),
    unread: [...new Set([...unread, ...start.unread])].filter((id) => !read.includes(id)),
  };
}

/**
 * Marks are not kept without end. Of too many that are read the older half is forgotten, and the moment up to which all
 * is read moves behind them: what has stayed unread for so long counts as read.
 */
function bounded({ readBefore, read, unread }: Reading): Reading {
  if (read.length <= marksMax) return { readBefore, read, unread: unread.slice(0, marksMax) };
  const kept = read.slice(0, marksMax / 2);
  const passed = read
    .slice(marksMax / 2)
    .map(madeAtMs)
    .toSorted((a, b) => a - b);
  const moment = new Date(passed.at(-1) ?? 0).toISOString();
  return {
    readBefore: readBefore !== null && readBefore > moment ? readBefore : moment,
    read: kept,
    unread: unread.slice(0, marksMax),
  };
}

/** Ids of rows begin with the moment they were made at (UUID version 7, RFC 9562). */
function madeAtMs(id: string): number {
  const ms = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  return Number.isFinite(ms) ? ms : 0;
}

async function currentRow({ tables }: ApiContext, userId: string): Promise<Row | undefined> {
  return await tables.snapshot((reader) => reader.byId(READING, userId));
}

function readingOf(row: Row | undefined): Reading {
  const { read_before: readBefore = null, read = null, unread = null } = row ?? {};
  return {
    readBefore: typeof readBefore === 'string' ? readBefore : null,
    read: idsOf(read),
    unread: idsOf(unread),
  };
}

function idsOf(value: Row[string]): readonly string[] {
  return typeof value === 'object' && value !== null ? value : [];
}

/** False where the row has changed since, or is there by now. */
async function save(
  { tables }: ApiContext,
  userId: string,
  row: Row | undefined,
  { readBefore, read, unread }: Reading,
): Promise<boolean> {
  const values = {
    read_before: readBefore,
    read: read.length === 0 ? null : read,
    unread: unread.length === 0 ? null : unread,
  };
  const outcome = await tables.write(system, [
    row
      ? { operation: 'update', table: READING, id: userId, version: Number(row['version']), values }
      : { operation: 'insert', table: READING, id: userId, values: { ...values, user: userId } },
  ]);
  return outcome.ok;
}
