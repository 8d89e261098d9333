import { foldName } from '../schema/index.ts';
import { addFields } from './compile-binding.ts';
import type { Property } from './compile-binding.ts';
import { attribute, childElements, elementPosition } from './document.ts';
import { addHole, contentRange, needPath, refuse } from './draft.ts';
import type { Work } from './draft.ts';
import { forbiddenReason } from './escape.ts';
import type { PageElement } from './tree.ts';

/** Compiles an element whose content is markup: `data-format="html"` or `"markdown"`. */
export function compileMarkup(work: Work, property: Property, markdown: boolean): void {
  const { element, context, labels } = property;
  const forbidden = forbiddenReason(element.tagName, null);
  if (forbidden) {
    refuse(work, element, 'itemprop', 'html/hole-not-allowed', forbidden.message, forbidden.fix);
    return;
  }
  const ref = needPath(context, foldName(labels[0]!), elementPosition(work.document, element));
  const { start, end } = contentRange(element);
  addHole(work, start, end, {
    kind: 'markup',
    ref,
    original: work.text.slice(start, end),
    markdown,
    container: element.tagName,
    classes: sharedClasses(samplesOf(property)),
  });
  addFields(work, property, { kind: 'markup' }, 0);
}

/** The same property in all samples of its list, so that classes are learnt from each of them. */
function samplesOf({ element, context, labels }: Property): PageElement[] {
  const { samples } = context.scope;
  const found = samples
    .flatMap((sample) => descendants(sample))
    .filter((inner) => attribute(inner, 'itemprop') === labels[0]);
  return found.includes(element) ? found : [element, ...found];
}

/** Classes that all elements of a name share, by name: what a designer's `<p class="lead">` gives to new paragraphs. */
function sharedClasses(elements: readonly PageElement[]): Record<string, string[]> {
  const shared = new Map<string, string>();
  for (const inner of elements.flatMap((element) => descendants(element).slice(1))) {
    const own = attribute(inner, 'class')?.trim() ?? '';
    const known = shared.get(inner.tagName);
    shared.set(inner.tagName, known === undefined || known === own ? own : '');
  }
  return Object.fromEntries(
    [...shared].filter(([, classes]) => classes !== '').map(([tag, classes]) => [tag, classes.split(/\s+/)]),
  );
}

function descendants(element: PageElement): PageElement[] {
  const found: PageElement[] = [];
  const pending = [element];
  for (let inner = pending.pop(); inner; inner = pending.pop()) {
    found.push(inner);
    pending.push(...childElements(inner).toReversed());
  }
  return found;
}
