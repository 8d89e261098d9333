import { boundedCache } from '../std/index.ts';
import { dateNames, localeOf } from './format-intl.ts';
import { momentMs, wallMs } from './format-moment.ts';
import type { MomentKind } from './format-moment.ts';
import { fieldText, parsePattern, patternPrinter, printPattern } from './format-pattern.ts';
import type { PatternPiece } from './format-pattern.ts';
import { plainSpaces } from './format-text.ts';
import type { PatternFormat } from './format-types.ts';

interface PatternSample {
  readonly value: string;
  readonly text: string;
}

/** Languages in which a page in another language may write its dates. */
const otherLocales = ['en', 'de', 'fr', 'it', 'es', 'nl', 'pt'];

/** More readings of one text than any date has. */
const readingsMax = 2_000;

/**
 * The patterns that write every sample as its author did, in the element's language or else in another; the likeliest
 * first. The first sample is taken apart into fields and literal text; the others must agree.
 */
export function learnPatterns(
  samples: readonly PatternSample[],
  kind: MomentKind,
  lang: string,
  timeZone: string,
): readonly PatternFormat[] {
  const own = localeOf(lang);
  const [first] = samples;
  if (!first) return [];
  for (const locale of [own, ...otherLocales.filter((other) => other !== own)]) {
    const ms = momentMs(kind, first.value);
    const date = new Date(kind === 'instant' ? wallMs(ms, timeZone) : ms + (kind === 'week' ? 3 * 86_400_000 : 0));
    const padded = readText(first.text.trim(), date, kind, locale);
    const readings = padded.length > 0 ? padded : readText(first.text.trim(), date, kind, locale, false);
    const formats = readings.map((pieces): PatternFormat => {
      const pattern = printPattern(pieces);
      return locale === own ? { kind: 'pattern', pattern } : { kind: 'pattern', pattern, locale };
    });
    const fits = formats.filter((format) => fitsAll(format, samples, kind, lang, timeZone));
    if (fits.length > 0) return bestOf(fits);
  }
  return [];
}

function fitsAll(
  format: PatternFormat,
  samples: readonly PatternSample[],
  kind: MomentKind,
  lang: string,
  timeZone: string,
): boolean {
  const print = patternPrinter(format, kind, lang, timeZone);
  return samples.every(({ value, text }) => plainSpaces(print(value)) === plainSpaces(text));
}

/** Of patterns that all fit, those with the least literal text; numeric wins over 2-digit. */
function bestOf(formats: readonly PatternFormat[]): readonly PatternFormat[] {
  const least = Math.min(...formats.map(literalLength));
  const best = formats.filter((format) => literalLength(format) === least);
  const patterns = new Set(best.map((format) => format.pattern));
  return best.filter((format) => !numericTwins(format.pattern).some((twin) => patterns.has(twin)));
}

function numericTwins(pattern: string): readonly string[] {
  return ['dd', 'MM', 'HH', 'hh', 'ww'].flatMap((field) => {
    return new RegExp(`(?<!${field[0]})${field}(?!${field[0]})`).test(pattern)
      ? [pattern.replace(field, field[0]!)]
      : [];
  });
}

function literalLength({ pattern }: PatternFormat): number {
  const parsed = parsePattern(pattern);
  if (!('pieces' in parsed)) return pattern.length;
  return parsed.pieces.reduce((length, piece) => length + ('text' in piece ? piece.text.length : 0), 0);
}

/**
 * All ways to read a text as fields of a date and literal text. A text with a day or month such as `08` pads both, so
 * `14.08.` is `dd.MM.`; `evenly` turns that off for texts that do not.
 */
function readText(
  text: string,
  date: Date,
  kind: MomentKind,
  locale: string,
  evenly = true,
): readonly (readonly PatternPiece[])[] {
  const names = dateNames(locale);
  const readings: PatternPiece[][] = [];
  const padded = evenly && /(?<!\p{Nd})0\p{Nd}(?!\p{Nd})(?!:)/u.test(text.replace(/\p{Nd}+:.*$/u, ''));
  const fields = fieldsOf(kind).filter((field) => !padded || (field !== 'd' && field !== 'M'));
  const step = (at: number, pieces: readonly PatternPiece[]): void => {
    if (readings.length >= readingsMax) return;
    if (at >= text.length) {
      if (isWhole(pieces, date, locale)) readings.push([...pieces]);
      return;
    }
    const atWord = at === 0 || !sameRun(text[at - 1]!, text[at]!);
    for (const field of atWord ? fields : []) {
      const written = fieldText(field, date, names);
      if (written === '' || !startsWith(text, written, at) || !mayFollow(pieces, field)) continue;
      step(at + written.length, [...pieces, { field }]);
    }
    const [run = ''] = /^(?:[\p{L}\p{M}]+|[^\p{L}\p{M}\p{Nd}])/u.exec(text.slice(at)) ?? [];
    if (run !== '') step(at + run.length, withLiteral(pieces, run));
  };
  step(0, []);
  return readings;
}

