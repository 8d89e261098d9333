import { randomFillSync } from 'node:crypto';

/** Randomness, passed in so that a run can be replayed from a seed. */
export interface Random {
  /** `length` random bytes. */
  bytes(length: number): Uint8Array;
}

const POOL_BYTES = 8192;
let pool = new Uint8Array(0);
let taken = 0;

/** The operating system's generator; the only one fit for secrets. Asked for many bytes at once: each call costs. */
export const systemRandom: Random = {
  bytes(length) {
    if (length > POOL_BYTES / 8) return randomFillSync(new Uint8Array(length));
    if (taken + length > pool.length) {
      pool = randomFillSync(new Uint8Array(POOL_BYTES));
      taken = 0;
    }
    const bytes = pool.slice(taken, taken + length);
    // What has been given out is nobody else's to find.
    pool.fill(0, taken, taken + length);
    taken += length;
    return bytes;
  },
};

/** A repeatable generator (xorshift128) for tests and simulations. Never for secrets. */
export function seededRandom(seed: number): Random {
  const state = new Uint32Array([seed >>> 0 || 1, 0x9e3779b9, 0x243f6a88, 0xb7e15162]);
  const next = (): number => {
    let t = state[3]!;
    const s = state[0]!;
    state[3] = state[2]!;
    state[2] = state[1]!;
    state[1] = s;
    t ^= t << 11;
    t ^= t >>> 8;
    state[0] = t ^ s ^ (s >>> 19);
    return state[0];
  };
  for (let i = 0; i < 16; i++) next();
  return {
    bytes: (length) => {
      const out = new Uint8Array(length);
      for (let i = 0; i < length; i++) out[i] = next() & 0xff;
      return out;
    },
  };
}
