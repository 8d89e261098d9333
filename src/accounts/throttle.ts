import { boundedCache } from '../std/index.ts';
import type { Clock } from '../std/index.ts';

/** Failures of one account that cost nothing. */
const FREE_FAILURES = 5;
const FIRST_DELAY_MS = 1_000;
const DELAY_MAX_MS = 15 * 60_000;
/** After so long without an attempt, an account's failures are forgotten. */
const FORGET_MS = 24 * 3_600_000;
/** How many accounts and addresses are remembered; the least recent are forgotten first. */
const REMEMBERED_MAX = 50_000;
const MINUTE_MS = 60_000;

/** One attempt that may go on. Until it is settled it counts as a failure, so that many at once gain nothing. */
export interface Attempt {
  succeeded(): void;
  /** It came to no verdict. */
  dropped(): void;
}

/** Slows guessing down. */
export interface Throttle {
  /** Gives the milliseconds to wait, or an attempt that may be made. `account` need not exist. */
  attempt(account: string, address: string): number | Attempt;
}

export interface ThrottleOptions {
  readonly clock: Clock;
  /** Attempts from one address in any minute. */
  readonly perMinute: number;
}

interface Failures {
  readonly count: number;
  readonly lastMs: number;
}

/**
 * For each account, five failures are free; after them each attempt must wait, 1 second at first, doubling to 15 minutes,
 * and never for ever. For each address, so many attempts a minute. Kept in memory, by process: a restart forgives.
 */
export function throttle({ clock, perMinute }: ThrottleOptions): Throttle {
  const accounts = boundedCache<string, Failures>(REMEMBERED_MAX);
  const addresses = boundedCache<string, readonly number[]>(REMEMBERED_MAX);

  const addressWait = (address: string, nowMs: number): number => {
    const times = (addresses.get(address) ?? []).filter((time) => time > nowMs - MINUTE_MS);
    const oldest = times[0];
    if (oldest !== undefined && times.length >= perMinute) return oldest + MINUTE_MS - nowMs;
    addresses.set(address, [...times, nowMs], 1);
    return 0;
  };

  return {
    attempt(account, address) {
      const nowMs = clock.now();
      const waitMs = addressWait(address, nowMs);
      if (waitMs > 0) return waitMs;
      const known = accounts.get(account);
      const failures = known && nowMs - known.lastMs < FORGET_MS ? known : { count: 0, lastMs: nowMs };
      const left = failures.lastMs + delayMs(failures.count) - nowMs;
      if (left > 0) return left;
      accounts.set(account, { count: failures.count + 1, lastMs: nowMs }, 1);
      return {
        succeeded: () => void accounts.delete(account),
        dropped: () => {
          const now = accounts.get(account);
          if (now) accounts.set(account, { ...now, count: Math.max(0, now.count - 1) }, 1);
        },
      };
    },
  };
}

function delayMs(failures: number): number {
  if (failures < FREE_FAILURES) return 0;
  return Math.min(DELAY_MAX_MS, FIRST_DELAY_MS * 2 ** (failures - FREE_FAILURES));
}
