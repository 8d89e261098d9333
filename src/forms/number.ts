/**
 * A number exactly as its decimal text says: `mantissa` times 10^-`scale`. `scale` is never negative.
 * Steps and limits are compared in this form, so that 0.1 + 0.2 is 0.3.
 */
export interface Decimal {
  readonly mantissa: bigint;
  readonly scale: number;
}

/** Longer texts are no numbers to us: a browser cannot tell more than 17 digits apart, and digits cost time. */
const numberTextMax = 400;

const validNumber = /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const leadingNumber = /^[\t\n\f\r ]*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)/;

export const decimalZero: Decimal = { mantissa: 0n, scale: 0 };

/** A whole number as a decimal. `value` must be a safe integer. */
export function decimalOf(value: number): Decimal {
  return { mantissa: BigInt(value), scale: 0 };
}

/**
 * A value of a number control: a valid floating-point number of the HTML standard (`.5`, `-1e3`; not `+1`, `1.`,
 * `Infinity`). Undefined for anything else and for numbers beyond the range of a double.
 */
export function parseNumber(text: string): Decimal | undefined {
  return text.length <= numberTextMax && validNumber.test(text) ? exact(text) : undefined;
}

/**
 * An attribute such as `min` or `step`: the standard's rules for parsing floating-point number values, which skip
 * leading white space and ignore what follows the number.
 */
export function parseNumberLeniently(text: string): Decimal | undefined {
  const found = leadingNumber.exec(text.slice(0, numberTextMax))?.[1];
  return found === undefined ? undefined : exact(found);
}

function exact(text: string): Decimal | undefined {
  const double = Number(text);
  if (!Number.isFinite(double)) return undefined;
  if (double === 0) return decimalZero;
  const exponentAt = text.search(/[eE]/);
  const digits = exponentAt === -1 ? text : text.slice(0, exponentAt);
  const exponent = exponentAt === -1 ? 0 : Number(text.slice(exponentAt + 1));
  const point = digits.indexOf('.');
  const fraction = point === -1 ? '' : digits.slice(point + 1);
  const whole = point === -1 ? digits : digits.slice(0, point);
  const negative = whole.startsWith('-');
  const unsigned = BigInt(`${whole.replace(/^[+-]/, '')}${fraction}`);
  const mantissa = negative ? -unsigned : unsigned;
  return withScale(mantissa, fraction.length - exponent);
}

/** Trailing zeros go, so that equal numbers have equal forms. */
function withScale(mantissa: bigint, scale: number): Decimal {
  if (scale < 0) return { mantissa: mantissa * 10n ** BigInt(-scale), scale: 0 };
  let shortest = mantissa;
  let places = scale;
  while (places > 0 && shortest % 10n === 0n) {
    shortest /= 10n;
    places -= 1;
  }
  return { mantissa: shortest, scale: places };
}

/** Canonical text: no exponent, no superfluous zeros, `-0` is `0`. */
export function formatDecimal(value: Decimal): string {
  const negative = value.mantissa < 0n;
  const digits = (negative ? -value.mantissa : value.mantissa).toString().padStart(value.scale + 1, '0');
  const whole = digits.slice(0, digits.length - value.scale);
  const fraction = value.scale === 0 ? '' : `.${digits.slice(digits.length - value.scale)}`;
  return `${negative ? '-' : ''}${whole}${fraction}`;
}

/** Negative, zero or positive, as for `sort`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const difference = alignedDifference(a, b).mantissa;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return withScale(a.mantissa * b.mantissa, a.scale + b.scale);
}

/** Whether `value` lies a whole number of `step`s from `base`. `step` is positive. */
export function isStepAligned(value: Decimal, base: Decimal, step: Decimal): boolean {
  return remainder(value, base, step).mantissa === 0n;
}

/** The two nearest values that lie on a step: the one below and the one above `value`. */
export function neighbouringSteps(value: Decimal, base: Decimal, step: Decimal): { below: Decimal; above: Decimal } {
  const over = remainder(value, base, step);
  const below = alignedDifference(value, over);
  return { below, above: alignedDifference(below, { mantissa: -step.mantissa, scale: step.scale }) };
}

function remainder(value: Decimal, base: Decimal, step: Decimal): Decimal {
  const distance = alignedDifference(value, base);
  const scale = Math.max(distance.scale, step.scale);
  const stepMantissa = rescaled(step, scale);
  const over = rescaled(distance, scale) % stepMantissa;
  return withScale(over < 0n ? over + stepMantissa : over, scale);
}

function alignedDifference(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return withScale(rescaled(a, scale) - rescaled(b, scale), scale);
}

function rescaled(value: Decimal, scale: number): bigint {
  return value.mantissa * 10n ** BigInt(scale - value.scale);
}
