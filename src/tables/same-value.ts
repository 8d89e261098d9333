import type { Value } from '../schema/index.ts';

/** The members of a set or of many references; none of any other value. */
export function membersOf(value: Value): readonly string[] {
  return typeof value === 'object' && value !== null ? value : [];
}

/** Whether two canonical values are the same. */
export function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return a.length === b.length && a.every((member, index) => member === b[index]);
}
