import type { ColumnType, Value } from '../schema/index.ts';
import { asciiDigits, dateFormatter, digitsOf, localeOf } from './format-intl.ts';
import { momentMs, valueOfMoment, zoneOf } from './format-moment.ts';
import type { Moment, MomentKind } from './format-moment.ts';
import { between, escapeRegExp, plainSpaces, withSpace } from './format-text.ts';
import type { DateFormat } from './format-types.ts';

/** Prints one kind of date or time in one language and zone; made once for these. */
export function datePrinter(
  format: DateFormat,
  kind: MomentKind,
  lang: string,
  timeZone: string,
): (value: string) => string {
  const locale = localeOf(format.locale ?? lang);
  const formatter = dateFormatter(locale, format.options, zoneOf(kind, timeZone));
  const { prefix, suffix, space } = format;
  return (value) => prefix + withSpace(formatter.format(momentMs(kind, value)), space) + suffix;
}

/**
 * Reads a date or time back from text that `Intl` wrote. Undefined when the text is not of this format or leaves out
 * what the type needs: a date without its year is known by its machine value only.
 */
export function readDate(
  format: DateFormat,
  type: ColumnType & { readonly kind: MomentKind },
  text: string,
  lang: string,
  timeZone: string,
): Value | undefined {
  const reader = readerOf(format, localeOf(format.locale ?? lang), zoneOf(type.kind, timeZone));
  const core = between(text, format.prefix, format.suffix);
  const match = core === undefined ? null : reader.pattern.exec(asciiDigits(core, reader.digits));
  if (!match || core === undefined) return undefined;
  const moment = momentOf(reader, match.groups ?? {});
  const value = moment && valueOfMoment(type, moment, timeZone);
  if (typeof value !== 'string') return undefined;
  // A wrong weekday, or a day that the month does not have, does not print as it was written.
  return plainSpaces(datePrinter(format, type.kind, lang, timeZone)(value)) === plainSpaces(text) ? value : undefined;
}

interface Reader {
  readonly pattern: RegExp;
  readonly digits: readonly string[];
  /** Written month to number, where months are names. */
  readonly months: ReadonlyMap<string, number>;
  /** Hour and half of the day, as written, to hour. */
  readonly hours: ReadonlyMap<string, number>;
  /** Added to a written year to give the Gregorian one (Buddhist years). */
  readonly yearOffset: number;
  readonly twoDigitYear: boolean;
}

const readers = new WeakMap<DateFormat, Map<string, Reader>>();

function readerOf(format: DateFormat, locale: string, timeZone: string): Reader {
  let byPlace = readers.get(format);
  if (!byPlace) readers.set(format, (byPlace = new Map()));
  const place = `${locale}\n${timeZone}`;
  let reader = byPlace.get(place);
  if (!reader) byPlace.set(place, (reader = makeReader(dateFormatter(locale, format.options, 'UTC'))));
  return reader;
}

type Parts = readonly Intl.DateTimeFormatPart[];

/** Learns how a formatter writes each part from what it writes for every month, weekday and hour. */
function makeReader(formatter: Intl.DateTimeFormat): Reader {
  const resolved = formatter.resolvedOptions();
  const digits = digitsOf(resolved.numberingSystem);
  const written = (ms: number): Parts =>
    formatter.formatToParts(ms).map(({ type, value }) => ({ type, value: asciiDigits(normal(value), digits) }));
  const byMonth = Array.from({ length: 12 }, (_, month) => written(Date.UTC(2026, month, 15)));
  const byDay = Array.from({ length: 7 }, (_, day) => written(Date.UTC(2026, 1, day + 1)));
  const byHour = Array.from({ length: 24 }, (_, hour) => written(Date.UTC(2026, 0, 1, hour)));
  const all = [...byMonth, ...byDay, ...byHour];
  const year = byMonth[0]?.find((part) => part.type === 'year')?.value ?? '';
  return {
    pattern: new RegExp(`^${patternOf(all)}$`, 'u'),
    digits,
    months: new Map(byMonth.map((parts, month) => [valueIn(parts, 'month'), month + 1])),
    hours: new Map(byHour.map((parts, hour) => [hourKey(valueIn(parts, 'hour'), valueIn(parts, 'dayPeriod')), hour])),
    yearOffset: year.length > 2 ? 2026 - Number(year) : 0,
    twoDigitYear: year.length === 2,
  };
}

/** One group per part: digits, or any of the texts that it was seen to be. Parts in the order of the first sample. */
function patternOf(samples: readonly Parts[]): string {
  const first = samples[0] ?? [];
  const alike = samples.filter(
    (parts) => parts.map(({ type }) => type).join() === first.map(({ type }) => type).join(),
  );
  const seen = new Set<string>();
  const pieces = first.map(({ type }, index) => {
    const texts = new Set(alike.map((parts) => parts[index]?.value ?? ''));
    const numeric = [...texts].every((text) => /^\d+$/.test(text));
    const body = numeric
      ? '\\d+'
      : [...texts]
          .sort((a, b) => b.length - a.length)
          .map(escapeRegExp)
          .join('|');
    if (type === 'literal' || seen.has(type) || !readParts.has(type)) return `(?:${body})`;
    seen.add(type);
    return `(?<${type}>${body})`;
  });
  return pieces.join('');
}

const readParts: ReadonlySet<string> = new Set(['year', 'month', 'day', 'hour', 'minute', 'second', 'dayPeriod']);

function momentOf(reader: Reader, parts: Readonly<Record<string, string | undefined>>): Moment | undefined {
  const { year, month, day, hour, minute, second } = parts;
  const monthNumber = month === undefined ? undefined : (reader.months.get(month) ?? Number(month));
  const hourNumber = hour === undefined ? undefined : reader.hours.get(hourKey(hour, parts['dayPeriod'] ?? ''));
  if (Number.isNaN(monthNumber) || (hour !== undefined && hourNumber === undefined)) return undefined;
  const shown = Number(year) + reader.yearOffset;
  return {
    ...(year === undefined ? {} : { year: reader.twoDigitYear ? 2000 + Number(year) : shown }),
    ...(monthNumber === undefined ? {} : { month: monthNumber }),
    ...(day === undefined ? {} : { day: Number(day) }),
    ...(hourNumber === undefined ? {} : { hour: hourNumber }),
    ...(minute === undefined ? {} : { minute: Number(minute) }),
    ...(second === undefined ? {} : { second: Number(second) }),
  };
}

function hourKey(hour: string, dayPeriod: string): string {
  return `${Number(hour)} ${dayPeriod}`;
}

function valueIn(parts: Parts, type: string): string {
  return parts.find((part) => part.type === type)?.value ?? '';
}

/** As {@link plainSpaces}, but a part may begin or end with a space. */
function normal(text: string): string {
  return text.replace(/[\s\p{Zs}]+/gu, ' ');
}
