import type { Value } from '../schema/index.ts';

/** Whether two canonical values are the same. */
export function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b)) return false;
  return a.length === b.length && a.every((member, index) => member === b[index]);
}
