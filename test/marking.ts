import { attribute, hasAttribute, isHtml, parsePage, textContent, writtenChildren } from '../src/html/index.ts';
import type { PageElement } from '../src/html/index.ts';

/*
 * Marks pages by machine as a developer would mark them by hand: attributes are inserted into start tags, nothing else
 * of the file changes.
 */

/** How the marks are written: all of these mean the same. */
export interface MarkStyle {
  readonly prefix: 'data-' | 'data-backlot-' | 'DATA-';
  readonly quote: '"' | "'" | '';
}

export interface Marked {
  readonly html: string;
  /** What was marked: by table, how many rows there are to read. */
  readonly tables: ReadonlyMap<string, number>;
}

/** Takes runs of equal siblings for lists, every one of them a sample; what can carry a value in the first is bound. */
export function markLists(html: string, name: string, style: MarkStyle): Marked {
  const page = marker(html, style);
  const taken = new Set<PageElement>();
  const tables = new Map<string, number>();
  for (const element of page.elements) {
    if (taken.has(element)) {
      for (const child of writtenChildren(element)) taken.add(child);
      continue;
    }
    const items = repeated(element);
    const bound = items[0] ? [...within(items[0])].filter((inner) => inner !== items[0] && canBeBound(inner)) : [];
    if (bound.length === 0) continue;
    const table = `${name}_${tables.size}`;
    tables.set(table, items.length);
    page.mark(element, 'list', table);
    for (const item of items) {
      page.write(item, 'itemscope');
      taken.add(item);
    }
    for (const [index, inner] of bound.entries()) page.write(inner, 'itemprop', `c${index}`);
  }
  return { html: page.done(), tables };
}

/** Takes each section of a page for the only row of a table of its own. */
export function markRows(html: string, name: string, style: MarkStyle): Marked {
  const page = marker(html, style);
  const tables = new Map<string, number>();
  const sections = page.elements.filter(({ tagName }) => ['section', 'header', 'footer', 'main'].includes(tagName));
  for (const section of sections) {
    if (sections.some((other) => other !== section && [...within(section)].includes(other))) continue;
    const bound = [...within(section)].filter((inner) => inner !== section && canBeBound(inner));
    if (bound.length === 0) continue;
    const table = `${name}_${tables.size}`;
    tables.set(table, 1);
    page.mark(section, 'row', table);
    page.write(section, 'itemscope');
    for (const [index, inner] of bound.entries()) page.write(inner, 'itemprop', `c${index}`);
  }
  return { html: page.done(), tables };
}

/** Makes the navigation and the footer parts that all pages share. */
export function markParts(html: string): string {
  const page = marker(html, { prefix: 'data-', quote: '"' });
  for (const tag of ['nav', 'footer']) {
    const element = page.elements.find(({ tagName }) => tagName === tag);
    if (element) page.mark(element, 'part', tag);
  }
  return page.done();
}

/** Makes forms post, and names their controls by their ids, as their documentation asks for. */
export function markForms(html: string): string {
  const page = marker(html, { prefix: 'data-', quote: '"' });
  for (const form of page.elements.filter(({ tagName }) => tagName === 'form')) {
    page.write(form, 'method', 'post');
    for (const control of within(form)) {
      if (['input', 'textarea', 'select'].includes(control.tagName) && !hasAttribute(control, 'name'))
        page.write(control, 'name', attribute(control, 'id') ?? 'field');
      if (
        hasAttribute(control, 'data-sb-validations') &&
        /required/.test(attribute(control, 'data-sb-validations') ?? '')
      )
        page.write(control, 'required');
    }
  }
  return page.done();
}

interface Marker {
  readonly elements: readonly PageElement[];
  mark(element: PageElement, name: string, value: string): void;
  write(element: PageElement, name: string, value?: string): void;
  done(): string;
}

function marker(html: string, style: MarkStyle): Marker {
  const { elements } = parsePage({ file: 'page.html', text: html });
  const insertions = new Map<number, string>();
  const write = (element: PageElement, name: string, value?: string): void => {
    const at = (element.sourceCodeLocation?.startOffset ?? 0) + 1 + element.tagName.length;
    const written = value === undefined ? ` ${name}` : ` ${name}=${style.quote}${value}${style.quote}`;
    insertions.set(at, (insertions.get(at) ?? '') + written);
  };
  return {
    elements: elements.filter((element) => element.sourceCodeLocation?.startTag && isHtml(element)),
    mark: (element, name, value) => write(element, style.prefix + name, value),
    write,
    done() {
      let marked = '';
      let at = 0;
      for (const [offset, text] of [...insertions].toSorted((a, b) => a[0] - b[0])) {
        marked += html.slice(at, offset) + text;
        at = offset;
      }
      return marked + html.slice(at);
    },
  };
}

/** The children of an element that look like its first, where there are several. */
function repeated(element: PageElement): readonly PageElement[] {
  const children = writtenChildren(element);
  const [first] = children;
  if (!first || ['head', 'body', 'select', 'html'].includes(element.tagName)) return [];
  const classes = new Set(classesOf(first));
  const alike = children.filter(
    (child) =>
      child.tagName === first.tagName && (classes.size === 0 || classesOf(child).some((one) => classes.has(one))),
  );
  return alike.length > 1 ? alike : [];
}

function classesOf(element: PageElement): readonly string[] {
  return (attribute(element, 'class') ?? '').split(/\s+/).filter(Boolean);
}

/** An element and all that stands in it, as it is written. */
export function* within(element: PageElement): Generator<PageElement> {
  yield element;
  for (const child of writtenChildren(element)) yield* within(child);
}

const closed: ReadonlySet<string> = new Set(['script', 'style', 'option', 'input', 'textarea', 'select', 'iframe']);

/** Whether an element can carry a value: a picture, a link around others, or text without elements. */
function canBeBound(element: PageElement): boolean {
  if (!isHtml(element) || closed.has(element.tagName)) return false;
  if (element.tagName === 'img') return !(attribute(element, 'src') ?? 'data:').startsWith('data:');
  const link = element.tagName === 'a' || element.tagName === 'area';
  if (link) return writtenChildren(element).length > 0 && !/^(?:#|$)/.test(attribute(element, 'href') ?? '');
  return writtenChildren(element).length === 0 && textContent(element).trim() !== '';
}
