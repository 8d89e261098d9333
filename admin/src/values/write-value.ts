import type { ColumnType, Value } from '../api-types.ts';

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

function cached<T extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(
  key: string,
  make: () => T,
): T {
  const known = cache.get(key) as T | undefined;
  if (known) return known;
  const made = make();
  cache.set(key, made);
  return made;
}

function dates(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return cached(`d ${locale} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(locale, options));
}

function numbers(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return cached(`n ${locale} ${JSON.stringify(options)}`, () => new Intl.NumberFormat(locale, options));
}

/** A value as people of this locale write it. Empty for what is missing. Booleans, files and references are shown elsewhere. */
export function writeValue(type: ColumnType, value: Value | undefined, locale: string): string {
  if (value === null || value === undefined || value === '') return '';
  if (Array.isArray(value)) return value.join(', ');
  const text = String(value);
  switch (type.kind) {
    case 'money':
      return numbers(locale, { style: 'currency', currency: type.currency }).format(text as Intl.StringNumericLiteral);
    case 'decimal':
      return numbers(locale, { minimumFractionDigits: type.scale, maximumFractionDigits: type.scale }).format(
        text as Intl.StringNumericLiteral,
      );
    case 'integer':
    case 'real':
      return numbers(locale, { maximumFractionDigits: 10 }).format(Number(value));
    case 'date':
      return dates(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${text}T00:00Z`));
    case 'datetime':
      return dates(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }).format(new Date(`${text}Z`));
    case 'instant':
      return dates(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(text));
    case 'month':
      return dates(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${text}-01T00:00Z`));
    case 'html':
      return plainText(text);
    default:
      return text;
  }
}

/** `14:03` for today, `yesterday`, `Tuesday` within a week, else a date. */
export function writeMoment(instant: string, locale: string, nowMs = Date.now()): string {
  const then = new Date(instant);
  const days = daysBetween(then, new Date(nowMs));
  if (days <= 0) return dates(locale, { timeStyle: 'short' }).format(then);
  if (days === 1) {
    return cached(`r ${locale}`, () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })).format(-1, 'day');
  }
  if (days < 7) return dates(locale, { weekday: 'long' }).format(then);
  const year = then.getFullYear() === new Date(nowMs).getFullYear() ? undefined : ('numeric' as const);
  return dates(locale, { day: 'numeric', month: 'short', ...(year && { year }) }).format(then);
}

/** `Friday, 14 August 2026 at 19:30`. */
export function writeInstantInFull(instant: string, locale: string): string {
  return dates(locale, { dateStyle: 'full', timeStyle: 'short' }).format(new Date(instant));
}

function daysBetween(a: Date, b: Date): number {
  return Math.round((dayOf(b) - dayOf(a)) / 86_400_000);
}

function dayOf(date: Date): number {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
}

/** The words of markup, as one reads them in a list. Parsed into a document of its own: nothing is run or loaded. */
function plainText(markup: string): string {
  return (new DOMParser().parseFromString(markup, 'text/html').body.textContent ?? '').replace(/\s+/g, ' ').trim();
}
