import { parseFragment } from 'parse5';
import type { DefaultTreeAdapterTypes } from 'parse5';
import { svgAttributes, svgElements, svgShapes, svgShared } from './svg-names.ts';
import { isPlainValue, sanitiseDeclarations, sanitiseStyleSheet } from './svg-style.ts';

type SvgElement = DefaultTreeAdapterTypes.Element;

export interface Drawing {
  /** A whole SVG document (XML). */
  readonly text: string;
  /** In pixels, from its own size, else its view box, else as browsers have it. */
  readonly width: number;
  readonly height: number;
}

const elementsMax = 20_000;
const depthMax = 60;
const usesMax = 200;
const svgNamespace = 'http://www.w3.org/2000/svg';

/** Counts and names of one drawing while it is written. */
interface Writing {
  uses: number;
  shapes: number;
  /** Ids of elements in which others are used: using them again could grow without end. */
  readonly compound: ReadonlySet<string>;
}

/**
 * Reads a drawing and writes it anew with what is on a short list; all else is left out. The text is read as HTML, where
 * entities of the document's own and instructions to the parser mean nothing. `broken`: no drawing, or nothing is left
 * of it; `pixels`: too many elements.
 */
export function sanitiseSvg(source: string): Drawing | 'broken' | 'pixels' {
  const start = /<svg[\s>]/i.exec(source);
  if (!start) return 'broken';
  const fragment = parseFragment(source.slice(start.index));
  const root = fragment.childNodes.find((node): node is SvgElement => node.nodeName === 'svg' && 'tagName' in node);
  if (!root || root.namespaceURI.toString() !== svgNamespace) return 'broken';
  const shape = shapeOf(root);
  if (!shape) return 'pixels';
  const writing: Writing = { uses: 0, shapes: 0, compound: shape.compound };
  const text = writeElement(writing, root, 0, false);
  if (writing.uses > usesMax) return 'pixels';
  if (writing.shapes === 0) return 'broken';
  return { text: `${text}\n`, ...sizeOf(root) };
}

/** Looks at the whole tree first, without recursion: it may be nested as deep as its text is long. */
function shapeOf(root: SvgElement): { readonly compound: ReadonlySet<string> } | undefined {
  const compound = new Set<string>();
  const pending: { readonly element: SvgElement; readonly depth: number }[] = [{ element: root, depth: 0 }];
  let elements = 0;
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { element, depth } = next;
    if (depth > depthMax || ++elements > elementsMax) return undefined;
    if (element.tagName === 'use') {
      for (let around: SvgElement | null = element; around; around = parentOf(around)) {
        const id = attributeOf(around, 'id');
        if (id !== undefined) compound.add(id);
      }
    }
    for (const child of element.childNodes) if ('tagName' in child) pending.push({ element: child, depth: depth + 1 });
  }
  return { compound };
}

function parentOf({ parentNode }: SvgElement): SvgElement | null {
  return parentNode && 'tagName' in parentNode ? parentNode : null;
}

function attributeOf(element: SvgElement, name: string): string | undefined {
  return element.attrs.find((attribute) => attribute.name === name && !attribute.prefix)?.value;
}

/** `shared`: inside an element that is drawn wherever it is referred to. */
function writeElement(writing: Writing, element: SvgElement, depth: number, shared: boolean): string {
  const { tagName } = element;
  if (svgShapes.has(tagName)) writing.shapes += 1;
  if (tagName === 'style') return writeStyle(element);
  const attributes = element.attrs
    .map((attribute) => writeAttribute(writing, element, attribute, shared))
    .filter((text) => text !== '');
  if (tagName === 'use') {
    if (shared || !attributes.some((text) => text.startsWith('href='))) return '';
    writing.uses += 1;
  }
  if (depth === 0) attributes.unshift(`xmlns="${svgNamespace}"`);
  const inside = writeChildren(writing, element, depth, shared || svgShared.has(tagName));
  const tag = [tagName, ...attributes].join(' ');
  return inside === '' ? `<${tag}/>` : `<${tag}>${inside}</${tagName}>`;
}

