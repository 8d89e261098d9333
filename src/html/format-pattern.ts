import { weekOfDate } from '../schema/index.ts';
import type { ColumnType, Value } from '../schema/index.ts';
import { dateNames, localeOf } from './format-intl.ts';
import type { DateNames } from './format-intl.ts';
import { momentMs, valueOfMoment, wallMs } from './format-moment.ts';
import type { Moment, MomentKind } from './format-moment.ts';
import { escapeRegExp, plainSpaces } from './format-text.ts';
import type { PatternFormat } from './format-types.ts';

/**
 * The fields of a pattern, named as in Unicode's UTS 35. `do` is the ordinal (`14th`, `1er`), `a`, `aaa` and `aaaa`
 * are `PM`, `pm` and `p.m.`.
 */
export const patternFields = [
  'EEEE EEE', // Friday, Fri
  'd dd do', // 4, 04, 4th
  'MMMM MMM MM M LLLL LLL', // August, Aug, 08, 8, August and Aug as written without a day
  'yyyy y yy', // 2026, 26
  'HH H hh h', // 19, 07
  'mm', // 30
  'ss', // 05
  'a aaa aaaa', // PM, pm, p.m.
  'w ww', // week of the year, 33
].flatMap((line) => line.split(' '));

/** One piece of a pattern: a field, or text that stands as it is. */
export type PatternPiece = { readonly field: string } | { readonly text: string };

/**
 * Takes a pattern apart. Text stands in single quotes (`''` is a quote), as may any characters that are no letters.
 * Gives the first unknown field as `unknown`.
 */
export function parsePattern(pattern: string): { pieces: readonly PatternPiece[] } | { unknown: string } {
  const pieces: PatternPiece[] = [];
  for (const [token] of pattern.matchAll(/''|'(?:[^']|'')*'|do|([A-Za-z])\1*|[^'A-Za-z]+|'/g)) {
    if (/^[a-z]/i.test(token)) {
      if (!patternFields.includes(token)) return { unknown: token };
      pieces.push({ field: token });
    } else {
      pieces.push({ text: token.startsWith("'") ? unquote(token) : token });
    }
  }
  return { pieces };
}

