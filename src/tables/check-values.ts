import { compilePattern, isOffStep, patternMatches } from '../forms/index.ts';
import { canonicalText, parseValue } from '../schema/index.ts';
import type { Column, ColumnType, Constraints, Value } from '../schema/index.ts';
import { compareLimits, isReversed } from './merge-constraints.ts';
import { membersOf } from './same-value.ts';
import type { ColumnRefusal } from './tables.ts';

/** What the rules of a column say; hooks refuse in words of their own. */
export type Reason = Exclude<ColumnRefusal['reason'], 'refused'>;

/**
 * Why a column cannot hold a canonical value, or `undefined` when it can: what the control of its forms says, whoever
 * writes. `before` is what the row holds now, from which a form's steps may count.
 */
export function refusalOf(column: Column, value: Value, before: Value = null): Reason | undefined {
  const missing = value === null || value === '';
  if (missing) return column.required ? 'required' : undefined;
  if (!fits(column.type, value)) return 'type';
  return brokenConstraint(column.type, column.constraints, value) ?? brokenStep(column, value, before);
}

function brokenStep({ type, constraints }: Column, value: Value, before: Value): Reason | undefined {
  if (constraints.step === undefined) return undefined;
  const served = before === null ? '' : canonicalText(type, before);
  return isOffStep(type, constraints, canonicalText(type, value), served) ? 'step' : undefined;
}

/** Whether a present value has the shape its type uses in memory. */
export function fits(type: ColumnType, value: Value): boolean {
  if (value === null) return true;
  switch (type.kind) {
    case 'integer':
    case 'decimal':
    case 'money':
      return Number.isSafeInteger(value);
    case 'real':
      return Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'set':
    case 'references':
      return Array.isArray(value) && value.every((member) => typeof member === 'string');
    case 'date':
    case 'time':
    case 'datetime':
    case 'month':
    case 'week':
    case 'instant':
      return typeof value === 'string' && parseValue(type, value) === value;
    default:
      return typeof value === 'string';
  }
}

function brokenConstraint(type: ColumnType, constraints: Constraints, value: Value): Reason | undefined {
  return brokenRange(type, constraints, value) ?? brokenText(constraints, value);
}

function brokenRange(type: ColumnType, constraints: Constraints, value: Value): Reason | undefined {
  const { min, max } = constraints;
  if (min === undefined && max === undefined) return undefined;
  const text = canonicalText(type, value);
  const low = min !== undefined && compareLimits(text, min) < 0;
  const high = max !== undefined && compareLimits(text, max) > 0;
  // From 22:00 to 06:00: between the two ends is outside.
  if (type.kind === 'time' && isReversed(constraints)) return low && high ? 'min' : undefined;
  if (low) return 'min';
  return high ? 'max' : undefined;
}

function brokenText(constraints: Constraints, value: Value): Reason | undefined {
  const members = typeof value === 'string' ? [value] : membersOf(value);
  const { minLength, maxLength, pattern, options } = constraints;
  if (minLength !== undefined && members.some((member) => member.length < minLength)) return 'minLength';
  if (maxLength !== undefined && members.some((member) => member.length > maxLength)) return 'maxLength';
  if (options && members.some((member) => !options.includes(member))) return 'options';
  if (pattern === undefined) return undefined;
  const compiled = compilePattern(pattern);
  return compiled && !patternMatches(compiled, members) ? 'pattern' : undefined;
}

/** The refusal in English. */
export function refusalMessage(column: Column, reason: Reason): string {
  const { min, max, minLength, maxLength } = column.constraints;
  const name = column.label;
  switch (reason) {
    case 'required':
      return `${name} is missing.`;
    case 'type':
      return `${name} has a value of the wrong type.`;
    case 'unique':
      return `${name} is taken: another row has the same.`;
    case 'reference':
      return `${name} refers to a row that is not there.`;
    case 'min':
      return `${name} must be at least ${min ?? ''}.`;
    case 'max':
      return `${name} must be at most ${max ?? ''}.`;
    case 'minLength':
      return `${name} must have at least ${minLength ?? 0} characters.`;
    case 'maxLength':
      return `${name} must have at most ${maxLength ?? 0} characters.`;
    case 'step':
      return `${name} is between two allowed values.`;
    case 'pattern':
      return `${name} does not have the form asked for.`;
    case 'options':
      return `${name} is not one of the options.`;
    default:
      return reason satisfies never;
  }
}
