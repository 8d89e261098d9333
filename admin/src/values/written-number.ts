/*
 * Numbers as people type and read them. A reader of German writes 1.400,50, one of English 1,400.50; both may also
 * write the other's way where it can mean only one thing.
 */

interface Separators {
  readonly decimal: string;
  readonly group: string;
}

const known = new Map<string, Separators>();

function separatorsOf(locale: string): Separators {
  let separators = known.get(locale);
  if (!separators) {
    const parts = new Intl.NumberFormat(locale, { useGrouping: true }).formatToParts(1234567.8);
    const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
    separators = { decimal: part('decimal') || '.', group: part('group') };
    known.set(locale, separators);
  }
  return separators;
}

/** Reads a typed number into plain notation (`1400.5`); undefined when it is none. Currency signs around it are let go. */
export function readNumber(text: string, locale: string): string | undefined {
  let plain = text.replace(/[\s\u00a0\u202f’']/g, '').replace(/^[^\d.,-]+|[^\d.,]+$/g, '');
  const comma = plain.lastIndexOf(',');
  const point = plain.lastIndexOf('.');
  if (comma >= 0 && point >= 0) {
    // The later one is the decimal sign, the other groups digits.
    plain = comma > point ? plain.replaceAll('.', '').replace(',', '.') : plain.replaceAll(',', '');
  } else if (comma >= 0 || point >= 0) {
    const sign = comma >= 0 ? ',' : '.';
    plain = groups(plain, sign, locale) ? plain.replaceAll(sign, '') : plain.replace(sign, '.');
  }
  if (!/^-?(?:\d+\.?\d*|\.\d+)$/.test(plain)) return undefined;
  return plain.replace(/\.$/, '').replace(/^(-?)\./, '$10.');
}

/** `1.400` is fourteen hundred where points group digits, and so is `1.400.000` anywhere. */
function groups(text: string, sign: string, locale: string): boolean {
  if (!/^-?[1-9]\d{0,2}(?:[.,]\d{3})+$/.test(text)) return false;
  return text.split(sign).length > 2 || separatorsOf(locale).group === sign;
}

/** Writes plain notation with the locale's decimal sign, and at least so many decimals. Digits are not grouped: easier to edit. */
export function writeNumber(plain: string, locale: string, decimals = 0): string {
  const [whole = '', fraction = ''] = plain.split('.');
  const padded = fraction.padEnd(decimals, '0');
  return padded === '' ? whole : `${whole}${separatorsOf(locale).decimal}${padded}`;
}
