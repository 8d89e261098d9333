import { formatInstant, monthDays, parseValue, weekDays, weekOfDate } from '../schema/index.ts';
import type { ColumnType } from '../schema/index.ts';
import type { Range } from './plan.ts';

type Kind = ColumnType['kind'];

/** Kinds of dates and times, in the order in which text without a type is tried. */
const temporalKinds = ['date', 'datetime', 'instant', 'month', 'week', 'time'] as const;

export type TemporalKind = (typeof temporalKinds)[number];

export function isTemporal(kind: Kind): kind is TemporalKind {
  return temporalKinds.some((each) => each === kind);
}

/** Whether a date or time of one kind means something to a column of another. */
export function isConvertible(from: Kind, to: Kind): boolean {
  if (from === to) return true;
  if (!isTemporal(from) || !isTemporal(to) || from === 'time') return false;
  return to !== 'time' || from === 'instant' || from === 'datetime';
}

/**
 * What a date or time of one kind means to a column of another kind, in the site's time zone: a date is a range of
 * instants, an instant is a date. Undefined where it means nothing.
 */
export function convertMoment(
  from: TemporalKind,
  value: string,
  to: TemporalKind,
  timeZone: string,
): Range | undefined {
  if (from === to) return { low: value, high: value };
  if (!isConvertible(from, to)) return undefined;
  const [first, last] = localRange(from, value, timeZone);
  const low = fromLocal(first, to, timeZone);
  const high = fromLocal(last, to, timeZone);
  return low === undefined || high === undefined ? undefined : { low, high };
}

/** Reads text as a date or time for a column of kind `to`: in its own format, else in another that means something. */
export function readMoment(text: string, to: TemporalKind): { kind: TemporalKind; value: string } | undefined {
  for (const kind of [to, ...temporalKinds]) {
    if (!isConvertible(kind, to)) continue;
    const value = parseValue({ kind }, text);
    if (typeof value === 'string') return { kind, value };
  }
  return undefined;
}

/** The local date and time, with milliseconds, at which something begins and ends. */
function localRange(kind: TemporalKind, value: string, timeZone: string): readonly [string, string] {
  if (kind === 'instant') {
    const local = localOfInstant(Date.parse(value), timeZone);
    return [local, local];
  }
  if (kind === 'datetime') {
    const local = `${value.slice(0, 11)}${fullTime(value.slice(11))}`;
    return [local, local];
  }
  const [first, last] = kind === 'month' ? monthDays(value) : kind === 'week' ? weekDays(value) : [value, value];
  return [`${first}T00:00:00.000`, `${last}T23:59:59.999`];
}

function fromLocal(local: string, to: TemporalKind, timeZone: string): string | undefined {
  const date = local.slice(0, 10);
  if (to === 'date') return date;
  if (to === 'month') return date.slice(0, 7);
  if (to === 'week') return weekOfDate(date);
  if (to === 'instant') return formatInstant(instantOfLocal(local, timeZone));
  const text = to === 'time' ? local.slice(11) : local;
  const value = parseValue({ kind: to }, text);
  return typeof value === 'string' ? value : undefined;
}

/** `19:30` as `19:30:00.000`. */
function fullTime(time: string): string {
  return `${time}${'00:00:00.000'.slice(time.length)}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localOfInstant(ms: number, timeZone: string): string {
  if (timeZone === 'UTC') return new Date(ms).toISOString().slice(0, 23);
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
    });
    formats.set(timeZone, format);
  }
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of format.formatToParts(ms)) part[type] = value;
  const date = `${part.year?.padStart(4, '0')}-${part.month}-${part.day}`;
  return `${date}T${part.hour}:${part.minute}:${part.second}.${part.fractionalSecond}`;
}

/** The instant of a local time. Where clocks were put forward over it, the time after; where it is twice, the first. */
function instantOfLocal(local: string, timeZone: string): number {
  const asUtc = Date.parse(`${local}Z`);
  if (timeZone === 'UTC') return asUtc;
  const offsetAt = (ms: number): number => Date.parse(`${localOfInstant(ms, timeZone)}Z`) - ms;
  const before = asUtc - offsetAt(asUtc - 86_400_000);
  if (asUtc - offsetAt(before) === before) return before;
  const after = asUtc - offsetAt(asUtc + 86_400_000);
  return asUtc - offsetAt(after) === after ? after : before;
}
