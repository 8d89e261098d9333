import { attribute, childElements, textContent } from './document.ts';
import { tableCells, tableLines } from './markdown-table.ts';
import { isElement, isText } from './tree.ts';
import type { PageElement, PageNode } from './tree.ts';

/*
 * A sample's markup as the Markdown (CommonMark, with tables and strikethrough) that renders it. What Markdown has no
 * words for keeps its text; whether something was lost shows when the result is rendered.
 */

/** The content of an element as Markdown. */
export function markdownOf(element: PageElement): string {
  return blocksOf(element.childNodes).join('\n\n');
}

const inlineTags: ReadonlySet<string> = new Set(
  'a abbr b bdi bdo br cite code data del dfn em i img ins kbd label mark q s samp small span strong sub sup time u var wbr'.split(
    ' ',
  ),
);

/** The blocks that nodes make, each without the empty line after it. */
function blocksOf(nodes: readonly PageNode[]): string[] {
  const blocks: string[] = [];
  let words: PageNode[] = [];
  let listBefore: string | undefined;
  const add = (block: string, list?: string): void => {
    if (block === '') return;
    blocks.push(block);
    listBefore = list;
  };
  const flush = (): void => {
    add(paragraph(words));
    words = [];
  };
  for (const node of nodes) {
    if (!isElement(node)) {
      if (isText(node)) words.push(node);
    } else if (inlineTags.has(node.tagName)) words.push(node);
    else {
      flush();
      if (node.tagName === 'ul' || node.tagName === 'ol') {
        // Two lists of a kind, one after the other, need markers of their own, or they would be one.
        const marker = node.tagName === 'ul' ? '-' : '.';
        const other = listBefore === marker ? (node.tagName === 'ul' ? '*' : ')') : marker;
        add(listOf(node, other), other);
      } else for (const block of blockOf(node)) add(block);
    }
  }
  flush();
  return blocks;
}

function blockOf(element: PageElement): string[] {
  const { tagName, childNodes } = element;
  if (/^h[1-6]$/.test(tagName)) {
    const words = line(childNodes)
      .replaceAll('\\\n', ' ')
      .replace(/#+$/, String.raw`\$&`);
    return words === '' ? [] : [`${'#'.repeat(Number(tagName[1]))} ${words}`];
  }
  switch (tagName) {
    case 'hr':
      return ['***'];
    case 'pre':
      return [fenced(element)];
    case 'blockquote':
      return [indented(blocksOf(childNodes).join('\n\n'), '> ', '> ').replace(/^> $/gm, '>')];
    case 'table': {
      const cells = tableCells(element)?.map((row) => row.map((cell) => line(cell.childNodes)));
      return cells ? [tableLines(cells)] : blocksOf(childNodes);
    }
    default:
      return blocksOf(childNodes);
  }
}

function paragraph(nodes: readonly PageNode[]): string {
  // What begins a line may not look like the beginning of another block.
  return line(nodes)
    .split('\n')
    .map((text) =>
      text
        .replace(/^([-+>:=]|#{1,6}(?= |$)|~{3})/, String.raw`\$1`)
        .replace(/^(\d{1,9})([.)])(?= |$)/, String.raw`$1\$2`),
    )
    .join('\n');
}

function listOf(list: PageElement, marker: string): string {
  const items = childElements(list).filter(({ tagName }) => tagName === 'li');
  const isLoose = items.some((item) => childElements(item).some(({ tagName }) => tagName === 'p'));
  const first = Number(attribute(list, 'start') ?? 1);
  const written = items.map((item, index) => {
    const bullet = list.tagName === 'ol' ? `${(Number.isSafeInteger(first) ? first : 1) + index}${marker}` : marker;
    const content = blocksOf(item.childNodes).join(isLoose ? '\n\n' : '\n');
    return content === '' ? bullet : indented(content, `${bullet} `, ' '.repeat(bullet.length + 1));
  });
  return written.join(isLoose ? '\n\n' : '\n');
}

function indented(text: string, first: string, others: string): string {
  return text
    .split('\n')
    .map((each, index) => (index === 0 ? first + each : each === '' ? others.trimEnd() : others + each))
    .join('\n');
}

function fenced(element: PageElement): string {
  const code = textContent(element).replace(/\n$/, '');
  const fence = '`'.repeat(Math.max(3, longestRun(code) + 1));
  return `${fence}\n${code === '' ? '' : `${code}\n`}${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

/** Text and inline elements. Line breaks stand where the author wrote `<br>`, after a backslash. */
function line(nodes: readonly PageNode[]): string {
  const words = nodes.map(wordsOf).join('');
  return words.replace(/ *(\\\n) */g, '$1').replace(/^ +|(?: |\\\n)+$/g, '');
}

function wordsOf(node: PageNode, index: number, siblings: readonly PageNode[]): string {
  if (isText(node)) {
    const text = escaped(node.value.replace(/[\t\n\f\r ]+/g, ' '));
    const next = siblings[index + 1];
    // Before a link it would make a picture of it.
    return next && isElement(next) && next.tagName === 'a' ? text.replace(/!$/, String.raw`\!`) : text;
  }
  if (!isElement(node)) return '';
  const inner = (): string => node.childNodes.map(wordsOf).join('');
  switch (node.tagName) {
    case 'br':
      return '\\\n';
    case 'strong':
    case 'b':
      return wrapped(inner(), '**');
    case 'em':
    case 'i':
      return wrapped(inner(), '*');
    case 's':
    case 'del':
      return wrapped(inner(), '~~');
    case 'code':
      return codeSpan(textContent(node));
    case 'a': {
      const href = attribute(node, 'href');
      return href === undefined ? inner() : `[${inner()}](${target(node, href)})`;
    }
    case 'img':
      return `![${escaped(attribute(node, 'alt') ?? '')}](${target(node, attribute(node, 'src') ?? '')})`;
    default:
      return inner();
  }
}

/** Marks stand against words: the spaces inside go out. */
function wrapped(words: string, mark: string): string {
  const [, before = '', inside = '', after = ''] = /^([ ]*)(.*?)([ ]*)$/s.exec(words) ?? [];
  return inside === '' ? before + after : before + mark + inside + mark + after;
}

function codeSpan(code: string): string {
  const text = code.replace(/[\t\n\f\r ]+/g, ' ');
  if (text === '') return '';
  const fence = '`'.repeat(longestRun(text) + 1);
  const pad = /^`|`$|^ .*[^ ].* $/.test(text) ? ' ' : '';
  return fence + pad + text + pad + fence;
}

/** Where a link or a picture leads, with its title. */
function target(element: PageElement, url: string): string {
  const title = attribute(element, 'title');
  const clean = url.trim();
  const written = /^[^\s<>()\\]+$/.test(clean)
    ? clean
    : `<${clean.replace(/[<>\\]/g, String.raw`\$&`).replace(/\s+/g, ' ')}>`;
  return title === undefined ? written : `${written} "${escaped(title).replaceAll('"', String.raw`\"`)}"`;
}

/** Text that means nothing but itself. */
function escaped(text: string): string {
  return text
    .replace(/[\\`*[\]~|]/g, String.raw`\$&`)
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\_`)
    .replace(/<(?=[a-z/!?])/gi, String.raw`\<`)
    .replace(/&(?=#?\w+;)/g, String.raw`\&`);
}
