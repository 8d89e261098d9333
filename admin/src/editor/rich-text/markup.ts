import { generateHTML, generateJSON } from '@tiptap/react';
import { blockExtensions, wordExtensions } from './extensions.ts';
import { parseBody } from './parse-body.ts';

/**
 * `words`: a line of text with emphasis and links. `blocks`: paragraphs, headings, lists. `bare`: blocks too, but a lone
 * paragraph stands without its element, as it was found.
 */
export type Shape = 'blocks' | 'bare' | 'words';

export function extensionsFor(shape: Shape): typeof blockExtensions {
  return shape === 'words' ? wordExtensions : blockExtensions;
}

/** What would be saved from the formatted view of this markup if nothing were changed there. */
export function roundTrip(markup: string, shape: Shape): string {
  const extensions = extensionsFor(shape);
  return tidy(generateHTML(generateJSON(markup, extensions), extensions), shape);
}

/**
 * The editor's markup as pages keep it: without the editor's own marks, list items without needless paragraphs, each
 * block on a line of its own.
 */
export function tidy(markup: string, shape: Shape): string {
  const body = parseBody(markup);
  for (const item of body.querySelectorAll('li')) {
    if (item.hasAttribute('data-kept-loose')) item.removeAttribute('data-kept-loose');
    else unwrapWords(item);
  }
  for (const quote of body.querySelectorAll('blockquote[data-kept-bare]')) {
    quote.removeAttribute('data-kept-bare');
    unwrapWords(quote);
  }
  for (const name of ['b', 'i']) {
    for (const element of body.querySelectorAll(`[data-kept-${name}]`)) rename(element, name);
  }
  if (shape === 'words') return body.firstElementChild?.innerHTML ?? '';
  const blocks = [...body.children];
  const [first] = blocks;
  if (shape === 'bare' && blocks.length === 1 && first?.localName === 'p' && first.attributes.length === 0) {
    return first.innerHTML;
  }
  if (blocks.every((block) => block.localName === 'p' && block.childNodes.length === 0)) return '';
  return blocks.map((block) => block.outerHTML).join('\n');
}

function unwrapWords(parent: Element): void {
  const [first] = parent.children;
  if (first?.localName !== 'p' || first.attributes.length > 0) return;
  const others = [...parent.children].slice(1);
  if (others.every(({ localName }) => localName === 'ul' || localName === 'ol')) first.replaceWith(...first.childNodes);
}

export function rename(element: Element, name: string): void {
  const renamed = element.ownerDocument.createElement(name);
  renamed.append(...element.childNodes);
  element.replaceWith(renamed);
}
