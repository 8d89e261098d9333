import { currencyExponent } from '../schema/index.ts';
import type { ColumnType } from '../schema/index.ts';
import { currenciesIn } from './format-currency.ts';
import { localeInDigitsOf, localeOf } from './format-intl.ts';
import { numberPrinter } from './format-number.ts';
import { authorsApostrophe, authorsSpace, sharedSurroundings } from './format-text.ts';
import type { Surroundings } from './format-text.ts';
import type { NumberFormat, NumberOptions } from './format-types.ts';

/** A sample with its machine value: valid machine number, and the author's text. */
export interface NumberSample {
  readonly machine: string;
  readonly text: string;
}

export interface LearntNumber {
  readonly format: NumberFormat;
  readonly type: ColumnType;
  /** Digits stand in the text around the number, and one sample cannot say whether they belong to it. */
  readonly looseDigits: string | undefined;
}

/** Languages whose habits an author may follow on a page in another language, most common first. */
const otherLocales = ['en', 'de', 'fr', 'de-CH', 'en-IN'];

/**
 * Finds the format that writes every sample as its author did. The element's language first, then other habits of
 * grouping. Of formats that all fit, the one with the least literal text wins. Undefined when none fits.
 */
export function learnNumber(samples: readonly NumberSample[], lang: string): LearntNumber | undefined {
  const own = localeOf(lang);
  const currencies = currenciesOf(samples, own);
  const inDigits = localeInDigitsOf(
    samples.map(({ text }) => text),
    own,
  );
  const others = otherLocales.filter((other) => other !== own);
  for (const locale of [own, ...(inDigits === undefined ? [] : [inDigits]), ...others]) {
    const format = bestFormat(samples, locale, locale === own ? undefined : locale, currencies);
    if (format) return learnt(format, samples, currencies[0]);
  }
  return undefined;
}

/** The type that machine numbers imply: integer, or decimal with at least two places. */
export function numberType(machines: readonly string[], placesMin = 0): ColumnType {
  const places = Math.max(placesMin, ...machines.map(placesOf));
  return places === 0 ? { kind: 'integer' } : { kind: 'decimal', scale: Math.max(2, places) };
}

function learnt(format: NumberFormat, samples: readonly NumberSample[], currency: string | undefined): LearntNumber {
  const machines = samples.map((sample) => sample.machine);
  const loose = (format.prefix + format.suffix).trim();
  return {
    format,
    type: typeOf(format, machines, currency),
    looseDigits: /\d/.test(loose) && new Set(machines).size === 1 ? loose : undefined,
  };
}

function typeOf(format: NumberFormat, machines: readonly string[], currency: string | undefined): ColumnType {
  if (currency !== undefined && format.options.style !== 'percent') return { kind: 'money', currency };
  const { style, minimumFractionDigits = 0 } = format.options;
  return numberType(machines, style === 'percent' ? minimumFractionDigits + 2 : minimumFractionDigits);
}

function bestFormat(
  samples: readonly NumberSample[],
  locale: string,
  override: string | undefined,
  currencies: readonly string[],
): NumberFormat | undefined {
  let best: NumberFormat | undefined;
  for (const options of candidates(samples, currencies)) {
    for (const whole of wholeSigns(samples)) {
      const format = fitted(
        samples,
        { options, ...(whole ? { whole } : {}), ...(override ? { locale: override } : {}) },
        locale,
      );
      if (format && literalLength(format) === 0) return format;
      if (format && (!best || literalLength(format) < literalLength(best))) best = format;
    }
  }
  return best;
}

function fitted(
  samples: readonly NumberSample[],
  shape: Pick<NumberFormat, 'options' | 'whole' | 'locale'>,
  locale: string,
): NumberFormat | undefined {
  const bare: NumberFormat = { kind: 'number', prefix: '', suffix: '', ...shape };
  const print = numberPrinter(bare, locale);
  const texts = samples.map((sample) => sample.text);
  const printed = samples.map((sample) => print(sample.machine));
  const around = sharedSurroundings(texts, printed, standsAlone);
  if (!around) return undefined;
  const inner = texts.map((text) => text.slice(around.prefix.length, text.length - around.suffix.length || undefined));
  const space = authorsSpace(inner, printed);
  const apostrophe = authorsApostrophe(inner, printed);
  return { ...bare, ...around, ...(space ? { space } : {}), ...(apostrophe ? { apostrophe } : {}) };
}