function writeChildren(writing: Writing, element: SvgElement, depth: number, shared: boolean): string {
  let text = '';
  for (const child of element.childNodes) {
    if (child.nodeName === '#text' && 'value' in child) text += escapeXml(child.value);
    else if ('tagName' in child && isAllowed(child)) text += writeElement(writing, child, depth + 1, shared);
  }
  return text;
}

function isAllowed({ tagName, namespaceURI }: SvgElement): boolean {
  return namespaceURI.toString() === svgNamespace && svgElements.has(tagName);
}

function writeStyle(element: SvgElement): string {
  const text = element.childNodes.map((child) => ('value' in child ? child.value : '')).join('');
  const rules = sanitiseStyleSheet(text);
  return rules === '' ? '' : `<style>${escapeXml(rules)}</style>`;
}

type Attribute = SvgElement['attrs'][number];

function writeAttribute(writing: Writing, element: SvgElement, attribute: Attribute, shared: boolean): string {
  const { name, value, prefix } = attribute;
  if (name === 'href' && (!prefix || prefix === 'xlink')) return writeReference(writing, element, value);
  if (prefix || !svgAttributes.has(name)) return '';
  // What is drawn for others may not refer to others itself: each step could multiply the one before.
  if (shared && (name === 'class' || name === 'style' || name === 'mask' || name === 'clip-path')) return '';
  const clean = name === 'style' ? sanitiseDeclarations(value) : value;
  if (clean === '' || (!isText(name) && !isPlainValue(clean))) return '';
  return `${name}="${escapeXml(clean)}"`;
}

/** Text that is only read, or compared. */
function isText(name: string): boolean {
  return name === 'aria-label' || name === 'style';
}

/** References within the drawing: what `use` draws again, and gradients that take the stops of another. */
function writeReference({ compound }: Writing, { tagName }: SvgElement, value: string): string {
  const [, id] = /^\s*#([\w.:-]+)\s*$/.exec(value) ?? [];
  const refers = tagName === 'use' || tagName === 'linearGradient' || tagName === 'radialGradient';
  return id !== undefined && refers && !compound.has(id) ? `href="#${id}"` : '';
}

const replacements: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes text, and takes out what no XML document may hold. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\x20-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"]/g, (character) => replacements[character]!);
}

const sideMax = 99_999;

function sizeOf(root: SvgElement): { readonly width: number; readonly height: number } {
  const [, , boxWidth, boxHeight] = (attributeOf(root, 'viewBox') ?? '')
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  const box = boxWidth && boxHeight && boxWidth > 0 && boxHeight > 0 ? boxWidth / boxHeight : undefined;
  const width = pixels(attributeOf(root, 'width'));
  const height = pixels(attributeOf(root, 'height'));
  if (width && height) return { width: whole(width), height: whole(height) };
  if (box && width) return { width: whole(width), height: whole(width / box) };
  if (box && height) return { width: whole(height * box), height: whole(height) };
  if (box) return { width: whole(boxWidth!), height: whole(boxHeight!) };
  return { width: whole(width ?? 300), height: whole(height ?? 150) };
}

/** How many pixels the units of CSS have. */
const units: Readonly<Record<string, number>> = {
  '': 1,
  px: 1,
  pt: 4 / 3,
  pc: 16,
  mm: 96 / 25.4,
  cm: 96 / 2.54,
  in: 96,
};

function pixels(text: string | undefined): number | undefined {
  const [, number = '', unit = ''] = /^\s*(\d*\.?\d+)(px|pt|pc|mm|cm|in)?\s*$/.exec(text ?? '') ?? [];
  const value = Number(number) * (units[unit] ?? 0);
  return value > 0 ? value : undefined;
}

function whole(value: number): number {
  return Math.min(Math.max(Math.round(value), 1), sideMax);
}
