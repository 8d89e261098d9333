/** A moment for a list: `22 Nov 2026, 20:57`. */
export function writeStamp(instant: string, locale: string): string {
  return new Date(instant).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' });
}