/** Whether a number between these texts is the whole number: no digit, sign or separator touches it. */
function standsAlone({ prefix, suffix }: Surroundings): boolean {
  return (
    !/(?:\p{Nd}|\p{Nd}[.,٫٬'’\s]|[-\u2212+])$/u.test(prefix) && !/^(?:\p{Nd}|[.,٫٬'’]\p{Nd}|\s\p{Nd}{3})/u.test(suffix)
  );
}

/** Options worth trying, the plainest first. */
function* candidates(samples: readonly NumberSample[], currencies: readonly string[]): Iterable<NumberOptions> {
  const texts = samples.map((sample) => sample.text);
  const signs: NumberOptions[] = texts.some((text) => text.includes('+'))
    ? [{ signDisplay: 'always' }, { signDisplay: 'exceptZero' }, {}]
    : [{}];
  const accounting: NumberOptions[] = texts.some((text) => text.includes('('))
    ? [{}, { currencySign: 'accounting' }]
    : [{}];
  for (const style of styles(texts, currencies)) {
    for (const fraction of fractions(
      samples,
      style.currency ?? (style.style === 'decimal' ? currencies[0] : undefined),
    )) {
      for (const grouping of [{}, { useGrouping: 'always' }, { useGrouping: false }] satisfies NumberOptions[]) {
        for (const sign of signs) {
          if (style.style !== 'currency') yield { ...style, ...fraction, ...grouping, ...sign };
          else for (const each of accounting) yield { ...style, ...each, ...fraction, ...grouping, ...sign };
        }
      }
    }
  }
}

function* styles(texts: readonly string[], currencies: readonly string[]): Iterable<NumberOptions> {
  for (const currency of currencies) {
    for (const currencyDisplay of ['symbol', 'narrowSymbol', 'code'] as const) {
      yield { style: 'currency', currency, currencyDisplay };
    }
  }
  if (texts.every((text) => /[%٪﹪％]/.test(text))) yield { style: 'percent' };
  yield { style: 'decimal' };
}

/**
 * Numbers of places: as many as the samples show and more where a value needs them; the same but whole numbers without
 * any; and rounded, only where a sample's value has more places than its text.
 */
function* fractions(samples: readonly NumberSample[], currency: string | undefined): Iterable<NumberOptions> {
  const shown = samples.map((sample) => shownPlaces(sample));
  const least = Math.min(...shown);
  const most = Math.max(...shown);
  const minor = currency === undefined ? 0 : (currencyExponent(currency) ?? 2);
  if (minor > 0) {
    yield { minimumFractionDigits: minor, maximumFractionDigits: minor };
    yield { minimumFractionDigits: minor, maximumFractionDigits: minor, trailingZeroDisplay: 'stripIfInteger' };
  }
  // `3.5` says nothing about how 4 is written; `14.55` is more likely to go with `14.00`.
  if (least === 1) yield { minimumFractionDigits: 0, maximumFractionDigits: 20 };
  yield { minimumFractionDigits: least, maximumFractionDigits: Math.max(20, most) };
  if (most > 0) {
    yield {
      minimumFractionDigits: most,
      maximumFractionDigits: Math.max(20, most),
      trailingZeroDisplay: 'stripIfInteger',
    };
  }
  yield { minimumFractionDigits: most, maximumFractionDigits: most };
  yield { minimumFractionDigits: least, maximumFractionDigits: most };
}

/** Places after the last separator of the number in a text, if what stands there can be places. */
function shownPlaces({ machine, text }: NumberSample): number {
  const digits = [...text.matchAll(/(?<=\p{Nd})[.,٫](\p{Nd}+)/gu)].at(-1)?.[1]?.length ?? 0;
  // Three digits after a separator are a group unless the value has a fraction.
  return digits === 3 && placesOf(machine) === 0 ? 0 : digits;
}

/** `.–` and its kin, written for a fraction of zeros. */
function wholeSigns(samples: readonly NumberSample[]): readonly (string | undefined)[] {
  const signs = new Set(samples.flatMap((sample) => /\p{Nd}([.,][-–—]{1,2})/u.exec(sample.text)?.[1] ?? []));
  return signs.size === 0 ? [undefined] : [...signs];
}

/** The currencies that every text names. */
function currenciesOf(samples: readonly NumberSample[], locale: string): readonly string[] {
  const [first, ...others] = samples.map((sample) => currenciesIn(sample.text, locale));
  return (first ?? []).filter((currency) => others.every((list) => list.includes(currency)));
}

function literalLength(format: NumberFormat): number {
  return format.prefix.trimStart().length + format.suffix.trimEnd().length;
}

function placesOf(machine: string): number {
  return (machine.split('.')[1] ?? '').replace(/0+$/, '').length;
}
