import { attribute, hasAttribute, isElement, isText } from '../html/index.ts';
import type { PageElement, PageNode } from '../html/index.ts';

const leftOut = new Set(['head', 'script', 'style', 'template', 'noscript', 'title']);
const blocks = new Set([
  'address',
  'article',
  'aside',
  'blockquote',
  'dd',
  'div',
  'dl',
  'dt',
  'footer',
  'header',
  'li',
  'main',
  'nav',
  'ol',
  'section',
  'table',
  'tbody',
  'tr',
  'ul',
]);
const paragraphs = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'p', 'pre', 'table', 'ul', 'ol', 'dl']);

interface Writing {
  out: string;
  /** Line ends and spaces are text. */
  kept: boolean;
}

/** What an element says, as plain text: the text part of a mail. Rows of tables become `Name: Ada`. */
export function plainText(element: PageElement): string {
  const writing: Writing = { out: '', kept: false };
  write(writing, element);
  return writing.out
    .replace(/[ \t]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function write(writing: Writing, node: PageNode): void {
  if (isText(node)) {
    writing.out += writing.kept ? node.value : collapsed(writing.out, node.value);
    return;
  }
  if (!isElement(node) || leftOut.has(node.tagName) || hasAttribute(node, 'hidden')) return;
  const { tagName } = node;
  if (tagName === 'br') {
    writing.out += '\n';
    return;
  }
  if (tagName === 'img') {
    writing.out += attribute(node, 'alt') ?? '';
    return;
  }
  if (tagName === 'td' || tagName === 'th') separateCell(writing);
  breakLine(writing, tagName);
  if (tagName === 'li') writing.out += '- ';
  const before = writing.kept;
  writing.kept ||= tagName === 'pre' || /white-space:\s*pre/i.test(attribute(node, 'style') ?? '');
  const start = writing.out.length;
  for (const child of node.childNodes) write(writing, child);
  writing.kept = before;
  if (tagName === 'a') writing.out += linkTarget(writing.out.slice(start), attribute(node, 'href'));
  if (tagName === 'th') writing.out += ':';
  breakLine(writing, tagName);
}

/** White space between words, none at the start of a line. */
function collapsed(before: string, text: string): string {
  const words = text.replace(/[ \t\n\r\f]+/g, ' ');
  return before === '' || /\s$/.test(before) ? words.replace(/^ /, '') : words;
}

function separateCell(writing: Writing): void {
  if (writing.out !== '' && !/\s$/.test(writing.out)) writing.out += ' ';
}

function breakLine(writing: Writing, tagName: string): void {
  if (paragraphs.has(tagName)) writing.out = `${writing.out.trimEnd()}${writing.out === '' ? '' : '\n\n'}`;
  else if (blocks.has(tagName) && writing.out !== '' && !writing.out.endsWith('\n')) writing.out += '\n';
}

/** Where a link leads, unless its text says so. */
function linkTarget(text: string, href: string | undefined): string {
  if (href === undefined || !/^https?:/i.test(href) || text.includes(href)) return '';
  return ` (${href})`;
}
