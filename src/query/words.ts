import type { Column, Row, Table, Value } from '../schema/index.ts';
import { fold } from './fold.ts';

/** Longest stored text of words; PostgreSQL takes at most 1 MB into a tsvector. What comes after is not searchable. */
const wordsLengthMax = 262_144;
/** Letters of one word that count; longer words agree when these do. */
const wordLettersMax = 40;
/** Words of one search that count. */
const searchTermsMax = 32;

/** Scripts written without spaces between words: each letter is a word of its own. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const wordPattern = /[\p{L}\p{N}]+/gu;

/**
 * The distinct words of some texts, separated by spaces, ready for the column `_words` and for both search indexes. A
 * word is a run of letters and digits of the folded text, spelt in `a` to `z` only, so that no tokenizer splits or
 * changes it: `x` is `xx`, the digits are `xa` to `xj`, any other letter is `xy` and four letters or `xz` and five. No
 * letter's spelling begins another's, so one word begins another exactly when its spelling does.
 */
export function searchWords(texts: readonly string[]): string {
  const words = new Set<string>();
  let length = 0;
  for (const text of texts) {
    for (const [run] of fold(text).matchAll(wordPattern)) {
      for (const word of splitUnspaced(run)) {
        const spelt = spell(word);
        if (words.has(spelt)) continue;
        length += spelt.length + 1;
        if (length > wordsLengthMax) return [...words].join(' ');
        words.add(spelt);
      }
    }
  }
  return [...words].join(' ');
}

/** The spelt words that a search asks for: a row must have, for each of them, a word that begins with it. */
export function searchTerms(text: string): readonly string[] {
  const words = searchWords([text]);
  return words === '' ? [] : words.split(' ').slice(0, searchTermsMax);
}

/** What the column `_words` holds for a row: the words of all its searched columns. */
export function rowWords(table: Table, row: Row): string {
  return searchWords(
    searchedColumns(table).flatMap((column) => {
      const value = row[column.name] ?? null;
      if (typeof value === 'string') return [column.type.kind === 'html' ? plainText(value) : value];
      return value !== null && typeof value === 'object' ? value : [];
    }),
  );
}

/** The columns that `q=` searches: those with a folded shadow that may be shown and are still declared. */
export function searchedColumns(table: Table): readonly Column[] {
  return Object.values(table.columns).filter((column) => column.folded && !column.secret && !column.detached);
}

/**
 * What the folded shadow of a column holds: the folded text (of markup: of the text that it shows), of a set the JSON
 * array of the folded members.
 */
export function foldedValue(column: Column, value: Value): string | null {
  if (typeof value === 'string') return foldedText(column, value);
  return value !== null && typeof value === 'object' ? JSON.stringify(value.map(fold)) : null;
}

/** A column's text, folded. */
export function foldedText(column: Column, text: string): string {
  return fold(column.type.kind === 'html' ? plainText(text) : text);
}

const blockTag =
  /<\/?(?:address|article|aside|blockquote|br|dd|details|div|dl|dt|figcaption|figure|footer|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|summary|t[dhr]|table|tbody|tfoot|thead|ul)\b[^>]*>/gi;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** The text that sanitised markup shows; blocks part words, inline elements do not. */
function plainText(markup: string): string {
  return markup
    .replace(blockTag, ' ')
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return Object.hasOwn(entities, name) ? (entities[name] ?? whole) : whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      const valid = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
      return valid ? String.fromCodePoint(code) : '\ufffd';
    });
}

function splitUnspaced(run: string): readonly string[] {
  if (!unspaced.test(run)) return [run];
  const words: string[] = [];
  let word = '';
  for (const letter of run) {
    if (!unspaced.test(letter)) {
      word += letter;
      continue;
    }
    if (word !== '') words.push(word);
    words.push(letter);
    word = '';
  }
  if (word !== '') words.push(word);
  return words;
}

function spell(word: string): string {
  if (word.length <= wordLettersMax && /^[a-wyz]+$/.test(word)) return word;
  let spelt = '';
  let count = 0;
  for (const letter of word) {
    if (++count > wordLettersMax) break;
    spelt += spellLetter(letter);
  }
  return spelt;
}

function spellLetter(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  if (letter === 'x') return 'xx';
  if (code >= 0x61 && code <= 0x7a) return letter;
  if (code >= 0x30 && code <= 0x39) return `x${String.fromCharCode(code - 0x30 + 0x61)}`;
  return code <= 0xffff ? `xy${lettersOf(code, 4)}` : `xz${lettersOf(code, 5)}`;
}

/** A number in base 26 with `a` as zero, in a fixed count of letters. */
function lettersOf(code: number, count: number): string {
  let rest = code;
  let letters = '';
  for (let i = 0; i < count; i++) {
    letters = String.fromCharCode(0x61 + (rest % 26)) + letters;
    rest = Math.floor(rest / 26);
  }
  return letters;
}
