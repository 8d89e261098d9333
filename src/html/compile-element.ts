import type { Query } from '../query/index.ts';
import { foldName } from '../schema/index.ts';
import { addFields, readableCondition } from './compile-binding.ts';
import { openReference, referencesOf, tellUnfollowed } from './compile-itemref.ts';
import { attribute, contains, hasAttribute } from './document.ts';
import { addRegion, addSlot, elementRange, marksOf, needCondition, order, refuse } from './draft.ts';
import type { Context, Work } from './draft.ts';
import { compileControl, compileForm, formMethod } from './compile-form.ts';
import { compileLink, compileNavigation } from './compile-navigation.ts';
import { openItems } from './compile-items.ts';
import { openContainer, openFirstItems, openNested, openRow } from './compile-scope.ts';
import type { ListFound } from './compile-scope.ts';
import { compileValues } from './compile-values.ts';
import { compileClass } from './compile-words.ts';
import { markPosition } from './marks.ts';
import type { Mark, Marks } from './marks.ts';
import type { FieldPlace } from './reading.ts';
import { isHtml, writtenChildren } from './tree.ts';
import type { PageElement, PageRoot } from './tree.ts';

/** Names that say something about the visit rather than about a row; see {@link compileCondition}. */
const stateNames = /^(?:saved|invalid|rows|user|.+\.rows)(?:\.|$)/;

/** Compiles an element and all inside it. The depth is bounded by the parser's limit. */
function compileElement(work: Work, element: PageElement, outer: Context): void {
  const offset = element.sourceCodeLocation?.startTag?.startOffset;
  if (offset === undefined || work.skipped.has(element)) return;
  const marks = marksOf(work, element);
  const reference = work.references.get(element);
  if (reference && !reference.context) {
    reference.context = outer;
    return;
  }
  if (work.seen.has(offset)) {
    compileCopy(work, element, marks, outer);
    return;
  }
  work.seen.add(offset);
  const form = work.formIndex.get(element) ?? outer.form;
  const context = openScopes(work, element, marks, { ...outer, form });
  if (!context) return;
  compileItem(work, element, marks, context, outer);
}

/** What every element has, list items included: attributes, values, controls, children. */
function compileItem(work: Work, element: PageElement, marks: Marks, context: Context, outer: Context): void {
  const list = marks.named.list;
  const found = list && !isItem(element) ? openContainer(work, element, context, list) : undefined;
  const own: Context = {
    ...(found?.around ?? context),
    nav: context.nav || element.tagName === 'nav',
    part: context.part || marks.named.part !== undefined,
  };
  work.contexts.set(element, own);
  misplaced(work, element, marks, own);
  if (marks.named.if && !isVariant(work, element, own)) {
    const around = own.scope !== outer.scope && own.scope.kind === 'nested' ? outer : own;
    compileCondition(work, element, marks.named.if, around, around === own ? order.innerIf : order.outerIf);
  }
  if (isHtml(element)) {
    compileForm(work, element, marks, own);
    compileNavigation(work, element, own);
  }
  const children = compileValues(work, element, marks, own);
  compileClass(work, element, marks, own);
  if (isHtml(element)) {
    compileControl(work, element, marks, own);
    compileLink(work, element, own);
  }
  if (children) compileChildren(work, element, own, found);
}

/** Compiles what stands inside an element (or the page): templates in their lists' rows, all else where it stands. */
export function compileChildren(
  work: Work,
  parent: PageElement | PageRoot,
  context: Context,
  container?: ListFound,
): void {
  const children = writtenChildren(parent);
  const lists = container ? [container] : openFirstItems(work, children, context);
  const only = lists.length === 1 ? lists[0] : undefined;
  const samples = new Set(lists.flatMap(({ scope }) => scope.samples));
  const templates = new Map<PageElement, Context>();
  for (const list of lists) {
    for (const opened of openItems(work, list, context)) templates.set(opened.element, opened.context);
  }
  for (const child of children) {
    const item = templates.get(child);
    if (item) compileTemplate(work, child, item);
    else if (!samples.has(child)) compileElement(work, child, only?.around ?? context);
  }
}

