import type { ChangedValues, HistoryEntry, Row, Table } from '../api-types.ts';
import { rowTitle } from '../schema/schema.ts';
import type { Words } from '../words/words.ts';
import { isMove } from './changed-values.tsx';

/** Who did it, as far as it may be known. */
export function actorName({ id, name }: HistoryEntry['actor'], { history }: Words): string {
  if (name !== '') return name;
  if (id === 'visitor') return history.visitor;
  return id === 'system' ? history.program : history.somebody;
}

/** What was done, in a word. */
export function operationName(
  table: Table,
  { operation, values }: Pick<HistoryEntry, 'operation' | 'values'>,
  { history }: Words,
): string {
  if (operation === 'insert') return history.inserted;
  if (operation === 'delete') return history.deleted;
  return isMove(table, values) ? history.moved : history.updated;
}

/** What to call a row that may be gone: as it was known before. */
export function titleOf(table: Table, id: string, row: Row | null, values: ChangedValues | null): string {
  if (row) return rowTitle(table, row);
  const before = Object.entries(values ?? {}).map(([name, changed]) => [name, changed.before ?? changed.after]);
  return rowTitle(table, { ...Object.fromEntries(before), id } as Row);
}
