import { currencyExponent } from '../schema/index.ts';
import type { ColumnType } from '../schema/index.ts';
import { parsePattern, patternFields } from './format-pattern.ts';
import type { DateOptions, Format, NumberOptions } from './format-types.ts';

/** What a `data-format` attribute says: a format and the type it votes for, or what is wrong with it. */
export type ParsedFormat =
  | { readonly ok: true; readonly format: Format; readonly type: ColumnType }
  | { readonly ok: false; readonly message: string; readonly fix: string };

/** Every form of `data-format`, as messages and documents list them. */
export const formatForms = [
  'html',
  'markdown',
  'currency:EUR',
  'number:0.00',
  'percent',
  'date:long',
  'time:short',
  'datetime:medium',
  'month:long',
  'week:w',
  'stars:5',
  'boolean:yes/no',
] as const;

/**
 * Reads a `data-format` attribute. The type is a vote for columns that have no machine value beside the text; where a
 * machine value says more (`datetime` with a time under `date:long`), that one counts.
 *
 * @param currency the site's currency, for a bare `currency`
 * @example parseFormatAttribute('currency:EUR')
 * @example parseFormatAttribute('date:EEEE d MMMM')
 */
export function parseFormatAttribute(text: string, currency?: string): ParsedFormat {
  const [, name = '', argument = ''] = /^\s*([^:\s]*)\s*:?(.*)$/s.exec(text) ?? [];
  const parse = parsers.get(name.toLowerCase());
  if (!parse) return wrong(`data-format="${text}" is no format.`, `Write one of ${formatForms.join(', ')}.`);
  return parse(argument.trim() || (parse === money ? (currency ?? '') : ''));
}

type Parser = (argument: string) => ParsedFormat;

const parsers: ReadonlyMap<string, Parser> = new Map<string, Parser>([
  ['html', (argument) => markup('html', argument)],
  ['markdown', (argument) => markup('markdown', argument)],
  ['currency', money],
  ['number', number],
  ['percent', percent],
  ['stars', stars],
  ['boolean', boolean],
  ['date', (argument) => moment('date', argument)],
  ['time', (argument) => moment('time', argument)],
  ['datetime', (argument) => moment('datetime', argument)],
  ['month', (argument) => moment('month', argument)],
  ['week', (argument) => moment('week', argument)],
]);

function markup(kind: 'html' | 'markdown', argument: string): ParsedFormat {
  if (argument !== '') return wrong(`data-format="${kind}" takes no “${argument}”.`, `Write data-format="${kind}".`);
  return { ok: true, format: { kind }, type: { kind } };
}

function money(argument: string): ParsedFormat {
  const code = argument.toUpperCase();
  const places = currencyExponent(code);
  if (places === undefined) {
    return wrong(
      `“${argument}” is no currency of ISO 4217.`,
      'Write its three letters, such as data-format="currency:EUR".',
    );
  }
  const digits = { minimumFractionDigits: places, maximumFractionDigits: places };
  const options: NumberOptions = { style: 'currency', currency: code, currencyDisplay: 'symbol', ...digits };
  return { ok: true, format: numeric(options), type: { kind: 'money', currency: code } };
}

function number(argument: string): ParsedFormat {
  const shape = digitsOf(argument);
  if (!shape) {
    return wrong(
      `“${argument}” says no number of digits.`,
      'Write 0 for whole numbers, 0.00 for two places, 0.## for at most two, and 0,000 to group thousands.',
    );
  }
  return { ok: true, format: numeric(shape.options), type: placesType(shape.places) };
}

function percent(argument: string): ParsedFormat {
  const shape = digitsOf(argument === '' ? '0.##' : argument);
  if (!shape) return wrong(`“${argument}” says no number of digits.`, 'Write data-format="percent" or "percent:0.0".');
  const options: NumberOptions = { ...shape.options, style: 'percent' };
  return { ok: true, format: numeric(options), type: { kind: 'decimal', scale: shape.places + 2 } };
}

function stars(argument: string): ParsedFormat {
  const max = Number(argument === '' ? '5' : argument);
  if (!Number.isInteger(max) || max < 1 || max > 20) {
    return wrong(`“${argument}” is no number of stars.`, 'Write how many there are at most, 1 to 20: stars:5.');
  }
  return { ok: true, format: { kind: 'stars', max }, type: { kind: 'integer' } };
}

