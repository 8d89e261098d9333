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
export { bindTypes } from './bind.ts';
export { compilePage } from './compile.ts';
export { readItemControlName } from './control-name.ts';
export { decodePage, mayHaveMarks } from './decode.ts';
export { composeParts, findParts } from './parts.ts';
export type { Part } from './parts.ts';
export { rebaseLinks } from './rebase.ts';
export { readPage } from './read.ts';
export { renderPage } from './render.ts';
export { sanitiseHtml } from './sanitise.ts';
export { isHtml, writtenChildren, writtenParent } from './tree.ts';
export { isElement, isText } from './tree.ts';
export type { PageElement, PageNode } from './tree.ts';
export type * from './template.ts';
