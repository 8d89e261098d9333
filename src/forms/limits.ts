import type { Control, ControlType } from './definition.ts';
import {
  compareDecimals,
  decimalOf,
  decimalZero,
  formatDecimal,
  isStepAligned,
  multiplyDecimals,
  neighbouringSteps,
  parseNumber,
  parseNumberLeniently,
} from './number.ts';
import type { Decimal } from './number.ts';
import {
  formatDate,
  formatLocalDateTime,
  formatMonth,
  formatTime,
  formatWeek,
  parseDate,
  parseLocalDateTime,
  parseMonth,
  parseTime,
  parseWeek,
} from './temporal.ts';

/**
 * What `min`, `max` and `step` ask of one control, in the number space of its type. Beside what the author wrote
 * stands what a column can hold: years to 9999, and numbers whose digits fit a safe integer.
 */
export interface Limits {
  readonly min?: Decimal;
  readonly max?: Decimal;
  /** Allowed value step; absent for `any`. */
  readonly step?: Decimal;
  readonly stepBase: Decimal;
  /** `time` with `max` before `min`: allowed from `min` over midnight to `max`. */
  readonly reversed: boolean;
}

interface Scale {
  readonly parse: (text: string) => Decimal | undefined;
  readonly parseAttribute: (text: string) => Decimal | undefined;
  readonly format: (value: Decimal) => string;
  readonly stepDefault: number;
  readonly stepFactor: number;
  readonly stepBaseDefault: number;
  /** The least and the greatest value of a column for this control; `places` undefined: any number. */
  readonly storable: (places: number | undefined) => { readonly min?: Decimal; readonly max?: Decimal };
}

const day = 86_400_000;

const scales: Partial<Record<ControlType, Scale>> = {
  date: temporalScale(parseDate, formatDate, 1, day, '9999-12-31'),
  month: temporalScale(parseMonth, formatMonth, 1, 1, '9999-12'),
  // Weeks count from the Monday of 1970-W01, three days before the epoch.
  week: temporalScale(parseWeek, formatWeek, 1, 7 * day, '9999-W52', -3 * day),
  time: temporalScale(parseTime, formatTime, 60, 1000, undefined),
  'datetime-local': temporalScale(parseLocalDateTime, formatLocalDateTime, 60, 1000, '9999-12-31T23:59:59.999'),
  number: numberScale(),
  range: numberScale(),
};

function temporalScale(
  parse: (text: string) => number | undefined,
  format: (value: number) => string,
  stepDefault: number,
  stepFactor: number,
  latest: string | undefined,
  stepBaseDefault = 0,
): Scale {
  const parseText = (text: string): Decimal | undefined => {
    const value = parse(text);
    return value === undefined ? undefined : decimalOf(value);
  };
  const max = latest === undefined ? undefined : parseText(latest);
  return {
    parse: parseText,
    parseAttribute: parseText,
    format: (value) => format(Number(formatDecimal(value))),
    stepDefault,
    stepFactor,
    stepBaseDefault,
    storable: () => (max ? { max } : {}),
  };
}

function numberScale(): Scale {
  return {
    parse: parseNumber,
    parseAttribute: parseNumberLeniently,
    format: formatDecimal,
    stepDefault: 1,
    stepFactor: 1,
    stepBaseDefault: 0,
    storable: (places) => {
      if (places === undefined) return {};
      const digits = BigInt(Number.MAX_SAFE_INTEGER);
      return { min: { mantissa: -digits, scale: places }, max: { mantissa: digits, scale: places } };
    },
  };
}

const limitsByControl = new WeakMap<Control, Limits>();

/**
 * Reads `min`, `max` and `step` as the HTML standard says; undefined for types to which they do not apply.
 * `servedValue` is the `value` attribute that the visitor's page had, which is the step base where there is no `min`.
 */