/** Writes pieces as a pattern that {@link parsePattern} reads back. */
export function printPattern(pieces: readonly PatternPiece[]): string {
  return pieces
    .map((piece) => {
      if ('field' in piece) return piece.field;
      return /[a-z']/i.test(piece.text) ? `'${piece.text.replaceAll("'", "''")}'` : piece.text;
    })
    .join('');
}

/** Prints a kind of date or time by a pattern; made once per pattern, language and zone. */
export function patternPrinter(
  format: PatternFormat,
  kind: MomentKind,
  lang: string,
  timeZone: string,
): (value: string) => string {
  const names = dateNames(localeOf(format.locale ?? lang));
  const pieces = piecesOf(format);
  // A week belongs to the year of its Thursday.
  const shiftMs = kind === 'week' ? 3 * 86_400_000 : 0;
  return (value) => {
    const ms = momentMs(kind, value);
    const date = new Date(kind === 'instant' ? wallMs(ms, timeZone) : ms + shiftMs);
    let text = '';
    for (const piece of pieces) text += 'field' in piece ? fieldText(piece.field, date, names) : piece.text;
    return text;
  };
}

/** Writes one field of a date that is given as if in UTC. */
export function fieldText(field: string, date: Date, names: DateNames): string {
  switch (field[0]) {
    case 'E':
      return names.weekdays[field.length > 3 ? 'long' : 'short'][date.getUTCDay()] ?? '';
    case 'd':
      return field === 'do' ? (names.ordinals[date.getUTCDate() - 1] ?? '') : padded(date.getUTCDate(), field);
    case 'M':
      return field.length < 3
        ? padded(date.getUTCMonth() + 1, field)
        : (names.months[field.length > 3 ? 'long' : 'short'][date.getUTCMonth()] ?? '');
    case 'L':
      return names.monthsAlone[field.length > 3 ? 'long' : 'short'][date.getUTCMonth()] ?? '';
    case 'y':
      return yearText(date.getUTCFullYear(), field);
    case 'H':
      return padded(date.getUTCHours(), field);
    case 'h':
      return padded(date.getUTCHours() % 12 || 12, field);
    case 'm':
      return padded(date.getUTCMinutes(), field);
    case 's':
      return padded(date.getUTCSeconds(), field);
    case 'a':
      return dayPeriod(names.dayPeriods[date.getUTCHours()] ?? '', field);
    default:
      return padded(Number(weekOfDate(date.toISOString().slice(0, 10)).slice(6)), field);
  }
}

/** Reads text that {@link patternPrinter} wrote; undefined as for `readDate`. */
export function readPattern(
  format: PatternFormat,
  type: ColumnType & { readonly kind: MomentKind },
  text: string,
  lang: string,
  timeZone: string,
): Value | undefined {
  const names = dateNames(localeOf(format.locale ?? lang));
  const seen: string[] = [];
  const source = piecesOf(format).map((piece) => {
    if ('text' in piece)
      return piece.text
        .replace(/[\s\p{Zs}]+/gu, ' ')
        .split(' ')
        .map(escapeRegExp)
        .join(' ');
    seen.push(piece.field);
    return `(${fieldPattern(piece.field, names)})`;
  });
  const match = new RegExp(`^${source.join('').trim()}$`, 'u').exec(plainSpaces(text));
  if (!match) return undefined;
  const moment = momentOf(seen, match.slice(1), names, type.kind === 'week');
  const value = valueOfMoment(type, moment, timeZone);
  if (typeof value !== 'string') return undefined;
  return plainSpaces(patternPrinter(format, type.kind, lang, timeZone)(value)) === plainSpaces(text)
    ? value
    : undefined;
}

const piecesByFormat = new WeakMap<PatternFormat, readonly PatternPiece[]>();

function piecesOf(format: PatternFormat): readonly PatternPiece[] {
  let pieces = piecesByFormat.get(format);
  if (!pieces) {
    const parsed = parsePattern(format.pattern);
    pieces = 'pieces' in parsed ? parsed.pieces : [{ text: format.pattern }];
    piecesByFormat.set(format, pieces);
  }
  return pieces;
}

function fieldPattern(field: string, names: DateNames): string {
  const width = field.length > 3 ? 'long' : 'short';
  if (field === 'do') return anyOf(names.ordinals);
  if (field[0] === 'E') return anyOf(names.weekdays[width]);
  if (field[0] === 'L') return anyOf(names.monthsAlone[width]);
  if (field[0] === 'M' && field.length > 2) return anyOf(names.months[width]);
  if (field[0] === 'a') return anyOf(names.dayPeriods.map((period) => dayPeriod(period, field)));
  return field.length > 1 ? `\\d{${field.length}}` : '\\d+';
}

function anyOf(texts: readonly string[]): string {
  const different = [...new Set(texts.map(plainSpaces))];
  return different
    .sort((a, b) => b.length - a.length)
    .map(escapeRegExp)
    .join('|');
}

function momentOf(fields: readonly string[], texts: readonly string[], names: DateNames, isWeek: boolean): Moment {
  const moment: { -readonly [key in keyof Moment]: Moment[key] } = {};
  let half: string | undefined;
  fields.forEach((field, index) => {
    const text = texts[index] ?? '';
    const number = Number.parseInt(text, 10);
    const width = field.length > 3 ? 'long' : 'short';
    const nameIndex = (list: readonly string[]): number => list.findIndex((name) => plainSpaces(name) === text) + 1;
    if (field[0] === 'd') moment.day = number;
    if (field[0] === 'M') moment.month = field.length < 3 ? number : nameIndex(names.months[width]);
    if (field[0] === 'L') moment.month = nameIndex(names.monthsAlone[width]);
    if (field[0] === 'y') moment[isWeek ? 'weekYear' : 'year'] = field === 'yy' ? 2000 + number : number;
    if (field[0] === 'H' || field[0] === 'h') moment.hour = number;
    if (field[0] === 'm') moment.minute = number;
    if (field[0] === 's') moment.second = number;
    if (field[0] === 'w') moment.week = number;
    if (field[0] === 'a')
      half = names.dayPeriods.map((name) => dayPeriod(name, field)).indexOf(text) < 12 ? 'am' : 'pm';
  });
  if (moment.hour !== undefined && half) moment.hour = (moment.hour % 12) + (half === 'pm' ? 12 : 0);
  return moment;
}

function dayPeriod(period: string, field: string): string {
  if (field === 'a') return period;
  const lower = period.toLowerCase();
  if (field === 'aaa') return lower.replaceAll('.', '');
  return lower.includes('.') ? lower : Array.from(lower, (letter) => `${letter}.`).join('');
}

function yearText(year: number, field: string): string {
  if (field === 'yy') return String(year % 100).padStart(2, '0');
  return padded(year, field);
}

function padded(number: number, field: string): string {
  return String(number).padStart(field.length, '0');
}

function unquote(token: string): string {
  if (token === "''" || token === "'") return "'";
  return token.slice(1, -1).replaceAll("''", "'");
}
