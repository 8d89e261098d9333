/**
 * The known word that a mistyped one was probably meant to be: the nearest within two typing errors (one in words of
 * up to four letters), else the only one that begins with it.
 */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const limit = word.length <= 4 ? 1 : 2;
  const near = known
    .map((candidate) => ({ candidate, distance: typingErrors(word.toLowerCase(), candidate) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  if (near[0]) return near[0].candidate;
  const beginning = word.length < 3 ? [] : known.filter((candidate) => candidate.startsWith(word.toLowerCase()));
  return beginning.length === 1 ? beginning[0] : undefined;
}

/** ` Did you mean "check"?`, or nothing. */
export function didYouMean(word: string, known: readonly string[], write = (found: string): string => found): string {
  const found = suggest(word, known);
  return found === undefined ? '' : ` Did you mean ${write(found)}?`;
}

/** Letters to insert, drop, replace or swap with their neighbour (optimal string alignment). */
function typingErrors(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      }
      row.push(least);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
