import { foldName } from '../schema/index.ts';
import type { Query } from '../query/index.ts';
import { attribute, attributePosition, elementPosition, languageOf } from './document.ts';
import { addRegion, contentRange, elementRange, marksOf, newNeeds, order, queryOf, refuse, report } from './draft.ts';
import type { Context, ScopeDraft, Work } from './draft.ts';
import { splitMark } from './marks.ts';
import type { Mark } from './marks.ts';
import type { Scope } from './template.ts';
import { writtenChildren, writtenParent } from './tree.ts';
import type { PageElement } from './tree.ts';

/** A list as it is written: its samples and where it is written. */
export interface ListFound {
  readonly scope: ScopeDraft;
  readonly mark: Mark;
  /** Context of what stands in the container beside the items. */
  readonly around: Context;
}

/** Rows that the server knows, so that lists inside them are theirs. */
const serverRows: ReadonlySet<string> = new Set(['user', 'session', 'cart', 'line', 'order']);

/** Opens the list of a container, or undefined where nothing inside is a sample: the attribute is then none of ours. */
export function openContainer(work: Work, element: PageElement, context: Context, mark: Mark): ListFound | undefined {
  const samples = writtenChildren(element).filter((child) => attribute(child, 'itemscope') !== undefined);
  if (samples.length === 0) {
    noSample(work, element, mark);
    return undefined;
  }
  const found = openList(work, element, context, mark, 'container', samples);
  if (found) {
    addRegion(work, element, order.around, (inner) => ({ kind: 'around', scope: found.scope.id, inner }));
  }
  return found;
}

/** Opens the lists that begin with an item among the children of an element. */
export function openFirstItems(work: Work, children: readonly PageElement[], context: Context): ListFound[] {
  const groups: { mark: Mark; samples: PageElement[] }[] = [];
  for (const child of children) {
    if (attribute(child, 'itemscope') === undefined) continue;
    const mark = marksOf(work, child).named.list;
    const last = groups.at(-1);
    if (mark && mark.text !== last?.mark.text) groups.push({ mark, samples: [child] });
    else last?.samples.push(child);
  }
  const found = groups
    .map(({ mark, samples }) => openList(work, samples[0]!, context, mark, 'first', samples))
    .filter((list) => list !== undefined);
  const [only, second] = found;
  if (only && !second) addSurroundings(work, children, only);
  return found;
}

/** What stands beside a lone list in the same element belongs to its surroundings. */
function addSurroundings(work: Work, children: readonly PageElement[], { scope }: ListFound): void {
  const parent = children[0] && writtenParent(children[0]);
  const { start, end } = parent
    ? contentRange(parent)
    : { start: elementRange(children[0]!).start, end: elementRange(children.at(-1)!).end };
  work.pieces.push({
    start,
    end,
    order: order.around,
    region: true,
    make: (inner) => ({ kind: 'around', scope: scope.id, inner }),
  });
}

function noSample(work: Work, element: PageElement, mark: Mark): void {
  report(
    work,
    'warning',
    'html/list-without-sample',
    attributePosition(work.document, element, mark.attribute),
    `${mark.attribute}="${mark.text}" has no sample: none of its child elements has itemscope. It is left alone.`,
    'Put itemscope on each sample inside it.',
  );
}

function openList(
  work: Work,
  element: PageElement,
  context: Context,
  mark: Mark,
  list: 'container' | 'first',
  samples: readonly PageElement[],
): ListFound | undefined {
  const at = attributePosition(work.document, element, mark.attribute);
  const split = splitMark(mark.text);
  const table = foldName(split.table) || typeName(samples[0]!) || typeName(element);
  if (!table) {
    refuse(
      work,
      element,
      mark.attribute,
      'html/no-table',
      `This list names no table.`,
      'Write data-list="dish", or give the items an itemtype.',
    );
    return undefined;
  }
  const query = queryOf(work, split.query ?? '', at);
  const container = list === 'container' ? element : writtenParent(element);
  const elementId = container && attribute(container, 'id');
  const scope = addScope(work, context, {
    kind: 'list',
    table,
    ...(elementId ? { elementId } : {}),
    query,
    queryText: split.query ?? '',
    relation: listRelation(context, samples, query),
    element,
    list,
    samples,
    at,
  });
  return { scope, mark, around: { ...context, needs: scope.around } };
}

/** How a list's rows hang on the row around it: see `Scope`. */
function listRelation(context: Context, samples: readonly PageElement[], query: Query): Scope['relation'] {
  if (context.scope.kind === 'page') return { kind: 'none' };
  const property = attribute(samples[0]!, 'itemprop');
  const column = foldName(property?.trim().split(/\s+/)[0] ?? '');
  if (column) return { kind: 'references', column };
  const named = query.conditions.some(
    ({ operator, operands }) => operator === 'eq' && operands.some(({ kind }) => kind === 'path'),
  );
  const { kind, key, table } = context.scope;
  const single = kind === 'row' && key === undefined && context.scope.queryText === '' && !serverRows.has(table ?? '');
  return named || single ? { kind: 'none' } : { kind: 'children' };
}

