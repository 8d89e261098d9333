import { align } from './align.ts';
import type { Alignment, Shape } from './align.ts';
import { attribute, hasAttribute, textContent } from './document.ts';
import { markdownOf } from './markdown.ts';
import type { Field, RawRow, RawValue, ScopeReader, Variant } from './reading.ts';
import { presenceAttributes, setMembers } from './places.ts';
import { isElement } from './tree.ts';
import type { PageElement } from './tree.ts';

/*
 * Reading texts out of markup by laying the template over it: the file's own samples, or a page that was rendered.
 * Types come later.
 */

export interface Reading {
  readonly readers: Readonly<Record<number, ScopeReader>>;
  /** Elements of the template's source by the offset of their start tag. */
  readonly elements: ReadonlyMap<number, PageElement>;
  readonly shape: Shape;
  /** Source text of the copy, for markup. */
  readonly copyText: string;
  /**
   * `samples`: written by hand, whitespace around text does not count. `rendered`: written by us, so exactly the
   * template's own whitespace stands around each text.
   */
  readonly mode: 'samples' | 'rendered';
}

export interface ReadingOptions {
  readonly readers: Readonly<Record<number, ScopeReader>>;
  readonly elements: readonly PageElement[];
  readonly copyText: string;
  readonly mode: Reading['mode'];
}

/** Prepares reading by a template's own elements. */
export function newReading({ readers, elements, copyText, mode }: ReadingOptions): Reading {
  const byOffset = new Map<number, PageElement>();
  for (const element of elements) {
    const offset = element.sourceCodeLocation?.startTag?.startOffset;
    if (offset !== undefined && !byOffset.has(offset)) byOffset.set(offset, element);
  }
  return { readers, elements: byOffset, shape: shapeOf(readers, byOffset), copyText, mode };
}

function shapeOf(readers: Reading['readers'], elements: Reading['elements']): Shape {
  const groups = new Map<PageElement, number>();
  const absent = new Set<PageElement>();
  for (const reader of Object.values(readers)) {
    if (reader.list) for (const offset of reader.samples) addTo(groups, elements.get(offset), reader.scope);
    else addTo(absent, elements.get(reader.element));
    for (const offset of reader.references ?? []) addTo(absent, elements.get(offset));
    for (const { place, element } of reader.variants.flatMap(({ fields }) => fields)) {
      if (place.kind !== 'set') continue;
      for (const member of setMembers(elements.get(element)!) ?? []) groups.set(member, setGroup(element));
    }
  }
  return {
    repeats: (element) => groups.get(element),
    optional: (element) =>
      absent.has(element) ||
      hasAttribute(element, 'data-if') ||
      hasAttribute(element, 'data-backlot-if') ||
      hasAttribute(element, 'data-as') ||
      hasAttribute(element, 'data-backlot-as'),
  };
}

function addTo(into: Map<PageElement, number> | Set<PageElement>, element: PageElement | undefined, group = 0): void {
  if (!element) return;
  if (into instanceof Set) into.add(element);
  else into.set(element, group);
}

/** Sets repeat in groups of their own, below the numbers of scopes. */
function setGroup(offset: number): number {
  return -1 - offset;
}

/** Rows of every scope directly inside an aligned place. */
export function readScopes(
  reading: Reading,
  scopes: readonly number[],
  alignment: Alignment,
): Record<number, RawRow[]> {
  const found: Record<number, RawRow[]> = {};
  for (const id of scopes) {
    const reader = reading.readers[id];
    if (!reader) continue;
    const copies = reader.list
      ? (alignment.repeated.get(id) ?? [])
      : only(alignment.matches.get(reading.elements.get(reader.element)!));
    found[id] = copies.map((copy) => readRow(reading, reader, copy, alignment));
  }
  return found;
}

function only<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

/**
 * Reads one row by the template that its copy was made from, or resembles. `around`: what the row's surroundings are
 * laid over; absent for the file's own samples, which lie where they are.
 */
export function readRow(reading: Reading, reader: ScopeReader, copy: PageElement, around?: Alignment): RawRow {
  const index = variantFor(reading, reader, copy);
  const variant = reader.variants[index];
  const template = variant && reading.elements.get(variant.element);
  if (!variant || !template) return { variant: -1, fields: [], scopes: {}, at: 0 };
  const alignment = align(template, copy, reading.shape);
  for (const offset of reader.references ?? []) {
    const outside = reading.elements.get(offset);
    const outsideCopy = outside && (around ? around.matches.get(outside) : outside);
    if (outside && outsideCopy) addAlignment(alignment, align(outside, outsideCopy, reading.shape));
  }
  return {
    variant: index,
    fields: variant.fields.map((field) => readField(reading, field, alignment)),
    scopes: readScopes(reading, variant.scopes, alignment),
    at: copy.sourceCodeLocation?.startOffset ?? 0,
  };
}

function addAlignment(into: Alignment, { matches, repeated }: Alignment): void {
  for (const [element, copy] of matches) into.matches.set(element, copy);
  for (const [group, copies] of repeated) into.repeated.set(group, copies);
}

