/** Sorted, disjoint ranges of code points, both ends included. */
export type CharacterSet = readonly (readonly [number, number])[];

export const everything: CharacterSet = [[0, 0x10ffff]];
export const digit: CharacterSet = [[0x30, 0x39]];
export const word: CharacterSet = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
export const space: CharacterSet = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
export const lineEnds: CharacterSet = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];

/** A set of one character. */
export function single(character: string): CharacterSet {
  const code = character.codePointAt(0) ?? 0;
  return [[code, code]];
}

/** One set of ranges that may overlap. */
export function unite(ranges: readonly (readonly [number, number])[]): CharacterSet {
  const united: [number, number][] = [];
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const before = united.at(-1);
    if (before && low <= before[1] + 1) before[1] = Math.max(before[1], high);
    else united.push([low, high]);
  }
  return united;
}

/** All other characters. */
export function complement(set: CharacterSet): CharacterSet {
  const others: [number, number][] = [];
  let from = 0;
  for (const [low, high] of set) {
    if (low > from) others.push([from, low - 1]);
    from = high + 1;
  }
  if (from <= 0x10ffff) others.push([from, 0x10ffff]);
  return others;
}

/** Whether no character belongs to two of the sets. */
export function shareNone(sets: readonly CharacterSet[]): boolean {
  const ranges = sets.flat().sort((a, b) => a[0] - b[0]);
  return ranges.every((range, index) => index === 0 || ranges[index - 1]![1] < range[0]);
}