function boolean(argument: string): ParsedFormat {
  const [yes = '', no = '', ...more] = argument.split('/').map((word) => word.trim());
  if (yes === no || more.length > 0 || !argument.includes('/')) {
    return wrong(
      `“${argument}” does not give one text for yes and another for no.`,
      'Write both with a slash between: boolean:yes/no.',
    );
  }
  return { ok: true, format: { kind: 'boolean', yes, no }, type: { kind: 'boolean' } };
}

type NamedMoment = 'date' | 'time' | 'datetime' | 'month' | 'week';

function moment(kind: NamedMoment, argument: string): ParsedFormat {
  const options = namedOptions(kind, argument);
  if (options) return { ok: true, format: { kind: 'date', options, prefix: '', suffix: '' }, type: { kind } };
  const parsed = parsePattern(argument);
  const allowed = `Write ${Object.keys(named[kind])
    .map((name) => `${kind}:${name}`)
    .join(', ')}${
    kind === 'week' ? '' : ', '
  }or a pattern of ${fieldsFor(kind).join(' ')}, other letters in single quotes.`;
  if ('unknown' in parsed) return wrong(`“${parsed.unknown}” in “${kind}:${argument}” is no field of a date.`, allowed);
  const fields = parsed.pieces.flatMap((piece) => ('field' in piece ? [piece.field] : []));
  if (fields.length === 0) return wrong(`“${kind}:${argument}” shows nothing of the ${kind}.`, allowed);
  const foreign = fields.find((field) => !fieldsFor(kind).includes(field));
  if (foreign !== undefined) return wrong(`A ${kind} has no “${foreign}”.`, allowed);
  return { ok: true, format: { kind: 'pattern', pattern: argument }, type: { kind } };
}

/** Formats by name: lengths as `Intl` has them, in the element's language. */
const named: Readonly<Record<NamedMoment, Readonly<Record<string, DateOptions>>>> = {
  date: {
    full: { dateStyle: 'full' },
    long: { dateStyle: 'long' },
    medium: { dateStyle: 'medium' },
    short: { dateStyle: 'short' },
  },
  time: { medium: { timeStyle: 'medium' }, short: { timeStyle: 'short' } },
  datetime: {
    full: { dateStyle: 'full', timeStyle: 'short' },
    long: { dateStyle: 'long', timeStyle: 'short' },
    medium: { dateStyle: 'medium', timeStyle: 'short' },
    short: { dateStyle: 'short', timeStyle: 'short' },
  },
  month: { long: { year: 'numeric', month: 'long' }, short: { year: 'numeric', month: 'short' } },
  week: {},
};

function namedOptions(kind: NamedMoment, argument: string): DateOptions | undefined {
  const lengths = named[kind];
  if (argument === '') return kind === 'week' ? undefined : Object.values(lengths)[kind === 'time' ? 1 : 0];
  return Object.hasOwn(lengths, argument) ? lengths[argument] : undefined;
}

function fieldsFor(kind: NamedMoment): readonly string[] {
  if (kind === 'datetime') return patternFields;
  const units = { date: 'EdMLyw', time: 'Hhmsa', month: 'MLy', week: 'wy' }[kind];
  return patternFields.filter((field) => units.includes(field[0] ?? ''));
}

/** Reads `0`, `0.00`, `0.0#`, `0,000.00` (also `#,##0.00`). */
function digitsOf(pattern: string): { options: NumberOptions; places: number } | undefined {
  const match = /^([#0,]*0)(?:\.(0*)(#*))?$/.exec(pattern);
  const [, whole = '', fixed = '', optional = ''] = match ?? [];
  const places = fixed.length + optional.length;
  if (!match || places > 10 || whole.length > 20 || /,$|^,|,,/.test(whole)) return undefined;
  const grouped = whole.includes(',');
  const zeros = whole.replaceAll('#', '').length;
  return {
    places,
    options: {
      style: 'decimal',
      useGrouping: grouped ? 'always' : false,
      ...(!grouped && zeros > 1 ? { minimumIntegerDigits: zeros } : {}),
      minimumFractionDigits: fixed.length,
      maximumFractionDigits: places,
    },
  };
}

function placesType(places: number): ColumnType {
  return places === 0 ? { kind: 'integer' } : { kind: 'decimal', scale: places };
}

function numeric(options: NumberOptions): Format {
  return { kind: 'number', options, prefix: '', suffix: '' };
}

function wrong(message: string, fix: string): ParsedFormat {
  return { ok: false, message, fix };
}
