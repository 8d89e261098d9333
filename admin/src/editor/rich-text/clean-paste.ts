import { rename } from './markup.ts';
import { parseBody } from './parse-body.ts';

/** Where a style is kept while it is read: as a style, the policy would refuse it, and say so. */
const STYLE = 'data-pasted-style';

/**
 * Pasted markup without what word processors put in it: their own elements, styles, classes and pictures on somebody's
 * disk go; what they only draw (lists, bold words) becomes what it is.
 */
export function cleanPaste(html: string): string {
  const body = parseBody(withoutStyles(html));
  makeLists(body);
  for (const element of body.querySelectorAll('*')) {
    if (/^(?:style|script|meta|link|title|xml|img)$/.test(element.localName) && !isOwnPicture(element))
      element.remove();
    // Word ends paragraphs with a space of its own.
    else if (element.localName === 'o:p' && isBlank(element)) element.remove();
    else if (element.localName.includes(':') || isPlainBold(element)) unwrap(element);
    else restyle(element);
  }
  for (const heading of body.querySelectorAll('h1')) rename(heading, 'h2');
  for (const heading of body.querySelectorAll('h5, h6')) rename(heading, 'h4');
  for (const paragraph of body.querySelectorAll('p')) {
    if (isBlank(paragraph) && !paragraph.querySelector('img')) paragraph.remove();
  }
  removeComments(body);
  return body.innerHTML;
}

function withoutStyles(html: string): string {
  return html.replaceAll(/<style\b.*?<\/style\s*>/gis, '').replaceAll(/(<[a-z][^<>]*?\s)style(?=\s*=)/gi, `$1${STYLE}`);
}

function isBlank(element: Element): boolean {
  return (element.textContent ?? '').trim() === '';
}

function isOwnPicture(element: Element): boolean {
  const source = element.localName === 'img' ? element.getAttribute('src') : null;
  return source !== null && /^(?:https?:\/\/|\/(?!\/))/.test(source);
}

/** Some wrap all that they copy in `<b style="font-weight: normal">`. */
function isPlainBold(element: Element): boolean {
  return element.localName === 'b' && /font-weight:\s*(?:normal|400)/i.test(element.getAttribute(STYLE) ?? '');
}

/** What a style says of bold and italic words is kept as elements; all else that a style says goes. */
function restyle(element: Element): void {
  const style = element.getAttribute(STYLE) ?? '';
  const weights = /font-weight:\s*(?:bold|[6-9]00)/i.test(style) && element.localName === 'span';
  const slants = /font-style:\s*italic/i.test(style) && element.localName === 'span';
  for (const name of element.getAttributeNames()) {
    if (/^(?:class|id|align|width|height|dir|lang|title|valign|bgcolor|role)$|^(?:on|data-|aria-|xml|v:|o:)/.test(name))
      element.removeAttribute(name);
  }
  if (slants) rename(element, 'em');
  else if (weights) rename(element, 'strong');
}

interface WordItem {
  readonly paragraph: Element;
  readonly level: number;
  readonly isOrdered: boolean;
}

/** Word writes the items of a list as paragraphs, each with its bullet or number as text. */
function makeLists(body: Element): void {
  let open: { list: Element; level: number }[] = [];
  let previous: Element | null = null;
  for (const paragraph of body.querySelectorAll('p')) {
    const item = wordItem(paragraph);
    if (!item) {
      open = [];
      continue;
    }
    if (previous && paragraph.previousElementSibling !== previous) open = [];
    while (open.length > 1 && open.at(-1)!.level > item.level) open.pop();
    let last = open.at(-1);
    if (!last || last.level < item.level) {
      const list = paragraph.ownerDocument.createElement(item.isOrdered ? 'ol' : 'ul');
      if (last?.list.lastElementChild) last.list.lastElementChild.append(list);
      else paragraph.before(list);
      last = { list, level: item.level };
      open = [...open, last];
    }
    const made = paragraph.ownerDocument.createElement('li');
    made.append(...paragraph.childNodes);
    last.list.append(made);
    paragraph.remove();
    previous = open[0]!.list;
  }
}

function wordItem(paragraph: Element): WordItem | undefined {
  const style = paragraph.getAttribute(STYLE) ?? '';
  const level = /mso-list:[^;]*\blevel(\d+)/i.exec(style)?.[1];
  if (level === undefined) return undefined;
  const sign = [...paragraph.querySelectorAll('span')].find((span) =>
    /mso-list:\s*ignore/i.test(span.getAttribute(STYLE) ?? ''),
  );
  const isOrdered = /^[\s\u00a0]*(?:\d+|[a-z]{1,4})[.)]/i.test(sign?.textContent ?? '');
  sign?.remove();
  return { paragraph, level: Number(level), isOrdered };
}

function unwrap(element: Element): void {
  element.replaceWith(...element.childNodes);
}

function removeComments(body: Element): void {
  const comments = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
  const found: Node[] = [];
  while (comments.nextNode()) found.push(comments.currentNode);
  for (const comment of found) comment.parentNode?.removeChild(comment);
}
