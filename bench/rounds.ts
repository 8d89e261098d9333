import { busyMs, processMs } from './machine.ts';

/** One of those that are compared. */
export interface Contender {
  readonly name: string;
  /** Processes that the work is done by: what others burn meanwhile is foreign load. */
  readonly pids: readonly number[];
  /** One round. Gives a figure: the more, or the less, the better, as the work says. */
  run(): Promise<number>;
}

export interface Figure {
  readonly name: string;
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export interface Compared {
  readonly figures: readonly Figure[];
  /** Rounds done again because something else kept the machine busy. */
  readonly repeated: number;
  /** Rounds kept although something else kept the machine busy: it never stopped. */
  readonly disturbed: number;
}

/** How much of one core others may burn during a round before it is done again. */
const FOREIGN_SHARE_MAX = 0.15;
const REPEATS_MAX = 3;

/**
 * Lets contenders take turns, A B A B, so that a slow minute of the machine hits all of them. The first turn of each
 * only warms up and is thrown away.
 */
export async function takeTurns(contenders: readonly Contender[], rounds: number): Promise<Compared> {
  const results = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]));
  let repeated = 0;
  let disturbed = 0;
  for (const contender of contenders) await contender.run();
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      for (let attempt = 0; ; attempt++) {
        const { figure, foreignShare } = await watched(contender);
        if (foreignShare > FOREIGN_SHARE_MAX && attempt < REPEATS_MAX) {
          repeated++;
          continue;
        }
        if (foreignShare > FOREIGN_SHARE_MAX) disturbed++;
        results.get(contender)!.push(figure);
        break;
      }
    }
  }
  return { figures: [...results].map(([{ name }, values]) => figureOf(name, values)), repeated, disturbed };
}

/** Runs one round and tells how much of a core was burnt by none of ours. */
async function watched(contender: Contender): Promise<{ readonly figure: number; readonly foreignShare: number }> {
  const started = performance.now();
  const busy = busyMs();
  // This process waits, and what it started and ended meanwhile, the load, is counted with it.
  const own = (): number => [process.pid, ...contender.pids].reduce((sum, pid) => sum + processMs(pid), 0);
  const before = own();
  const figure = await contender.run();
  const now = busyMs();
  if (busy === undefined || now === undefined) return { figure, foreignShare: 0 };
  return { figure, foreignShare: (now - busy - (own() - before)) / (performance.now() - started) };
}

export function figureOf(name: string, values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b);
  return { name, median: medianOf(sorted), least: sorted[0] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN };
}

export function medianOf(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return (sorted[middle - 1]! + sorted[middle]!) / 2;
}
