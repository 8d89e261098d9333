import { canonicalText, isTextKind, parseValue } from '../schema/index.ts';
import type { ColumnType, Value } from '../schema/index.ts';
import { membersOf } from './same-value.ts';

/**
 * A value of one type as another, by its canonical text: `"12"` as an integer is 12, 14.5 as text is `14.5`. Undefined
 * when it cannot be one. Never loses digits: 14.55 is no integer.
 */
export function convertValue(from: ColumnType, to: ColumnType, value: Value): Value | undefined {
  if (value === null || value === '') return null;
  if (from.kind === 'set' || from.kind === 'references') {
    if (to.kind === 'set' || to.kind === 'references') return value;
    const members = membersOf(value);
    return members.length === 1 ? parseValue(to, members[0]!) : undefined;
  }
  if (to.kind === 'set' || to.kind === 'references') return [canonicalText(from, value)];
  if (from.kind === 'html' || to.kind === 'reference') return undefined;
  const text = canonicalText(from, value);
  if (to.kind === 'html') return from.kind === 'markdown' ? undefined : escapeMarkup(text);
  if (isTextKind(to)) return text;
  if (from.kind === 'instant' && to.kind === 'date') return text.slice(0, 10);
  if (from.kind === 'datetime' && to.kind === 'date') return text.slice(0, 10);
  if (from.kind === 'date' && to.kind === 'datetime') return parseValue(to, `${text}T00:00`);
  return parseValue(to, text.trim());
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
