import type { Column, Constraints } from '../api-types.ts';
import type { FieldProblem } from '../problem.ts';
import { isNumeric } from '../values/is-numeric.ts';
import { compareDecimals, isOnStep, readDecimal } from '../values/decimal.ts';
import { valueOf } from './field-values.ts';
import type { Raw, Writing } from './field-values.ts';

/**
 * What the server will say against a field, found before anything is sent; undefined for nothing. The server decides:
 * this only mirrors the limits that it publishes.
 */
export function checkField(column: Column, raw: Raw, writing: Writing): FieldProblem | undefined {
  const code = problemCode(column, raw, writing);
  return code === undefined ? undefined : { field: column.name, code, message: '' };
}

function problemCode(column: Column, raw: Raw, writing: Writing): string | undefined {
  const { type, required, constraints } = column;
  const value = valueOf(type, raw, writing);
  if (value === undefined) return 'type';
  if (value === null) return required ? 'required' : undefined;
  if (isNumeric(type)) return numberProblem(String(value), constraints);
  if (typeof value !== 'string') return undefined;
  switch (type.kind) {
    case 'date':
    case 'time':
    case 'datetime':
    case 'month':
    case 'week':
      return rangeProblem(value, constraints, type.kind === 'time');
    case 'text':
    case 'markdown':
      return textProblem(value, constraints);
    default:
      return undefined;
  }
}

function numberProblem(text: string, { min, max, step }: Constraints): string | undefined {
  const value = readDecimal(text);
  if (!value) return undefined;
  const least = readDecimal(min ?? '');
  const most = readDecimal(max ?? '');
  if (least && compareDecimals(value, least) < 0) return 'min';
  if (most && compareDecimals(value, most) > 0) return 'max';
  const width = readDecimal(step ?? '');
  return width && !isOnStep(value, least ?? { digits: 0n, scale: 0 }, width) ? 'step' : undefined;
}

/** Canonical dates and times are ordered as their text is. A time from 22:00 to 06:00 runs over midnight. */
function rangeProblem(value: string, { min, max }: Constraints, isTime: boolean): string | undefined {
  if (isTime && min !== undefined && max !== undefined && min > max)
    return value < min && value > max ? 'min' : undefined;
  if (min !== undefined && value < min) return 'min';
  return max !== undefined && value > max ? 'max' : undefined;
}

function textProblem(value: string, constraints: Constraints): string | undefined {
  const { minLength, maxLength, pattern, options } = constraints;
  if (options && !options.includes(value)) return 'options';
  if (minLength !== undefined && value.length < minLength) return 'minLength';
  if (maxLength !== undefined && value.length > maxLength) return 'maxLength';
  return pattern !== undefined && !matches(pattern, value) ? 'pattern' : undefined;
}

/** As browsers compile the attribute: on its own, anchored, with `v`; one that does not compile refuses nothing. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'v').test(value);
  } catch {
    return true;
  }
}
