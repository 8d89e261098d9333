/**
 * Folds text for comparison: compatibility decomposition (NFKD), marks removed, lower case, ß as ss. A final sigma is
 * a sigma, so that a word's beginning folds to the beginning of the folded word. Folding twice changes nothing.
 *
 * @example fold('Crème BRÛLÉE') // 'creme brulee'
 */
export function fold(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ς', 'σ');
}

/**
 * Orders two texts by code points, which is the order of their UTF-8 bytes: SQLite's BINARY, PostgreSQL's "C".
 * Negative, zero or positive, as `Array.prototype.sort` wants it.
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return unitRank(left) - unitRank(right);
  }
  return a.length - b.length;
}

/** UTF-16 puts surrogates (U+10000 and up) below U+E000–U+FFFF; code points put them above. */
function unitRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
