import { filesPrefix } from '../schema/index.ts';
import type { AttributeSlot } from './slot.ts';
import type { SrcsetHole, ValueRef } from './nodes.ts';

/** Learns how the sample's candidates follow from its `src`: `a.jpg` and `a-400.jpg 400w`, `a-800.jpg 800w`. */
export function srcsetHole(ref: ValueRef, slot: AttributeSlot, source: string): SrcsetHole {
  const written = (slot.value ?? '').split(/,\s+|,$/).map((text) => text.trim().split(/\s+/));
  const { stem, extension } = splitPath(source);
  const candidates = written
    .filter(([url]) => url)
    .map(([url = '', descriptor = '']) => {
      const fits = url.startsWith(stem) && url.endsWith(extension) && url.length >= stem.length + extension.length;
      return fits ? { insert: url.slice(stem.length, url.length - extension.length), descriptor } : null;
    });
  const pattern = candidates.filter((candidate) => candidate !== null);
  return {
    kind: 'srcset',
    ref,
    slot,
    candidates: source !== '' && pattern.length === candidates.length && pattern.length > 0 ? pattern : null,
    descriptors: written.map(([, descriptor = '']) => descriptor).filter((text) => /^\d+w$/.test(text)),
    style: source,
  };
}

/**
 * Candidates for another image: after the sample's pattern, by width for uploads, else none, since the sample's would
 * show the wrong picture. `url` is already written as the page needs it; `stored` is the value itself.
 */
export function srcsetFor(hole: SrcsetHole, stored: string, url: string): string | null {
  // Pictures there can be had in any width.
  if (stored.startsWith(filesPrefix)) {
    if (hole.descriptors.length === 0) return null;
    return hole.descriptors.map((width) => `${url}?w=${width.slice(0, -1)} ${width}`).join(', ');
  }
  if (!hole.candidates || /[\s,]/.test(url)) return null;
  const { stem, extension } = splitPath(url);
  return hole.candidates
    .map(({ insert, descriptor }) => `${stem}${insert}${extension}${descriptor === '' ? '' : ` ${descriptor}`}`)
    .join(', ');
}

/** Asks for an upload in the width that its place has, for screens with two pixels to one of the page. */
export function widthQuery(stored: string, width: number | undefined): string {
  return width !== undefined && stored.startsWith(filesPrefix) && !/[?#]/.test(stored) ? `?w=${width * 2}` : '';
}

function splitPath(url: string): { stem: string; extension: string } {
  const dot = /\.[a-z0-9]+(?:[?#].*)?$/i.exec(url);
  return dot ? { stem: url.slice(0, dot.index), extension: dot[0] } : { stem: url, extension: '' };
}