const dateFields = ['EEEE', 'EEE', 'd', 'dd', 'do', 'MMMM', 'MMM', 'LLLL', 'LLL', 'M', 'MM', 'yyyy', 'y', 'yy'];
const timeFields = ['H', 'HH', 'h', 'hh', 'mm', 'ss', 'a', 'aaa', 'aaaa'];

function fieldsOf(kind: MomentKind): readonly string[] {
  if (kind === 'date') return dateFields.filter((field) => field !== 'yyyy');
  if (kind === 'time') return timeFields;
  if (kind === 'month') return ['MMMM', 'MMM', 'LLLL', 'LLL', 'M', 'MM', 'y', 'yy'];
  if (kind === 'week') return ['w', 'ww', 'y', 'yy'];
  return [...dateFields.filter((field) => field !== 'yyyy'), ...timeFields];
}

/** What a field says: `H` and `h` both the hour. */
function unitOf(field: string): string {
  return { H: 'hour', h: 'hour', L: 'M' }[field[0]!] ?? field[0]!;
}

/** Each unit once; minutes right after hours, seconds right after minutes. */
function mayFollow(pieces: readonly PatternPiece[], field: string): boolean {
  const fields = pieces.flatMap((piece) => ('field' in piece ? [piece.field] : []));
  if (fields.some((other) => unitOf(other) === unitOf(field))) return false;
  const last = fields.at(-1);
  if (field === 'mm') return last !== undefined && unitOf(last) === 'hour';
  if (field === 'ss') return last === 'mm';
  return true;
}

/**
 * Whether a reading says something, writes hours of half a day only with their half, and has no name of a month or
 * weekday left in its literal text (the author's date and text would contradict each other).
 */
function isWhole(pieces: readonly PatternPiece[], date: Date, locale: string): boolean {
  const fields = pieces.flatMap((piece) => ('field' in piece ? [piece.field] : []));
  if (fields.length === 0) return false;
  const half = fields.some((field) => field.startsWith('a'));
  const twelve = fields.some((field) => field.startsWith('h'));
  if (half !== twelve && !(twelve && date.getUTCHours() > 12)) return false;
  return !namesDate(pieces.map((piece) => ('text' in piece ? piece.text : ' ')).join(''), locale);
}

/**
 * Whether a literal text holds the name of a month or weekday, in the page's language or another: then the text says
 * something that the format would not change with the date, or contradicts the date.
 */
export function namesDate(literal: string, locale: string): boolean {
  const words = literal.split(/[^\p{L}\p{M}]+/u).filter((word) => word.length > 2);
  if (words.length === 0) return false;
  const { exact, folded } = namesIn(locale);
  return words.some((word) => exact.has(word) || folded.has(word.toLowerCase()));
}

interface NameSets {
  /** Short names as the language writes them: `may` is no month, `May` is. */
  readonly exact: ReadonlySet<string>;
  /** Long names of this and the other languages, in lower case. */
  readonly folded: ReadonlySet<string>;
}

const nameSets = boundedCache<string, NameSets>(100);

function namesIn(locale: string): NameSets {
  let sets = nameSets.get(locale);
  if (!sets) {
    const all = [locale, ...otherLocales].map(dateNames);
    const long = all.flatMap(({ months, monthsAlone, weekdays }) =>
      [months, monthsAlone, weekdays].flatMap((names) => names.long),
    );
    const own = dateNames(locale);
    const short = [own.months, own.monthsAlone, own.weekdays].flatMap((names) => [...names.short, ...names.long]);
    sets = {
      exact: new Set(short.map((name) => name.replace(/[^\p{L}\p{M}]/gu, ''))),
      folded: new Set(long.filter((name) => name.length > 3).map((name) => name.toLowerCase())),
    };
    nameSets.set(locale, sets, 1);
  }
  return sets;
}

function withLiteral(pieces: readonly PatternPiece[], text: string): readonly PatternPiece[] {
  const last = pieces.at(-1);
  return last && 'text' in last ? [...pieces.slice(0, -1), { text: last.text + text }] : [...pieces, { text }];
}

/** Whether the text has this field here, and the field is not part of a longer word or number. */
function startsWith(text: string, written: string, at: number): boolean {
  if (!text.startsWith(written, at)) return false;
  const next = text[at + written.length];
  return next === undefined || !sameRun(written.at(-1)!, next);
}

/** Whether two characters belong to one word or one number. */
function sameRun(one: string, other: string): boolean {
  if (/\p{Nd}/u.test(one)) return /\p{Nd}/u.test(other);
  return /[\p{L}\p{M}]/u.test(one) && /[\p{L}\p{M}]/u.test(other);
}
