import type { Diagnostic, SourcePosition } from '../std/index.ts';
import type { Source } from './template.ts';
import { positionFinder } from './position.ts';
import { isElement, isHtml, isText, parseTree, treeDepthMax, treeElementsMax } from './tree.ts';
import type { PageElement, PageNode, PageRoot } from './tree.ts';

/** A form and the controls it owns. The indices of both are used by every room. */
export interface PageForm {
  /** Place among the document's forms in tree order: `FormPlace.index`, `FormDefinition.index`. */
  readonly index: number;
  readonly element: PageElement;
  /** `button`, `input`, `select` and `textarea` whose form owner it is, in tree order. The place is the control's index. */
  readonly controls: readonly PageElement[];
}

/** A page parsed once, with the way back from every node to the author's file. */
export interface PageDocument {
  readonly source: Source;
  readonly root: PageRoot;
  /** All elements in tree order. What stands in a `template` element is inert and left out. */
  readonly elements: readonly PageElement[];
  readonly forms: readonly PageForm[];
  /** First element with each id. */
  readonly byId: ReadonlyMap<string, PageElement>;
  /** The place in the author's files of an offset in `source.text`. */
  positionOf(offset: number): SourcePosition;
  /** Why the tree is empty, when a limit was passed. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses a page once. Never throws for what the page contains: beyond the limits the tree is empty and a diagnostic says why. */
export function parsePage(source: Source): PageDocument {
  const { root, parserOwners, refused } = parseTree(source.text);
  const elements = elementsInTreeOrder(root);
  const byId = new Map<string, PageElement>();
  for (const element of elements) {
    const id = attribute(element, 'id');
    if (id && !byId.has(id)) byId.set(id, element);
  }
  const positionOf = positionFinder(source);
  const diagnostics: Diagnostic[] = [];
  if (refused) {
    const found =
      refused.reason === 'depth'
        ? `elements are nested more than ${treeDepthMax} deep here`
        : `there are more than ${treeElementsMax} elements`;
    diagnostics.push({
      severity: 'error',
      code: 'html/page-too-large',
      message: `This page cannot be read: ${found}.`,
      fix: 'Close the elements that are left open, or split the page.',
      at: positionOf(refused.offset),
    });
  }
  return { source, root, elements, forms: pageForms(elements, byId, parserOwners), byId, positionOf, diagnostics };
}

function elementsInTreeOrder(root: PageRoot): PageElement[] {
  const elements: PageElement[] = [];
  const pending: PageNode[] = [];
  const push = (nodes: readonly PageNode[]): void => {
    for (let i = nodes.length - 1; i >= 0; i--) pending.push(nodes[i]!);
  };
  push(root.childNodes);
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (!isElement(node)) continue;
    elements.push(node);
    push(node.childNodes);
  }
  return elements;
}

const submittableTags = new Set(['button', 'input', 'select', 'textarea']);

function pageForms(
  elements: readonly PageElement[],
  byId: ReadonlyMap<string, PageElement>,
  parserOwners: ReadonlyMap<PageElement, PageElement>,
): PageForm[] {
  const controlsOf = new Map<PageElement, PageElement[]>();
  for (const element of elements) if (element.tagName === 'form' && isHtml(element)) controlsOf.set(element, []);
  for (const element of elements) {
    if (!submittableTags.has(element.tagName) || !isHtml(element)) continue;
    const owner = formOwner(element, byId, parserOwners);
    if (owner) controlsOf.get(owner)?.push(element);
  }
  return [...controlsOf].map(([element, controls], index) => ({ index, element, controls }));
}

/** The form owner as the HTML standard gives it: the `form` attribute, else what the parser said, else the nearest form around. */
function formOwner(
  element: PageElement,
  byId: ReadonlyMap<string, PageElement>,
  parserOwners: ReadonlyMap<PageElement, PageElement>,
): PageElement | undefined {
  const named = attribute(element, 'form');
  if (named !== undefined) {
    const target = byId.get(named);
    return target?.tagName === 'form' ? target : undefined;
  }
  return parserOwners.get(element) ?? closest(element, (around) => around.tagName === 'form' && isHtml(around));
}

/** Value of an attribute, '' when it has none, undefined when it is absent. Names in lower case; `xlink:href` by its full name. */
export function attribute(element: PageElement, name: string): string | undefined {
  for (const held of element.attrs) {
    if (held.name === name && !held.prefix) return held.value;
    if (held.prefix && `${held.prefix}:${held.name}` === name) return held.value;
  }
  return undefined;
}

export function hasAttribute(element: PageElement, name: string): boolean {
  return attribute(element, name) !== undefined;
}

/** All text inside, in tree order, as `textContent` gives it. */
export function textContent(element: PageElement): string {
  let text = '';
  const pending: PageNode[] = element.childNodes.toReversed();
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (isText(node)) text += node.value;
    else if (isElement(node)) for (let i = node.childNodes.length - 1; i >= 0; i--) pending.push(node.childNodes[i]!);
  }
  return text;
}

/** Child elements, in order. */
export function childElements(element: PageElement | PageRoot): PageElement[] {
  return element.childNodes.filter(isElement);
}

/** The element around, or undefined for the root element. */
export function parentElement(element: PageElement): PageElement | undefined {
  const parent = element.parentNode;
  return parent && isElement(parent) ? parent : undefined;
}

/** The nearest element around (not the element itself) for which `test` holds. */
export function closest(element: PageElement, test: (around: PageElement) => boolean): PageElement | undefined {
  for (let around = parentElement(element); around; around = parentElement(around)) if (test(around)) return around;
  return undefined;
}

/** Whether `inner` is `outer` or stands in it. */
export function contains(outer: PageElement, inner: PageElement): boolean {
  return inner === outer || closest(inner, (around) => around === outer) !== undefined;
}

/** Language in force: `lang` of the element or of the nearest around that has one, '' when none says. */
export function languageOf(element: PageElement): string {
  const own = attribute(element, 'lang');
  if (own !== undefined) return own;
  const around = closest(element, (candidate) => hasAttribute(candidate, 'lang'));
  return around ? (attribute(around, 'lang') ?? '') : '';
}

/** Where an element is written; the page's first character for elements that the parser supplied. */
export function elementPosition(document: PageDocument, element: PageElement): SourcePosition {
  return document.positionOf(element.sourceCodeLocation?.startOffset ?? 0);
}

/** Where an attribute of an element is written; the element's place when it is absent. */
export function attributePosition(document: PageDocument, element: PageElement, name: string): SourcePosition {
  const place = element.sourceCodeLocation?.attrs?.[name.toLowerCase()];
  return place ? document.positionOf(place.startOffset) : elementPosition(document, element);
}
