import { roundTrip } from './markup.ts';
import type { Shape } from './markup.ts';
import { parseBody } from './parse-body.ts';

/**
 * What the formatted view would drop of some markup: undefined for nothing, else the names of elements and attributes
 * that would be missing, where it is that. Spaces that no reader sees do not count, nor in which order emphasis nests.
 */
export function lossOf(markup: string, shape: Shape): readonly string[] | undefined {
  const before = outline(parseBody(markup));
  const after = outline(parseBody(roundTrip(markup, shape)));
  if (before.join('\n') === after.join('\n')) return undefined;
  const left = namesIn(roundTrip(markup, shape));
  const missing = [...namesIn(markup)].filter(([name, count]) => count > (left.get(name) ?? 0));
  return missing.map(([name]) => name);
}

/** The shape for what stands in these elements of the pages: paragraphs and headings hold words only. */
export function shapeFor(shownBy: readonly string[] | undefined, markup: string): Shape {
  const isWords = (shownBy ?? []).some((tag) => /^(?:p|h[1-6]|span|a|strong|em|b|i|small|q|figcaption|dt)$/.test(tag));
  const hasBlocks = /<(?:p|h[1-6]|ul|ol|blockquote|pre|hr|div)\b/i.test(markup);
  if (hasBlocks) return 'blocks';
  if (isWords) return 'words';
  return markup.trim() === '' ? 'blocks' : 'bare';
}

const inlineTags = new Set(
  'a span strong b em i u s del ins mark small sub sup abbr cite dfn q code kbd samp var time'.split(' '),
);

/** What a reader sees, piece by piece: blocks, and runs of words with all that is around them. */
function outline(body: Element): readonly string[] {
  const pieces: string[] = [];
  let run: { marks: string; text: string } | undefined;
  const flush = (): void => {
    if (run && run.text !== '') pieces.push(`${run.marks}|${run.text}`);
    run = undefined;
  };
  const block = (piece: string): void => {
    flush();
    // Spaces at the edges of a block are not seen.
    const last = pieces.at(-1);
    if (last !== undefined && /\|.* $/s.test(last)) pieces[pieces.length - 1] = last.replace(/ $/, '');
    if (pieces.at(-1)?.endsWith('|') === true) pieces.pop();
    pieces.push(piece);
  };
  const visit = (node: Node, marks: readonly string[], isPreformatted: boolean): void => {
    if (node instanceof Text) {
      const text = isPreformatted ? node.data : node.data.replace(/[\t\n\f\r ]+/g, ' ');
      const key = marks.toSorted().join(' ');
      const isAtStart = run === undefined && (pieces.at(-1)?.startsWith('<') ?? true);
      const shown = isAtStart && !isPreformatted ? text.trimStart() : text;
      if (shown === '') return;
      if (run?.marks === key) run.text += shown;
      else {
        flush();
        run = { marks: key, text: shown };
      }
      return;
    }
    if (!(node instanceof Element)) return;
    const tag = node.localName;
    const written = `${tag}${attributesOf(node)}`;
    if (inlineTags.has(tag)) {
      for (const child of node.childNodes) visit(child, [...marks, written], isPreformatted);
      return;
    }
    if (tag === 'br' || tag === 'img' || tag === 'wbr') {
      flush();
      pieces.push(`${marks.toSorted().join(' ')}|<${written}>`);
      return;
    }
    block(`<${written}>`);
    for (const child of node.childNodes) visit(child, marks, isPreformatted || tag === 'pre');
    block(`</${tag}>`);
  };
  for (const child of body.childNodes) visit(child, [], false);
  block('<end>');
  return pieces;
}

function attributesOf(element: Element): string {
  return [...element.attributes]
    .map(({ name, value }) => ` ${name}="${value}"`)
    .toSorted()
    .join('');
}

/** How often each element and attribute occurs, as people name them in HTML. */
function namesIn(markup: string): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  const add = (name: string): void => void names.set(name, (names.get(name) ?? 0) + 1);
  for (const element of parseBody(markup).querySelectorAll('*')) {
    add(`<${element.localName}>`);
    for (const { name } of element.attributes) add(name);
  }
  return names;
}
