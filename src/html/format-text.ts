/*
 * Comparing texts of the author's with what `Intl` writes. Every run of white space, of whatever kind, equals one space.
 */

const spaces = /[\s\p{Zs}]+/gu;

/** A text with each run of white space as one ordinary space, none at the ends. */
export function plainSpaces(text: string): string {
  return text.replace(spaces, ' ').trim();
}

/** What stands around a printed value in the author's text, exactly as written. */
export interface Surroundings {
  readonly prefix: string;
  readonly suffix: string;
}

/** Every way in which `printed` occurs in `text`, kinds of space compared equal, the shortest prefix first. */
function occurrences(text: string, printed: string): Surroundings[] {
  const found: Surroundings[] = [];
  const wanted = plainSpaces(printed);
  if (wanted === '') return found;
  const words = wanted.split(' ').map((word) => escapeRegExp(word).replace(apostrophes, "['’]"));
  const pattern = new RegExp(words.join('[\\s\\p{Zs}]+'), 'gu');
  for (const match of text.matchAll(pattern)) {
    found.push({ prefix: text.slice(0, match.index), suffix: text.slice(match.index + match[0].length) });
  }
  return found;
}

/** The surroundings that all texts share (the first text's, as written), or undefined. */
export function sharedSurroundings(
  texts: readonly string[],
  printed: readonly string[],
  allowed: (around: Surroundings) => boolean,
): Surroundings | undefined {
  const [first, ...others] = texts.map((text, index) => occurrences(text, printed[index]!).filter(allowed));
  return first?.find((around) => others.every((list) => list.some((other) => sameSurroundings(around, other))));
}

/** White space at the ends of the author's text does not count; the space between a literal and the value does. */
function sameSurroundings(a: Surroundings, b: Surroundings): boolean {
  return (
    a.prefix.trimStart().replace(spaces, ' ') === b.prefix.trimStart().replace(spaces, ' ') &&
    a.suffix.trimEnd().replace(spaces, ' ') === b.suffix.trimEnd().replace(spaces, ' ')
  );
}

/**
 * The one kind of space that the author uses inside the texts, if it is not the kind that `Intl` writes. Undefined when
 * there is none or they differ.
 */
export function authorsSpace(texts: readonly string[], printed: readonly string[]): string | undefined {
  const written = new Set(texts.flatMap((text) => text.trim().match(/[\s\p{Zs}]+/gu) ?? []));
  const own = new Set(printed.flatMap((text) => text.match(/[\s\p{Zs}]/gu) ?? []));
  const [space] = written;
  if (written.size !== 1 || space === undefined || !/^\p{Zs}$/u.test(space)) return undefined;
  return own.size === 0 || (own.size === 1 && own.has(space)) ? undefined : space;
}

/** Writes the author's kind of space in place of every other. */
export function withSpace(text: string, space: string | undefined): string {
  return space === undefined ? text : text.replace(/[\s\p{Zs}]/gu, space);
}

/** Between groups of digits, where `Intl` writes one of the two and authors either. */
const apostrophes = /['’]/g;

/** The apostrophe that the author writes, where `Intl` writes the other one. */
export function authorsApostrophe(texts: readonly string[], printed: readonly string[]): string | undefined {
  const [written, ...more] = new Set(texts.flatMap((text) => text.match(apostrophes) ?? []));
  return more.length > 0 || printed.some((text) => written !== undefined && text.includes(written))
    ? undefined
    : written;
}

/** Writes the author's apostrophe in place of the other one. */
export function withApostrophe(text: string, apostrophe: string | undefined): string {
  return apostrophe === undefined ? text : text.replace(apostrophes, apostrophe);
}

/** The text between prefix and suffix, or undefined when they are not there. Kinds of space compare equal. */
export function between(text: string, prefix: string, suffix: string): string | undefined {
  const whole = plainSpaces(text);
  const start = plainSpaces(prefix);
  const end = plainSpaces(suffix);
  if (!whole.startsWith(start) || !whole.endsWith(end) || whole.length < start.length + end.length) return undefined;
  return whole.slice(start.length, whole.length - end.length).trim();
}

/** Writes text so that a regular expression with the flag `u` takes it literally. */
export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
