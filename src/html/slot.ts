import { escapeAttribute } from './escape.ts';
import type { PageElement } from './tree.ts';

/**
 * The place of one attribute in a start tag, as plain data. `original` are the author's bytes with the whitespace
 * before them ('' when the attribute is absent and would be inserted); `lead` is what comes before `=`.
 */
export interface AttributeSlot {
  readonly name: string;
  readonly original: string;
  readonly lead: string;
  readonly quote: '"' | "'";
  /** The author's decoded value; null when the attribute is absent. */
  readonly value: string | null;
}

/** Where an {@link AttributeSlot} stands in the source text. */
export interface SlotRange {
  readonly slot: AttributeSlot;
  readonly start: number;
  readonly end: number;
}

const attributePattern = /^(=?[^\s=/>]*)(\s*=\s*)?(["']?)/;
const whitespace = /[\t\n\f\r ]/;

/** Finds the place of an attribute in an element's start tag, or the point at which it would be inserted. */
export function attributeSlot(text: string, element: PageElement, name: string, value: string | undefined): SlotRange {
  const location = element.sourceCodeLocation;
  const place = location?.attrs?.[name.toLowerCase()];
  if (!place || value === undefined) {
    const at = insertionPoint(element);
    return { slot: { name, original: '', lead: ` ${name}`, quote: '"', value: null }, start: at, end: at };
  }
  let start = place.startOffset;
  while (whitespace.test(text[start - 1] ?? '')) start--;
  const written = text.slice(place.startOffset, place.endOffset);
  const [, named = written, , mark] = attributePattern.exec(written) ?? [];
  return {
    slot: {
      name,
      original: text.slice(start, place.endOffset),
      lead: text.slice(start, place.startOffset) + named,
      quote: mark === "'" ? "'" : '"',
      value,
    },
    start,
    end: place.endOffset,
  };
}

/** After the last attribute, else after the tag's name. */
function insertionPoint(element: PageElement): number {
  const location = element.sourceCodeLocation;
  let at = (location?.startTag?.startOffset ?? location?.startOffset ?? 0) + 1 + element.tagName.length;
  for (const place of Object.values(location?.attrs ?? {})) if (place.endOffset > at) at = place.endOffset;
  return at;
}

/**
 * Writes an attribute: `undefined` leaves the author's bytes, `null` removes it, a value equal to the author's leaves
 * them too, any other is escaped into the author's quotes (double quotes where there were none).
 */
export function writeSlot(slot: AttributeSlot, value: string | null | undefined): string {
  if (value === undefined || value === slot.value) return slot.original;
  if (value === null) return '';
  return `${slot.lead}=${slot.quote}${escapeAttribute(value, slot.quote)}${slot.quote}`;
}

/** Writes an attribute without a value, such as `checked`, or removes it. */
export function writeFlag(slot: AttributeSlot, present: boolean): string {
  if (present) return slot.value === null ? slot.lead : slot.original;
  return '';
}
