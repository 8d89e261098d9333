import { foldName } from '../schema/index.ts';
import { attribute, elementPosition, hasAttribute } from './document.ts';
import { report } from './draft.ts';
import type { ScopeDraft, Work } from './draft.ts';
import { isControl } from './places.ts';
import { writtenChildren } from './tree.ts';
import type { PageElement } from './tree.ts';

/**
 * Tells of properties that only samples have which are not their list's template: there is no place to show them, so
 * they are not read. Each name once in a list. Runs when everything has been compiled.
 */
export function tellUnreadSamples(work: Work): void {
  for (const scope of work.scopes) {
    const [template] = scope.variants;
    if (scope.kind !== 'list' || !template) continue;
    const known = knownNames(work, scope);
    const templates = new Set(scope.variants.map(({ element }) => element));
    for (const sample of scope.samples.filter((each) => !templates.has(each))) {
      for (const { name, label, element } of propertiesOf(sample)) {
        if (known.has(name)) continue;
        known.add(name);
        tellUnread(work, label, element, template.element);
      }
    }
  }
}

function knownNames(work: Work, scope: ScopeDraft): Set<string> {
  const inner = work.scopes.filter(({ parent }) => parent === scope);
  const columns = inner.flatMap(({ relation }) => ('column' in relation ? [relation.column] : []));
  const fields = scope.variants.flatMap((variant) => variant.fields.filter(({ precedence }) => precedence < 4));
  return new Set([...columns, ...fields.map(({ name }) => name)]);
}

interface SampleProperty {
  readonly name: string;
  readonly label: string;
  readonly element: PageElement;
}

/** The properties of an item, those of items inside it left out. */
function propertiesOf(sample: PageElement): SampleProperty[] {
  const found: SampleProperty[] = [];
  const pending = writtenChildren(sample).toReversed();
  for (let element = pending.pop(); element; element = pending.pop()) {
    const labels = isControl(element) ? [] : (attribute(element, 'itemprop') ?? '').split(/\s+/);
    for (const label of labels) {
      const name = foldName(label);
      if (name !== '') found.push({ name, label, element });
    }
    if (!hasAttribute(element, 'itemscope')) pending.push(...writtenChildren(element).toReversed());
  }
  return found;
}

function tellUnread(work: Work, label: string, element: PageElement, template: PageElement): void {
  const { line } = elementPosition(work.document, template);
  report(
    work,
    'warning',
    'html/not-in-template',
    elementPosition(work.document, element),
    `Only this sample has itemprop="${label}": rows are written as the sample in line ${line} is, which has no place for it, so it is neither read nor shown.`,
    `Write an element with itemprop="${label}" into that sample too, with data-if="${label}" where rows may do without.`,
  );
}
