import { canonicalText, parseValue } from '../schema/index.ts';
import type { ColumnType, Value } from '../schema/index.ts';
import { datePrinter, readDate } from './format-date.ts';
import { isMoment } from './format-moment.ts';
import { numberPrinter, numericText, readNumber } from './format-number.ts';
import { patternPrinter, readPattern } from './format-pattern.ts';
import { between, plainSpaces } from './format-text.ts';
import type { Format } from './format-types.ts';

type Printer = (value: Value) => string;

const printers = new WeakMap<Format, Map<string, Printer>>();

/** Languages, zones and types that one format is printed in; more than any one place of a page has. */
const printersMax = 64;

/**
 * Writes a value as text. The missing value is the empty text (a fixed text stays). A value that the format cannot print (text in a date
 * format) is written as its machine text.
 *
 * @param type the column's type, which says how the value is held (money as its minor unit)
 * @param lang the element's language, '' for none
 * @param timeZone the site's IANA zone; matters to instants only
 * @example printFormat(format, { kind: 'money', currency: 'EUR' }, 110000, 'en', 'UTC') // €1,100.00
 */
export function printFormat(format: Format, type: ColumnType, value: Value, lang: string, timeZone: string): string {
  let byPlace = printers.get(format);
  if (!byPlace) printers.set(format, (byPlace = new Map()));
  const place = `${type.kind}\n${lang}\n${timeZone}\n${'scale' in type ? type.scale : 'currency' in type ? type.currency : ''}`;
  let printer = byPlace.get(place);
  if (!printer) {
    if (byPlace.size >= printersMax) byPlace.clear();
    byPlace.set(place, (printer = makePrinter(format, type, lang, timeZone)));
  }
  return printer(value);
}

/**
 * Reads a value back from text, the inverse of {@link printFormat} for every value whose text says all of it. Undefined
 * when the text is not of this format, or leaves out part of the value (a date without its year).
 */
export function readFormat(
  format: Format,
  type: ColumnType,
  text: string,
  lang: string,
  timeZone: string,
): Value | undefined {
  if (format.kind === 'fixed') return undefined;
  const plain = plainSpaces(text);
  if (plain === '' && type.kind !== 'text') return null;
  switch (format.kind) {
    case 'number':
      return readNumber(format, type, text, lang);
    case 'date':
      return isMoment(type) ? readDate(format, type, text, lang, timeZone) : undefined;
    case 'pattern':
      return isMoment(type) ? readPattern(format, type, text, lang, timeZone) : undefined;
    case 'stars':
      return readStars(plain, format.max, type);
    case 'boolean':
      return readBoolean(plain, plainSpaces(format.yes), plainSpaces(format.no), type);
    case 'text': {
      const core = between(text, format.prefix, format.suffix);
      return core === undefined ? undefined : parseValue(type, core);
    }
    default:
      return text;
  }
}

function makePrinter(format: Format, type: ColumnType, lang: string, timeZone: string): Printer {
  const machine = (value: Value): string => canonicalText(type, value);
  switch (format.kind) {
    case 'number': {
      const print = numberPrinter(format, lang);
      return (value) => {
        const text = numericText(type, value);
        return text === undefined ? machine(value) : print(text);
      };
    }
    case 'date':
    case 'pattern': {
      if (!isMoment(type)) return machine;
      const print =
        format.kind === 'date'
          ? datePrinter(format, type.kind, lang, timeZone)
          : patternPrinter(format, type.kind, lang, timeZone);
      return (value) => (typeof value === 'string' && value !== '' ? print(value) : machine(value));
    }
    case 'stars':
      return (value) => (value === null ? '' : starsText(Number(machine(value)), format.max));
    case 'boolean':
      return (value) => (value === null ? '' : value === true ? format.yes : format.no);
    case 'text':
      return (value) => (value === null ? '' : format.prefix + machine(value) + format.suffix);
    case 'fixed':
      return () => format.text;
    default:
      return machine;
  }
}

function starsText(count: number, max: number): string {
  const full = Math.max(0, Math.min(max, Math.round(Number.isFinite(count) ? count : 0)));
  return '★'.repeat(full) + '☆'.repeat(max - full);
}

function readStars(text: string, max: number, type: ColumnType): Value | undefined {
  if (!/^★*☆*$/u.test(text) || text.length !== max) return undefined;
  return parseValue(type, String(text.lastIndexOf('★') + 1));
}

function readBoolean(text: string, yes: string, no: string, type: ColumnType): Value | undefined {
  if (text !== yes && text !== no) return undefined;
  return parseValue(type, text === yes ? 'true' : 'false');
}