function compileTemplate(work: Work, element: PageElement, context: Context): void {
  const offset = element.sourceCodeLocation?.startTag?.startOffset;
  if (offset === undefined || work.seen.has(offset)) return;
  work.seen.add(offset);
  const marks = marksOf(work, element);
  if (marks.named.row) {
    const fix = 'Put data-row on an element around the list or inside the item.';
    refuse(work, element, marks.named.row.attribute, 'html/row-on-item', 'A list’s item is a row already.', fix);
  }
  const form = work.formIndex.get(element) ?? context.form;
  const guards = compileGuard(work, element, marks, order.itemGuard, context, undefined);
  const own = { ...context, form, guards };
  compileItem(work, element, marks, own, own);
}

/** Opens what an element's marks open: its guard, its row, the row it refers to. Undefined when it cannot be used. */
function openScopes(work: Work, element: PageElement, marks: Marks, outer: Context): Context | undefined {
  let context = outer;
  const row = marks.named.row;
  if (row && bindsSomething(work, element)) {
    const opened = openRow(work, element, context, row);
    if (!opened) return undefined;
    context = opened;
  } else if (row) {
    ignoreRow(work, element, row);
  } else if (attribute(element, 'itemscope') !== undefined && context.scope.kind !== 'page') {
    context = openItem(work, element, context);
  }
  const scope = context.scope === outer.scope ? undefined : context.scope.id;
  const guards = compileGuard(work, element, marks, order.guard, context, scope);
  return guards === context.guards ? context : { ...context, guards };
}

/** An item in a row: the row itself, another row that it refers to, or none of ours. */
function openItem(work: Work, element: PageElement, context: Context): Context {
  const names = (attribute(element, 'itemprop') ?? '').trim().split(/\s+/).filter(Boolean);
  const column = foldName(names[0] ?? '');
  if (!context.binds) return context;
  if (column) {
    if (names.length > 1) {
      refuse(
        work,
        element,
        'itemprop',
        'html/several-references',
        `An item is the value of one column, but itemprop names ${names.length}.`,
        'Keep the first name.',
      );
    }
    return openNested(work, element, context, column);
  }
  return context.transparent ? { ...context, transparent: false } : { ...context, binds: false };
}

function ignoreRow(work: Work, element: PageElement, mark: Mark): void {
  work.diagnostics.push({
    severity: 'warning',
    code: 'html/row-without-binding',
    message: `${mark.attribute}="${mark.text}" has nothing bound inside it, so it is left alone.`,
    fix: 'Put itemprop on the elements that show the row’s columns.',
    at: markPosition(work.document, element, mark),
  });
}

/** Whether an element or anything inside it shows or takes a column. */
function bindsSomething(work: Work, element: PageElement): boolean {
  const pending = [element, ...referencesOf(work, element)];
  for (let inner = pending.pop(); inner; inner = pending.pop()) {
    if (inner !== element || hasAttribute(inner, 'itemprop')) {
      if (hasAttribute(inner, 'itemprop') || work.marks.has(inner) || work.formIndex.has(inner)) return true;
    }
    const marks = marksOf(work, inner);
    if (marks.attributes.length > 0 || marks.named.text || marks.named.class || marks.named.if) return true;
    pending.push(...writtenChildren(inner));
  }
  return false;
}

/**
 * An element with `data-as` other than `anyone`. On `<html>` it concerns the whole page, which is not ours to answer.
 * Gives the guards around what is inside.
 */
function compileGuard(
  work: Work,
  element: PageElement,
  marks: Marks,
  rank: number,
  { guards }: Context,
  scope: number | undefined,
): readonly number[] {
  const mark = marks.named.as;
  const as = mark?.text.trim();
  if (!mark || !as || as === 'anyone' || element.tagName === 'html') return guards;
  const form = work.formIndex.get(element);
  const id = work.guards.length;
  const list = marks.named.list && !isItem(element) ? work.scopes.length : scope;
  work.guards.push({
    id,
    as,
    ...(list === undefined ? {} : { scope: list }),
    ...(form === undefined ? {} : { form }),
    at: markPosition(work.document, element, mark),
  });
  addRegion(work, element, rank, (inner) => ({ kind: 'guard', guard: id, inner }));
  return [...guards, id];
}

