import { canonicalText, isDecimal, isTextKind, parseValue, scaleOf, scaledRange } from '../schema/index.ts';
import type { ColumnType, Value } from '../schema/index.ts';
import { compareText, fold } from './fold.ts';
import { convertMoment, isConvertible, isTemporal, readMoment } from './moment.ts';
import type { TemporalKind } from './moment.ts';
import type { Comparison, Key, PlannedCondition, PlannedOperand, Range } from './plan.ts';
import { isFolded, targetType } from './plan.ts';
import type { QueryScope } from './query.ts';

/** Whether values of one type can be compared with a column of another. Plain text is read as machine text. */
export function isComparable(from: ColumnType, to: ColumnType): boolean {
  if (from.kind === 'text') return true;
  if (from.kind === 'money' && to.kind === 'money') return from.currency === to.currency;
  if (isNumber(to)) return isNumber(from);
  if (isTemporal(to.kind)) return isConvertible(from.kind, to.kind);
  if (to.kind === 'boolean') return from.kind === 'boolean';
  if (isReference(to)) return isReference(from) && from.table === to.table;
  return isTextKind(from) || isReference(from) || from.kind === 'url' || from.kind === 'file' || from.kind === 'set';
}

/**
 * What a value of one type means to a column of another: several ranges where it holds several members, none where it
 * is missing or cannot be read. `folded` says whether text compares folded.
 */
export function rangesOf(
  from: ColumnType,
  value: Value,
  to: ColumnType,
  folded: boolean,
  timeZone: string,
): readonly Range[] {
  if (value === null) return [];
  if (typeof value === 'object') {
    return value.flatMap((member) => rangesOf({ kind: 'text' }, member, to, folded, timeZone));
  }
  const range = rangeOf(from, value, to, folded, timeZone);
  return range ? [range] : [];
}

/** The operand's ranges for a condition, with the values that hold now. */
export function operandRanges(condition: PlannedCondition, scope: QueryScope): readonly Range[] {
  const { operands, target } = condition;
  const first = operands[0];
  if (first === undefined) return [];
  if (operands.length === 1 && first.kind === 'constant' && first.ranges) return first.ranges;
  const to = targetType(target);
  const folded = isFolded(target);
  const zone = scope.timeZone ?? 'UTC';
  return operands.flatMap((operand) => {
    if (operand.kind === 'constant' && operand.ranges) return operand.ranges;
    const { type, value } = operandValue(operand, scope);
    return rangesOf(type, value, to, folded, zone);
  });
}

/** Type and value of an operand as of now. */
export function operandValue(operand: PlannedOperand, scope: QueryScope): { type: ColumnType; value: Value } {
  if (operand.kind === 'constant') return operand;
  if (operand.kind === 'path') return { type: operand.type, value: scope.value(operand.path) };
  if (operand.kind === 'today') return { type: { kind: 'date' }, value: scope.today };
  return { type: { kind: 'instant' }, value: new Date(scope.nowMs).toISOString() };
}

/** One bound for `.min` (the lowest `low`: any of them may hold) or `.max`; undefined when there is none. */
export function boundOf(comparison: Comparison, ranges: readonly Range[]): string | number | undefined {
  let bound: string | number | undefined;
  for (const { low, high } of ranges) {
    if (comparison === 'min' && (bound === undefined || compareKeys(low, bound) < 0)) bound = low;
    if (comparison === 'max' && (bound === undefined || compareKeys(high, bound) > 0)) bound = high;
  }
  return bound;
}

/** Orders two keys of one kind. */
export function compareKeys(a: Key, b: Key): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function rangeOf(
  from: ColumnType,
  value: boolean | number | string,
  to: ColumnType,
  folded: boolean,
  timeZone: string,
): Range | undefined {
  if (isNumber(to)) return numberRange(from, value, to);
  if (to.kind === 'boolean') return booleanRange(value);
  if (isTemporal(to.kind)) return momentRange(from.kind, String(value), to.kind, timeZone);
  return point(folded ? fold(String(value)) : String(value));
}

function numberRange(from: ColumnType, value: boolean | number | string, to: ColumnType): Range | undefined {
  if (typeof value === 'number' && from.kind !== 'real' && scaleOf(from) === scaleOf(to)) return point(value);
  const text = typeof value === 'number' ? canonicalText(from, value) : String(value);
  if (to.kind !== 'real') return scaledRange(text, scaleOf(to) ?? 0);
  if (!isDecimal(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? point(number === 0 ? 0 : number) : undefined;
}

function booleanRange(value: boolean | number | string): Range | undefined {
  const read = typeof value === 'string' ? parseValue({ kind: 'boolean' }, value) : value;
  return typeof read === 'boolean' ? point(read ? 1 : 0) : undefined;
}

function momentRange(from: ColumnType['kind'], value: string, to: TemporalKind, timeZone: string): Range | undefined {
  if (isTemporal(from)) return convertMoment(from, value, to, timeZone);
  const read = readMoment(value, to);
  return read && convertMoment(read.kind, read.value, to, timeZone);
}

function point(key: string | number): Range {
  return { low: key, high: key };
}

function isNumber(type: ColumnType): boolean {
  return type.kind === 'real' || scaleOf(type) !== undefined;
}

function isReference(type: ColumnType): type is Extract<ColumnType, { table: string }> {
  return type.kind === 'reference' || type.kind === 'references';
}
