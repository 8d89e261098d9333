/*
 * Dates and times in the HTML standard's formats. Years run from 0001 to 9999, so that canonical texts of one kind
 * sort bytewise as the times they mean.
 */

const datePattern = /^(\d{4})-(\d{2})-(\d{2})$/;
const timePattern = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?$/;
const instantPattern = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[-+]\d{2}:?\d{2})$/;

const dayMs = 86_400_000;

/** Reads a valid date string, `2026-08-14`. */
export function parseDate(text: string): string | undefined {
  const match = datePattern.exec(text);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return text;
}

/** Reads a valid time string and normalises it to the shortest: `19:30:00.00` is `19:30`. */
export function parseTime(text: string): string | undefined {
  const match = timePattern.exec(text);
  if (!match) return undefined;
  const [, hour = '', minute = '', second = '00', fraction = ''] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const part = fraction.replace(/0+$/, '');
  if (part !== '') return `${hour}:${minute}:${second}.${part}`;
  return second === '00' ? `${hour}:${minute}` : `${hour}:${minute}:${second}`;
}

/** Reads a valid local date and time string (`T` or a space between) and normalises it. */
export function parseDateTime(text: string): string | undefined {
  const date = parseDate(text.slice(0, 10));
  const time = parseTime(text.slice(11));
  const between = text[10];
  return date && time && (between === 'T' || between === ' ') ? `${date}T${time}` : undefined;
}

/** Reads a valid month string, `2026-08`. */
export function parseMonth(text: string): string | undefined {
  return parseDate(`${text}-01`) && text;
}

/** Reads a valid week string, `2026-W33`; week 53 only in years that have one. */
export function parseWeek(text: string): string | undefined {
  const match = /^(\d{4})-W(\d{2})$/.exec(text);
  if (!match || Number(match[1]) < 1) return undefined;
  const week = Number(match[2]);
  return week >= 1 && week <= weeksInYear(Number(match[1])) ? text : undefined;
}

/** Reads a valid global date and time string and normalises it to UTC with milliseconds. */
export function parseInstant(text: string): string | undefined {
  const match = instantPattern.exec(text);
  const [, date = '', time = '', zone = ''] = match ?? [];
  if (!match || !parseDate(date) || !parseTime(time)) return undefined;
  const offset = zone === 'Z' ? 0 : zoneMinutes(zone);
  if (offset === undefined) return undefined;
  return formatInstant(Date.parse(`${date}T${time}Z`) - offset * 60_000);
}

/** Writes milliseconds since 1970 as an instant; undefined outside the years 0001 to 9999. */
export function formatInstant(ms: number): string | undefined {
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  return year >= 1 && year <= 9999 ? date.toISOString() : undefined;
}

/** First and last day of a week string. */
export function weekDays(week: string): readonly [string, string] {
  const monday = firstMonday(Number(week.slice(0, 4))) + (Number(week.slice(6)) - 1) * 7 * dayMs;
  return [dateText(monday), dateText(monday + 6 * dayMs)];
}

/** First and last day of a month string. */
export function monthDays(month: string): readonly [string, string] {
  const days = daysInMonth(Number(month.slice(0, 4)), Number(month.slice(5)));
  return [`${month}-01`, `${month}-${String(days).padStart(2, '0')}`];
}

/** The week string (ISO 8601) that a date lies in. */
export function weekOfDate(date: string): string {
  const ms = Date.parse(`${date}T00:00Z`);
  const thursday = new Date(ms + (3 - ((new Date(ms).getUTCDay() + 6) % 7)) * dayMs);
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - firstMonday(year)) / (7 * dayMs)) + 1;
  return `${String(year).padStart(4, '0')}-W${String(week).padStart(2, '0')}`;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Milliseconds of the Monday of the year's first week: the one that holds January 4. */
function firstMonday(year: number): number {
  const fourth = new Date(0);
  fourth.setUTCFullYear(year, 0, 4);
  return fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * dayMs;
}

function weeksInYear(year: number): number {
  return Math.round((firstMonday(year + 1) - firstMonday(year)) / (7 * dayMs));
}

function zoneMinutes(zone: string): number | undefined {
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes);
}

function dateText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
