import { datePrinter } from './format-date.ts';
import { dateFormatter, dateNames, localeInDigitsOf, localeOf } from './format-intl.ts';
import { learnPatterns, namesDate } from './format-learn-pattern.ts';
import { momentMs, zoneOf } from './format-moment.ts';
import type { MomentKind } from './format-moment.ts';
import { patternPrinter } from './format-pattern.ts';
import { authorsSpace, plainSpaces, sharedSurroundings } from './format-text.ts';
import type { Surroundings } from './format-text.ts';
import type { DateFormat, DateOptions, PatternFormat } from './format-types.ts';

/** A sample with its canonical value, and the author's text. */
export interface DateSample {
  readonly value: string;
  readonly text: string;
}

export interface LearntDate {
  readonly format: DateFormat | PatternFormat;
  /** The samples fit a further format, and on this day of the year the two differ. */
  readonly doubt?: { readonly one: string; readonly other: string; readonly patterns: readonly string[] };
}

/**
 * Finds the format that writes every sample as its author did: first what `Intl` writes in the element's language, then
 * a pattern of fields and literal text. Numeric wins over 2-digit. Undefined when none fits.
 */
export function learnDate(
  samples: readonly DateSample[],
  kind: MomentKind,
  lang: string,
  timeZone: string,
): LearntDate | undefined {
  const patterns = learnPatterns(samples, kind, lang, timeZone);
  const own = kind === 'week' ? [] : ownFormats(samples, kind, localeOf(lang), timeZone);
  const found = own.length > 0 ? own : patterns;
  const [format] = found;
  if (!format) return undefined;
  const doubt = findDoubt(found, kind, lang);
  if (!doubt) return { format };
  return { format, doubt: { ...doubt, patterns: patterns.slice(0, 2).map((each) => each.pattern) } };
}

/** Prints a value by either kind of date format. */
function anyDatePrinter(
  format: DateFormat | PatternFormat,
  kind: MomentKind,
  lang: string,
  timeZone: string,
): (value: string) => string {
  return format.kind === 'date'
    ? datePrinter(format, kind, lang, timeZone)
    : patternPrinter(format, kind, lang, timeZone);
}

/** What the first two formats that differ somewhere in a year print on the first day or hour they differ. */
function findDoubt(
  formats: readonly (DateFormat | PatternFormat)[],
  kind: MomentKind,
  lang: string,
): { one: string; other: string } | undefined {
  const [first, ...others] = formats.map((format) => anyDatePrinter(format, kind, lang, 'UTC'));
  if (!first || others.length === 0) return undefined;
  for (const value of probes(kind)) {
    const one = plainSpaces(first(value));
    for (const print of others) {
      const other = plainSpaces(print(value));
      if (withoutPadding(other) !== withoutPadding(one)) return { one, other };
    }
  }
  return undefined;
}

/** Numeric wins over 2-digit, so leading zeros are no difference. */
function withoutPadding(text: string): string {
  return text.replace(/(?<!\p{Nd})0+(?=\p{Nd})/gu, '');
}

