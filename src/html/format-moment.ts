import { formatInstant, parseValue, weekDays, weekOfDate } from '../schema/index.ts';
import type { ColumnType, Value } from '../schema/index.ts';
import { dateFormatter } from './format-intl.ts';

/** A point on the calendar and the clock, without a zone. What a text does not say is absent. */
export interface Moment {
  readonly year?: number;
  /** 1 to 12. */
  readonly month?: number;
  readonly day?: number;
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
  /** ISO week with its year, for week values. */
  readonly week?: number;
  readonly weekYear?: number;
}

export type MomentKind = 'date' | 'time' | 'datetime' | 'month' | 'week' | 'instant';

const momentKinds: ReadonlySet<string> = new Set(['date', 'time', 'datetime', 'month', 'week', 'instant']);

export function isMoment(type: ColumnType): type is ColumnType & { readonly kind: MomentKind } {
  return momentKinds.has(type.kind);
}

/**
 * A value as milliseconds since 1970: of the instant, or of the local date and time as if in UTC. Print it in the zone
 * that {@link zoneOf} names. Times of day lie on 1970-01-01, months and weeks on their first day.
 */
export function momentMs(kind: MomentKind, value: string): number {
  if (kind === 'time') return Date.parse(`1970-01-01T${value}Z`);
  if (kind === 'month') return Date.parse(`${value}-01T00:00Z`);
  if (kind === 'week') return Date.parse(`${weekDays(value)[0]}T00:00Z`);
  if (kind === 'instant') return Date.parse(value);
  return Date.parse(`${value.length === 10 ? `${value}T00:00` : value}Z`);
}

/** The zone to print a kind of value in: the site's for instants, UTC for what has no zone. */
export function zoneOf(kind: MomentKind, timeZone: string): string {
  return kind === 'instant' ? timeZone : 'UTC';
}

/** Milliseconds since 1970 as they read on calendar and clock in a zone, given as if in UTC. */
export function wallMs(ms: number, timeZone: string): number {
  if (timeZone === 'UTC') return ms;
  const parts: Record<string, number> = {};
  const formatter = dateFormatter('en-u-ca-gregory-nu-latn', wallOptions, timeZone);
  for (const { type, value } of formatter.formatToParts(ms)) parts[type] = Number(value);
  const date = new Date(0);
  date.setUTCFullYear(parts['year'] ?? 0, (parts['month'] ?? 1) - 1, parts['day'] ?? 1);
  date.setUTCHours(parts['hour'] ?? 0, parts['minute'] ?? 0, parts['second'] ?? 0);
  return date.getTime() + (((ms % 1000) + 1000) % 1000);
}

const wallOptions = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
  hourCycle: 'h23',
} as const;

/** The canonical value that a moment says, or undefined when it leaves out what the type needs. */
export function valueOfMoment(type: ColumnType, moment: Moment, timeZone: string): Value | undefined {
  const text = momentText(type, moment, timeZone);
  const value = text === undefined ? undefined : parseValue(type, text);
  return value === null ? undefined : value;
}

function momentText(type: ColumnType, moment: Moment, timeZone: string): string | undefined {
  const date = dateOf(moment);
  const time = moment.hour === undefined ? undefined : timeOf(moment);
  switch (type.kind) {
    case 'date':
      return date;
    case 'time':
      return time;
    case 'datetime':
      return date && time && `${date}T${time}`;
    case 'month':
      return monthOf(moment);
    case 'week':
      return weekText(moment, date);
    case 'instant':
      return date && time && formatInstant(instantMs(Date.parse(`${date}T${time}Z`), timeZone));
    default:
      return undefined;
  }
}

function weekText(moment: Moment, date: string | undefined): string | undefined {
  if (moment.week === undefined || moment.weekYear === undefined) return date && weekOfDate(date);
  return `${digits(moment.weekYear, 4)}-W${digits(moment.week, 2)}`;
}

/** The instant at which clocks of a zone read this; the earlier one when they read it twice. */
function instantMs(localMs: number, timeZone: string): number {
  const candidates = [localMs - 86_400_000, localMs + 86_400_000]
    .map((near) => localMs - (wallMs(near, timeZone) - near))
    .filter((ms) => wallMs(ms, timeZone) === localMs);
  return candidates.length > 0 ? Math.min(...candidates) : localMs - (wallMs(localMs, timeZone) - localMs);
}

function dateOf({ year, month, day }: Moment): string | undefined {
  if (year === undefined || month === undefined || day === undefined) return undefined;
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
}

function monthOf({ year, month }: Moment): string | undefined {
  return year === undefined || month === undefined ? undefined : `${digits(year, 4)}-${digits(month, 2)}`;
}

function timeOf({ hour = 0, minute = 0, second = 0 }: Moment): string {
  return `${digits(hour, 2)}:${digits(minute, 2)}:${digits(second, 2)}`;
}

function digits(number: number, length: number): string {
  return String(number).padStart(length, '0');
}
