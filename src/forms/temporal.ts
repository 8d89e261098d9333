/**
 * Dates and times of the HTML standard's microsyntaxes, each as one whole number in the unit in which its control
 * counts. Our own calendar arithmetic rather than `Date`: it knows no time zone and no two-digit years.
 */

/** The last year of JavaScript's calendar, and so the last that browsers accept in a control. */
const yearMax = 275_760;

const dayMs = 86_400_000;

const datePattern = /^(\d{4,6})-(\d\d)-(\d\d)$/;
const monthPattern = /^(\d{4,6})-(\d\d)$/;
const weekPattern = /^(\d{4,6})-W(\d\d)$/;
const timePattern = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?$/;
const localPattern = /^(\d{4,6}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)$/;

/** A valid date string as milliseconds since 1970-01-01, undefined for anything else. */
export function parseDate(text: string): number | undefined {
  const found = datePattern.exec(text);
  if (!found) return undefined;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  if (!isMonth(year, month) || day < 1 || day > daysInMonth(year, month)) return undefined;
  return daysSince1970(year, month, day) * dayMs;
}

/** A valid month string as months since 1970-01. */
export function parseMonth(text: string): number | undefined {
  const found = monthPattern.exec(text);
  if (!found) return undefined;
  const [year, month] = [Number(found[1]), Number(found[2])];
  return isMonth(year, month) ? (year - 1970) * 12 + month - 1 : undefined;
}

/** A valid week string as milliseconds from 1970-01-01 to its Monday. */
export function parseWeek(text: string): number | undefined {
  const found = weekPattern.exec(text);
  if (!found) return undefined;
  const [year, week] = [Number(found[1]), Number(found[2])];
  if (year < 1 || year > yearMax || week < 1 || week > weeksInYear(year)) return undefined;
  return (firstMonday(year) + (week - 1) * 7) * dayMs;
}

/** A valid time string as milliseconds since midnight. */
export function parseTime(text: string): number | undefined {
  const found = timePattern.exec(text);
  if (!found) return undefined;
  const [hours, minutes, seconds] = [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + Number((found[4] ?? '').padEnd(3, '0'));
}

/** A valid local date and time string as milliseconds since 1970-01-01T00:00. */
export function parseLocalDateTime(text: string): number | undefined {
  const found = localPattern.exec(text);
  if (!found) return undefined;
  const date = parseDate(found[1]!);
  const time = parseTime(found[2]!);
  return date === undefined || time === undefined ? undefined : date + time;
}

/** The standard's valid normalised local date and time string of a valid one: `T`, and the shortest time. */
export function normaliseLocalDateTime(text: string): string {
  const found = localPattern.exec(text);
  return found ? `${found[1]}T${formatTime(parseTime(found[2]!) ?? 0)}` : text;
}

/** The shortest time string: `19:30`, `19:30:05`, `19:30:05.25`. */
export function formatTime(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const text = `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
  const restMs = ms % 60_000;
  if (restMs === 0) return text;
  const fraction = String(restMs % 1000)
    .padStart(3, '0')
    .replace(/0+$/, '');
  return `${text}:${twoDigits(Math.floor(restMs / 1000))}${fraction === '' ? '' : `.${fraction}`}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** The inverse of {@link parseDate}. */
export function formatDate(ms: number): string {
  const { year, month, day } = civilFromDays(Math.floor(ms / dayMs));
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** The inverse of {@link parseMonth}. */
export function formatMonth(months: number): string {
  const year = 1970 + Math.floor(months / 12);
  const month = months - (year - 1970) * 12 + 1;
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`;
}

/** The inverse of {@link parseWeek}; `ms` may fall on any day of the week. */
export function formatWeek(ms: number): string {
  const days = Math.floor(ms / dayMs);
  const monday = days - weekday(days);
  const { year } = civilFromDays(monday + 3);
  const week = (monday - firstMonday(year)) / 7 + 1;
  return `${String(year).padStart(4, '0')}-W${String(week).padStart(2, '0')}`;
}

/** The inverse of {@link parseLocalDateTime}, normalised. */
export function formatLocalDateTime(ms: number): string {
  const days = Math.floor(ms / dayMs);
  return `${formatDate(days * dayMs)}T${formatTime(ms - days * dayMs)}`;
}

function isMonth(year: number, month: number): boolean {
  return year >= 1 && year <= yearMax && month >= 1 && month <= 12;
}

function isLeap(year: number): boolean {
  return year % 400 === 0 || (year % 4 === 0 && year % 100 !== 0);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days in the proleptic Gregorian calendar, counted in years that begin in March and eras of 400 years. */
function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function civilFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** Monday is 0. 1970-01-01 was a Thursday. */
function weekday(days: number): number {
  return (((days + 3) % 7) + 7) % 7;
}

/** Days to the Monday of week 1: the week that holds 4 January. */
function firstMonday(year: number): number {
  const fourth = daysSince1970(year, 1, 4);
  return fourth - weekday(fourth);
}

/** 53 where the year begins on a Thursday, or on a Wednesday in a leap year. */
function weeksInYear(year: number): number {
  const first = weekday(daysSince1970(year, 1, 1));
  return first === 3 || (first === 2 && isLeap(year)) ? 53 : 52;
}
