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
  /** Days of the month as the language counts them: `14th`, `1er`. The first day first. */
  readonly ordinals: readonly string[];
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
    ordinals: Array.from({ length: 31 }, (_, day) => ordinal(day + 1, new Intl.Locale(locale).language)),
  };
}

/** Languages that count the first day only: `1er septembre`, but `2 septembre`. */
const firstDays: Readonly<Record<string, string>> = { fr: '1er', it: '1º', pt: '1º' };

/** Elsewhere the English ordinal: 1st, 2nd, 3rd, 4th, 11th. */
function ordinal(day: number, language: string): string {
  const first = firstDays[language];
  if (first !== undefined) return day === 1 ? first : String(day);
  const tens = day % 100;
  const suffix = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
  return `${day}${suffix}`;
}

/** The ten digits of a numbering system, for reading: `٣` as 3. */
export function digitsOf(numberingSystem: string): readonly string[] {
  const formatter = new Intl.NumberFormat(`en-u-nu-${numberingSystem}`, { useGrouping: false });
  return Array.from({ length: 10 }, (_, digit) => formatter.format(digit));
}

/** Where the digits of a numbering system begin in Unicode, by its name (UTS 35). */
const zeros: Readonly<Record<string, number>> = {
  latn: 0x30,
  arab: 0x660,
  arabext: 0x6f0,
  deva: 0x966,
  beng: 0x9e6,
  guru: 0xa66,
  gujr: 0xae6,
  tamldec: 0xbe6,
  telu: 0xc66,
  knda: 0xce6,
  mlym: 0xd66,
  thai: 0xe50,
  laoo: 0xed0,
  tibt: 0xf20,
  mymr: 0x1040,
  khmr: 0x17e0,
  fullwide: 0xff10,
};

/**
 * The locale with the digits that the texts are written in, where its own are others: Arabic is written with either
 * kind. Undefined where they are its own, or of several kinds.
 */
export function localeInDigitsOf(texts: readonly string[], locale: string): string | undefined {
  const systems = new Set(texts.flatMap((text) => Array.from(text.match(/\p{Nd}/gu) ?? [], numberingSystem)));
  const [system] = systems;
  if (systems.size !== 1 || system === undefined) return undefined;
  const own = numberFormatter(locale, {}).resolvedOptions().numberingSystem;
  return own === system ? undefined : new Intl.Locale(locale, { numberingSystem: system }).toString();
}

function numberingSystem(digit: string): string | undefined {
  const code = digit.codePointAt(0) ?? 0;
  return Object.keys(zeros).find((system) => code >= zeros[system]! && code < zeros[system]! + 10);
}

/** Turns digits of a numbering system into ASCII digits; other characters stay. */
export function asciiDigits(text: string, digits: readonly string[]): string {
  if (digits[0] === '0') return text;
  return Array.from(text, (character) => {
    const digit = digits.indexOf(character);
    return digit < 0 ? character : String(digit);
  }).join('');
}
