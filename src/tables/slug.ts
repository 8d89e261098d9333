import { fold } from '../query/index.ts';

const slugLengthMax = 80;

/**
 * Makes the part of a URL that names a row: words folded as queries fold them, joined by `-`, at most 80 characters
 * cut between words. `Tagliatelle al ragù` is `tagliatelle-al-ragu`. '' when the text has no letter or digit.
 */
export function slugOf(text: string): string {
  const words =
    fold(text)
      .normalize('NFC')
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  let slug = '';
  for (const word of words) {
    const longer = slug === '' ? word : `${slug}-${word}`;
    if (longer.length > slugLengthMax) return slug === '' ? cutWord(word) : slug;
    slug = longer;
  }
  return slug;
}

function cutWord(word: string): string {
  const cut = word.slice(0, slugLengthMax);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

/** Other slugs to try when the first is taken: `name-2` to `name-20`. */
export function slugAlternatives(slug: string): readonly string[] {
  return Array.from({ length: 19 }, (_, index) => `${slug}-${index + 2}`);
}
