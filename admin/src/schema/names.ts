import type { Column, Table } from '../api-types.ts';
import type { Words } from '../words/words.ts';

/** A column as people read it: `created_at` is `Received` or `Created`, `arrival-time` is `Arrival time`. */
export function columnName(column: Pick<Column, 'name' | 'label' | 'system'>, words: Words): string {
  const system: Readonly<Record<string, string>> = words.columns;
  if (column.system) return system[column.name.replace(/^_/, '')] ?? plainName(column.label);
  return plainName(column.label === '' ? column.name : column.label);
}

export function tableName(table: Pick<Table, 'name' | 'label'>): string {
  return plainName(table.label === '' ? table.name : table.label);
}

/** Identifiers become words; what has been written as words stays. */
export function plainName(name: string): string {
  const spaced = /^[a-z0-9_-]+$/i.test(name)
    ? name
        .replace(/([a-z])([A-Z])/g, '$1 $2')
        .replaceAll(/[_-]+/g, ' ')
        .trim()
    : name.trim();
  return spaced.charAt(0).toLocaleUpperCase() + spaced.slice(1);
}
