import { attribute } from './document.ts';
import { isText, writtenChildren } from './tree.ts';
import type { PageElement, PageRoot } from './tree.ts';

/*
 * Laying a template over another copy of the same markup (a second sample, a rendered page): which element of the
 * copy stands for which of the template. Elements that may be absent or repeated are known to the template.
 */

/** What alignment knows of the template's elements. */
export interface Shape {
  /** The group an element repeats in (a list's items, the members of a set); undefined for all others. */
  repeats(element: PageElement): number | undefined;
  /** Whether a copy may lack the element. */
  optional(element: PageElement): boolean;
}

/** What stands for what. */
export interface Alignment {
  readonly matches: Map<PageElement, PageElement>;
  /** Copies of repeated elements, in order, by group. */
  readonly repeated: Map<number, PageElement[]>;
}

interface Entry {
  readonly element: PageElement;
  readonly group: number | undefined;
}

/** Cells of one alignment table; wider families are matched in order instead. */
const cellsMax = 1_000_000;

/** Lays `template` over `copy`; both are taken to stand for each other. Laid over itself, each element is its own. */
export function align<T extends PageElement | PageRoot>(template: T, copy: T, shape: Shape): Alignment {
  const alignment: Alignment = { matches: new Map(), repeated: new Map() };
  const pending: [PageElement | PageRoot, PageElement | PageRoot][] = [[template, copy]];
  for (let pair = pending.pop(); pair; pair = pending.pop()) {
    const [from, to] = pair;
    if ('tagName' in from && 'tagName' in to) alignment.matches.set(from, to);
    const children = writtenChildren(from);
    const entries = entriesOf(children, shape, alignment);
    if (entries.length === 0) continue;
    const found = from === to ? itself(children, shape, entries) : pairs(entries, writtenChildren(to), shape);
    for (const [entry, child] of found) {
      if (entry.group === undefined) pending.push([entry.element, child]);
      else alignment.repeated.get(entry.group)!.push(child);
    }
  }
  return alignment;
}

function itself(children: readonly PageElement[], shape: Shape, entries: readonly Entry[]): [Entry, PageElement][] {
  const groups = new Map(entries.map((entry) => [entry.group, entry]));
  return children.map((element) => {
    const group = shape.repeats(element);
    const entry = group === undefined ? undefined : groups.get(group);
    return [entry ?? { element, group: undefined }, element];
  });
}

/** Children of the template, each repeated group once. */
function entriesOf(children: readonly PageElement[], shape: Shape, alignment: Alignment): Entry[] {
  const entries: Entry[] = [];
  for (const element of children) {
    const group = shape.repeats(element);
    if (group !== undefined) {
      if (alignment.repeated.has(group)) continue;
      alignment.repeated.set(group, []);
    }
    entries.push({ element, group });
  }
  return entries;
}

function pairs(entries: readonly Entry[], children: readonly PageElement[], shape: Shape): [Entry, PageElement][] {
  const found: [Entry, PageElement][] = [];
  let first = 0;
  while (first < entries.length && first < children.length && isPlainPair(entries[first]!, children[first]!, shape)) {
    found.push([entries[first]!, children[first]!]);
    first++;
  }
  let last = 0;
  const most = Math.min(entries.length, children.length) - first;
  while (last < most && isPlainPair(entries.at(-1 - last)!, children.at(-1 - last)!, shape)) {
    found.push([entries.at(-1 - last)!, children.at(-1 - last)!]);
    last++;
  }
  const restEntries = entries.slice(first, entries.length - last);
  const restChildren = children.slice(first, children.length - last);
  if (restEntries.length * restChildren.length > cellsMax) return [...found, ...inOrder(restEntries, restChildren)];
  return [...found, ...best(restEntries, restChildren, shape)];
}

/** Certain without looking further: neither may be absent or repeated, and they are alike in all that marks them. */
function isPlainPair(entry: Entry, child: PageElement, shape: Shape): boolean {
  return entry.group === undefined && !shape.optional(entry.element) && likeness(entry.element, child) >= 6;
}

