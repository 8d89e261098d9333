import type { Query } from '../query/index.ts';
import { foldName } from '../schema/index.ts';
import { childElements, elementPosition, textContent } from './document.ts';
import { addHole, contentRange, elementRange, needPath, refuse, report } from './draft.ts';
import type { BindingDraft, Context, FieldDraft, Work } from './draft.ts';
import { forbiddenReason } from './escape.ts';
import type { Format } from './format.ts';
import type { Mark } from './marks.ts';
import type { FieldPlace } from './reading.ts';
import { attributesByName } from './places.ts';
import { isText } from './tree.ts';
import type { PageElement } from './tree.ts';

/** A bound element and what is known of it. */
export interface Property {
  readonly element: PageElement;
  readonly labels: readonly string[];
  readonly context: Context;
  readonly display: { format?: Format | undefined; readonly lang: string };
  readonly formatMark?: Mark;
  readonly vote?: BindingDraft['type'];
}

/** Adds the hole of an element's text; undefined, with an error, where text cannot stand. */
export function textHole(work: Work, property: Property): TextRange | undefined {
  const { element, context, labels, display } = property;
  const range = textRange(work, element, 'itemprop');
  if (!range) return undefined;
  const ref = needPath(context, foldName(labels[0]!), elementPosition(work.document, element));
  addHole(work, range.start, range.end, {
    kind: 'text',
    ref,
    original: work.text.slice(range.start, range.end),
    tag: element.tagName,
    first: range.first,
    display,
  });
  return range;
}

export interface TextRange {
  readonly start: number;
  readonly end: number;
  readonly first: boolean;
  /** Decoded whitespace before and after. */
  readonly prefix: string;
  readonly suffix: string;
}

/** The text of an element without the whitespace around it, where text can be written. */
export function textRange(work: Work, element: PageElement, writer: string): TextRange | undefined {
  const forbidden = forbiddenReason(element.tagName, null);
  if (forbidden) {
    refuse(work, element, writer, 'html/hole-not-allowed', forbidden.message, forbidden.fix);
    return undefined;
  }
  if (childElements(element).length > 0) {
    refuse(
      work,
      element,
      writer,
      'html/text-with-elements',
      `${writer} makes all of this <${element.tagName}>’s text, but it contains elements, which would be lost.`,
      `Put ${writer} on an element that holds text only, for example a <span> inside it.`,
    );
    return undefined;
  }
  const content = contentRange(element);
  const decoded = textContent(element);
  const texts = element.childNodes.filter(isText).filter(({ value }) => /[^\t\n\f\r ]/.test(value));
  const first = texts[0]?.sourceCodeLocation;
  const last = texts.at(-1)?.sourceCodeLocation;
  if (!first || !last)
    return { start: content.end, end: content.end, first: content.start === content.end, prefix: decoded, suffix: '' };
  const start =
    first.startOffset + /^[\t\n\f\r ]*/.exec(work.text.slice(first.startOffset, first.endOffset))![0].length;
  const tail = /[\t\n\f\r ]*$/.exec(work.text.slice(Math.max(start, last.startOffset), last.endOffset))![0].length;
  return {
    start,
    end: last.endOffset - tail,
    first: start === content.start,
    prefix: /^[\t\n\f\r ]*/.exec(decoded)![0],
    suffix: /[\t\n\f\r ]*$/.exec(decoded)![0],
  };
}

/** Notes that an element shows columns and can be read back. */
export function addFields(work: Work, property: Property, place: FieldPlace, precedence: number): void {
  const { element, labels, context, display, formatMark, vote } = property;
  const at = elementPosition(work.document, element);
  for (const label of labels) {
    const name = foldName(label);
    const field: FieldDraft = {
      name,
      element: elementRange(element).start,
      place,
      precedence,
      display,
      at,
      target: element,
      ...(formatMark ? { formatMark } : {}),
      ...(vote ? { vote } : {}),
    };
    context.scope.variants[context.variant]?.fields.push(field);
    // A condition only asks; what it asks for is declared elsewhere, or by the site as a boolean.
    if (precedence >= 4) continue;
    const { tagName } = element;
    const format = formatMark === undefined ? {} : { format: formatMark.text };
    const heading = /^h[1-6]$/.test(tagName);
    addBinding(work, context, { name, label, at, writable: precedence < 3, heading, tag: tagName, ...format });
  }
}

/** Notes that a scope's table has a column. */
function addBinding(work: Work, context: Context, binding: BindingDraft): void {
  const { bindings } = context.scope;
  const known = bindings.get(binding.name);
  if (!known) {
    bindings.set(binding.name, { ...binding, heading: binding.heading && !context.scope.hasHeading });
    context.scope.hasHeading ||= binding.heading;
    return;
  }
  known.writable ||= binding.writable;
  if (known.label !== binding.label && known.writable && binding.writable) {
    report(
      work,
      'error',
      'html/names-clash',
      binding.at,
      `“${known.label}” and “${binding.label}” are both the column ${binding.name}.`,
      'Spell the name the same everywhere.',
    );
  }
}

/** Whether data may not stand in an attribute; says so. */
export function isForbidden(work: Work, element: PageElement, name: string, writer: string): boolean {
  const reason = forbiddenReason(element.tagName, name, attributesByName(element));
  if (reason) refuse(work, element, writer, 'html/hole-not-allowed', reason.message, reason.fix);
  return reason !== null;
}

/** Names that are no columns, or columns that no page writes. */
export const unreadableNames: ReadonlySet<string> = new Set(
  'id created_at updated_at version position author slug first last odd index current rows page user invalid saved'.split(
    ' ',
  ),
);

/**
 * What a query about one column of the row says of it where it holds and where it does not, as machine text; null:
 * nothing. Undefined for any other query.
 */
export function readableCondition(
  query: Query,
): { readonly path: string; readonly present: string; readonly absent: string | null } | undefined {
  const [condition, second] = query.conditions;
  if (!condition || second || query.search) return undefined;
  const { path, operator, operands } = condition;
  if (/[.(]/.test(path) || unreadableNames.has(path)) return undefined;
  if (operator === 'true') return { path, present: 'true', absent: 'false' };
  if (operator === 'false') return { path, present: 'false', absent: 'true' };
  const [operand, other] = operands;
  if (operator !== 'eq' || operand?.kind !== 'text' || other) return undefined;
  return { path, present: operand.text, absent: null };
}
