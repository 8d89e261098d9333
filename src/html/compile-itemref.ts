import { attribute, attributePosition, contains, hasAttribute, parentElement } from './document.ts';
import { addRegion, marksOf, order, report } from './draft.ts';
import type { Context, Reference, Work } from './draft.ts';
import { isAlwaysShown } from './compile-scope.ts';
import type { PageElement } from './tree.ts';

/*
 * `itemref` of a `data-row`, after "the properties of an item" of the HTML standard (5.2.5): the elements that it names
 * by id are searched for properties as if they stood in the item.
 */

/** Finds what rows name outside themselves, before the page is walked. What cannot be followed is reported. */
export function findReferences(work: Work): void {
  for (const item of work.document.elements) {
    const ids = attribute(item, 'itemref');
    const row = ids === undefined ? undefined : rowOfItem(work, item);
    if (ids === undefined || !row) continue;
    for (const id of new Set(ids.split(/[\t\n\f\r ]+/).filter(Boolean))) {
      const named = work.document.byId.get(id);
      const refusal = named ? refusalOf(work, row, named) : `There is no element with the id “${id}”.`;
      if (named && refusal === undefined) work.references.set(named, { row, item });
      else if (refusal !== undefined) warn(work, item, refusal, `Give itemref the id of an element outside the item.`);
    }
  }
}

/** The `data-row` that an item is: its own, or that of an element around which is no item itself. */
function rowOfItem(work: Work, item: PageElement): PageElement | undefined {
  if (!hasAttribute(item, 'itemscope')) return undefined;
  if (marksOf(work, item).named.row) return item;
  if (hasAttribute(item, 'itemprop')) return undefined;
  for (let around = parentElement(item); around; around = parentElement(around)) {
    if (hasAttribute(around, 'itemscope') || marksOf(work, around).named.list) return undefined;
    if (marksOf(work, around).named.row) return around;
  }
  return undefined;
}

function refusalOf(work: Work, row: PageElement, named: PageElement): string | undefined {
  const id = attribute(named, 'id') ?? '';
  if (contains(named, row)) return `“${id}” holds the item itself.`;
  if (contains(row, named)) return `“${id}” stands inside the item already.`;
  const other = work.references.get(named);
  if (other && other.row !== row) return `“${id}” belongs to another row already, and can show one only.`;
  return undefined;
}

/** What a row names outside itself. */
export function referencesOf(work: Work, row: PageElement): PageElement[] {
  return [...work.references].filter(([, reference]) => reference.row === row).map(([element]) => element);
}

/** The context in which to compile what a row names; undefined, with an error, where it cannot be the row's. */
export function openReference(work: Work, element: PageElement, reference: Reference): Context | undefined {
  const { row, item, context } = reference;
  const scope = work.scopes.find((each) => each.kind === 'row' && each.element === row);
  // A row that binds nothing, or that is wrong itself, is told of already.
  if (!scope) return context;
  // It stands in another element that the same row names.
  if (context?.scope === scope) return context;
  if (!context?.needs.scopes.includes(scope.id)) {
    refuseElsewhere(work, element, item);
    return context;
  }
  scope.references.push(element);
  const always = isAlwaysShown(element);
  addRegion(work, element, order.row, (inner) => ({ kind: 'row', scope: scope.id, always, inner }));
  const rowGuards = work.contexts.get(row)?.guards ?? [];
  const added = rowGuards.filter((guard) => !context.guards.includes(guard));
  for (const guard of added) addRegion(work, element, order.guard, (inner) => ({ kind: 'guard', guard, inner }));
  const guards = [...context.guards, ...added];
  return { ...context, scope, variant: 0, needs: scope.row, binds: true, transparent: false, guards };
}

function refuseElsewhere(work: Work, element: PageElement, item: PageElement): void {
  report(
    work,
    'error',
    'html/itemref-elsewhere',
    attributePosition(work.document, item, 'itemref'),
    `“${attribute(element, 'id') ?? ''}” stands in a list, or in another row than this item does, so it cannot show this row.`,
    'Name an element that stands beside the item, outside of lists and of other rows.',
  );
}

/** Tells of an `itemref` on an item that is no row of its own. */
export function tellUnfollowed(work: Work, item: PageElement): void {
  if (rowOfItem(work, item)) return;
  warn(
    work,
    item,
    'itemref is followed from a data-row only: the items of a list are repeated, and what stands outside of them is not.',
    'Move those elements into the item.',
  );
}

function warn(work: Work, item: PageElement, message: string, fix: string): void {
  const at = attributePosition(work.document, item, 'itemref');
  report(work, 'warning', 'html/itemref-not-followed', at, message, fix);
}
