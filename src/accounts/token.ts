import { createHash, timingSafeEqual } from 'node:crypto';
import { isUuid } from '../std/index.ts';
import type { Random } from '../std/index.ts';

/** 256 bits: guessing is out of the question, so a plain hash is enough to keep. */
const SECRET_BYTES = 32;

/** A token: which row it belongs to, and what only its holder knows. */
export interface Token {
  readonly id: string;
  readonly secret: string;
}

export function makeSecret(random: Random): string {
  return Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url');
}

/** As it travels: `ID.SECRET`. */
export function formatToken({ id, secret }: Token): string {
  return `${id}.${secret}`;
}

export function parseToken(text: string): Token | undefined {
  const [, id, secret] = /^([0-9a-f\-]{36})\.([\w\-]{43})$/v.exec(text) ?? [];
  return id !== undefined && secret !== undefined && isUuid(id) ? { id, secret } : undefined;
}

/** What is kept of a secret: its SHA-256, hexadecimal. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares in a time that tells nothing. */
export function secretMatches(secret: string, hash: unknown): boolean {
  if (typeof hash !== 'string') return false;
  const found = Buffer.from(hashSecret(secret));
  const kept = Buffer.from(hash);
  return found.length === kept.length && timingSafeEqual(found, kept);
}
