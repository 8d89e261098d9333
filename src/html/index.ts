/** Compile a file to literal text and holes; render (put); read (get). Pure. */
export {
  attribute,
  attributePosition,
  childElements,
  closest,
  contains,
  elementPosition,
  hasAttribute,
  languageOf,
  parentElement,
  parsePage,
  textContent,
} from './document.ts';
export type { PageDocument, PageForm } from './document.ts';
export { isElement, isHtml, isText } from './tree.ts';
export type { PageElement, PageNode } from './tree.ts';
export type * from './template.ts';
