/** A run of lines that one text has and another writes otherwise. */
export interface Difference {
  /** Line in the first text, from 1. */
  readonly line: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** More lines than this being different, the rest is told as one difference: nobody reads on. */
const editsMax = 1_000;

/** The lines in which two texts differ, by Myers' greedy algorithm ("An O(ND) difference algorithm", 1986). */
export function differences(before: string, after: string): Difference[] {
  const a = before.split('\n');
  const b = after.split('\n');
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const kept = commonLines(a.slice(start, endA), b.slice(start, endB));
  const found: Difference[] = [];
  let x = start;
  let y = start;
  for (const [i, j] of [...kept.map(([i, j]) => [i + start, j + start] as const), [endA, endB] as const]) {
    if (i > x || j > y) found.push({ line: x + 1, before: a.slice(x, i), after: b.slice(y, j) });
    x = i + 1;
    y = j + 1;
  }
  return found;
}

/** Pairs of equal lines, in order, of a shortest edit; none when there are too many edits. */
function commonLines(a: readonly string[], b: readonly string[]): [number, number][] {
  const furthest = new Map<number, number>([[1, 0]]);
  const trace: Map<number, number>[] = [];
  for (let edits = 0; edits <= Math.min(a.length + b.length, editsMax); edits++) {
    trace.push(new Map(furthest));
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
      let x = down ? (furthest.get(k + 1) ?? 0) : (furthest.get(k - 1) ?? 0) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++;
        y++;
      }
      furthest.set(k, x);
      if (x >= a.length && y >= b.length) return backtrack(trace, a.length, b.length);
    }
  }
  return [];
}

function backtrack(trace: readonly Map<number, number>[], lengthA: number, lengthB: number): [number, number][] {
  const pairs: [number, number][] = [];
  let x = lengthA;
  let y = lengthB;
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const furthest = trace[edits]!;
    const k = x - y;
    const down = k === -edits || (k !== edits && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
    const previousK = down ? k + 1 : k - 1;
    const previousX = furthest.get(previousK) ?? 0;
    const previousY = previousX - previousK;
    while (x > previousX && y > previousY && x > 0 && y > 0) {
      x--;
      y--;
      pairs.push([x, y]);
    }
    x = previousX;
    y = previousY;
  }
  return pairs.toReversed();
}

/** Why two runs of lines differ, as far as it can be told. */
export type Cause = 'marks' | 'whitespace' | 'attributes' | 'text' | 'markup';

export function causeOf({ before, after }: Difference): Cause {
  const a = withoutMarks(before.join('\n'));
  const b = withoutMarks(after.join('\n'));
  if (a === b) return 'marks';
  if (a.replace(/\s+/gv, '') === b.replace(/\s+/gv, '')) return 'whitespace';
  if (shape(a) !== shape(b)) return 'markup';
  return textOf(a) === textOf(b) ? 'attributes' : 'text';
}

/** Samples other than the template need only `itemscope`: what else they leave out of the marks is no difference. */
function withoutMarks(markup: string): string {
  const marks =
    /\s(?:data-(?:backlot-)?(?:list|row|save|if|text|attr-[\w\-]+|class|format|part|as)|itemprop|itemscope|itemtype)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+))?/giv;
  return markup.replace(marks, '');
}

/** Tag names only. */
function shape(markup: string): string {
  return [...markup.matchAll(/<\/?[a-z][^\s>\/]*/giv)].map(([tag]) => tag.toLowerCase()).join(' ');
}

function textOf(markup: string): string {
  return markup.replace(/<[^>]*>/gv, '').replace(/\s+/gv, ' ');
}
