/*
 * Instants as a wall clock somewhere shows them, for `datetime-local` controls, which know no zone of their own.
 */

const known = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  let format = known.get(timeZone);
  if (!format) {
    const digits = '2-digit' as const;
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: digits,
      day: digits,
      hour: digits,
      minute: digits,
      second: digits,
    });
    known.set(timeZone, format);
  }
  return format;
}

/** `2026-08-14T17:30:00.000Z` as `2026-08-14T19:30` in Rome. Empty for what is no instant. */
export function toWallClock(instant: string, timeZone: string): string {
  const ms = Date.parse(instant);
  return Number.isNaN(ms) ? '' : wallClock(ms, timeZone).slice(0, 16);
}

/** The instant at which a wall clock shows this; undefined for what is no time. Of an hour that comes twice, one of the two. */
export function fromWallClock(text: string, timeZone: string): string | undefined {
  const asUtcMs = Date.parse(`${text}Z`);
  if (Number.isNaN(asUtcMs)) return undefined;
  // The offset at the answer is what counts; it may differ from that at the first guess on the day clocks change.
  let ms = asUtcMs - offsetMs(asUtcMs, timeZone);
  ms = asUtcMs - offsetMs(ms, timeZone);
  return new Date(ms).toISOString();
}

function offsetMs(ms: number, timeZone: string): number {
  return Date.parse(`${wallClock(ms, timeZone)}Z`) - Math.floor(ms / 1000) * 1000;
}

function wallClock(ms: number, timeZone: string): string {
  const parts = Object.fromEntries(
    clockOf(timeZone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  const { year = '', month, day, hour, minute, second } = parts;
  return `${year.padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}`;
}
