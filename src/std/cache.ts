/** A cache bounded by the sum of its entries' sizes; the least recently used go first. */
export interface BoundedCache<K, V> {
  get(key: K): V | undefined;
  /** `size` in the caller's unit, usually bytes. An entry larger than the whole cache is not kept. */
  set(key: K, value: V, size: number): void;
  delete(key: K): boolean;
  clear(): void;
  entries(): IterableIterator<[K, V]>;
  readonly count: number;
  readonly size: number;
}

/** Makes a cache that holds at most `sizeMax`. `onEvict` hears of entries that were pushed out, not of deleted ones. */
export function boundedCache<K, V>(sizeMax: number, onEvict?: (key: K, value: V) => void): BoundedCache<K, V> {
  const held = new Map<K, { value: V; size: number }>();
  let total = 0;
  const remove = (key: K): { value: V; size: number } | undefined => {
    const entry = held.get(key);
    if (!entry) return undefined;
    held.delete(key);
    total -= entry.size;
    return entry;
  };
  return {
    get(key) {
      const entry = held.get(key);
      if (!entry) return undefined;
      held.delete(key);
      held.set(key, entry);
      return entry.value;
    },
    set(key, value, size) {
      remove(key);
      if (size > sizeMax) return;
      held.set(key, { value, size });
      total += size;
      for (const [oldest, entry] of held) {
        if (total <= sizeMax) break;
        remove(oldest);
        onEvict?.(oldest, entry.value);
      }
    },
    delete: (key) => remove(key) !== undefined,
    clear() {
      held.clear();
      total = 0;
    },
    *entries() {
      for (const [key, entry] of held) yield [key, entry.value];
    },
    get count() {
      return held.size;
    },
    get size() {
      return total;
    },
  };
}
