import type { Random } from '../std/index.ts';

/** How long to wait between attempts. */
export interface Backoff {
  /** After the first failure; doubled after each further one. */
  readonly delayMs: number;
  readonly delayMsMax: number;
}

/**
 * Milliseconds until the next attempt: the doubled delay, of which half is left to chance, so that what failed together
 * does not come back together.
 */
export function backoffMs({ delayMs, delayMsMax }: Backoff, failures: number, random: Random): number {
  const full = Math.min(delayMsMax, delayMs * 2 ** Math.min(failures - 1, 40));
  const bytes = random.bytes(4);
  const part = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) / 2 ** 32;
  return Math.round(full / 2 + (full / 2) * part);
}
