import {
  attribute,
  attributePosition,
  closest,
  elementPosition,
  hasAttribute,
  parentElement,
  writtenChildren,
  writtenParent,
} from '../html/index.ts';
import type { PageDocument, PageElement, Scope, Template } from '../html/index.ts';
import { formatPosition } from '../std/index.ts';

/** Which elements of a parsed page the scopes of its template stand for. */
export interface Outline {
  readonly document: PageDocument;
  readonly template: Template;
  /** By scope id: the element with the mark; for a nested reference, the item. */
  readonly elements: ReadonlyMap<number, PageElement>;
  /** The innermost list row, row or reference that holds an element. Scope 0 is the page. */
  scopeAround(element: PageElement): Scope;
  /** The form that owns a control. */
  formOf(control: PageElement): PageElement | undefined;
}

/** The value of one of our attributes, in its short or its long form. */
export function markOf(element: PageElement, name: string): string | undefined {
  return attribute(element, `data-${name}`) ?? attribute(element, `data-backlot-${name}`);
}

/** Finds the elements of a template's scopes again by where they are written. */
export function outlineOf(document: PageDocument, template: Template): Outline {
  const places = new Map<string, PageElement>();
  for (const element of document.elements) {
    for (const name of ['data-list', 'data-backlot-list', 'data-row', 'data-backlot-row']) {
      if (hasAttribute(element, name))
        places.set(`${formatPosition(attributePosition(document, element, name))}=`, element);
    }
    if (hasAttribute(element, 'itemscope')) places.set(formatPosition(elementPosition(document, element)), element);
  }
  const elements = new Map<number, PageElement>();
  const scopesOf = new Map<PageElement, Scope>();
  for (const scope of template.scopes) {
    const place = formatPosition(scope.at);
    const element = scope.kind === 'nested' ? places.get(place) : places.get(`${place}=`);
    if (!element) continue;
    elements.set(scope.id, element);
    scopesOf.set(element, scope);
  }
  const owners = new Map(
    document.forms.flatMap((form) => form.controls.map((control) => [control, form.element] as const)),
  );
  const page = template.scopes[0];
  if (!page) throw new Error(`the template of ${template.source.file} has no page scope`);
  return {
    document,
    template,
    elements,
    formOf: (control) => owners.get(control),
    scopeAround(element) {
      for (let at: PageElement | undefined = element; at; at = parentElement(at)) {
        const own = scopesOf.get(at);
        if (own && own.kind !== 'list') return own;
        const list = hasAttribute(at, 'itemscope') ? listOfItem(at, scopesOf) : undefined;
        if (list) return list;
      }
      return page;
    },
  };
}

/** The list that an item is a row of: its container's, or the one that began with it or a sibling before it. */
function listOfItem(item: PageElement, scopesOf: ReadonlyMap<PageElement, Scope>): Scope | undefined {
  const parent = writtenParent(item);
  const siblings: PageElement[] = [];
  for (const child of parent ? writtenChildren(parent) : []) {
    if (hasAttribute(child, 'itemscope')) siblings.push(child);
    if (child === item) break;
  }
  for (const sibling of siblings.toReversed()) {
    const scope = scopesOf.get(sibling);
    if (scope?.kind === 'list') return scope;
  }
  const around = parent && scopesOf.get(parent);
  return around?.kind === 'list' ? around : undefined;
}

/** The nearest word on who may see an element: its own `data-as`, else that of an element around it. */
export function saidAs(element: PageElement): string | undefined {
  const own = markOf(element, 'as');
  if (own !== undefined) return own;
  const around = closest(element, (each) => markOf(each, 'as') !== undefined);
  return around && markOf(around, 'as');
}
