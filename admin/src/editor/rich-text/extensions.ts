import { Extension, Mark, Node } from '@tiptap/react';
import type { Extensions } from '@tiptap/react';
import { StarterKit } from '@tiptap/starter-kit';

/*
 * What the formatted view knows: of what the sanitiser lets through (src/html/sanitise.ts) the part that is edited as
 * running text. What is not here (tables, figures, divisions) is found by `fidelity.ts` and shown as source.
 *
 * Attributes named `data-kept-…` are ours: they carry through the editor what its own model would even out, and
 * `markup.ts` turns them back.
 */

/** Inline elements that have no button but stay what they are. */
const keptTags = 'small sub sup abbr cite dfn q kbd samp var mark ins del time span'.split(' ');
const keptAttributes = ['lang', 'dir', 'title', 'cite', 'datetime'];

const KeptInline = Mark.create({
  name: 'kept',
  // Several may stand in each other.
  excludes: '',
  addAttributes() {
    return {
      tag: { default: 'span', parseHTML: (element) => element.localName, renderHTML: () => ({}) },
      ...Object.fromEntries(keptAttributes.map((name) => [name, plainAttribute(name)])),
    };
  },
  // Before the rules by which `del` would become `s`.
  parseHTML: () => keptTags.map((tag) => ({ tag, priority: 60, ...(tag === 'span' && { getAttrs: hasKept }) })),
  renderHTML: ({ mark, HTMLAttributes }) => [String(mark.attrs['tag']), HTMLAttributes, 0],
});

/** A `span` that says nothing is let go. */
function hasKept(element: HTMLElement): false | null {
  return keptAttributes.some((name) => element.hasAttribute(name)) ? null : false;
}

const Picture = Node.create({
  name: 'picture',
  group: 'inline',
  inline: true,
  draggable: true,
  addAttributes: () =>
    Object.fromEntries(
      ['src', 'alt', 'width', 'height', 'loading', 'title', 'lang'].map((name) => [name, plainAttribute(name)]),
    ),
  parseHTML: () => [{ tag: 'img[src]' }],
  renderHTML: ({ HTMLAttributes }) => ['img', HTMLAttributes],
});

/** Attributes and shades of elements that the kit knows without them. */
const Shades = Extension.create({
  name: 'shades',
  addGlobalAttributes() {
    const blocks = ['paragraph', 'heading', 'bulletList', 'orderedList', 'listItem', 'blockquote', 'codeBlock', 'link'];
    return [
      { types: blocks, attributes: { lang: plainAttribute('lang'), dir: plainAttribute('dir') } },
      { types: blocks.filter((name) => name !== 'link'), attributes: { title: plainAttribute('title') } },
      { types: ['blockquote'], attributes: { cite: plainAttribute('cite'), bare: marker('bare', isBare) } },
      { types: ['orderedList'], attributes: { reversed: plainAttribute('reversed') } },
      { types: ['listItem'], attributes: { value: plainAttribute('value'), loose: marker('loose', isLoose) } },
      { types: ['bold'], attributes: { old: marker('b', ({ localName }) => localName === 'b') } },
      { types: ['italic'], attributes: { old: marker('i', ({ localName }) => localName === 'i') } },
    ];
  },
});

function plainAttribute(name: string) {
  return {
    default: null,
    parseHTML: (element: HTMLElement) => element.getAttribute(name),
    renderHTML: (attributes: Record<string, unknown>) =>
      typeof attributes[name] === 'string' ? { [name]: attributes[name] } : {},
  };
}

function marker(name: string, test: (element: HTMLElement) => boolean) {
  const attribute = ['b', 'i'].includes(name) ? 'old' : name;
  return {
    default: false,
    parseHTML: test,
    renderHTML: (attributes: Record<string, unknown>) =>
      attributes[attribute] === true ? { [`data-kept-${name}`]: '' } : {},
  };
}

/** Words that stand in a quotation without a paragraph around them. */
function isBare(element: HTMLElement): boolean {
  return !/^(?:p|h[1-6]|ul|ol|blockquote|pre|hr)$/.test(element.firstElementChild?.localName ?? '');
}

/** A list item whose words stand in paragraphs. */
function isLoose(element: HTMLElement): boolean {
  return element.firstElementChild?.localName === 'p';
}

const link = {
  openOnClick: false,
  autolink: true,
  defaultProtocol: 'https',
  protocols: ['mailto', 'tel'],
  HTMLAttributes: { target: null, rel: null, class: null },
};

/** For texts of paragraphs, headings and lists. */
export const blockExtensions: Extensions = [
  StarterKit.configure({ heading: { levels: [2, 3, 4] }, link, trailingNode: false }),
  KeptInline,
  Picture,
  Shades,
];

const OneLine = Node.create({ name: 'doc', topNode: true, content: 'paragraph' });

/** A new line where there can be no new paragraph. */
const LineBreaks = Extension.create({
  name: 'lineBreaks',
  addKeyboardShortcuts() {
    return { Enter: () => this.editor.commands.setHardBreak() };
  },
});

/** For what stands in a paragraph or heading of the page, which can hold words only. */
export const wordExtensions: Extensions = [
  OneLine,
  StarterKit.configure({
    document: false,
    blockquote: false,
    bulletList: false,
    codeBlock: false,
    heading: false,
    horizontalRule: false,
    listItem: false,
    listKeymap: false,
    orderedList: false,
    trailingNode: false,
    link,
  }),
  KeptInline,
  Picture,
  LineBreaks,
];
