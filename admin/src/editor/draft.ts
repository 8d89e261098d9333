import type { Row, Table, Value } from '../api-types.ts';
import { versionOf } from '../schema/schema.ts';
import { readStored, writeStored } from '../storage.ts';
import type { Changes } from './field-values.ts';

/** What was typed and not saved yet, with the values it began from. */
interface Draft {
  readonly version: number;
  readonly base: Readonly<Record<string, Value>>;
  readonly changes: Changes;
  readonly at: string;
}

function keyOf(table: Table, id: string): string {
  return `draft.${table.name}.${id}`;
}

/** Keeps what was typed in this browser; nothing typed forgets it. */
export function keepDraft(table: Table, id: string, row: Row | null, changes: Changes): void {
  const names = Object.keys(changes);
  if (names.length === 0) {
    writeStored(keyOf(table, id), null);
    return;
  }
  const draft: Draft = {
    version: row ? versionOf(table, row) : 0,
    base: Object.fromEntries(names.map((name) => [name, row?.[name] ?? null])),
    changes,
    at: new Date().toISOString(),
  };
  writeStored(keyOf(table, id), draft);
}

/**
 * What was kept, and the row as it was then: where it has changed since, saving finds that out as if the editor had been
 * open all the time.
 */
export function readDraft(
  table: Table,
  id: string,
  row: Row | null,
): { readonly changes: Changes; readonly base: Row | null; readonly at: string } | undefined {
  const draft = readStored(keyOf(table, id)) as Partial<Draft> | undefined;
  if (!draft?.changes || Object.keys(draft.changes).length === 0) return undefined;
  const known = Object.entries(draft.changes).filter(([name]) => table.columns.some((column) => column.name === name));
  if (known.length === 0) return undefined;
  const base = row && { ...row, ...draft.base, [table.versionColumn]: draft.version ?? versionOf(table, row) };
  return { changes: Object.fromEntries(known), base, at: draft.at ?? '' };
}
