import type { Change } from '../database/index.ts';
import type { Row } from '../schema/index.ts';
import { currentRow, newDraft, rowKey, versionOf } from './draft.ts';
import type { Draft, WriteContext } from './draft.ts';
import { draftDelete } from './draft-delete.ts';
import { draftInsert } from './draft-insert.ts';
import type { ChangedRow } from './change-hooks.ts';
import { draftUpdate } from './draft-update.ts';
import type { Layout } from './layout.ts';
import type { RowWrite, WriteOutcome } from './tables.ts';

/** A change ready to be applied, and what to answer when it has been. */
export interface Prepared {
  readonly change: Change;
  /** The rows afterwards, in the order of the writes. */
  readonly rows: readonly (Row | null)[];
  /** By statement: the write it belongs to. */
  readonly origins: readonly number[];
  /** What hooks want to know: see `WriteContext.hooked`. */
  readonly touched: readonly ChangedRow[];
}

type Failure = Extract<WriteOutcome, { ok: false }>;

/** Turns writes into a plain change, or says why they cannot be made. Throws for a table that does not exist. */
export async function prepare(context: WriteContext, writes: readonly RowWrite[]): Promise<Prepared | Failure> {
  const ids = writes.map((write) => (write.operation === 'insert' ? (write.id ?? context.ids()) : write.id));
  const inserts = new Map<string, number>();
  for (const [index, write] of writes.entries()) {
    if (write.operation === 'insert') inserts.set(rowKey(write.table, ids[index]!), index);
  }
  const draft = newDraft(context, inserts);
  const rows: (Row | null)[] = [];
  for (const [index, write] of writes.entries()) {
    const layout = layoutFor(context, write.table);
    const id = ids[index]!;
    if (write.operation === 'insert') {
      rows.push((await draftInsert(draft, layout, id, write.values, index)) ?? null);
      continue;
    }
    const before = await currentRow(draft, layout, id);
    if (!before) return { ok: false, reason: 'missing', write: index };
    if (write.version !== undefined && write.version !== versionOf(layout, before)) {
      return { ok: false, reason: 'version', write: index, current: before };
    }
    if (write.operation === 'delete') await draftDelete(draft, layout, before, index);
    rows.push(
      write.operation === 'update' ? ((await draftUpdate(draft, layout, before, write.values, index)) ?? null) : null,
    );
  }
  if (draft.refusals.length > 0) return { ok: false, reason: 'invalid', columns: draft.refusals };
  return finish(draft, rows);
}

function finish(draft: Draft, rows: readonly (Row | null)[]): Prepared {
  const late = [...draft.late.values()].flatMap(({ statements, write }) =>
    statements.map((statement) => ({ statement, write })),
  );
  return {
    change: { statements: [...draft.statements, ...late.map(({ statement }) => statement)], entries: draft.entries },
    rows,
    origins: [...draft.origins, ...late.map(({ write }) => write)],
    touched: draft.touched ?? [],
  };
}

function layoutFor(context: WriteContext, table: string): Layout {
  const layout = context.layouts.get(table);
  if (!layout) throw new Error(`There is no table ${table}.`);
  return layout;
}
