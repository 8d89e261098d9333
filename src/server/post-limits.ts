import { isIPv6 } from 'node:net';
import { boundedCache } from '../std/index.ts';
import type { Clock } from '../std/index.ts';

const MINUTE_MS = 60_000;
/** How many addresses are counted at once; the least recent are forgotten first. */
const ADDRESSES_MAX = 50_000;

export interface PostLimits {
  /** Counts one form posted from `address`. Gives 0 when it may go on, else the milliseconds to wait. */
  take(address: string): number;
}

/** At most `perMinute` forms from one address in any minute: a sliding window of times. */
export function postLimits(options: { readonly perMinute: number; readonly clock: Clock }): PostLimits {
  const taken = boundedCache<string, number[]>(ADDRESSES_MAX);
  return {
    take(address) {
      const group = addressGroup(address);
      const nowMs = options.clock.now();
      const times = (taken.get(group) ?? []).filter((time) => time > nowMs - MINUTE_MS);
      const oldest = times[0];
      if (oldest !== undefined && times.length >= options.perMinute) return oldest + MINUTE_MS - nowMs;
      times.push(nowMs);
      taken.set(group, times, 1);
      return 0;
    },
  };
}

/** An IPv6 customer has a /64 at least: addresses within one count as one. IPv4-mapped addresses count as IPv4. */
export function addressGroup(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  const groups = [...first, ...zeros, ...last].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/64`;
}
