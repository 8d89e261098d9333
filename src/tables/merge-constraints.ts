import type { ColumnType, Constraints } from '../schema/index.ts';

/**
 * The loosest of what several forms say: each form checks its own rules, so what is stored must satisfy only what all
 * of them agree on. A form that sets no limit lifts it.
 */
export function loosest(type: ColumnType, all: readonly Constraints[]): Constraints {
  const [first, ...rest] = all;
  return rest.reduce((a, b) => looser(type, a, b), first ?? {});
}

function looser(type: ColumnType, a: Constraints, b: Constraints): Constraints {
  const reversed = type.kind === 'time' && (isReversed(a) || isReversed(b));
  const min = reversed ? same(a.min, b.min) : outer(a.min, b.min, -1);
  const max = reversed ? same(a.max, b.max) : outer(a.max, b.max, 1);
  // Steps count from the least value: those of two forms are the same only where that is.
  const step = a.min === b.min ? same(a.step, b.step) : undefined;
  const pattern = same(a.pattern, b.pattern);
  const minLength = both(a.minLength, b.minLength, Math.min);
  const maxLength = both(a.maxLength, b.maxLength, Math.max);
  const options = a.options && b.options && [...new Set([...a.options, ...b.options])];
  return {
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(step !== undefined && { step }),
    ...(minLength !== undefined && { minLength }),
    ...(maxLength !== undefined && { maxLength }),
    ...(pattern !== undefined && { pattern }),
    ...(options !== undefined && { options }),
  };
}

/** A time range over midnight, `min=22:00 max=06:00`: its ends mean something only together. */
export function isReversed(constraints: Constraints): boolean {
  return constraints.min !== undefined && constraints.max !== undefined && constraints.min > constraints.max;
}

function same(a: string | undefined, b: string | undefined): string | undefined {
  return a === b ? a : undefined;
}

function both(
  a: number | undefined,
  b: number | undefined,
  pick: (a: number, b: number) => number,
): number | undefined {
  return a === undefined || b === undefined ? undefined : pick(a, b);
}

/** The outer of two limits: numbers by value, dates and times by their canonical text. */
function outer(a: string | undefined, b: string | undefined, side: -1 | 1): string | undefined {
  if (a === undefined || b === undefined) return undefined;
  return compareLimits(a, b) * side >= 0 ? a : b;
}

/** Orders two limits of one column: numbers by value, everything else as canonical text. */
export function compareLimits(a: string, b: string): number {
  const numbers = [Number(a), Number(b)] as const;
  if (numbers.every((value) => !Number.isNaN(value))) return numbers[0] - numbers[1];
  return a < b ? -1 : a > b ? 1 : 0;
}
