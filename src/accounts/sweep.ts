import type { Row } from '../schema/index.ts';
import type { Clock } from '../std/index.ts';
import type { Actor, Tables } from '../tables/index.ts';
import { SESSIONS, SETUP_TOKENS, USERS } from './account-tables.ts';
import { findRows, rowById, textOf } from './find-rows.ts';
import { isOver, lifetimeOf, timesOf } from './sessions.ts';
import type { SessionLifetime } from './sessions.ts';

export interface SweepOptions {
  readonly tables: Tables;
  readonly clock: Clock;
  readonly staff: SessionLifetime;
  readonly visitors: SessionLifetime;
}

const system: Actor = { kind: 'system', id: 'system', roles: [] };
const BATCH = 200;

/**
 * Removes sessions whose time is over and setup links that nobody used; gives how many of both. A session that was used
 * up to its absolute end is found once it has been idle too, as nobody can use it any more.
 */
export async function sweepAccounts(options: SweepOptions): Promise<number> {
  const { tables, clock, staff, visitors } = options;
  const nowMs = clock.now();
  const idleSince = nowMs - Math.min(staff.idleMs, visitors.idleMs);
  let removed = await removeAll(tables, SETUP_TOKENS, await findRows(tables, SETUP_TOKENS, until('expires_at', nowMs)));
  let after: Row | undefined;
  for (;;) {
    const query = `${until('seen_at', idleSince)}&sort=seen_at`;
    const rows = await findRows(tables, SESSIONS, query, BATCH, after);
    const over: Row[] = [];
    for (const row of rows) if (await isEnded(options, row, nowMs)) over.push(row);
    removed += await removeAll(tables, SESSIONS, over);
    after = rows.at(-1);
    if (rows.length < BATCH) return removed;
  }
}

async function isEnded(options: SweepOptions, row: Row, nowMs: number): Promise<boolean> {
  const user = await rowById(options.tables, USERS, textOf(row, 'user'));
  const roles = Array.isArray(user?.['roles']) ? user['roles'].map(String) : [];
  return isOver(timesOf(row), lifetimeOf(options, roles), nowMs);
}

function until(column: string, ms: number): string {
  return `${column}.max=${encodeURIComponent(new Date(ms).toISOString())}`;
}

/** One by one, though in few commits: another process may be removing the same. */
async function removeAll(tables: Tables, table: string, rows: readonly Row[]): Promise<number> {
  const outcomes = await Promise.all(
    rows.map((row) => tables.write(system, [{ operation: 'delete', table, id: textOf(row, 'id') }])),
  );
  return outcomes.filter(({ ok }) => ok).length;
}
