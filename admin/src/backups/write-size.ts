const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** A number of bytes as people read it: `1.4 MB`. */
export function writeSize(bytes: number, locale: string): string {
  let value = bytes;
  let at = 0;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at++;
  }
  const unit = units[at] ?? 'byte';
  const maximumFractionDigits = value < 10 && at > 0 ? 1 : 0;
  return value.toLocaleString(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits });
}
