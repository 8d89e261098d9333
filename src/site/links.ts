import { attribute, attributePosition, closest, hasAttribute } from '../html/index.ts';
import type { PageDocument, PageElement } from '../html/index.ts';
import type { Diagnostic } from '../std/index.ts';
import { linkPlace, resolveAddress } from './address.ts';
import type { Routes } from './routes.ts';

const linkAttributes: readonly (readonly [tag: string, attribute: string])[] = [
  ['a', 'href'],
  ['area', 'href'],
  ['link', 'href'],
  ['img', 'src'],
  ['script', 'src'],
  ['iframe', 'src'],
  ['source', 'src'],
  ['video', 'src'],
  ['audio', 'src'],
  ['object', 'data'],
  ['embed', 'src'],
];

/** Fragments that every page has, and scripts' placeholders. */
const always = /^#?(?:|!|top)$/iv;

/**
 * Links of a page that lead to nothing in the site. Rows' pages are not asked for: whether a row exists is the
 * database's affair. `idsOf` gives the ids of another page of the site, where they are known.
 */
export function deadLinks(
  document: PageDocument,
  routes: Routes,
  idsOf: (file: string) => ReadonlySet<string> | undefined,
  origin?: string,
): Diagnostic[] {
  const place = linkPlace(document.source);
  const diagnostics: Diagnostic[] = [];
  for (const element of document.elements) {
    for (const [tag, name] of linkAttributes) {
      const reference = element.tagName === tag ? attribute(element, name) : undefined;
      if (reference === undefined || isFilledByData(element, name)) continue;
      const fault = faultOf(document, place, reference, routes, idsOf, origin);
      if (fault === undefined) continue;
      diagnostics.push({
        severity: 'warning',
        code: 'site/dead-link',
        message: `\`${reference}\` leads to nothing: ${fault}.`,
        at: attributePosition(document, element, name),
      });
    }
  }
  return diagnostics;
}

function faultOf(
  document: PageDocument,
  place: string,
  reference: string,
  routes: Routes,
  idsOf: (file: string) => ReadonlySet<string> | undefined,
  origin: string | undefined,
): string | undefined {
  const address = resolveAddress(place, reference, origin);
  if (address.kind === 'same') {
    return always.test(address.hash) || hasTarget(idsIn(document), address.hash)
      ? undefined
      : 'no element of this page has that id';
  }
  if (address.kind !== 'inside') return undefined;
  const route = routes.resolve(address.path, { method: 'GET' });
  if (route.kind === 'missing') return route.page404 === undefined ? 'no such file' : 'no such page';
  if (route.kind !== 'page' || always.test(address.hash)) return undefined;
  const ids = idsOf(route.file);
  return !ids || hasTarget(ids, address.hash) ? undefined : `no element of ${route.file} has that id`;
}

function hasTarget(ids: ReadonlySet<string>, hash: string): boolean {
  // Text fragments (`#:~:text=`) and routes of scripts (`#/…`) are no ids.
  if (/^#(?:\/|:~:)/v.test(hash)) return true;
  const written = hash.slice(1);
  if (ids.has(written)) return true;
  try {
    return ids.has(decodeURIComponent(written));
  } catch {
    return false;
  }
}

/** Everything a fragment can lead to: ids, and the old `<a name>`. */
export function idsIn(document: PageDocument): ReadonlySet<string> {
  const ids = new Set(document.byId.keys());
  for (const element of document.elements) {
    const name = element.tagName === 'a' ? attribute(element, 'name') : undefined;
    if (name !== undefined) ids.add(name);
  }
  return ids;
}

/** What a row fills is no link of the author's: only its sample. */
function isFilledByData(element: PageElement, name: string): boolean {
  if (hasAttribute(element, `data-attr-${name}`) || hasAttribute(element, `data-backlot-attr-${name}`)) return true;
  return (
    hasAttribute(element, 'itemprop') && closest(element, (around) => hasAttribute(around, 'itemscope')) !== undefined
  );
}
