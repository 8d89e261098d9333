import { attribute, parsePage, textContent } from './document.ts';
import type { PageDocument } from './document.ts';
import { folderOf, isAbsolute, relativeLink, resolveLink } from './link.ts';
import { attributeSlot, writeSlot } from './slot.ts';
import { spliceSource } from './splice-source.ts';
import type { SourceEdit } from './splice-source.ts';
import type { Source } from './template.ts';
import type { PageElement } from './tree.ts';

/** Attributes that hold one link. */
const linkAttributes = new Set(
  'href src action formaction poster cite background longdesc manifest xlink:href data-src data-href'.split(' '),
);
const srcsetAttributes = new Set(['srcset', 'imagesrcset', 'data-srcset']);

/** Rewrites one link; undefined leaves it. */
export type LinkChange = (link: string) => string | undefined;

/**
 * Moves a page's relative links from one place to another: `post.html` served as `/post/hello` needs `../img/a.svg`
 * where it says `img/a.svg`. Paths are of files or URLs. Links from the root, absolute ones and fragments stay, and so
 * does everything in a page with a `<base href>`. Links in `style` and `<style>` move too.
 */
export function rebaseLinks(source: Source, fromPath: string, toPath: string): Source {
  const from = folderOf(rooted(fromPath));
  const to = folderOf(rooted(toPath));
  const moved = { ...source, base: to };
  if (from === to) return moved;
  const document = parsePage(source);
  const edits = hasBase(document) ? [] : linkEdits(document, mover(from, to));
  return { ...spliceSource(source, edits), base: to };
}

/** Changes relative links seen from one folder to lead to the same place from another. */
export function mover(from: string, to: string): LinkChange {
  return (link) => {
    const clean = link.trim();
    if (clean === '' || /^[/#?{]/.test(clean) || isAbsolute(clean)) return undefined;
    return relativeLink(resolveLink(clean, from), to);
  };
}

function rooted(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

function hasBase(document: PageDocument): boolean {
  return document.elements.some((element) => element.tagName === 'base' && attribute(element, 'href') !== undefined);
}

/** The edits that change all links of a page, or of a range of it, in order. */
export function linkEdits(
  document: PageDocument,
  change: LinkChange,
  range: { readonly start: number; readonly end: number } = { start: 0, end: Number.POSITIVE_INFINITY },
): SourceEdit[] {
  const edits: SourceEdit[] = [];
  for (const element of document.elements) {
    const location = element.sourceCodeLocation;
    if (!location?.startTag || location.startOffset < range.start || location.startOffset >= range.end) continue;
    for (const { name, prefix } of element.attrs) {
      const full = prefix ? `${prefix}:${name}` : name;
      const value = attribute(element, full);
      const changed = value === undefined ? undefined : changedValue(element, full, value, change);
      if (changed === undefined || changed === value) continue;
      const { slot, start, end } = attributeSlot(document.source.text, element, full, value);
      edits.push({ start, end, replacement: writeSlot(slot, changed) });
    }
    if (element.tagName === 'style') edits.push(...styleEdits(document, element, change));
  }
  // The parser may copy a wrongly nested element; each attribute is written once.
  const seen = new Set<number>();
  return edits.sort((a, b) => a.start - b.start).filter(({ start }) => !seen.has(start) && seen.add(start));
}

function changedValue(element: PageElement, name: string, value: string, change: LinkChange): string | undefined {
  const target = name.replace(/^data-(?:backlot-)?attr-/, '');
  if (linkAttributes.has(target) || (element.tagName === 'object' && target === 'data')) return change(value);
  if (srcsetAttributes.has(target)) return changedSrcset(value, change);
  return name === 'style' ? changedStyle(value, change) : undefined;
}

function changedSrcset(value: string, change: LinkChange): string {
  return value.replace(/(^|,)(\s*)([^\s,]\S*[^\s,]|[^\s,])/g, (_whole, comma: string, space: string, url: string) => {
    return comma + space + (change(url) ?? url);
  });
}

function changedStyle(value: string, change: LinkChange): string {
  return value.replace(
    /(url\(\s*)(["']?)([^"')]*)\2(\s*\))/gi,
    (whole, open: string, quote: string, url: string, close: string) => {
      const changed = change(url);
      return changed === undefined ? whole : open + quote + changed + quote + close;
    },
  );
}

function styleEdits(document: PageDocument, element: PageElement, change: LinkChange): SourceEdit[] {
  const location = element.sourceCodeLocation;
  if (!location?.startTag || !location.endTag) return [];
  const { endOffset: start } = location.startTag;
  const { startOffset: end } = location.endTag;
  if (!/url\(/i.test(textContent(element))) return [];
  const written = document.source.text.slice(start, end);
  const changed = changedStyle(written, change);
  return changed === written ? [] : [{ start, end, replacement: changed }];
}
