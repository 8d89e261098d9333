import { Parser, defaultTreeAdapter, html as standard } from 'parse5';
import type { DefaultTreeAdapterMap, DefaultTreeAdapterTypes, ElementCreationContext, TreeAdapter } from 'parse5';

/** An element of a parsed page. Attributes and positions are read through the functions of `document.ts`. */
export type PageElement = DefaultTreeAdapterTypes.Element;
export type PageNode = DefaultTreeAdapterTypes.ChildNode;
export type PageText = DefaultTreeAdapterTypes.TextNode;
export type PageRoot = DefaultTreeAdapterTypes.Document;

/** Deeper nesting than this is refused: browsers stop at 512, and every later stage may then recurse. */
export const treeDepthMax = 512;
/** More elements than this are refused: broken nesting can make a parser copy elements without end. */
export const treeElementsMax = 2_000_000;

/** What the parser knew and the tree alone does not tell. */
export interface ParsedTree {
  readonly root: PageRoot;
  /** The form that the parser's form pointer gave a control, even where the markup is nested wrongly. */
  readonly parserOwners: ReadonlyMap<PageElement, PageElement>;
  /** Offset at which a limit was passed; the tree is empty then. */
  readonly refused?: { readonly offset: number; readonly reason: 'depth' | 'elements' };
}

class TreeTooLarge extends Error {
  readonly offset: number;
  readonly reason: 'depth' | 'elements';

  constructor(offset: number, reason: 'depth' | 'elements') {
    super(reason);
    this.offset = offset;
    this.reason = reason;
  }
}

const controlTags = new Set(['button', 'fieldset', 'input', 'object', 'output', 'select', 'textarea', 'img']);

/**
 * Parses a page as the HTML standard says, with scripting off (so that what stands in `noscript` is seen), and with a
 * source position for every node. Never throws for a page's content.
 */
export function parseTree(text: string): ParsedTree {
  const parserOwners = new Map<PageElement, PageElement>();
  const treeAdapter = boundedAdapter(parserOwners);
  try {
    const parser = new Parser<DefaultTreeAdapterMap>({
      sourceCodeLocationInfo: true,
      scriptingEnabled: false,
      treeAdapter,
    });
    parser.tokenizer.write(text, true);
    return { root: parser.document, parserOwners };
  } catch (error) {
    if (!(error instanceof TreeTooLarge)) throw error;
    const root = defaultTreeAdapter.createDocument();
    return { root, parserOwners: new Map(), refused: { offset: error.offset, reason: error.reason } };
  }
}

/** The default adapter with limits, and without the linear searches that make foster parenting quadratic. */
function boundedAdapter(parserOwners: Map<PageElement, PageElement>): TreeAdapter<DefaultTreeAdapterMap> {
  let depth = 0;
  let created = 0;
  let lastOffset = 0;
  return {
    ...defaultTreeAdapter,
    setNodeSourceCodeLocation(node, location) {
      node.sourceCodeLocation = location;
      if (location) lastOffset = location.startOffset;
    },
    onElementCreated(element, context: ElementCreationContext<DefaultTreeAdapterMap>) {
      if (++created > treeElementsMax) throw new TreeTooLarge(lastOffset, 'elements');
      if (context.formElement && !context.isInTemplate && controlTags.has(element.tagName)) {
        if (!element.attrs.some((held) => held.name === 'form')) parserOwners.set(element, context.formElement);
      }
    },
    onItemPush() {
      if (++depth > treeDepthMax) throw new TreeTooLarge(lastOffset, 'depth');
    },
    onItemPop() {
      depth--;
    },
    insertBefore(parent, node, reference) {
      parent.childNodes.splice(parent.childNodes.lastIndexOf(reference), 0, node);
      node.parentNode = parent;
    },
    insertTextBefore(parent, text, reference) {
      const place = parent.childNodes.lastIndexOf(reference);
      const previous = parent.childNodes[place - 1];
      if (previous && defaultTreeAdapter.isTextNode(previous)) {
        previous.value += text;
        return;
      }
      const node = defaultTreeAdapter.createTextNode(text);
      parent.childNodes.splice(place, 0, node);
      node.parentNode = parent;
    },
    detachNode(node) {
      if (!node.parentNode) return;
      node.parentNode.childNodes.splice(node.parentNode.childNodes.lastIndexOf(node), 1);
      node.parentNode = null;
    },
  };
}

/** Whether an element belongs to HTML rather than to SVG or MathML. */
export function isHtml(element: PageElement): boolean {
  return element.namespaceURI === standard.NS.HTML;
}

export function isElement(node: DefaultTreeAdapterTypes.Node): node is PageElement {
  return 'tagName' in node;
}

export function isText(node: DefaultTreeAdapterTypes.Node): node is PageText {
  return node.nodeName === '#text';
}

/**
 * Child elements as the author wrote them: an element that the parser supplied (`tbody`, `head`) is replaced by its
 * own children.
 */
export function writtenChildren(parent: PageElement | PageRoot): PageElement[] {
  const written: PageElement[] = [];
  for (const child of parent.childNodes) {
    if (!isElement(child)) continue;
    if (child.sourceCodeLocation?.startTag) written.push(child);
    else written.push(...writtenChildren(child));
  }
  return written;
}

/** The nearest element around that the author wrote. */
export function writtenParent(element: PageElement): PageElement | undefined {
  let parent = element.parentNode;
  while (parent && isElement(parent) && !parent.sourceCodeLocation?.startTag) parent = parent.parentNode;
  return parent && isElement(parent) ? parent : undefined;
}
