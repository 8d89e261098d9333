import { typeLabel } from '../schema/index.ts';
import type { ColumnType } from '../schema/index.ts';

/** Text that a richer kind of text contains: `html` in a list and a textarea in a form are one column. */
const textual: ReadonlySet<ColumnType['kind']> = new Set(['text', 'html', 'markdown', 'url']);

/**
 * The type that holds what two places say, or `undefined` when they disagree. Numbers widen (integer, then decimal by
 * scale, then real); money takes plain numbers in; richer text takes plain text in.
 */
export function mergeTypes(a: ColumnType, b: ColumnType): ColumnType | undefined {
  if (sameType(a, b)) return a;
  return widen(a, b) ?? widen(b, a);
}

function widen(a: ColumnType, b: ColumnType): ColumnType | undefined {
  if (a.kind === 'integer' && (b.kind === 'decimal' || b.kind === 'real' || b.kind === 'money')) return b;
  if (a.kind === 'decimal' && b.kind === 'decimal') return a.scale > b.scale ? a : b;
  if (a.kind === 'decimal' && (b.kind === 'real' || b.kind === 'money')) return b;
  if (a.kind === 'real' && b.kind === 'money') return b;
  if (a.kind === 'text' && textual.has(b.kind)) return b;
  if (a.kind === 'file' && b.kind === 'url') return b;
  return undefined;
}

/** Whether two types are the same, parameters included. */
export function sameType(a: ColumnType, b: ColumnType): boolean {
  return typeLabel(a) === typeLabel(b);
}
