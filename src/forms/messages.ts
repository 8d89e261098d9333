import { isEmail, splitEmails } from './address.ts';
import type { Control, ControlType, Validity } from './definition.ts';
import { formatLimit, limitsOf, nearestValid } from './limits.ts';
import { textsOf } from './message-texts.ts';
import type { MessageKind, MessageTexts } from './message-texts.ts';
import { formatDecimal, parseNumber } from './number.ts';
import type { Decimal } from './number.ts';
import { parseDate, parseLocalDateTime, parseMonth, parseTime, parseWeek } from './temporal.ts';

/** What a message may need beside the control. */
export interface MessageOptions {
  readonly fileBytesMax?: number;
  /** The `value` attribute that the page had, from which steps count. */
  readonly servedValue?: string | undefined;
}

const kinds: Partial<Record<ControlType, MessageKind>> = {
  number: 'number',
  range: 'number',
  date: 'date',
  month: 'month',
  week: 'week',
  time: 'time',
  'datetime-local': 'moment',
  email: 'email',
  url: 'url',
  color: 'colour',
  checkbox: 'checkbox',
  radio: 'radio',
  select: 'select',
  file: 'file',
};

/**
 * What to tell the visitor, in the browsers' manner, in English, German or Italian by `lang` (English for all others),
 * numbers and dates as the locale writes them. `value` is the refused value (for files the file's name), as plain text.
 */
export function messageFor(
  validity: Validity,
  control: Control,
  lang: string,
  value = '',
  options: MessageOptions = {},
): string {
  const { texts, locale } = textsOf(lang);
  const kind = kinds[control.type] ?? 'text';
  const count = (length: number): string => formatNumber(locale, String(length));
  switch (validity) {
    case 'valueMissing':
      return texts.missing(kind);
    case 'typeMismatch':
      return control.type === 'email' ? emailMessage(texts, control, value) : texts.url();
    case 'patternMismatch':
      return texts.pattern(control.title ?? '');
    case 'tooLong':
      return texts.tooLong(count(control.maxLength ?? 0), control.maxLength ?? 0, count(value.length));
    case 'tooShort':
      return texts.tooShort(count(control.minLength ?? 0), control.minLength ?? 0, count(value.length));
    case 'rangeUnderflow':
    case 'rangeOverflow':
    case 'stepMismatch':
      return limitMessage(validity, control, texts, locale, value, options.servedValue);
    case 'optionMismatch':
      return texts.notOffered();
    case 'fileType':
      return texts.fileType(
        value,
        (control.accept ?? '')
          .split(',')
          .map((token) => token.trim())
          .join(', '),
      );
    case 'fileSize':
      return texts.fileSize(value, formatBytes(locale, options.fileBytesMax ?? 0));
    case 'fileBroken':
      return texts.fileBroken(value);
    case 'filePixels':
      return texts.filePixels(value);
    case 'fileBusy':
      return texts.fileBusy(value);
    default:
      return texts.unreadable(kind);
  }
}

function emailMessage(texts: MessageTexts, control: Control, value: string): string {
  const addresses = control.multiple ? splitEmails(value) : [value];
  const wrong = addresses.find((address) => !isEmail(address)) ?? value;
  const at = wrong.indexOf('@');
  if (at === -1) return texts.email(wrong, 'at');
  return texts.email(wrong, at === 0 ? 'before' : 'behind');
}

function limitMessage(
  validity: 'rangeUnderflow' | 'rangeOverflow' | 'stepMismatch',
  control: Control,
  texts: MessageTexts,
  locale: string,
  value: string,
  servedValue: string | undefined,
): string {
  const kind = kinds[control.type] ?? 'text';
  const limits = limitsOf(control, servedValue);
  if (!limits) return texts.unreadable(kind);
  const shown = (limit: Decimal | undefined): string =>
    limit ? formatValue(control, formatLimit(control, limit), texts, locale) : '';
  if (validity === 'stepMismatch') {
    return texts.step(
      nearestValid(control, limits, value).map((nearest) => formatValue(control, nearest, texts, locale)),
    );
  }
  if (limits.reversed) return texts.between(shown(limits.min), shown(limits.max));
  return validity === 'rangeUnderflow' ? texts.atLeast(kind, shown(limits.min)) : texts.atMost(kind, shown(limits.max));
}

/** A value of the control's own syntax as people of the locale write it. */
function formatValue(control: Control, text: string, texts: MessageTexts, locale: string): string {
  switch (control.type) {
    case 'date':
      return formatMoment(locale, 'date', parseDate(text) ?? 0);
    case 'month': {
      const months = parseMonth(text) ?? 0;
      return formatMoment(locale, 'month', Date.UTC(1970 + Math.floor(months / 12), ((months % 12) + 12) % 12));
    }
    case 'week':
      return parseWeek(text) === undefined ? text : texts.week(String(Number(text.slice(-2))), text.slice(0, -4));
    case 'time': {
      const ms = parseTime(text) ?? 0;
      return formatMoment(locale, ms % 60_000 === 0 ? 'time' : 'seconds', ms);
    }
    case 'datetime-local':
      return formatMoment(locale, 'moment', parseLocalDateTime(text) ?? 0);
    default:
      return formatNumber(locale, text);
  }
}

const momentOptions = {
  date: { dateStyle: 'long' },
  month: { year: 'numeric', month: 'long' },
  time: { timeStyle: 'short' },
  seconds: { timeStyle: 'medium' },
  moment: { dateStyle: 'long', timeStyle: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

const momentFormats = new Map<string, Intl.DateTimeFormat>();
const numberFormats = new Map<string, Intl.NumberFormat>();
/** A page's `lang` is the author's, but a site may hold many. */
const formatsMax = 200;

function formatMoment(locale: string, style: keyof typeof momentOptions, ms: number): string {
  const key = `${locale} ${style}`;
  const known = momentFormats.get(key);
  if (known) return known.format(ms);
  if (momentFormats.size >= formatsMax) momentFormats.clear();
  const format = new Intl.DateTimeFormat(locale, { ...momentOptions[style], timeZone: 'UTC' });
  momentFormats.set(key, format);
  return format.format(ms);
}

/** `text` is a number as machines write it; it is shown with all its digits. */
function formatNumber(locale: string, text: string): string {
  const value = parseNumber(text);
  if (!value) return text;
  let format = numberFormats.get(locale);
  if (!format) {
    if (numberFormats.size >= formatsMax) numberFormats.clear();
    format = new Intl.NumberFormat(locale, { maximumFractionDigits: 20 });
    numberFormats.set(locale, format);
  }
  const digits = formatDecimal(value);
  return isNumeric(digits) ? format.format(digits) : digits;
}

/** Tells the type checker what `formatDecimal` writes. */
function isNumeric(text: string): text is `${number}` {
  return text !== '';
}

function formatBytes(locale: string, bytes: number): string {
  const [size, unit] = bytes >= 1_000_000 ? [bytes / 1_000_000, 'MB'] : [bytes / 1000, 'kB'];
  return `${formatNumber(locale, String(Math.floor(size * 10) / 10))} ${unit}`;
}
