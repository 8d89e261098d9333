import type { Column, ColumnType, Row, Table, Value } from '../api-types.ts';

/** What a control holds: text as it was typed, also while it is no value yet. */
export type Raw = string | boolean | readonly string[];

/** Changed fields by column. */
export type Changes = Readonly<Record<string, Raw>>;

/** What a control shows for a value. */
export function rawOf(type: ColumnType, value: Value | undefined): Raw {
  if (type.kind === 'boolean') return value === true;
  if (type.kind === 'set' || type.kind === 'references') return Array.isArray(value) ? value : [];
  if (value === null || value === undefined) return '';
  if (type.kind === 'instant') return toLocal(String(value));
  return type.kind === 'money' || type.kind === 'decimal' ? withDecimals(type, String(value)) : String(value);
}

/** The value that a control stands for; undefined when what was typed is none. Nothing typed is null. */
export function valueOf(type: ColumnType, raw: Raw): Value | undefined {
  if (typeof raw !== 'string') return typeof raw === 'boolean' || raw.length > 0 ? raw : null;
  if (type.kind === 'text' || type.kind === 'html' || type.kind === 'markdown') return raw === '' ? null : raw;
  const text = raw.trim();
  if (text === '') return null;
  switch (type.kind) {
    case 'integer':
    case 'real':
    case 'decimal':
    case 'money':
      return numberOf(type, text);
    case 'instant': {
      const date = new Date(text);
      return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
    }
    default:
      return text;
  }
}

export function sameRaw(a: Raw, b: Raw): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

/** The fields that differ from the row. */
export function withChange(table: Table, row: Row | null, changes: Changes, column: Column, raw: Raw): Changes {
  const { [column.name]: _before, ...others } = changes;
  const unchanged = sameRaw(raw, rawOf(column.type, row?.[column.name]));
  return unchanged ? others : { ...others, [column.name]: raw };
}

/** The values to save; `wrong` are fields whose text is no value. */
export function valuesOf(
  table: Table,
  changes: Changes,
): { readonly values: Readonly<Record<string, Value>>; readonly wrong: readonly string[] } {
  const values: Record<string, Value> = {};
  const wrong: string[] = [];
  for (const column of table.columns) {
    const raw = changes[column.name];
    if (raw === undefined) continue;
    const value = valueOf(column.type, raw);
    if (value === undefined) wrong.push(column.name);
    else values[column.name] = value;
  }
  return { values, wrong };
}

/** Numbers as people write them: `14,50`, `1.400,00`, `€ 14.5`. */
function numberOf(type: ColumnType, text: string): Value | undefined {
  let plain = text.replace(/[\s\u00a0\u202f’']/g, '').replace(/^[^\d.,-]+|[^\d.,]+$/g, '');
  const comma = plain.lastIndexOf(',');
  const point = plain.lastIndexOf('.');
  if (comma >= 0 && point >= 0) {
    // The later one is the decimal sign, the other groups digits.
    plain = comma > point ? plain.replaceAll('.', '').replace(',', '.') : plain.replaceAll(',', '');
  } else if (comma >= 0) plain = plain.replace(',', '.');
  if (!/^-?(?:\d+\.?\d*|\.\d+)$/.test(plain)) return undefined;
  if (type.kind === 'decimal' || type.kind === 'money') return plain.replace(/\.$/, '').replace(/^(-?)\./, '$10.');
  const number = Number(plain);
  return type.kind === 'integer' && !Number.isSafeInteger(number) ? undefined : number;
}

/** With as many decimals as the column keeps: a price of 11 is written 11.00. */
function withDecimals(type: ColumnType, text: string): string {
  const [whole = '', fraction = ''] = text.split('.');
  const decimals = type.kind === 'decimal' ? type.scale : type.kind === 'money' ? currencyDecimals(type.currency) : 0;
  return decimals === 0 ? text : `${whole}.${fraction.padEnd(decimals, '0')}`;
}

function currencyDecimals(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** An instant as `datetime-local` takes it, in the reader's own time zone. */
function toLocal(instant: string): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return '';
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}
