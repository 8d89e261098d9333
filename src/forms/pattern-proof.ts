/*
 * A proof that a backtracking matcher takes linear time over a pattern.
 *
 * The pattern is turned into its positions (Glushkov's construction, counted repeats written out). It is linear when,
 * at every point, the next character alone decides which position it belongs to, and only one way of nesting loops
 * leads there: then every alternative that the matcher keeps in reserve fails at its first character. Whatever this
 * reading does not know (look-around, back references, string classes) is simply not proved.
 * See A. Brüggemann-Klein, "Regular expressions into finite automata", and its strong form.
 */

import { complement, digit, everything, lineEnds, shareNone, single, space, unite, word } from './character-set.ts';
import type { CharacterSet } from './character-set.ts';

interface Counts {
  readonly min: number;
  readonly max: number;
}

interface Fragment {
  readonly nullable: boolean;
  readonly first: readonly number[];
  readonly last: readonly number[];
}

/** More positions, or more ways on from one of them, are not proved: each costs time at every character. */
const positionsMax = 400;
const waysMax = 40;
/** Counts are written out, so nested ones multiply. */
const nestingMax = 20;

class NotProved extends Error {}

/**
 * Whether matching the pattern, anchored at both ends, surely takes time linear in the text. `source` must be a valid
 * regular expression with the flag `v`. False means only that it could not be shown.
 */
export function isLinear(source: string): boolean {
  try {
    const reader = new PatternReader(source);
    const whole = reader.alternatives(0);
    return reader.atEnd() && reader.waysOn(whole).every((sets) => sets.length <= waysMax && shareNone(sets));
  } catch (error) {
    if (error instanceof NotProved) return false;
    throw error;
  }
}

const empty: Fragment = { nullable: true, first: [], last: [] };

/** Reads a pattern that is known to be valid, numbering its positions as it goes. */
class PatternReader {
  readonly #characters: readonly string[];
  readonly #sets: CharacterSet[] = [];
  readonly #follow: Set<number>[] = [];
  #at = 0;

  constructor(source: string) {
    this.#characters = Array.from(source);
  }

  atEnd(): boolean {
    return this.#at === this.#characters.length;
  }

  /** The sets that compete at the start and after each position. */
  waysOn(whole: Fragment): CharacterSet[][] {
    const setsOf = (positions: Iterable<number>): CharacterSet[] =>
      Array.from(positions, (index) => this.#sets[index]!);
    return [setsOf(whole.first), ...this.#follow.map(setsOf)];
  }

  alternatives(depth: number): Fragment {
    if (depth > nestingMax) throw new NotProved();
    let all = this.#sequence(depth);
    while (this.#take('|')) {
      const next = this.#sequence(depth);
      if (all.nullable && next.nullable) throw new NotProved();
      all = {
        nullable: all.nullable || next.nullable,
        first: [...all.first, ...next.first],
        last: [...all.last, ...next.last],
      };
    }
    return all;
  }

  #sequence(depth: number): Fragment {
    let all = empty;
    while (!this.atEnd() && this.#peek() !== '|' && this.#peek() !== ')') all = this.#chain(all, this.#term(depth));
    return all;
  }

  #term(depth: number): Fragment {
    const start = this.#at;
    const one = this.#atom(depth);
    const counts = this.#quantifier();
    if (!counts) return one;
    if (one.nullable) throw new NotProved();
    const after = this.#at;
    const copy = (): Fragment => {
      this.#at = start;
      const again = this.#atom(depth);
      this.#at = after;
      return again;
    };
    return this.#repeat(one, copy, counts);
  }

  /** `x{2,4}` is xx(x(x)?)?, `x{2,}` is xxx*: the matcher's own order of trying, greedy or not. */
  #repeat(one: Fragment, copy: () => Fragment, { min, max }: Counts): Fragment {
    if (max === 0) return empty;
    const copies = Number.isFinite(max) ? max : Math.max(min, 1);
    if (copies > positionsMax) throw new NotProved();
    let all = one;
    let newest = one;
    const last = min <= 1 ? [...one.last] : [];
    for (let count = 2; count <= copies; count++) {
      newest = copy();
      all = this.#chain(all, newest);
      if (count >= min) last.push(...newest.last);
    }
    if (!Number.isFinite(max)) this.#connect(newest.last, newest.first);
    return { nullable: min === 0, first: all.first, last };
  }

