import { createHash } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { LoggedEntry } from '../database/index.ts';
import type { Schema } from '../schema/index.ts';
import { boundedCache } from '../std/index.ts';
import type { Clock } from '../std/index.ts';
import { seeChange, touches } from './dependencies.ts';
import type { Dependencies, SeenChange } from './dependencies.ts';
import type { Recoder } from './recode.ts';

export type ContentCoding = 'identity' | 'gzip' | 'br';

/** One representation of a page, complete. */
export interface Representation {
  readonly bytes: Buffer;
  /** Strong entity tag with quotes (RFC 9110, 8.8.3). */
  readonly etag: string;
  readonly coding: ContentCoding;
}

/** A rendered page with its representations, each made when first asked for. */
export interface CachedPage {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  representation(coding: ContentCoding): Representation;
}

/** Below this size a coding saves less than its headers cost. */
const CODED_BYTES_MIN = 512;

/** From so many requests on, a page is worth the time that the smallest coding takes. */
const RECODED_AFTER = 32;

/**
 * Makes the representations of one rendered page. `html` is the page as it goes over the wire, uncoded; `coded` are
 * codings of it that are there already. A page that is asked for often is coded better by `recoder`.
 */
export function cachedPage(
  html: Buffer,
  status: number,
  headers: Readonly<Record<string, string>>,
  coded: ReadonlyMap<ContentCoding, Buffer> = new Map(),
  recoder?: Recoder,
): CachedPage {
  const hash = createHash('sha256').update(html).digest('base64url').slice(0, 22);
  const made = new Map<ContentCoding, Representation>();
  let recodedIn = recoder ? RECODED_AFTER : Infinity;
  const keepRecoded = (bytes: Buffer): void => {
    if (bytes.length >= (made.get('br')?.bytes.length ?? 0)) return;
    // Other bytes need another strong tag (RFC 9110, 8.8.3), though they decode to the same page.
    made.set('br', { bytes, etag: `"${hash}-brotli"`, coding: 'br' });
  };
  return {
    status,
    headers,
    representation(asked) {
      const coding = html.length < CODED_BYTES_MIN && !coded.has(asked) ? 'identity' : asked;
      let representation = made.get(coding);
      if (!representation) {
        const suffix = coding === 'identity' ? '' : `-${coding}`;
        representation = { bytes: coded.get(coding) ?? code(html, coding), etag: `"${hash}${suffix}"`, coding };
        made.set(coding, representation);
      }
      if (coding === 'br' && --recodedIn <= 0 && recoder?.offer(html, keepRecoded) === true) recodedIn = Infinity;
      return representation;
    },
  };
}

function code(bytes: Buffer, coding: ContentCoding): Buffer {
  if (coding === 'gzip') return gzipSync(bytes);
  if (coding === 'br') {
    return brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    });
  }
  return bytes;
}

export interface PageCache {
  get(key: string): CachedPage | undefined;
  /**
   * Keeps a page rendered from a snapshot at `position`, unless a change after it already touches what was read.
   * `expiresMs`: when its answer changes without a write (milliseconds since 1970).
   */
  set(key: string, page: CachedPage, made: PageMade): void;
  /** Tells of committed entries, in order. */
  changed(entries: readonly LoggedEntry[]): void;
  clear(): void;
  readonly count: number;
}

export interface PageMade {
  readonly position: number;
  readonly dependencies: Dependencies;
  readonly bytes: number;
  readonly expiresMs?: number;
}

interface Held extends PageMade {
  readonly page: CachedPage;
}

/** How many recent changes are remembered for pages that are being rendered while they happen. */
const RECENT_CHANGES_MAX = 4096;
/** Three representations and the page's own bookkeeping, as a multiple of its bytes. */
const REPRESENTATION_FACTOR = 2;
const ENTRY_OVERHEAD_BYTES = 1024;

/**
 * The page cache. `startPosition` is the feed's position when the cache begins to follow it: a page read before
 * that cannot be judged and is not kept.
 */
export function pageCache(options: {
  readonly bytesMax: number;
  readonly clock: Clock;
  readonly schema: () => Schema;
  readonly startPosition: number;
}): PageCache {
  const held = boundedCache<string, Held>(options.bytesMax);
  const recent: SeenChange[] = [];
  /** Changes after this position are all in `recent`. */
  let horizon = options.startPosition;

  const changedSince = (made: PageMade): boolean =>
    made.position < horizon ||
    recent.some((change) => change.entry.position > made.position && touches(made.dependencies, change));

  return {
    get(key) {
      const entry = held.get(key);
      if (!entry) return undefined;
      if (entry.expiresMs !== undefined && options.clock.now() >= entry.expiresMs) {
        held.delete(key);
        return undefined;
      }
      return entry.page;
    },
    set(key, page, made) {
      if (changedSince(made)) return;
      held.set(key, { ...made, page }, made.bytes * REPRESENTATION_FACTOR + ENTRY_OVERHEAD_BYTES);
    },
    changed(entries) {
      const tables = options.schema().tables;
      const changes = entries.map((entry) => seeChange(entry, tables[entry.table]));
      recent.push(...changes);
      if (recent.length > RECENT_CHANGES_MAX) {
        const dropped = recent.splice(0, recent.length - RECENT_CHANGES_MAX);
        horizon = dropped.at(-1)?.entry.position ?? horizon;
      }
      for (const [key, entry] of held.entries()) {
        // Changes may be told late: those of before the page was read are in it.
        const isLater = (change: SeenChange): boolean => change.entry.position > entry.position;
        if (changes.some((change) => isLater(change) && touches(entry.dependencies, change))) held.delete(key);
      }
    },
    clear() {
      held.clear();
    },
    get count() {
      return held.count;
    },
  };
}