function variantFor(reading: Reading, reader: ScopeReader, copy: PageElement): number {
  const templates = reader.variants.map(({ element }) => reading.elements.get(element));
  const own = templates.indexOf(copy);
  if (own >= 0) return own;
  const condition = conditionText(copy);
  const same = templates.findIndex((template) => template && conditionText(template) === condition);
  if (same >= 0) return same;
  const plain = reader.variants.findIndex((variant: Variant) => variant.condition === null);
  return Math.max(plain, 0);
}

function conditionText(element: PageElement): string | undefined {
  return attribute(element, 'data-if') ?? attribute(element, 'data-backlot-if');
}

function readField(reading: Reading, field: Field, alignment: Alignment): RawValue | null {
  const { place } = field;
  const element = reading.elements.get(field.element);
  const copy = element && alignment.matches.get(element);
  if (place.kind === 'condition') {
    const holds = copy !== undefined && !(place.hiddenSays && hasAttribute(copy, 'hidden'));
    return { machine: holds ? place.present : place.absent, text: '' };
  }
  if (place.kind === 'set') {
    const copies = alignment.repeated.get(setGroup(field.element)) ?? [];
    const members = copies.map((member) =>
      place.attribute === null ? trimmed(textContent(member)) : (attribute(member, place.attribute) ?? ''),
    );
    return { machine: null, text: '', members };
  }
  return copy ? readPlace(reading, place, copy) : null;
}

function readPlace(reading: Reading, place: Field['place'], copy: PageElement): RawValue | null {
  switch (place.kind) {
    case 'text':
      return { machine: null, text: ownText(reading, copy, place.prefix, place.suffix) };
    case 'words': {
      const text = between(trimmed(textContent(copy)), trimmedStart(place.prefix), trimmedEnd(place.suffix));
      return text === undefined ? null : { machine: null, text };
    }
    case 'attribute':
      return { machine: attribute(copy, place.name) ?? null, text: place.shown ? trimmed(textContent(copy)) : '' };
    case 'words-attribute': {
      const value = attribute(copy, place.name);
      const text = value === undefined ? undefined : between(value, place.prefix, place.suffix);
      if (presenceAttributes.has(place.name)) return { machine: String(value !== undefined), text: text ?? '' };
      return text === undefined ? null : { machine: null, text };
    }
    case 'markup':
      return { machine: markupOf(reading, copy), text: markdownOf(copy) };
    case 'input':
      return { machine: attribute(copy, 'value') ?? '', text: '' };
    case 'textarea':
      return { machine: textContent(copy), text: '' };
    case 'select':
      return readSelect(copy);
    case 'class': {
      const classes = (attribute(copy, 'class') ?? '').split(/[\t\n\f\r ]+/);
      return { machine: classes.includes(place.name) ? place.present : place.absent, text: '' };
    }
    case 'checks':
      return { machine: hasAttribute(copy, 'checked') ? (attribute(copy, 'value') ?? 'on') : null, text: '' };
    default:
      return null;
  }
}

/** The text without the whitespace that belongs to the template. */
function ownText(reading: Reading, copy: PageElement, prefix: string, suffix: string): string {
  const whole = textContent(copy);
  if (reading.mode === 'samples') return trimmed(whole);
  return between(whole, prefix, suffix) ?? trimmed(whole);
}

function between(text: string, prefix: string, suffix: string): string | undefined {
  const fits = text.length >= prefix.length + suffix.length && text.startsWith(prefix) && text.endsWith(suffix);
  return fits ? text.slice(prefix.length, text.length - suffix.length) : undefined;
}

/** Without ASCII whitespace at the ends; other spaces are text. */
function trimmed(text: string): string {
  return trimmedEnd(trimmedStart(text));
}

function trimmedStart(text: string): string {
  return text.replace(/^[\t\n\f\r ]+/, '');
}

function trimmedEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\n\f\r'.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}

function markupOf(reading: Reading, copy: PageElement): string {
  const location = copy.sourceCodeLocation;
  const start = location?.startTag?.endOffset ?? 0;
  return reading.copyText.slice(start, Math.max(start, location?.endTag?.startOffset ?? location?.endOffset ?? start));
}

function optionValue(option: PageElement): string {
  return attribute(option, 'value') ?? trimmed(textContent(option)).replace(/[\t\n\f\r ]+/g, ' ');
}

function readSelect(copy: PageElement): RawValue {
  const options = [...inside(copy)].filter(({ tagName }) => tagName === 'option');
  const selected = options.filter((option) => hasAttribute(option, 'selected')).map(optionValue);
  if (hasAttribute(copy, 'multiple')) return { machine: null, text: '', members: selected };
  return { machine: selected.at(-1) ?? (options[0] ? optionValue(options[0]) : ''), text: '' };
}

function* inside(element: PageElement): Generator<PageElement> {
  for (const child of element.childNodes) {
    if (!isElement(child)) continue;
    yield child;
    yield* inside(child);
  }
}
