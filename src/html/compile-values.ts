import { foldName } from '../schema/index.ts';
import type { ColumnType } from '../schema/index.ts';
import { addFields, isForbidden, textHole } from './compile-binding.ts';
import type { Property } from './compile-binding.ts';
import { compileMarkup } from './compile-markup.ts';
import { compileSet } from './compile-set.ts';
import { compileWords, compileWordsAttribute } from './compile-words.ts';
import { attribute, elementPosition, languageOf } from './document.ts';
import { addSlot, isWritten, needPath, report } from './draft.ts';
import type { Context, Work } from './draft.ts';
import { parseFormatAttribute } from './format.ts';
import type { Format } from './format.ts';
import { markPosition } from './marks.ts';
import type { Mark, Marks } from './marks.ts';
import { isControl, setMembers, valuePlace } from './places.ts';
import { srcsetHole } from './srcset.ts';
import { parseTextTemplate, pathsOf } from './text-template.ts';
import type { PageElement } from './tree.ts';

/**
 * Compiles what an element shows: `itemprop`, `data-text`, `data-attr-X`. True when its children are still to be
 * walked.
 */
export function compileValues(work: Work, element: PageElement, marks: Marks, context: Context): boolean {
  for (const mark of marks.attributes) compileWordsAttribute(work, element, mark, context);
  const text = marks.named.text;
  const template = text && parseTextTemplate(text.text);
  const isWords = template !== undefined && pathsOf(template.parts).length > 0;
  if (text && template && isWords) compileWords(work, element, text, template, context);
  const names = boundNames(element, context);
  if (names.length === 0) return !isWords;
  return compileProperty(work, element, marks, names, context, isWords) && !isWords;
}

/** Names that an element's `itemprop` binds here; none on items, controls and outside rows. */
function boundNames(element: PageElement, context: Context): string[] {
  const property = attribute(element, 'itemprop');
  if (property === undefined || !context.binds || isControl(element)) return [];
  if (attribute(element, 'itemscope') !== undefined) return [];
  return property
    .trim()
    .split(/\s+/)
    .filter((name) => foldName(name) !== '');
}

function compileProperty(
  work: Work,
  element: PageElement,
  marks: Marks,
  labels: readonly string[],
  context: Context,
  isWords: boolean,
): boolean {
  const members = setMembers(element);
  if (members) {
    if (members[0] === element) compileSet(work, members, labels[0]!, context);
    return false;
  }
  const written = writtenFormat(work, element, marks.named.format);
  const format = written?.format;
  const display = { lang: languageOf(element), ...(format ? { format } : {}) };
  const vote = written?.type;
  const draft: Property = {
    element,
    labels,
    context,
    display,
    ...(marks.named.format ? { formatMark: marks.named.format } : {}),
    ...(vote ? { vote } : {}),
  };
  if (format?.kind === 'html' || format?.kind === 'markdown') {
    compileMarkup(work, draft, format.kind === 'markdown');
    return false;
  }
  const place = valuePlace(element);
  if (place.kind === 'attribute') return compileAttribute(work, draft, place);
  if (isWords) return false;
  compileText(work, draft);
  return false;
}

function compileAttribute(
  work: Work,
  property: Property,
  place: { readonly name: string; readonly url: boolean; readonly shown: boolean },
): boolean {
  const { element, context, labels } = property;
  if (isForbidden(work, element, place.name, 'itemprop')) return false;
  const path = foldName(labels[0]!);
  const ref = needPath(context, path, elementPosition(work.document, element));
  const added = addSlot(work, element, place.name, 'itemprop', (slot) => ({
    kind: 'attribute',
    ref,
    slot,
    url: place.url,
    ...shownWidth(work, element),
  }));
  if (!added) return true;
  const vote = place.url ? ({ kind: 'url' } as const) : property.vote;
  addFields(work, { ...property, ...(vote ? { vote } : {}) }, { kind: 'attribute', ...place }, 0);
  if (element.tagName === 'img' && attribute(element, 'srcset') !== undefined && !isWritten(work, element, 'srcset')) {
    const source = attribute(element, 'src') ?? '';
    addSlot(work, element, 'srcset', 'itemprop', (slot) => srcsetHole(ref, slot, source));
  }
  if (place.shown) textHole(work, property);
  return !place.shown;
}

/** The width that a picture without candidates is given in the file. */
function shownWidth(work: Work, element: PageElement): { readonly width?: number } {
  const written = element.tagName === 'img' ? attribute(element, 'width') : undefined;
  const isFixed = written !== undefined && /^[1-9]\d{0,4}$/.test(written) && !isWritten(work, element, 'width');
  return isFixed && attribute(element, 'srcset') === undefined ? { width: Number(written) } : {};
}

function compileText(work: Work, property: Property): void {
  const range = textHole(work, property);
  if (range) addFields(work, property, { kind: 'text', prefix: range.prefix, suffix: range.suffix }, 0);
}

function writtenFormat(
  work: Work,
  element: PageElement,
  mark: Mark | undefined,
): { format: Format; type: ColumnType } | undefined {
  if (!mark) return undefined;
  const parsed = parseFormatAttribute(mark.text, work.currency);
  if (parsed.ok) return parsed;
  report(work, 'error', 'html/format', markPosition(work.document, element, mark), parsed.message, parsed.fix);
  return undefined;
}
