import type { ColumnType } from '../api-types.ts';

/** The browser's own control for a kind of value. */
export function nativeInputType({
  kind,
}: ColumnType): 'text' | 'number' | 'date' | 'time' | 'datetime-local' | 'month' | 'week' | 'url' {
  switch (kind) {
    case 'integer':
    case 'decimal':
    case 'money':
    case 'real':
      return 'number';
    case 'date':
    case 'time':
    case 'month':
    case 'week':
      return kind;
    case 'datetime':
    case 'instant':
      return 'datetime-local';
    default:
      return 'text';
  }
}
