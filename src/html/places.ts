import { attribute, childElements, hasAttribute, parentElement, textContent } from './document.ts';
import type { PageElement } from './tree.ts';

/*
 * Where an element keeps its value: the table of microdata (HTML standard, 5.2.4), with `text` for everything else.
 */

export type ValuePlace =
  | { readonly kind: 'text' }
  /** `url`: a link; `shown`: the element's text shows the value too. */
  | { readonly kind: 'attribute'; readonly name: string; readonly url: boolean; readonly shown: boolean };

const sourceTags = new Set(['audio', 'embed', 'iframe', 'img', 'source', 'track', 'video']);
const linkTags = new Set(['a', 'area', 'link']);

/** Finds the place of an element's value. `data`, `time` and `meter` without their attribute are plain text. */
export function valuePlace(element: PageElement): ValuePlace {
  const tag = element.tagName;
  if (tag === 'meta') return { kind: 'attribute', name: 'content', url: false, shown: false };
  if (sourceTags.has(tag)) return { kind: 'attribute', name: 'src', url: true, shown: false };
  if (linkTags.has(tag)) return { kind: 'attribute', name: 'href', url: true, shown: false };
  if (tag === 'object') return { kind: 'attribute', name: 'data', url: true, shown: false };
  const name = tag === 'data' || tag === 'meter' ? 'value' : tag === 'time' ? 'datetime' : undefined;
  if (name === undefined || !hasAttribute(element, name)) return { kind: 'text' };
  const shown = childElements(element).length > 0 || textContent(element).trim() !== '';
  return { kind: 'attribute', name, url: false, shown };
}

/** Form controls take their value from their name, never from `itemprop`. */
export function isControl(element: PageElement): boolean {
  return element.tagName === 'input' || element.tagName === 'select' || element.tagName === 'textarea';
}

/** A link that only keeps a place: it leads nowhere, so it is never read as data. */
export function isPlaceholder(href: string): boolean {
  const link = href.trim();
  return link === '' || link === '#' || link === '#!' || /^javascript:/i.test(link);
}

/** Other attributes of an element by lower-case name, as `attributeContext` asks for them. */
export function attributesByName(element: PageElement): Record<string, string> {
  return Object.fromEntries(element.attrs.map(({ name }) => [name, attribute(element, name) ?? '']));
}

/** The kind of a control: of an input its `type` in lower case, else its tag. */
export function controlKind(element: PageElement): string {
  return element.tagName === 'input' ? (attribute(element, 'type') ?? 'text').toLowerCase() : element.tagName;
}

/**
 * The siblings that repeat a plain `itemprop`: together they are a set. Undefined for a property that stands alone among
 * its siblings.
 */
export function setMembers(element: PageElement): PageElement[] | undefined {
  const parent = parentElement(element);
  const property = attribute(element, 'itemprop');
  if (!parent || property === undefined) return undefined;
  let groups = siblingGroups.get(parent);
  if (!groups) {
    groups = new Map();
    for (const child of childElements(parent)) {
      const name = attribute(child, 'itemprop');
      if (name === undefined || attribute(child, 'itemscope') !== undefined) continue;
      const key = `${child.tagName} ${name}`;
      const known = groups.get(key);
      if (known) known.push(child);
      else groups.set(key, [child]);
    }
    siblingGroups.set(parent, groups);
  }
  const members = groups.get(`${element.tagName} ${property}`) ?? [];
  return members.length > 1 ? members : undefined;
}

/** Siblings by tag and property, found once per parent: parsed trees never change. */
const siblingGroups = new WeakMap<PageElement, Map<string, PageElement[]>>();

/** Boolean attributes of the HTML standard: being there is their value, so the column is true or false. */
export const presenceAttributes: ReadonlySet<string> = new Set([
  'allowfullscreen',
  'async',
  'autofocus',
  'autoplay',
  'checked',
  'controls',
  'default',
  'defer',
  'disabled',
  'formnovalidate',
  'hidden',
  'inert',
  'ismap',
  'loop',
  'multiple',
  'muted',
  'nomodule',
  'novalidate',
  'open',
  'playsinline',
  'readonly',
  'required',
  'reversed',
  'selected',
]);
