import type { Column, ColumnType, Row, Table, Value } from '../api-types.ts';
import { readNumber, writeNumber } from '../values/written-number.ts';
import { fromWallClock, toWallClock } from '../values/zone.ts';

/** What a control holds: text as it was typed, also while it is no value yet. */
export type Raw = string | boolean | readonly string[];

/** Changed fields by column. */
export type Changes = Readonly<Record<string, Raw>>;

/** How numbers and instants are written in controls. */
export interface Writing {
  readonly locale: string;
  /** The site's: what its pages show is what is typed here. */
  readonly timeZone: string;
}

/** What a control shows for a value. */
export function rawOf(type: ColumnType, value: Value | undefined, { locale, timeZone }: Writing): Raw {
  if (type.kind === 'boolean') return value === true;
  if (type.kind === 'set' || type.kind === 'references') return Array.isArray(value) ? value : [];
  if (value === null || value === undefined) return '';
  const text = String(value);
  if (type.kind === 'instant') return toWallClock(text, timeZone);
  if (type.kind === 'money' || type.kind === 'decimal') return writeNumber(text, locale, decimalsOf(type));
  return type.kind === 'real' && /^-?\d+\.\d+$/.test(text) ? writeNumber(text, locale) : text;
}

/** The value that a control stands for; undefined when what was typed is none. Nothing typed is null. */
export function valueOf(type: ColumnType, raw: Raw, writing: Writing): Value | undefined {
  if (typeof raw !== 'string') return typeof raw === 'boolean' || raw.length > 0 ? raw : null;
  if (type.kind === 'text' || type.kind === 'html' || type.kind === 'markdown') return raw === '' ? null : raw;
  const text = raw.trim();
  if (text === '') return null;
  switch (type.kind) {
    case 'integer':
    case 'real': {
      const plain = readNumber(text, writing.locale);
      if (plain === undefined) return undefined;
      const number = Number(plain);
      return type.kind === 'integer' && !Number.isSafeInteger(number) ? undefined : number;
    }
    case 'decimal':
    case 'money':
      return readNumber(text, writing.locale);
    case 'instant':
      return fromWallClock(text, writing.timeZone);
    default:
      return text;
  }
}

export function sameRaw(a: Raw, b: Raw): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

/** The fields that differ from the row. */
export function withChange(row: Row | null, changes: Changes, column: Column, raw: Raw, writing: Writing): Changes {
  const { [column.name]: _before, ...others } = changes;
  const unchanged = sameRaw(raw, rawOf(column.type, row?.[column.name], writing));
  return unchanged ? others : { ...others, [column.name]: raw };
}

/** The values to save; fields whose text is no value are left out. */
export function valuesOf(table: Table, changes: Changes, writing: Writing): Readonly<Record<string, Value>> {
  const values: Record<string, Value> = {};
  for (const column of table.columns) {
    const raw = changes[column.name];
    const value = raw === undefined ? undefined : valueOf(column.type, raw, writing);
    if (value !== undefined) values[column.name] = value;
  }
  return values;
}

/** Decimals of a number type: a price of 11 is written 11.00. */
export function decimalsOf(type: ColumnType): number {
  if (type.kind === 'decimal') return type.scale;
  if (type.kind !== 'money') return 0;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: type.currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}
