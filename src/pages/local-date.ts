const dateFormats = new Map<string, Intl.DateTimeFormat>();

let last = { second: Number.NaN, timeZone: '', date: '' };

/** The date in a time zone, as `2026-08-14`. */
export function localDate(ms: number, timeZone: string): string {
  // Every page asks for today, and many ask in the same second.
  const second = Math.floor(ms / 1000);
  if (second !== last.second || timeZone !== last.timeZone) {
    last = { second, timeZone, date: formatDate(second * 1000, timeZone) };
  }
  return last.date;
}

function formatDate(ms: number, timeZone: string): string {
  let format = dateFormats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    dateFormats.set(timeZone, format);
  }
  return format.format(ms);
}

const HOUR_MS = 3_600_000;

/**
 * The first instant of the next day in a time zone, to the second. Days last 23 to 25 hours where clocks are moved, so
 * it is searched for rather than computed.
 */
export function nextMidnightMs(ms: number, timeZone: string): number {
  const today = localDate(ms, timeZone);
  let before = ms;
  let after = ms + HOUR_MS;
  while (localDate(after, timeZone) === today) {
    before = after;
    after += HOUR_MS;
  }
  while (after - before > 1000) {
    const middle = Math.floor((before + after) / 2);
    if (localDate(middle, timeZone) === today) before = middle;
    else after = middle;
  }
  return Math.floor(after / 1000) * 1000;
}
