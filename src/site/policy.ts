import { createHash } from 'node:crypto';
import { attribute, hasAttribute, isHtml, textContent } from '../html/index.ts';
import type { PageDocument, PageElement } from '../html/index.ts';
import { linkPlace, resolveAddress } from './address.ts';

/** What a page's Content-Security-Policy must allow for the page to go on working, taken from the file on disk. */
export interface PolicyNeeds {
  /** `sha256-…` of inline scripts, in document order, each once. */
  readonly scripts: readonly string[];
  /** `sha256-…` of event handlers and `javascript:` links; they need `'unsafe-hashes'` too. */
  readonly handlers: readonly string[];
  /** Inline `<style>` or `style=""`. */
  readonly inlineStyles: boolean;
  /** Origins of other sites by directive (`script-src`, `style-src`, `form-action`, …), sorted. */
  readonly origins: Readonly<Record<string, readonly string[]>>;
}

/** Directive that rules over a URL attribute of an element. */
const sources: readonly (readonly [tag: string, attribute: string, directive: string])[] = [
  ['script', 'src', 'script-src'],
  ['img', 'src', 'img-src'],
  ['input', 'src', 'img-src'],
  ['video', 'poster', 'img-src'],
  ['iframe', 'src', 'frame-src'],
  ['frame', 'src', 'frame-src'],
  ['audio', 'src', 'media-src'],
  ['video', 'src', 'media-src'],
  ['track', 'src', 'media-src'],
  ['object', 'data', 'object-src'],
  ['embed', 'src', 'object-src'],
  ['form', 'action', 'form-action'],
  ['button', 'formaction', 'form-action'],
  ['input', 'formaction', 'form-action'],
  ['base', 'href', 'base-uri'],
];

const sourcesByTag = Map.groupBy(sources, ([tag]) => tag);

/** Types of `script` that a browser runs or that steer what it runs; others hold data (HTML standard, 4.12.1). */
const scriptTypes = /^(?:|module|importmap|speculationrules|(?:text|application)\/(?:x-)?(?:java|ecma)script)$/iv;

/** Reads what a page's policy must allow. `origin` is the site's own, where known. */
export function policyNeeds(document: PageDocument, origin?: string): PolicyNeeds {
  const scripts = new Set<string>();
  const handlers = new Set<string>();
  const origins = new Map<string, Set<string>>();
  let inlineStyles = false;
  const place = linkPlace(document.source);
  const need = (directive: string, reference: string): void => {
    const address = resolveAddress(place, reference, origin);
    if (address.kind !== 'outside') return;
    origins.set(directive, (origins.get(directive) ?? new Set()).add(address.url.origin));
  };
  for (const element of document.elements) {
    if (element.tagName === 'style' || hasAttribute(element, 'style')) inlineStyles = true;
    if (element.tagName === 'script' && !hasAttribute(element, 'src') && isHtml(element)) {
      const code = textContent(element);
      if (code.trim() !== '' && scriptTypes.test(attribute(element, 'type')?.trim() ?? '')) scripts.add(hash(code));
    }
    for (const code of inlineCode(element)) handlers.add(hash(code));
    for (const [, name, directive] of sourcesByTag.get(element.tagName) ?? []) {
      const reference = attribute(element, name);
      if (reference !== undefined) need(directive, reference);
    }
    for (const [directive, reference] of otherSources(element)) need(directive, reference);
  }
  return {
    scripts: [...scripts],
    handlers: [...handlers],
    inlineStyles,
    origins: Object.fromEntries(
      [...origins].sort(([a], [b]) => (a < b ? -1 : 1)).map(([directive, found]) => [directive, [...found].sort()]),
    ),
  };
}

function inlineCode(element: PageElement): string[] {
  const code: string[] = [];
  for (const { name, value } of element.attrs) {
    if (/^on[a-z]/v.test(name)) code.push(value);
    else if (name === 'href' && /^\s*javascript:/iv.test(value)) code.push(value.trim().slice('javascript:'.length));
  }
  return code;
}

/** `srcset`, `source` by what stands around it, and `link` by what it is for. */
function otherSources(element: PageElement): [string, string][] {
  const srcset = attribute(element, 'srcset') ?? attribute(element, 'imagesrcset');
  const found = (srcset ?? '').split(',').flatMap((candidate): [string, string][] => {
    const reference = candidate.trim().split(/\s/v)[0] ?? '';
    return reference === '' ? [] : [['img-src', reference]];
  });
  const src = element.tagName === 'source' ? attribute(element, 'src') : undefined;
  if (src !== undefined) found.push(['media-src', src]);
  const href = element.tagName === 'link' ? attribute(element, 'href') : undefined;
  const directive = href === undefined ? undefined : linkDirective(element);
  if (href !== undefined && directive !== undefined) found.push([directive, href]);
  return found;
}

const preloads: Readonly<Record<string, string>> = {
  font: 'font-src',
  image: 'img-src',
  script: 'script-src',
  style: 'style-src',
  fetch: 'connect-src',
};

function linkDirective(element: PageElement): string | undefined {
  const relations = new Set((attribute(element, 'rel') ?? '').toLowerCase().split(/\s+/v));
  if (relations.has('stylesheet')) return 'style-src';
  if (relations.has('icon') || relations.has('apple-touch-icon')) return 'img-src';
  if (relations.has('manifest')) return 'manifest-src';
  if (relations.has('modulepreload')) return 'script-src';
  if (relations.has('preload')) return preloads[attribute(element, 'as')?.toLowerCase() ?? ''];
  return undefined;
}

function hash(code: string): string {
  return `sha256-${createHash('sha256').update(code).digest('base64')}`;
}
