import { boundedCache } from '../std/index.ts';
import type { DateOptions, NumberOptions } from './format-types.ts';

/*
 * `Intl` objects, made once and kept: making one costs many times its use. Keys come from the author's files (options,
 * languages), never from visitors; the bound is for sites of very many languages.
 */

const formattersMax = 1_000;
const numberFormatters = boundedCache<string, Intl.NumberFormat>(formattersMax);
const dateFormatters = boundedCache<string, Intl.DateTimeFormat>(formattersMax);
const namesByLocale = boundedCache<string, DateNames>(100);

/** The locale for a `lang` attribute: English where it is empty or no language tag. */
export function localeOf(lang: string): string {
  try {
    return Intl.getCanonicalLocales(lang.trim().replaceAll('_', '-'))[0] ?? 'en';
  } catch {
    return 'en';
  }
}

export function numberFormatter(locale: string, options: NumberOptions): Intl.NumberFormat {
  const key = `${locale}\n${JSON.stringify(options)}`;
  let formatter = numberFormatters.get(key);
  if (!formatter) {
    formatter = new Intl.NumberFormat(locale, options);
    numberFormatters.set(key, formatter, 1);
  }
  return formatter;
}

export function dateFormatter(locale: string, options: DateOptions, timeZone: string): Intl.DateTimeFormat {
  const key = `${locale}\n${timeZone}\n${JSON.stringify(options)}`;
  let formatter = dateFormatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(locale, { ...options, timeZone });
    dateFormatters.set(key, formatter, 1);
  }
  return formatter;
}

/** Names of months, weekdays and halves of the day in one language, Gregorian calendar, Latin digits. */
export interface DateNames {
  /** January first; as written beside a day (`août`, genitive where there is one). */
  readonly months: Readonly<Record<'long' | 'short', readonly string[]>>;
  /** As written alone. */
  readonly monthsAlone: Readonly<Record<'long' | 'short', readonly string[]>>;
  /** Sunday first. */
  readonly weekdays: Readonly<Record<'long' | 'short', readonly string[]>>;
  /** By hour, 0 to 23. */
  readonly dayPeriods: readonly string[];
}

export function dateNames(locale: string): DateNames {
  let names = namesByLocale.get(locale);
  if (!names) {
    names = readNames(`${locale.replace(/-u-.*$/, '')}-u-ca-gregory-nu-latn`);
    namesByLocale.set(locale, names, 1);
  }
  return names;
}

function readNames(locale: string): DateNames {
  const months = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2026, month, 15)));
  // 2026-02-01 was a Sunday.
  const days = Array.from({ length: 7 }, (_, day) => new Date(Date.UTC(2026, 1, day + 1)));
  const hours = Array.from({ length: 24 }, (_, hour) => new Date(Date.UTC(2026, 0, 1, hour)));
  const part = (type: string, options: Intl.DateTimeFormatOptions, dates: readonly Date[]): string[] => {
    const formatter = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
    return dates.map((date) => formatter.formatToParts(date).find((each) => each.type === type)?.value ?? '');
  };
  return {
    months: {
      long: part('month', { month: 'long', day: 'numeric' }, months),
      short: part('month', { month: 'short', day: 'numeric' }, months),
    },
    monthsAlone: {
      long: part('month', { month: 'long' }, months),
      short: part('month', { month: 'short' }, months),
    },
    weekdays: {
      long: part('weekday', { weekday: 'long' }, days),
      short: part('weekday', { weekday: 'short' }, days),
    },
    dayPeriods: part('dayPeriod', { hour: 'numeric', hour12: true }, hours),
  };
}

/** The ten digits of a numbering system, for reading: `٣` as 3. */
export function digitsOf(numberingSystem: string): readonly string[] {
  const formatter = new Intl.NumberFormat(`en-u-nu-${numberingSystem}`, { useGrouping: false });
  return Array.from({ length: 10 }, (_, digit) => formatter.format(digit));
}

/** Turns digits of a numbering system into ASCII digits; other characters stay. */
export function asciiDigits(text: string, digits: readonly string[]): string {
  if (digits[0] === '0') return text;
  return Array.from(text, (character) => {
    const digit = digits.indexOf(character);
    return digit < 0 ? character : String(digit);
  }).join('');
}
