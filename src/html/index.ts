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
export type { CompileOptions } from './compile.ts';
export { itemControlName, readItemControlName } from './control-name.ts';
export { decodePage, mayHaveMarks } from './decode.ts';
export type { Decoded } from './decode.ts';
export { linkInStyle, pageAddress, resolveLink } from './link.ts';
export { composeParts, copyFor, findParts } from './parts.ts';
export type { Part } from './parts.ts';
export { rebaseLinks } from './rebase.ts';
export { readPage } from './read.ts';
export type { ReadPage } from './read.ts';
export { renderPage } from './render.ts';
export { sanitiseHtml } from './sanitise.ts';
export { isElement, isHtml, isText } from './tree.ts';
export type { PageElement, PageNode } from './tree.ts';
export type * from './template.ts';
