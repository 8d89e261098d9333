import type { Value } from '../api-types.ts';

/** By RFC 4180; what a spreadsheet would take for a formula is made text. */
export function csvCell(value: Value | undefined): string {
  if (value === null || value === undefined) return '';
  const written = Array.isArray(value) ? value.join(', ') : String(value);
  const text =
    typeof value === 'string' && /^[=+\-@\t\r]/.test(written) && !/^-?\d+(?:\.\d+)?$/.test(written)
      ? `'${written}`
      : written;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
