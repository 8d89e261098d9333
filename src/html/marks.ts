import type { Diagnostic, SourcePosition } from '../std/index.ts';
import { attributePosition } from './document.ts';
import type { PageDocument } from './document.ts';
import type { PageElement } from './tree.ts';

/** The attributes of ours that are written without a further name; `data-attr-X` is the tenth. */
type MarkName = 'list' | 'row' | 'save' | 'if' | 'text' | 'class' | 'format' | 'part' | 'as';

export interface Mark {
  /** The attribute's full name as the parser gives it: `data-list` or `data-backlot-list`. */
  readonly attribute: string;
  readonly text: string;
}

/** What one element carries of the page language. */
export interface Marks {
  readonly named: Readonly<Partial<Record<MarkName, Mark>>>;
  /** `data-attr-X`, by X. */
  readonly attributes: readonly (Mark & { readonly target: string })[];
}

export interface MarksOfPage {
  readonly of: ReadonlyMap<PageElement, Marks>;
  readonly diagnostics: readonly Diagnostic[];
}

export const noMarks: Marks = { named: {}, attributes: [] };

const markNames: ReadonlySet<string> = new Set([
  'list',
  'row',
  'save',
  'if',
  'text',
  'class',
  'format',
  'part',
  'as',
] satisfies MarkName[]);

/**
 * Reads the marks of all elements. A page that uses `data-backlot-…` leaves the short names to its own scripts, and is
 * told so. An unknown `data-backlot-…` is an error.
 */
export function readMarks(document: PageDocument): MarksOfPage {
  const short = new Map<PageElement, Marks>();
  const long = new Map<PageElement, Marks>();
  const diagnostics: Diagnostic[] = [];
  for (const element of document.elements) {
    if (element.attrs.length === 0) continue;
    const shortMarks = marksOf(element, 'data-');
    if (shortMarks) short.set(element, shortMarks);
    const longMarks = marksOf(element, 'data-backlot-');
    if (longMarks) long.set(element, longMarks);
    diagnostics.push(...unknownMarks(document, element));
  }
  if (long.size === 0) return { of: short, diagnostics };
  for (const [element, marks] of short) {
    const first = Object.values(marks.named)[0] ?? marks.attributes[0];
    if (!first) continue;
    diagnostics.push({
      severity: 'warning',
      code: 'html/mixed-names',
      message: `This page uses data-backlot-… names, so ${first.attribute} is left to its scripts.`,
      fix: `If it is meant for us, write ${first.attribute.replace('data-', 'data-backlot-')}.`,
      at: attributePosition(document, element, first.attribute),
    });
  }
  return { of: long, diagnostics };
}

function marksOf(element: PageElement, prefix: string): Marks | undefined {
  let found: { named: Partial<Record<MarkName, Mark>>; attributes: (Mark & { target: string })[] } | undefined;
  for (const { name, value } of element.attrs) {
    if (!name.startsWith(prefix)) continue;
    const rest = name.slice(prefix.length);
    if (isMarkName(rest)) {
      found ??= { named: {}, attributes: [] };
      found.named[rest] = { attribute: name, text: value };
    } else if (rest.startsWith('attr-') && rest.length > 5) {
      found ??= { named: {}, attributes: [] };
      found.attributes.push({ attribute: name, text: value, target: rest.slice(5) });
    }
  }
  return found;
}

function isMarkName(name: string): name is MarkName {
  return markNames.has(name);
}

function unknownMarks(document: PageDocument, element: PageElement): Diagnostic[] {
  return element.attrs
    .filter(({ name }) => name.startsWith('data-backlot-'))
    .filter(({ name }) => !isMarkName(name.slice(13)) && !/^attr-./.test(name.slice(13)))
    .map(({ name }) => ({
      severity: 'error' as const,
      code: 'html/unknown-mark',
      message: `${name} is none of our attributes.`,
      fix: `Use one of ${[...markNames].map((known) => `data-backlot-${known}`).join(', ')} or data-backlot-attr-X.`,
      at: attributePosition(document, element, name),
    }));
}

/** Where a mark is written. */
export function markPosition(document: PageDocument, element: PageElement, mark: Mark): SourcePosition {
  return attributePosition(document, element, mark.attribute);
}

/** Splits `table?query` at the first question mark. */
export function splitMark(text: string): { readonly table: string; readonly query: string | null } {
  const at = text.indexOf('?');
  return at < 0 ? { table: text.trim(), query: null } : { table: text.slice(0, at).trim(), query: text.slice(at + 1) };
}
