import { foldName } from '../schema/index.ts';
import { addFields, isForbidden, textRange } from './compile-binding.ts';
import { attribute, childElements, elementPosition, languageOf } from './document.ts';
import { addHole, elementRange, needPath, refuse } from './draft.ts';
import type { Context, Work } from './draft.ts';
import type { SetHole } from './nodes.ts';
import { valuePlace } from './places.ts';
import { attributeSlot } from './slot.ts';
import type { PageElement } from './tree.ts';

/** Compiles a set: its first member is the template, what stands between the first two the separator. */
export function compileSet(work: Work, members: readonly PageElement[], label: string, context: Context): void {
  const [first, second] = members;
  if (!first || !second) return;
  for (const member of members) {
    if (work.marks.has(member) || childElements(member).length > 0) {
      refuse(
        work,
        member,
        'itemprop',
        'html/set-with-marks',
        `Repeated itemprop="${label}" makes a set of plain values, so its elements can carry neither marks nor elements.`,
        'Use a data-list with itemscope items where each value has parts.',
      );
      return;
    }
  }
  const shape = memberShape(work, first);
  if (!shape) return;
  const start = elementRange(first).start;
  const end = elementRange(members.at(-1)!).end;
  const ref = needPath(context, foldName(label), elementPosition(work.document, first));
  const separator = work.text.slice(elementRange(first).end, elementRange(second).start);
  addHole(work, start, end, { kind: 'set', ref, original: work.text.slice(start, end), separator, ...shape });
  const place = valuePlace(first);
  addFields(
    work,
    { element: first, labels: [label], context, display: { lang: languageOf(first) }, vote: { kind: 'set' } },
    { kind: 'set', attribute: place.kind === 'attribute' ? place.name : null },
    0,
  );
}

function memberShape(work: Work, element: PageElement): Pick<SetHole, 'before' | 'after' | 'slot'> | undefined {
  const place = valuePlace(element);
  const { start, end } = elementRange(element);
  if (place.kind === 'attribute') {
    if (isForbidden(work, element, place.name, 'itemprop')) return undefined;
    const found = attributeSlot(work.text, element, place.name, attribute(element, place.name));
    return { before: work.text.slice(start, found.start), after: work.text.slice(found.end, end), slot: found.slot };
  }
  const range = textRange(work, element, 'itemprop');
  if (!range) return undefined;
  return { before: work.text.slice(start, range.start), after: work.text.slice(range.end, end), slot: null };
}
