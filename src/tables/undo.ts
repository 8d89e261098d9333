import type { LoggedEntry } from '../database/index.ts';
import type { Value } from '../schema/index.ts';
import { BacklotError } from '../std/index.ts';
import { changeEntries } from './history.ts';
import type { Layout } from './layout.ts';
import { readPatch } from './patch.ts';
import { tableReader } from './reader.ts';
import type { RecordsContext } from './records.ts';
import { writeRows } from './records.ts';
import { sameValue } from './same-value.ts';
import type { Actor, RowWrite, WriteOutcome } from './tables.ts';

/**
 * Takes a change back: what it inserted goes, what it deleted returns with its children, what it edited gets its former
 * values. Only values that are still as the change left them are taken back; where somebody has changed one of them
 * since, nothing is done and the answer is `version` with the row as it is now. Undoing is itself a change of the log,
 * and can be undone. Throws `tables/not-undoable` where the log has not kept what is needed.
 */
export async function undoChange(context: RecordsContext, actor: Actor, group: number): Promise<WriteOutcome> {
  const entries = await changeEntries(context.driver, group);
  if (entries.length === 0) throw notUndoable(group, 'the log no longer has it');
  const writes: RowWrite[] = [];
  const seen = new Set<string>();
  for (const entry of ordered(entries)) {
    const layout = context.layouts().get(entry.table);
    if (entry.operation === 'schema') throw notUndoable(group, 'it changed the schema');
    if (!layout || entry.patch === null) throw notUndoable(group, `table ${entry.table} keeps no history`);
    const write = await undoEntry(context, layout, entry, entry.patch, writes.length, seen);
    if ('ok' in write) return write;
    writes.push(...write.writes);
  }
  return await writeRows(context, actor, writes, { trusted: true, hooks: 'judging' });
}

/** Rows that were deleted return parents first; everything else goes back in reverse. */
function ordered(entries: readonly LoggedEntry[]): readonly LoggedEntry[] {
  const deletes = entries.filter((entry) => entry.operation === 'delete');
  const others = entries.filter((entry) => entry.operation !== 'delete');
  return [...deletes, ...others.toReversed()];
}

async function undoEntry(
  context: RecordsContext,
  layout: Layout,
  entry: LoggedEntry,
  patch: string,
  write: number,
  seen: Set<string>,
): Promise<{ readonly writes: readonly RowWrite[] } | Extract<WriteOutcome, { ok: false }>> {
  const { table, id } = entry;
  const before = readPatch(layout.table, patch, 'before');
  const key = `${table}\0${id}`;
  // A row that several entries of the change touch is looked at once: the later entry is undone first.
  const first = !seen.has(key);
  seen.add(key);
  const reader = tableReader(context.driver, 0, context.layouts(), context.driver.dialect);
  const current = await reader.byId(table, id);
  if (entry.operation === 'delete') {
    if (current) return { ok: false, reason: 'version', write, current };
    const values = { ...before, [layout.system.version.name]: entry.version + 1 };
    return { writes: [{ operation: 'insert', table, id, values }] };
  }
  if (!current) return entry.operation === 'insert' ? { writes: [] } : { ok: false, reason: 'missing', write };
  const after = readPatch(layout.table, patch, 'after');
  if (first && moved(layout, current, after)) return { ok: false, reason: 'version', write, current };
  if (entry.operation === 'insert') return { writes: [{ operation: 'delete', table, id }] };
  delete before[layout.system.updatedAt.name];
  return { writes: [{ operation: 'update', table, id, values: before }] };
}

/** Whether a value the change set is no longer as it left it. */
function moved(
  layout: Layout,
  current: Readonly<Record<string, Value>>,
  after: Readonly<Record<string, Value>>,
): boolean {
  return Object.entries(after).some(([name, value]) => {
    if (name === layout.system.updatedAt.name || layout.table.columns[name]?.detached) return false;
    return !sameValue(current[name] ?? null, value);
  });
}

function notUndoable(group: number, why: string): BacklotError {
  return new BacklotError('tables/not-undoable', `Change ${group} cannot be undone: ${why}.`);
}
