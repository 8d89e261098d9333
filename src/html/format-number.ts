import { canonicalText, parseValue } from '../schema/index.ts';
import type { ColumnType, Value } from '../schema/index.ts';
import { asciiDigits, digitsOf, localeOf, numberFormatter } from './format-intl.ts';
import { between, escapeRegExp, plainSpaces, withApostrophe, withSpace } from './format-text.ts';
import type { NumberFormat } from './format-types.ts';

/** Prints one kind of number in one language; made once per format and language. */
export function numberPrinter(format: NumberFormat, lang: string): (machine: string) => string {
  const formatter = numberFormatter(localeOf(format.locale ?? lang), format.options);
  const { prefix, suffix, space, apostrophe, whole } = format;
  const inHand = (text: string): string => prefix + withApostrophe(withSpace(text, space), apostrophe) + suffix;
  if (whole === undefined) {
    return (machine) => (isNumeral(machine) ? inHand(formatter.format(machine)) : machine);
  }
  return (machine) => {
    if (!isNumeral(machine)) return machine;
    const parts = formatter.formatToParts(machine);
    const round = parts.every((part) => part.type !== 'fraction' || /^0*$/.test(part.value));
    const text = parts.map((part) => {
      if (!round || (part.type !== 'decimal' && part.type !== 'fraction')) return part.value;
      return part.type === 'decimal' ? whole : '';
    });
    return inHand(text.join(''));
  };
}

/**
 * Reads a number back from text. What {@link numberPrinter} wrote is always read; so is the same number with another
 * currency sign or spacing. Digits that are not grouped as the language groups them are refused, since `14.50` on a
 * German page would else become 1450.
 */
export function readNumber(format: NumberFormat, type: ColumnType, text: string, lang: string): Value | undefined {
  const symbols = symbolsOf(localeOf(format.locale ?? lang), format);
  let core = between(text, format.prefix, format.suffix) ?? plainSpaces(text);
  if (format.whole !== undefined) core = core.replace(format.whole, '');
  core = asciiDigits(core, symbols.digits).replace(/[\u200e\u200f\u061c]/g, '');
  const negative = /[-\u2212\u2013]\s?[^\d]*\d|\d[^\d]*-$/.test(core) || (symbols.accounting && core.startsWith('('));
  const runs = core.match(symbols.run) ?? [];
  const run = runs[0];
  if (runs.length !== 1 || run === undefined) return undefined;
  const [wholeDigits = '', fraction, ...more] = run.split(symbols.decimal);
  if (more.length > 0 || (fraction !== undefined && !/^\d+$/.test(fraction))) return undefined;
  if (!symbols.grouped.test(wholeDigits)) return undefined;
  const digits = wholeDigits.replace(/\D/g, '');
  const machine = `${digits || '0'}${fraction ? `.${fraction}` : ''}`;
  const scaled = format.options.style === 'percent' ? hundredth(machine) : machine;
  const value = parseValue(type, (negative && /[1-9]/.test(scaled) ? '-' : '') + scaled);
  return value === null ? undefined : value;
}

/** Machine text of a value that a number format can print; undefined for other values. */
export function numericText(type: ColumnType, value: Value): string | undefined {
  if (typeof value === 'number') return canonicalText(type, value);
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? value : undefined;
}

/** `Intl` takes decimal text exactly, without a binary fraction in between. */
function isNumeral(text: string): text is Intl.StringNumericLiteral {
  return text !== '' && !Number.isNaN(Number(text));
}

interface Symbols {
  readonly decimal: string;
  readonly digits: readonly string[];
  /** One number: digits with what may part them. */
  readonly run: RegExp;
  /** The digits before the decimal sign, grouped rightly or not at all. */
  readonly grouped: RegExp;
  readonly accounting: boolean;
}

const symbolsByFormat = new WeakMap<NumberFormat, Map<string, Symbols>>();

function symbolsOf(locale: string, format: NumberFormat): Symbols {
  let byLocale = symbolsByFormat.get(format);
  if (!byLocale) symbolsByFormat.set(format, (byLocale = new Map()));
  let symbols = byLocale.get(locale);
  if (!symbols) byLocale.set(locale, (symbols = findSymbols(locale, format)));
  return symbols;
}

function findSymbols(locale: string, format: NumberFormat): Symbols {
  const currency = format.options.style === 'currency';
  const sample = numberFormatter(locale, {
    ...(currency ? { style: 'currency', currency: format.options.currency ?? 'EUR' } : {}),
    useGrouping: 'always',
    minimumFractionDigits: 1,
  });
  const parts = sample.formatToParts(1234567.8);
  const valueOf = (type: string, otherwise: string): string =>
    plainSpaces(`|${parts.find((part) => part.type === type)?.value ?? otherwise}|`).replaceAll('|', '');
  const decimal = valueOf('decimal', '.');
  const group = escapeRegExp(valueOf('group', ',')).replace(/['’]/g, "['’]");
  const mark = escapeRegExp(decimal);
  return {
    decimal,
    digits: digitsOf(sample.resolvedOptions().numberingSystem),
    run: new RegExp(`\\d(?:\\d|${group}(?=\\d))*(?:${mark}\\d+)?|${mark}\\d+`, 'g'),
    grouped: new RegExp(`^(?:\\d*|\\d{1,3}(?:${group}\\d{2,4})*${group}\\d{3,4})$`),
    accounting: format.options.currencySign === 'accounting',
  };
}

/** Divides machine text by 100 by moving the point. */
function hundredth(machine: string): string {
  const [whole = '', fraction = ''] = machine.split('.');
  const padded = whole.padStart(3, '0');
  return `${padded.slice(0, -2)}.${padded.slice(-2)}${fraction}`;
}
