/** The characters that keys are made of besides a row's id: printable ASCII. A missing character is below them all. */
const below = 0x20;
const above = 0x7f;

/**
 * A key between two positions, in the order of bytes: where a row moved by hand goes. '' stands for the beginning,
 * `null` for the end.
 *
 * @example positionBetween('a', 'b') // something that sorts after 'a' and before 'b'
 */
export function positionBetween(before: string, after: string | null): string {
  if (after !== null && before >= after) throw new RangeError('The first position must sort before the second.');
  let key = '';
  let bound = after;
  for (let index = 0; ; index++) {
    const low = index < before.length ? before.charCodeAt(index) : below;
    const high = bound === null ? above : index < bound.length ? bound.charCodeAt(index) : below;
    if (high - low > 1) return key + String.fromCharCode((low + high) >> 1);
    key += String.fromCharCode(low);
    if (high > low) bound = null;
  }
}
