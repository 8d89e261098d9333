import type { Source } from '../html/index.ts';

/** Where a link or an action written in a file leads. */
export type Address =
  /** Inside the site: encoded path, query with `?` or '', fragment with `#` or ''. */
  | { readonly kind: 'inside'; readonly path: string; readonly search: string; readonly hash: string }
  /** The page itself: empty, or only a fragment. */
  | { readonly kind: 'same'; readonly hash: string }
  | { readonly kind: 'outside'; readonly url: URL }
  /** `mailto:`, `javascript:`, or what no browser could follow. */
  | { readonly kind: 'none' };

const base = 'http://site.invalid';

/** The path that relative links of a page start from: its file, or where its links were moved to. */
export function linkPlace(source: Source): string {
  return source.base === undefined ? source.file : `${source.base.slice(1)}index.html`;
}

/**
 * Resolves a reference as a browser does that has opened `place` (see {@link linkPlace}) from the site's root (URL Standard). `origin` is the
 * site's own (`https://example.org`), where it is known: addresses that begin with it are inside.
 */
export function resolveAddress(place: string, reference: string, origin?: string): Address {
  const written = reference.trim();
  if (written === '' || written.startsWith('#')) return { kind: 'same', hash: written.length > 1 ? written : '' };
  const from = `${base}/${place.split('/').map(encodeOnce).join('/')}`;
  if (!URL.canParse(written, from)) return { kind: 'none' };
  const url = new URL(written, from);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { kind: 'none' };
  if (url.origin !== base && url.origin !== origin) return { kind: 'outside', url };
  return { kind: 'inside', path: url.pathname, search: url.search, hash: url.hash };
}

/** Whether an action belongs to Formspree, whose markup is served as its service would. */
export function isFormspree(action: string | undefined): boolean {
  return action !== undefined && /^(?:https?:)?\/\/(?:www\.)?formspree\.io\//iv.test(action.trim());
}

/** File names may hold anything; a base that stands in a URL already is encoded. */
function encodeOnce(segment: string): string {
  return /%[0-9a-f]{2}/iv.test(segment) ? segment : encodeURIComponent(segment);
}