/** How alike two elements are; 0 when they cannot stand for each other. */
function likeness(a: PageElement, b: PageElement): number {
  if (a.tagName !== b.tagName) return 0;
  let alike = 2;
  for (const name of keyAttributes) {
    const one = attribute(a, name);
    const other = attribute(b, name);
    if (one === undefined && other === undefined) alike += 1;
    else if (one === other) alike += 4;
    else if (one !== undefined && other !== undefined) {
      if (name === 'itemprop') return 0;
      alike -= 1;
    }
  }
  return Math.max(alike, 1);
}

/** Of elements that are otherwise alike, the one with the same words: `✓` where in stock, `–` where not. */
function likenessWithWords(a: PageElement, b: PageElement): number {
  const alike = likeness(a, b);
  const words = alike > 0 ? wordsOf(a) : '';
  return words !== '' && words === wordsOf(b) ? alike + 1 : alike;
}

/** The text of an element that holds nothing else. */
function wordsOf({ childNodes: [only, second] }: PageElement): string {
  return only && !second && isText(only) ? only.value.trim() : '';
}

const keyAttributes = ['itemprop', 'data-if', 'class', 'data-list', 'itemscope'] as const;

/** The best alignment of two sequences, by dynamic programming; a repeated entry may take many children. */
function best(entries: readonly Entry[], children: readonly PageElement[], shape: Shape): [Entry, PageElement][] {
  const rows = entries.length + 1;
  const columns = children.length + 1;
  const scores = new Int32Array(rows * columns);
  for (let i = rows - 2; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      const entry = entries[i]!;
      const skip =
        scores[(i + 1) * columns + j]! - (entry.group !== undefined || shape.optional(entry.element) ? 0 : 1);
      let most = skip;
      const child = children[j];
      if (child) {
        most = Math.max(most, scores[i * columns + j + 1]! - 1, matchScore(scores, columns, entry, child, i, j));
      }
      scores[i * columns + j] = most;
    }
  }
  return traced(scores, columns, entries, children);
}

function matchScore(
  scores: Int32Array,
  columns: number,
  entry: Entry,
  child: PageElement,
  i: number,
  j: number,
): number {
  const alike =
    entry.group === undefined ? likenessWithWords(entry.element, child) : likenessOfItems(entry.element, child);
  if (alike === 0) return -1_000_000;
  const then = entry.group === undefined ? scores[(i + 1) * columns + j + 1]! : scores[i * columns + j + 1]!;
  return then + alike;
}

/** Items of a list may differ in all but what makes them items. */
function likenessOfItems(a: PageElement, b: PageElement): number {
  if (attribute(a, 'itemscope') !== undefined) return attribute(b, 'itemscope') === undefined ? 0 : 12;
  return a.tagName === b.tagName && attribute(a, 'itemprop') === attribute(b, 'itemprop') ? 12 : 0;
}

function traced(
  scores: Int32Array,
  columns: number,
  entries: readonly Entry[],
  children: readonly PageElement[],
): [Entry, PageElement][] {
  const found: [Entry, PageElement][] = [];
  let i = 0;
  let j = 0;
  while (i < entries.length && j < children.length) {
    const here = scores[i * columns + j]!;
    const entry = entries[i]!;
    const child = children[j]!;
    if (here === matchScore(scores, columns, entry, child, i, j)) {
      found.push([entry, child]);
      if (entry.group === undefined) i++;
      j++;
    } else if (here === scores[i * columns + j + 1]! - 1) j++;
    else i++;
  }
  return found;
}

/** For families too wide for a table: each entry takes the next child that fits. */
function inOrder(entries: readonly Entry[], children: readonly PageElement[]): [Entry, PageElement][] {
  const found: [Entry, PageElement][] = [];
  let j = 0;
  for (const entry of entries) {
    for (let k = j; k < children.length; k++) {
      const child = children[k]!;
      const fits =
        entry.group === undefined ? likeness(entry.element, child) >= 6 : likenessOfItems(entry.element, child) > 0;
      if (!fits) {
        if (entry.group !== undefined && k > j) break;
        continue;
      }
      found.push([entry, child]);
      j = k + 1;
      if (entry.group === undefined) break;
    }
  }
  return found;
}
