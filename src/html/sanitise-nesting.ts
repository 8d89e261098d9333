import { defaultTreeAdapter, html, parseFragment, serialize } from 'parse5';
import type { DefaultTreeAdapterTypes } from 'parse5';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;
type Parent = DefaultTreeAdapterTypes.ParentNode;

/**
 * Nests sanitised markup as browsers will, and takes away elements (not their text) that would end an element around
 * them: list items without a list, cells without a table, links in links, and, where the container holds words only,
 * paragraphs, lists and headings.
 */
export function nestProperly(markup: string, container: string): string {
  const fragment = parseFragment(markup);
  const state: State = {
    inside: new Set([container]),
    wordsOnly: wordsOnly.has(container),
  };
  fragment.childNodes = settle(fragment.childNodes, state, fragment);
  return serialize(fragment);
}

interface State {
  /** Tags of the elements around, the container among them. */
  readonly inside: ReadonlySet<string>;
  readonly wordsOnly: boolean;
}

function settle(nodes: readonly Node[], state: State, parent: Parent): Node[] {
  return nodes.flatMap((node) => {
    if (!defaultTreeAdapter.isElementNode(node)) {
      node.parentNode = parent;
      return [node];
    }
    if (node.namespaceURI !== html.NS.HTML || !mayStand(node, state)) {
      const kept = settle(node.childNodes, state, parent);
      return words.has(node.tagName) ? kept : [...kept, space(parent)];
    }
    node.parentNode = parent;
    node.childNodes = settle(node.childNodes, stateIn(node, state), node);
    const [first] = node.childNodes;
    // The parser drops a line feed that comes first in `pre`.
    if (node.tagName === 'pre' && first && 'value' in first && first.value.startsWith('\n'))
      first.value = `\n${first.value}`;
    return [node];
  });
}

/** Keeps the words of two blocks apart that are no blocks any more. */
function space(parent: Parent): Node {
  return { nodeName: '#text', value: ' ', parentNode: parent };
}

function mayStand(element: Element, { inside, wordsOnly }: State): boolean {
  const tag = element.tagName;
  if (wordsOnly && !words.has(tag)) return false;
  if (tag === 'a') return !inside.has('a') && !inside.has('button');
  const owners = ownersOf[tag];
  if (owners) return owners.some((owner) => inside.has(`${owner}!`));
  return true;
}

/** `ul!` is a list that the markup itself holds: the container's own list is not the markup's to add to. */
function stateIn(element: Element, state: State): State {
  const inside = new Set(state.inside).add(element.tagName).add(`${element.tagName}!`);
  return { inside, wordsOnly: state.wordsOnly };
}

const ownersOf: Readonly<Record<string, readonly string[]>> = {
  li: ['ul', 'ol'],
  dt: ['dl'],
  dd: ['dl'],
  summary: ['details'],
  figcaption: ['figure'],
  ...Object.fromEntries('caption colgroup col thead tbody tfoot tr th td'.split(' ').map((tag) => [tag, ['table']])),
};

/** Elements that hold words only, or that may themselves stand in a paragraph, which a block inside them would end. */
const wordsOnly = new Set(
  'p h1 h2 h3 h4 h5 h6 pre a span strong b em i u s del ins mark small sub sup abbr cite dfn q code kbd samp var time label button summary dt caption legend data'.split(
    ' ',
  ),
);

const words = new Set(
  'a span strong b em i u s del ins mark small sub sup abbr cite dfn q code kbd samp var time br wbr img'.split(' '),
);
