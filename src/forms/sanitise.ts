import { splitEmails, stripAsciiWhitespace } from './address.ts';
import type { Control, ControlType } from './definition.ts';
import { parseNumber } from './number.ts';
import { normaliseLocalDateTime, parseDate, parseLocalDateTime, parseMonth, parseTime, parseWeek } from './temporal.ts';

/** A value after the standard's value sanitisation algorithm. */
export interface Sanitised {
  readonly value: string;
  /**
   * A browser would have replaced this value (by nothing, by the default of its type), so it cannot have come from one.
   * The value is then the text as sent: it is refused and shown again, never silently lost.
   */
  readonly bad: boolean;
}

const colour = /^#[0-9a-fA-F]{6}$/;

/** Line breaks as the API value has them, LF; NUL, which no column can hold, goes. */
export function normaliseText(text: string): string {
  return /[\r\0]/.test(text) ? text.replace(/\r\n?/g, '\n').replaceAll('\0', '') : text;
}

/**
 * Applies the value sanitisation algorithm of a control's type to what was sent.
 * Where a browser would have put '' or a default in place of an impossible value, `bad` is set instead.
 */
export function sanitise(control: Pick<Control, 'type' | 'multiple'>, sent: string): Sanitised {
  const text = normaliseText(sent);
  switch (control.type) {
    case 'text':
    case 'search':
    case 'tel':
    case 'password':
      return good(text.replaceAll('\n', ''));
    case 'url':
      return good(stripAsciiWhitespace(text.replaceAll('\n', '')));
    case 'email':
      return good(sanitiseEmail(text, control.multiple));
    case 'datetime-local':
      return text !== '' && parseLocalDateTime(text) === undefined ? bad(text) : good(normaliseLocalDateTime(text));
    case 'range':
      return parseNumber(text) === undefined ? bad(text) : good(text);
    case 'color':
      return colour.test(text) ? good(text.toLowerCase()) : bad(text);
    default:
      return parsedTypes[control.type]?.(text) === false ? bad(text) : good(text);
  }
}

/** Types whose value is '' or must parse. */
const parsedTypes: Partial<Record<ControlType, (text: string) => boolean>> = {
  number: (text) => text === '' || parseNumber(text) !== undefined,
  date: (text) => text === '' || parseDate(text) !== undefined,
  month: (text) => text === '' || parseMonth(text) !== undefined,
  week: (text) => text === '' || parseWeek(text) !== undefined,
  time: (text) => text === '' || parseTime(text) !== undefined,
};

function sanitiseEmail(text: string, multiple: boolean): string {
  if (multiple) return splitEmails(text).join(',').replaceAll('\n', '');
  return stripAsciiWhitespace(text.replaceAll('\n', ''));
}

function good(value: string): Sanitised {
  return { value, bad: false };
}

function bad(value: string): Sanitised {
  return { value, bad: true };
}
