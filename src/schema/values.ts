import { currencyExponent } from './currencies.ts';
import { formatScaled, isDecimal, parseScaled } from './decimal.ts';
import type { ColumnType, Value } from './schema.ts';
import { parseDate, parseDateTime, parseInstant, parseMonth, parseTime, parseWeek } from './temporal.ts';
import { safeUrl } from './url.ts';

/** Decimal places kept by a number type: 0 for integers, the currency's for money. Undefined for other kinds. */
export function scaleOf(type: ColumnType): number | undefined {
  if (type.kind === 'integer') return 0;
  if (type.kind === 'decimal') return type.scale;
  return type.kind === 'money' ? (currencyExponent(type.currency) ?? 2) : undefined;
}

/** A type as messages name it: `money EUR`, `decimal with 2 places`, `reference to section`. */
export function typeLabel(type: ColumnType): string {
  switch (type.kind) {
    case 'money':
      return `money ${type.currency}`;
    case 'decimal':
      return `decimal with ${type.scale} ${type.scale === 1 ? 'place' : 'places'}`;
    case 'reference':
      return `reference to ${type.table}`;
    case 'references':
      return `references to ${type.table}`;
    case 'datetime':
      return 'date and time';
    case 'real':
      return 'number';
    default:
      return type.kind;
  }
}

/**
 * Reads machine text as a value of a type: `14.5` as money EUR is 1450. Undefined when the text cannot be one.
 * The empty text is the missing value of every kind but text, html and markdown, where it is itself. Numbers and
 * times are read as the HTML standard writes them, numbers exactly and only within the safe integers. Booleans are
 * `true`, `on`, `1` or `false`, `off`, `0`. A set or references are a JSON array of strings, else a single member.
 * The result is not canonical yet: see {@link canonicalValue}.
 */
export function parseValue(type: ColumnType, text: string): Value | undefined {
  if (text === '') return isTextKind(type) ? '' : null;
  switch (type.kind) {
    case 'integer':
    case 'decimal':
    case 'money':
      return parseScaled(text, scaleOf(type) ?? 0);
    case 'real':
      return parseReal(text);
    case 'boolean':
      return parseBoolean(text);
    case 'date':
      return parseDate(text);
    case 'time':
      return parseTime(text);
    case 'datetime':
      return parseDateTime(text);
    case 'month':
      return parseMonth(text);
    case 'week':
      return parseWeek(text);
    case 'instant':
      return parseInstant(text);
    case 'set':
    case 'references':
      return parseMembers(text);
    default:
      return text;
  }
}

/**
 * Writes a value as machine text: decimals without trailing zeros (`14.5`, `1100`), booleans as `true` and `false`,
 * the missing value as the empty text, a set or references as a JSON array of strings (`["a","b"]`: members may hold
 * any character, so no separator would do). `parseValue` reads it back.
 */
export function canonicalText(type: ColumnType, value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number') return formatScaled(value, type.kind === 'real' ? 0 : (scaleOf(type) ?? 0));
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

/** A value as JSON carries it: decimals and money as strings of canonical text, all else as it is. */
export function jsonValue(type: ColumnType, value: Value): unknown {
  if (value === null || (type.kind !== 'decimal' && type.kind !== 'money')) return value;
  return canonicalText(type, value);
}

/**
 * Reads what {@link jsonValue} writes; undefined when it is no value of the type. Decimals and money may also be JSON
 * numbers; every other kind must have its own JSON type.
 */
export function valueFromJson(type: ColumnType, json: unknown): Value | undefined {
  if (json === null) return null;
  if (type.kind === 'boolean') return typeof json === 'boolean' ? json : undefined;
  if (type.kind === 'set' || type.kind === 'references') return isStrings(json) ? distinct(json) : undefined;
  if (typeof json === 'number' && (type.kind === 'real' || scaleOf(type) !== undefined)) {
    return Number.isFinite(json) ? parseValue(type, String(json)) : undefined;
  }
  if (typeof json !== 'string' || type.kind === 'integer' || type.kind === 'real') return undefined;
  return parseValue(type, json);
}

/**
 * What storage keeps of a value, so that it survives a page (law 3): line ends become LF, NUL is removed, lone
 * surrogates become U+FFFD, URLs that may not stand in a page become `#blocked`, sets lose doubles, an empty set is
 * the missing value. Applying it twice changes nothing.
 */
export function canonicalValue(type: ColumnType, value: Value): Value {
  if (typeof value === 'number') return value === 0 ? 0 : value;
  if (typeof value === 'string') {
    if (type.kind === 'url') return safeUrl(canonicalString(value)) || null;
    return canonicalString(value);
  }
  if (value === null || typeof value === 'boolean') return value;
  return value.length === 0 ? null : distinct(value.map(canonicalString));
}

/** Text as storage keeps it: LF line ends, no NUL, no lone surrogates. */
export function canonicalString(text: string): string {
  const clean = text.isWellFormed() ? text : text.toWellFormed();
  return /[\r\0]/.test(clean) ? clean.replaceAll('\0', '').replace(/\r\n?/g, '\n') : clean;
}

/** Whether the empty text is a value of its own. */
export function isTextKind(type: ColumnType): boolean {
  return type.kind === 'text' || type.kind === 'html' || type.kind === 'markdown';
}

function parseReal(text: string): number | undefined {
  if (!isDecimal(text)) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  return value === 0 ? 0 : value;
}

function parseBoolean(text: string): boolean | undefined {
  if (text === 'true' || text === 'on' || text === '1') return true;
  return text === 'false' || text === 'off' || text === '0' ? false : undefined;
}

function parseMembers(text: string): readonly string[] {
  if (text.startsWith('[')) {
    try {
      const json: unknown = JSON.parse(text);
      if (isStrings(json)) return distinct(json);
    } catch {
      return [text];
    }
  }
  return [text];
}

function isStrings(json: unknown): json is string[] {
  return Array.isArray(json) && json.every((member) => typeof member === 'string');
}

function distinct(members: readonly string[]): readonly string[] {
  return [...new Set(members)];
}