/** Opens the row of a `data-row`, or undefined where the mark cannot be read. */
export function openRow(work: Work, element: PageElement, context: Context, mark: Mark): Context | undefined {
  const at = attributePosition(work.document, element, mark.attribute);
  const split = splitMark(mark.text);
  const table = foldName(split.table) || typeName(element);
  if (!table) {
    refuse(
      work,
      element,
      mark.attribute,
      'html/no-table',
      `This row names no table.`,
      'Write data-row="dish?slug", or give the element an itemtype.',
    );
    return undefined;
  }
  const query = queryOf(work, split.query ?? '', at);
  if (!findsOneRow(query)) return refuseQuery(work, element, mark, split.query ?? '');
  const [condition] = query.conditions;
  const key = condition?.operator === 'true' ? condition.path : undefined;
  const scope = addScope(work, context, {
    kind: 'row',
    table,
    query: key === undefined ? query : { conditions: [], sort: [] },
    queryText: split.query ?? '',
    ...(key === undefined ? {} : { key }),
    relation: { kind: 'none' },
    element,
    list: null,
    samples: [element],
    at,
  });
  const always = isAlwaysShown(element);
  addRegion(work, element, order.row, (inner) => ({ kind: 'row', scope: scope.id, always, inner }));
  return enter(scope, element, context, attribute(element, 'itemscope') === undefined);
}

/** A row is named: by a key that the address gives (`slug`), or by what it must equal (`name=Norma`). */
function findsOneRow({ conditions, sort, search, limit, page }: Query): boolean {
  if (sort.length > 0 || search || limit || page) return false;
  const isKey = conditions.length === 1 && conditions[0]!.operator === 'true';
  return isKey || conditions.every(({ operator }) => operator === 'eq');
}

function refuseQuery(work: Work, element: PageElement, mark: Mark, query: string): undefined {
  const { table } = splitMark(mark.text);
  const named = /(?:^|&)limit=/.test(query) ? query : `${query}&limit=1`;
  refuse(
    work,
    element,
    mark.attribute,
    'html/row-by-query',
    `${mark.attribute}="${mark.text}" looks for a row; it can only name one, by a key that the address gives (${table}?slug).`,
    `Make it a list of one: data-list="${`${table}?${named}`.replaceAll('&', '&amp;')}" on the element around, and itemscope alone on this one.`,
  );
  return undefined;
}

/** Whether a page needs the element even where there is no row to show. */
export function isAlwaysShown({ tagName }: PageElement): boolean {
  return ['html', 'head', 'body', 'main'].includes(tagName);
}

/** Opens the row that a nested item refers to. */
export function openNested(work: Work, element: PageElement, context: Context, column: string): Context {
  const scope = addScope(work, context, {
    kind: 'nested',
    table: typeName(element) || column,
    query: { conditions: [], sort: [] },
    queryText: '',
    relation: { kind: 'reference', column },
    element,
    list: null,
    samples: [element],
    at: elementPosition(work.document, element),
  });
  addRegion(work, element, order.row, (inner) => ({ kind: 'row', scope: scope.id, always: false, inner }));
  return enter(scope, element, context, false);
}

function enter(scope: ScopeDraft, element: PageElement, context: Context, transparent: boolean): Context {
  scope.variants.push({ element, condition: null, fields: [], scopes: [] });
  return { ...context, scope, variant: 0, needs: scope.row, binds: true, transparent };
}

function addScope(
  work: Work,
  context: Context,
  made: Omit<
    ScopeDraft,
    'id' | 'parent' | 'row' | 'around' | 'bindings' | 'hasHeading' | 'variants' | 'references' | 'lang' | 'as'
  >,
): ScopeDraft {
  const as = made.element && marksOf(work, made.element).named.as?.text;
  const scope: ScopeDraft = {
    ...made,
    id: work.scopes.length,
    parent: context.scope,
    ...(as ? { as: as.trim() } : {}),
    lang: made.element ? languageOf(made.element) : '',
    row: newNeeds(),
    around: newNeeds(),
    bindings: new Map(),
    hasHeading: false,
    variants: [],
    references: [],
  };
  work.scopes.push(scope);
  context.needs.scopes.push(scope.id);
  context.scope.variants[context.variant]?.scopes.push(scope.id);
  return scope;
}

/** The last segment of an `itemtype`, folded: `https://schema.org/MenuItem` is `menuitem`. */
function typeName(element: PageElement): string {
  const type = attribute(element, 'itemtype')?.trim().split(/\s+/)[0];
  return type
    ? foldName(
        type
          .replace(/[#/]+$/, '')
          .split(/[#/]/)
          .at(-1) ?? '',
      )
    : '';
}
