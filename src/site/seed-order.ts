/** A list as the files show it: its rows in order. */
export interface Sequence {
  readonly items: readonly number[];
  /** The list is in the rows' own order (it has no `sort`, or sorts by time): this order must come back. */
  readonly own: boolean;
}

/**
 * One order of `count` rows that keeps the order of every list, as far as they agree: the lists in the rows' own order
 * go first, and of those the longest; a list that contradicts an earlier one is kept where it does not. Rows that no
 * list holds keep their places.
 */
export function orderOf(count: number, sequences: readonly Sequence[]): number[] {
  const after: Set<number>[] = Array.from({ length: count }, () => new Set<number>());
  const ranked = [...sequences].sort((a, b) => Number(b.own) - Number(a.own) || b.items.length - a.items.length);
  for (const { items } of ranked) {
    for (let i = 1; i < items.length; i++) {
      const [from, to] = [items[i - 1]!, items[i]!];
      if (from !== to && !after[from]!.has(to) && !leadsTo(after, to, from)) after[from]!.add(to);
    }
  }
  return topological(after);
}

function leadsTo(after: readonly ReadonlySet<number>[], from: number, to: number): boolean {
  const pending = [from];
  const seen = new Set(pending);
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (at === to) return true;
    for (const next of after[at]!) {
      if (seen.has(next)) continue;
      seen.add(next);
      pending.push(next);
    }
  }
  return false;
}

/** Always the lowest number that is free next, so that unrelated rows stay in the order in which they were met. */
function topological(after: readonly ReadonlySet<number>[]): number[] {
  const waiting = after.map(() => 0);
  for (const nexts of after) for (const next of nexts) waiting[next]!++;
  const free = waiting.flatMap((count, index) => (count === 0 ? [index] : []));
  const order: number[] = [];
  while (free.length > 0) {
    const at = free.shift()!;
    order.push(at);
    for (const next of after[at]!) {
      if (--waiting[next]! > 0) continue;
      const place = free.findIndex((each) => each > next);
      free.splice(place < 0 ? free.length : place, 0, next);
    }
  }
  return order;
}