function isItem(element: PageElement): boolean {
  return hasAttribute(element, 'itemscope');
}

/** Whether an element is a list item, whose `data-if` chooses between templates. */
function isVariant(work: Work, element: PageElement, context: Context): boolean {
  return context.scope.variants[context.variant]?.element === element && context.scope.kind === 'list';
}

/**
 * `data-if`. An element that stands hidden in the file because of state (`saved`, `invalid`, `rows`, `user`) stays
 * there, hidden, while its query does not match, so that the file is its own first rendering.
 */
function compileCondition(work: Work, element: PageElement, mark: Mark, context: Context, rank: number): void {
  const need = needCondition(work, context, mark.text, markPosition(work.document, element, mark));
  const aboutState = need.query.conditions.some(({ path }) => stateNames.test(path));
  const hides = aboutState && hasAttribute(element, 'hidden');
  const dynamic = { staysHidden: hides, hiddenSays: hides };
  work.conditionHides.set(element, { condition: need.id, attribute: mark.attribute, dynamic });
  conditionField(work, element, need.query, context, dynamic);
  addRegion(work, element, rank, (inner) => ({
    kind: 'if',
    condition: need.id,
    inner,
    staysHidden: dynamic.staysHidden,
  }));
  if (hides) {
    addSlot(work, element, 'hidden', mark.attribute, (slot) => ({ kind: 'hidden', slot, condition: need.id }));
  }
}

/** A query about one column of the row can be read back: where the element is present, it holds. */
function conditionField(
  work: Work,
  element: PageElement,
  query: Query,
  context: Context,
  dynamic: { readonly hiddenSays: boolean },
): void {
  const readable = context.scope.kind === 'page' ? undefined : readableCondition(query);
  if (!readable) return;
  const { path, present, absent } = readable;
  const place: FieldPlace = {
    kind: 'condition',
    present,
    absent,
    get hiddenSays() {
      return dynamic.hiddenSays;
    },
  };
  addFields(work, { element, labels: [path], context, display: { lang: '' } }, place, 4);
}

/** Tells of what stands where it means nothing. */
function misplaced(work: Work, element: PageElement, marks: Marks, context: Context): void {
  const { save } = marks.named;
  if (save && (element.tagName !== 'form' || formMethod(element) !== 'post')) {
    const found = `${save.attribute} says where a posted form saves; this <${element.tagName}> is none.`;
    refuse(work, element, save.attribute, 'html/save-without-post', found, 'Put it on a <form method="post">.');
  }
  if (context.binds && isItem(element) && hasAttribute(element, 'itemref')) tellUnfollowed(work, element);
}

/** Compiles what rows name outside themselves, each in its row. Runs when all rows are known. */
export function compileReferences(work: Work): void {
  for (const [element, reference] of work.references) {
    const context = openReference(work, element, reference);
    if (context) compileElement(work, element, context);
  }
}

/** Compiles what the parser copied out of a wrongly nested element: nothing can be marked there. */
function compileCopy(work: Work, element: PageElement, marks: Marks, context: Context): void {
  const offset = element.sourceCodeLocation?.startOffset ?? 0;
  const leavesItem = work.scopes.some(
    ({ list, samples }) =>
      list !== null &&
      samples.some((sample) => {
        const { start, end } = elementRange(sample);
        return start < offset && offset < end && !contains(sample, element);
      }),
  );
  if (leavesItem || Object.keys(marks.named).length > 0 || marks.attributes.length > 0) {
    refuse(
      work,
      element,
      null,
      'html/crossed-tags',
      `This <${element.tagName}> is nested wrongly, so browsers make several elements of it.`,
      'Close it inside the element in which it is opened.',
    );
    return;
  }
  compileChildren(work, element, context);
}