export function limitsOf(control: Control, servedValue = control.value): Limits | undefined {
  const scale = scales[control.type];
  if (!scale) return undefined;
  if (servedValue !== control.value) return readLimits(control, scale, servedValue);
  const known = limitsByControl.get(control);
  if (known) return known;
  const limits = readLimits(control, scale, servedValue);
  limitsByControl.set(control, limits);
  return limits;
}

function readLimits(control: Control, scale: Scale, servedValue: string): Limits {
  const written = (text: string | undefined): Decimal | undefined =>
    text === undefined ? undefined : scale.parseAttribute(text);
  const minWritten = written(control.min);
  const step = stepOf(control, scale);
  const stepBase = minWritten ?? written(servedValue) ?? decimalOf(scale.stepBaseDefault);
  const storable = scale.storable(step && Math.max(step.scale, stepBase.scale));
  const min = minWritten ?? (control.type === 'range' ? decimalZero : storable.min);
  const max = maxOf(control, written(control.max), min) ?? storable.max;
  const crossed = min !== undefined && max !== undefined && compareDecimals(max, min) < 0;
  return {
    ...(min && { min }),
    ...(max && { max }),
    ...(step && { step }),
    stepBase,
    reversed: crossed && control.type === 'time',
  };
}

/** What a control's `min` or `max` says, undefined where browsers ignore it. */
export function readLimit(control: Control, text: string | undefined): Decimal | undefined {
  return text === undefined ? undefined : scales[control.type]?.parseAttribute(text);
}

/** Decimal places that hold every value on a control's steps; undefined where any number will do. */
export function placesOf(control: Control): number | undefined {
  const limits = limitsOf(control);
  return limits?.step && Math.max(limits.step.scale, limits.stepBase.scale);
}

/** A range ends at 100 by default, and never before it begins: its only value is then `min`. */
function maxOf(control: Control, written: Decimal | undefined, min: Decimal | undefined): Decimal | undefined {
  if (control.type !== 'range') return written;
  const max = written ?? decimalOf(100);
  return min && compareDecimals(max, min) < 0 ? min : max;
}

function stepOf(control: Control, scale: Scale): Decimal | undefined {
  if (control.step?.toLowerCase() === 'any') return undefined;
  const written = control.step === undefined ? undefined : parseNumberLeniently(control.step);
  const step = written && written.mantissa > 0n ? written : decimalOf(scale.stepDefault);
  return multiplyDecimals(step, decimalOf(scale.stepFactor));
}

/** Which of underflow, overflow and step mismatch a sanitised, non-empty, parsable value suffers from, in that order. */
export function limitBroken(
  control: Control,
  limits: Limits,
  text: string,
): 'rangeUnderflow' | 'rangeOverflow' | 'stepMismatch' | undefined {
  const value = scales[control.type]?.parse(text);
  if (!value) return undefined;
  const below = limits.min !== undefined && compareDecimals(value, limits.min) < 0;
  const above = limits.max !== undefined && compareDecimals(value, limits.max) > 0;
  if (limits.reversed ? below && above : below) return 'rangeUnderflow';
  if (!limits.reversed && above) return 'rangeOverflow';
  return limits.step && !isStepAligned(value, limits.stepBase, limits.step) ? 'stepMismatch' : undefined;
}

/** A limit as text of the control's own microsyntax. */
export function formatLimit(control: Control, value: Decimal): string {
  return scales[control.type]?.format(value) ?? formatDecimal(value);
}

/** The valid values next to one that is off its step, for the message; those outside the limits are left out. */
export function nearestValid(control: Control, limits: Limits, text: string): string[] {
  const value = scales[control.type]?.parse(text);
  if (!value || !limits.step) return [];
  const { below, above } = neighbouringSteps(value, limits.stepBase, limits.step);
  const allowed = (candidate: Decimal): boolean =>
    (limits.reversed || !limits.min || compareDecimals(candidate, limits.min) >= 0) &&
    (limits.reversed || !limits.max || compareDecimals(candidate, limits.max) <= 0);
  return [below, above].filter(allowed).map((candidate) => formatLimit(control, candidate));
}
