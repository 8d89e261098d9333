import { createHash } from 'node:crypto';

/** Chance that can be had again: the same seed gives the same draws. */
export interface Seeded {
  readonly seed: string;
  /** From 0 up to, not including, 1. */
  fraction(): number;
  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(values: readonly T[]): T;
  /** Chance of its own for one part, so that what another part draws does not disturb it. */
  part(name: string): Seeded;
}

/** Mulberry32, seeded by a hash of the text. For tests only. */
export function seeded(seed: string): Seeded {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0);
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (from: number, to: number): number => from + Math.floor(fraction() * (to - from + 1));
  return {
    seed,
    fraction,
    int,
    chance: (probability) => fraction() < probability,
    pick: (values) => values[int(0, values.length - 1)]!,
    part: (name) => seeded(`${seed}/${name}`),
  };
}