  #chain(before: Fragment, after: Fragment): Fragment {
    this.#connect(before.last, after.first);
    return {
      nullable: before.nullable && after.nullable,
      first: before.nullable ? [...before.first, ...after.first] : before.first,
      last: after.nullable ? [...before.last, ...after.last] : after.last,
    };
  }

  /** An edge that is there already means two ways of nesting loops around the same characters. */
  #connect(from: readonly number[], to: readonly number[]): void {
    for (const a of from) {
      const next = this.#follow[a]!;
      for (const b of to) {
        if (next.has(b) || next.size >= waysMax) throw new NotProved();
        next.add(b);
      }
    }
  }

  #atom(depth: number): Fragment {
    // Assertions only rule matches out: without them there are more ways, never fewer.
    if (this.#take('^') || this.#take('$') || this.#take('\\b') || this.#take('\\B')) return empty;
    if (this.#take('.')) return this.#position(complement(lineEnds));
    if (this.#take('(')) return this.#group(depth);
    if (this.#take('[')) return this.#position(this.#readClass());
    if (this.#take('\\')) return this.#position(this.#escaped());
    return this.#position(single(this.#next()));
  }

  #group(depth: number): Fragment {
    if (this.#take('?<')) {
      if (this.#peek() === '=' || this.#peek() === '!') throw new NotProved();
      this.#until('>');
    } else if (!this.#take('?:') && this.#peek() === '?') {
      throw new NotProved();
    }
    const inner = this.alternatives(depth + 1);
    if (!this.#take(')')) throw new NotProved();
    return inner;
  }

  #quantifier(): Counts | undefined {
    const counts = this.#counts();
    if (counts) this.#take('?');
    return counts;
  }

  #counts(): Counts | undefined {
    if (this.#take('*')) return { min: 0, max: Infinity };
    if (this.#take('+')) return { min: 1, max: Infinity };
    if (this.#take('?')) return { min: 0, max: 1 };
    if (!this.#take('{')) return undefined;
    const [min = '', max = min] = this.#until('}').split(',');
    return { min: Number(min), max: max === '' ? Infinity : Number(max) };
  }

  /** What stands after a backslash, in a class or out of it. */
  #escaped(): CharacterSet {
    const character = this.#next();
    const known = escapes.get(character);
    if (known) return known;
    if (character === 'x') return single(String.fromCodePoint(hexadecimal(this.#next() + this.#next())));
    if (character === 'u') return single(String.fromCodePoint(this.#unicodeEscape()));
    if (character === 'p' || character === 'P') return this.#property();
    if (/[a-zA-Z0-9]/.test(character)) throw new NotProved();
    return single(character);
  }

  #unicodeEscape(): number {
    if (this.#take('{')) return hexadecimal(this.#until('}'));
    return hexadecimal(this.#next() + this.#next() + this.#next() + this.#next());
  }

  /** Properties are not looked up: they may hold anything. Those of strings are more than one character. */
  #property(): CharacterSet {
    if (/^\{(?:Basic_Emoji|Emoji_Keycap|RGI_)/.test(this.#until('}'))) throw new NotProved();
    return everything;
  }

  #readClass(): CharacterSet {
    const negated = this.#take('^');
    const members: (readonly [number, number])[] = [];
    while (!this.#take(']')) {
      const set = this.#classMember();
      if (this.#take('-')) members.push([onlyCode(set), onlyCode(this.#classMember())]);
      else members.push(...set);
    }
    const united = unite(members);
    return negated ? complement(united) : united;
  }

  /** Nested classes, intersections, properties and strings are left unread. */
  #classMember(): CharacterSet {
    if (this.#take('\\b')) return single('\b');
    for (const unread of ['[', '&&', '--', '\\p', '\\P', '\\q']) if (this.#take(unread)) throw new NotProved();
    return this.#take('\\') ? this.#escaped() : single(this.#next());
  }

  #position(set: CharacterSet): Fragment {
    if (this.#sets.length >= positionsMax) throw new NotProved();
    const index = this.#sets.push(set) - 1;
    this.#follow.push(new Set());
    return { nullable: false, first: [index], last: [index] };
  }

  #peek(): string | undefined {
    return this.#characters[this.#at];
  }

  #next(): string {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw new NotProved();
    return character;
  }

  #take(expected: string): boolean {
    for (let i = 0; i < expected.length; i++) if (this.#characters[this.#at + i] !== expected[i]) return false;
    this.#at += expected.length;
    return true;
  }

  /** What stands before the next `end`, which is passed over. */
  #until(end: string): string {
    let text = '';
    for (let character = this.#next(); character !== end; character = this.#next()) text += character;
    return text;
  }
}

function onlyCode(set: CharacterSet): number {
  const [range] = set;
  if (set.length !== 1 || !range || range[0] !== range[1]) throw new NotProved();
  return range[0];
}

function hexadecimal(digits: string): number {
  const code = Number.parseInt(digits, 16);
  // Escaped surrogates may join into one character with what follows.
  if (!/^[0-9a-fA-F]+$/.test(digits) || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw new NotProved();
  return code;
}

const escapes: ReadonlyMap<string, CharacterSet> = new Map([
  ['d', digit],
  ['D', complement(digit)],
  ['w', word],
  ['W', complement(word)],
  ['s', space],
  ['S', complement(space)],
  ['n', single('\n')],
  ['r', single('\r')],
  ['t', single('\t')],
  ['f', single('\f')],
  ['v', single('\v')],
  ['0', single('\0')],
]);
