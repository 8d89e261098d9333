import { useSyncExternalStore } from 'react';
import type { Column, Table } from '../api-types.ts';
import { titleColumn } from '../schema/schema.ts';
import { readStored, writeStored } from '../storage.ts';

/** How many columns are shown until somebody chooses. */
const SHOWN_MAX = 7;

const listeners = new Set<() => void>();
const chosen = new Map<string, readonly string[] | undefined>();

function stored(table: string): readonly string[] | undefined {
  if (!chosen.has(table)) {
    const read = readStored(`columns.${table}`);
    chosen.set(table, Array.isArray(read) ? read.filter((name) => typeof name === 'string') : undefined);
  }
  return chosen.get(table);
}

/** Remembered by this browser; undefined: as we would choose. */
export function chooseColumns(table: string, names: readonly string[] | undefined): void {
  chosen.set(table, names);
  writeStored(`columns.${table}`, names ?? null);
  for (const listener of listeners) listener();
}

/** Columns of a table's grid, in order: that by which rows are known comes first. */
export function useShownColumns(table: Table): readonly Column[] {
  const names = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => stored(table.name),
  );
  const title = titleColumn(table);
  const all = gridColumns(table);
  const shown = names
    ? all.filter((column) => column === title || names.includes(column.name))
    : all.filter((column) => column === title || isTelling(column)).slice(0, SHOWN_MAX);
  return shown.length > 0 ? shown : all.slice(0, SHOWN_MAX);
}

/** Everything that can be shown. */
export function gridColumns(table: Table): readonly Column[] {
  const title = titleColumn(table);
  const shown = table.columns.filter(
    ({ name, system, detached }) => !detached && (!system || /^_?(?:created_at|updated_at|slug)$/.test(name)),
  );
  return shown.toSorted((a, b) => rank(a, title, table) - rank(b, title, table));
}

function rank(column: Column, title: Column | undefined, table: Table): number {
  if (column === title) return -1;
  // When something came is what one looks for among submissions.
  if (column.system) return column.name === 'created_at' && table.isSubmissions ? 0 : 2;
  return 1;
}

/** Long texts and the program's own columns are left out at first. */
function isTelling({ type, system, name, constraints }: Column): boolean {
  if (system) return name === 'created_at';
  if (type.kind === 'html' || type.kind === 'markdown') return false;
  return !(type.kind === 'text' && (constraints.maxLength ?? 0) > 1000);
}
