import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

/** Makes identifiers: UUID version 7 (RFC 9562), lower case, strictly increasing within one process. */
export type Ids = () => string;

/**
 * Identifiers from a clock and a generator. Within one millisecond, and when the clock steps back, the 12 bits after
 * the version count up (RFC 9562, 6.2, method 1), so that ids made later sort later.
 */
export function uuidv7(clock: Clock, random: Random): Ids {
  let lastMs = -1;
  let counter = 0;
  return () => {
    const nowMs = clock.now();
    if (nowMs > lastMs) {
      lastMs = nowMs;
      counter = ((random.bytes(1)[0]! << 4) | (random.bytes(1)[0]! >> 4)) & 0x7ff;
    } else if (++counter > 0xfff) {
      lastMs += 1;
      counter = 0;
    }
    const time = lastMs.toString(16).padStart(12, '0');
    const tail = random.bytes(8);
    tail[0] = (tail[0]! & 0x3f) | 0x80;
    const rest = Buffer.from(tail).toString('hex');
    const count = counter.toString(16).padStart(3, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${rest.slice(0, 4)}-${rest.slice(4)}`;
  };
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text is a UUID in canonical form. */
export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}
