import { argon2, timingSafeEqual } from 'node:crypto';
import type { Random } from '../std/index.ts';
import { hashQueue } from './hash-queue.ts';

/** What argon2id (RFC 9106) costs: memory in KiB, passes over it, lanes. */
export interface HashCost {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** OWASP's parameters for argon2id. */
export const hashCost: HashCost = { memory: 19_456, passes: 2, parallelism: 1 };

const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** How many may wait for a hash; at some 30 ms each the last waits a second or two. */
const WAITING_MAX = 64;
/** Of NFKC text in UTF-8. */
export const passwordBytesMax = 1024;

export interface Passwords {
  /** Gives what to store: the PHC string format, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
  hash(password: string): Promise<string>;
  /**
   * Compares with what is stored. Without anything stored (there is no such user) it does the same work and says no.
   * `stale`: it matches, but was made at another cost and is to be hashed again.
   */
  verify(password: string, stored: string | undefined): Promise<{ readonly matches: boolean; readonly stale: boolean }>;
}

/** Hashes passwords, at most `atOnceMax` (the number of cores) at a time. Both throw `accounts/busy`. */
export function passwordHashing(random: Random, atOnceMax: number, cost: HashCost = hashCost): Passwords {
  const queue = hashQueue(Math.max(1, atOnceMax), WAITING_MAX);
  const nobody: Stored = { cost, salt: Buffer.alloc(SALT_BYTES), tag: Buffer.alloc(TAG_BYTES) };
  return {
    async hash(password) {
      const salt = Buffer.from(random.bytes(SALT_BYTES));
      return format({ cost, salt, tag: await queue.run(() => derive(password, salt, cost, TAG_BYTES)) });
    },
    async verify(password, stored) {
      const known = stored === undefined ? undefined : parse(stored);
      const { cost: was, salt, tag } = known ?? nobody;
      const found = await queue.run(() => derive(password, salt, was, tag.length));
      const matches = timingSafeEqual(found, tag) && known !== undefined;
      return { matches, stale: matches && !sameCost(was, cost) };
    },
  };
}

/** A password as it is hashed and measured: NFKC, so that it does not depend on the keyboard (NIST 800-63B, 5.1.1.2). */
export function normalisePassword(password: string): string {
  return password.toWellFormed().normalize('NFKC');
}

interface Stored {
  readonly cost: HashCost;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

function derive(password: string, salt: Buffer, cost: HashCost, tagLength: number): Promise<Buffer> {
  const { memory, passes, parallelism } = cost;
  const message = Buffer.from(normalisePassword(password));
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  argon2('argon2id', { message, nonce: salt, parallelism, tagLength, memory, passes }, (error, tag) => {
    if (error) reject(error);
    else resolve(tag);
  });
  return promise;
}

function format({ cost, salt, tag }: Stored): string {
  const parameters = `m=${cost.memory},t=${cost.passes},p=${cost.parallelism}`;
  return `$argon2id$v=19$${parameters}$${bare(salt)}$${bare(tag)}`;
}

function bare(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

const phcPattern =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

function parse(stored: string): Stored | undefined {
  const [, memory, passes, parallelism, salt, tag] = phcPattern.exec(stored) ?? [];
  if (salt === undefined || tag === undefined) return undefined;
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

function sameCost(a: HashCost, b: HashCost): boolean {
  return a.memory === b.memory && a.passes === b.passes && a.parallelism === b.parallelism;
}