/** Values of a kind that show every month, weekday, hour, and days of one and two digits. */
function probes(kind: MomentKind): string[] {
  const dates = Array.from({ length: 12 }, (_, month) =>
    [5, 9, 13, 17, 21, 25, 29].map((day) => `${twoDigits(month + 1)}-${twoDigits(day)}`),
  )
    .flat()
    .filter((date) => date !== '02-29')
    .map((date) => `2026-${date}`);
  const times = Array.from({ length: 24 }, (_, hour) => `${twoDigits(hour)}:${twoDigits((hour * 7) % 60)}`);
  if (kind === 'date') return dates;
  if (kind === 'time') return times;
  if (kind === 'month') return dates.map((date) => date.slice(0, 7));
  if (kind === 'week') return Array.from({ length: 52 }, (_, week) => `2026-W${twoDigits(week + 1)}`);
  const both = [...dates.map((date) => `${date}T09:05`), ...times.map((time) => `2026-08-14T${time}`)];
  return kind === 'datetime' ? both : both.map((text) => `${text}:00.000Z`);
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

/** What `Intl` writes in the language, with its digits or else with the author's. */
function ownFormats(
  samples: readonly DateSample[],
  kind: MomentKind,
  locale: string,
  timeZone: string,
): readonly DateFormat[] {
  const texts = samples.map(({ text }) => text);
  const inDigits = localeInDigitsOf(texts, locale);
  if (inDigits === undefined) return intlFormats(samples, kind, locale, timeZone);
  return intlFormats(samples, kind, inDigits, timeZone).map((format) => ({ ...format, locale: inDigits }));
}

/** All that `Intl` can write in this language that fits, those with the least literal text, the plainest first. */
function intlFormats(
  samples: readonly DateSample[],
  kind: MomentKind,
  locale: string,
  timeZone: string,
): readonly DateFormat[] {
  const fits: DateFormat[] = [];
  const unevenly: DateFormat[] = [];
  for (const options of candidates(samples, kind, locale, zoneOf(kind, timeZone))) {
    const format = fitted(samples, options, kind, locale, timeZone);
    if (format) (isUneven(options) ? unevenly : fits).push(format);
  }
  if (fits.length === 0) fits.push(...unevenly);
  const least = Math.min(...fits.map(literalLength));
  const best = fits.filter((format) => literalLength(format) === least);
  return best.filter(
    (format) => !best.some((other) => other !== format && isNumericTwin(other.options, format.options)),
  );
}

/** `08` beside a day that is not padded: tried last, since `14.08.` says that days are padded too. */
function isUneven({ day, month }: DateOptions): boolean {
  return day !== undefined && (month === 'numeric' || month === '2-digit') && month !== day;
}

/** Whether `one` is `other` with numeric fields in place of some 2-digit ones. */
function isNumericTwin(one: DateOptions, other: DateOptions): boolean {
  const loosened = {
    ...other,
    ...(['day', 'month', 'hour'] as const).reduce<DateOptions>(
      (options, field) =>
        other[field] === '2-digit' && one[field] === 'numeric' ? { ...options, [field]: 'numeric' } : options,
      {},
    ),
  };
  return JSON.stringify(loosened) !== JSON.stringify(other) && JSON.stringify(loosened) === JSON.stringify(one);
}

function fitted(
  samples: readonly DateSample[],
  options: DateOptions,
  kind: MomentKind,
  locale: string,
  timeZone: string,
): DateFormat | undefined {
  const bare: DateFormat = { kind: 'date', options, prefix: '', suffix: '' };
  const print = datePrinter(bare, kind, locale, timeZone);
  const texts = samples.map((sample) => sample.text);
  const printed = samples.map((sample) => print(sample.value));
  const around = sharedSurroundings(texts, printed, (each) => standsAlone(each, locale));
  if (!around) return undefined;
  const inner = texts.map((text) => text.slice(around.prefix.length, text.length - around.suffix.length || undefined));
  const space = authorsSpace(inner, printed);
  return { ...bare, ...around, ...(space ? { space } : {}) };
}

/** No digits and no names of months or weekdays in the literal text, no letter that touches the date. */
function standsAlone({ prefix, suffix }: Surroundings, locale: string): boolean {
  return (
    !/\p{Nd}/u.test(prefix + suffix) &&
    !/[\p{L}\p{M}]$/u.test(prefix) &&
    !/^[\p{L}\p{M}]/u.test(suffix) &&
    !namesDate(`${prefix} ${suffix}`, locale)
  );
}

function literalLength(format: DateFormat): number {
  return format.prefix.trimStart().length + format.suffix.trimEnd().length;
}

/** Options whose every field can be seen in the texts. */
function* candidates(
  samples: readonly DateSample[],
  kind: MomentKind,
  locale: string,
  zone: string,
): Iterable<DateOptions> {
  const seen = (options: DateOptions, part: string): boolean => {
    const formatter = dateFormatter(locale, options, zone);
    return samples.every(({ value, text }) => {
      const written = formatter.formatToParts(momentMs(kind, value)).find(({ type }) => type === part)?.value;
      return written !== undefined && plainSpaces(text).includes(plainSpaces(written));
    });
  };
  const dates = kind === 'time' ? [{}] : [...datesSeen(seen, kind, locale)];
  const times = kind === 'date' || kind === 'month' ? [{}] : [...timesSeen(samples)];
  for (const date of dates) {
    for (const time of times) {
      if (Object.keys(date).length + Object.keys(time).length > 0) yield { ...date, ...time };
    }
  }
  yield* styles(kind);
}

type Seen = (options: DateOptions, part: string) => boolean;

function* datesSeen(seen: Seen, kind: MomentKind, locale: string): Iterable<DateOptions> {
  const context: DateOptions = kind === 'month' ? { year: 'numeric' } : { year: 'numeric', day: 'numeric' };
  const years: DateOptions[] = seen({ ...context, month: 'long', year: 'numeric' }, 'year')
    ? [{ year: 'numeric' }]
    : [{ year: '2-digit' }, {}];
  const weekdays = (['long', 'short'] as const).filter((weekday) => seen({ weekday }, 'weekday'));
  const named = (['long', 'short'] as const).filter(
    (month) => seen({ ...context, month }, 'month') || seen({ month }, 'month'),
  );
  // `vendredi 14 août`: where long and short month are the same word, a long weekday goes with the long one.
  const words = weekdays[0] === 'long' && named[0] === 'long' ? (['long'] as const) : named;
  // Japanese writes long months as a number and 月, which `seen` cannot tell from a bare number.
  const months =
    numberedMonths(locale) || words.length === 0 ? ([...words, 'numeric', '2-digit', undefined] as const) : words;
  for (const weekday of weekdays.length > 0 ? weekdays : [undefined]) {
    for (const month of months) {
      for (const day of kind === 'month' ? [undefined] : (['numeric', '2-digit', undefined] as const)) {
        for (const year of years) {
          yield { ...(weekday ? { weekday } : {}), ...year, ...(month ? { month } : {}), ...(day ? { day } : {}) };
        }
      }
    }
  }
}

function numberedMonths(locale: string): boolean {
  return /^\p{Nd}+$/u.test(dateNames(locale).months.long[0] ?? '');
}

function* timesSeen(samples: readonly DateSample[]): Iterable<DateOptions> {
  const shows = (pattern: RegExp): boolean => samples.every(({ text }) => pattern.test(text));
  const minute: DateOptions = shows(/\p{Nd}\D\p{Nd}{2}/u) ? { minute: '2-digit' } : {};
  const second: DateOptions = shows(/\p{Nd}\D\p{Nd}{2}\D\p{Nd}{2}/u) ? { second: '2-digit' } : {};
  yield {};
  for (const hour of ['numeric', '2-digit'] as const) {
    for (const cycle of [{}, { hourCycle: 'h12' }, { hourCycle: 'h23' }] satisfies DateOptions[]) {
      yield { hour, ...minute, ...cycle };
      if ('second' in second) yield { hour, ...minute, ...second, ...cycle };
    }
  }
}

function* styles(kind: MomentKind): Iterable<DateOptions> {
  const dateStyles = ['full', 'long', 'medium', 'short'] as const;
  const timeStyles = ['short', 'medium'] as const;
  if (kind === 'month') return;
  if (kind !== 'time') for (const dateStyle of dateStyles) yield { dateStyle };
  if (kind !== 'date') for (const timeStyle of timeStyles) yield { timeStyle };
  if (kind === 'date' || kind === 'time') return;
  for (const dateStyle of dateStyles) for (const timeStyle of timeStyles) yield { dateStyle, timeStyle };
}
