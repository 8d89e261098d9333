/*
 * Exact decimal arithmetic on machine text: the HTML standard's valid floating-point number, `-12.50`, `.5`, `1e3`.
 * Nothing here goes through a binary fraction.
 */

const numberPattern = /^(-?)(\d*)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/;

/** Longest machine number that is read; more digits than any stored number has. */
const numberLengthMax = 400;

const beyondSafe = 2 ** 53;

/** The whole numbers next to a decimal: `low` is it rounded up, `high` rounded down; equal when it is whole itself. */
export interface ScaledRange {
  readonly low: number;
  readonly high: number;
}

/** Whether a text is a valid floating-point number as the HTML standard defines it. */
export function isDecimal(text: string): boolean {
  const match = text.length <= numberLengthMax ? numberPattern.exec(text) : null;
  return match !== null && (match[2] !== '' || match[3] !== undefined);
}

/**
 * Multiplies machine text by 10^scale, exactly. Numbers beyond the safe integers give `low > high` on that side, so
 * that nothing equals them, everything is below (above) them.
 * Gives undefined for text that is no valid floating-point number.
 *
 * @example scaledRange('14.5', 2) // { low: 1450, high: 1450 }
 * @example scaledRange('0.125', 2) // { low: 13, high: 12 }
 */
export function scaledRange(text: string, scale: number): ScaledRange | undefined {
  if (!isDecimal(text)) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = numberPattern.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return { low: 0, high: 0 };
  const shift = Math.max(-1e6, Math.min(1e6, Number(exponent))) - fraction.length + scale;
  const negative = sign === '-';
  if (digits.length + shift > 17) return beyond(negative);
  if (shift >= 0) return exact(Number(digits + '0'.repeat(shift)), negative, false);
  const rest = digits.slice(shift);
  const kept = -shift >= digits.length ? 0 : Number(digits.slice(0, shift));
  return exact(kept, negative, /[1-9]/.test(rest));
}

/**
 * Reads machine text as a safe integer times 10^-scale. Undefined when it is no number, has more places than the
 * scale keeps, or lies beyond the safe integers.
 */
export function parseScaled(text: string, scale: number): number | undefined {
  const range = scaledRange(text, scale);
  return range && range.low === range.high ? range.low : undefined;
}

/** Writes a scaled integer without trailing zeros: `formatScaled(1450, 2)` is `14.5`. */
export function formatScaled(value: number, scale: number): string {
  if (scale === 0) return String(value);
  const digits = String(Math.abs(value)).padStart(scale + 1, '0');
  const fraction = digits.slice(-scale).replace(/0+$/, '');
  return `${value < 0 ? '-' : ''}${digits.slice(0, -scale)}${fraction === '' ? '' : `.${fraction}`}`;
}

function exact(magnitude: number, negative: boolean, remainder: boolean): ScaledRange {
  if (!Number.isSafeInteger(magnitude)) return beyond(negative);
  const above = remainder ? magnitude + 1 : magnitude;
  if (negative) return { low: magnitude === 0 ? 0 : -magnitude, high: above === 0 ? 0 : -above };
  return { low: above, high: magnitude };
}

function beyond(negative: boolean): ScaledRange {
  return negative
    ? { low: Number.MIN_SAFE_INTEGER, high: -beyondSafe }
    : { low: beyondSafe, high: Number.MAX_SAFE_INTEGER };
}
