import { createHash } from 'node:crypto';
import type { Column, Table } from './schema.ts';

/** Longest physical name. PostgreSQL cuts at 63 bytes without an error; the rest is room for index names. */
const sqlNameBytesMax = 60;

/** Letters that Unicode does not decompose, as they are written where only ASCII is at hand. */
const plainLetters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/**
 * Folds a name to `[a-z0-9_-]`: marks off, lower case, ß as ss; each run of other characters becomes one `_`, none at
 * the ends. Gives '' when nothing is left. `foldName('Straße & Nr.')` is `strasse_nr`. Never `__proto__` or
 * `constructor`, which every plain object has and names are keys of.
 */
export function foldName(name: string): string {
  if (/^[a-z0-9_-]*$/.test(name)) return spared(name);
  const folded = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[ßæœøłđðþı]/g, (letter) => plainLetters[letter] ?? letter)
    .replace(/^[^a-z0-9_-]+|[^a-z0-9_-]+$/g, '')
    .replace(/[^a-z0-9_-]+/g, '_');
  return spared(folded);
}

function spared(name: string): string {
  if (name === '__proto__') return 'proto';
  return name === 'constructor' ? 'constructor_' : name;
}

/**
 * Chooses the physical name of a site's table or column: its own name where that is at most 60 bytes, free, and does
 * not begin with `_` (ours do); else cut, with a short hash of the whole. `taken` holds lower-case names in use; names
 * of link tables ({@link linkTable}) belong in it where tables are named.
 */
export function sqlNameFor(name: string, taken: ReadonlySet<string>): string {
  const bare = name.toLowerCase().replace(/^_+/, '') || 'unnamed';
  for (let attempt = 0; ; attempt++) {
    const candidate = attempt === 0 ? cut(bare, bare) : cut(bare, `${name}\n${attempt}`, true);
    if (!taken.has(candidate)) return candidate;
  }
}

/** Physical name of the folded shadow beside a text column. */
export function foldColumn(column: Column): string {
  return cut(`_fold_${column.sqlName}`, column.sqlName);
}

/** Name of a table's FTS5 index in SQLite. */
export function searchTable(table: Table): string {
  return cut(`_search_${table.sqlName}`, table.sqlName);
}

/** Physical name of the link table that keeps a many-reference column: `_from`, `_to`, `_order`. */
export function linkTable(table: Table, column: Column): string {
  const name = `${table.sqlName}_${column.sqlName}`;
  return cut(name, name);
}

/** Cuts to the longest allowed name, ending in a hash of `whole` where something is lost (or `always`). */
function cut(name: string, whole: string, always = false): string {
  if (!always && Buffer.byteLength(name) <= sqlNameBytesMax) return name;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  let kept = name.slice(0, sqlNameBytesMax - 9);
  while (Buffer.byteLength(kept) > sqlNameBytesMax - 9 || !kept.isWellFormed()) kept = kept.slice(0, -1);
  return `${kept}_${hash}`;
}
