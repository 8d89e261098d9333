import { attribute, childElements, hasAttribute, parentElement, textContent } from './document.ts';
import { addHole, addRegion, addSlot, elementRange, isWritten, marksOf } from './draft.ts';
import type { Context, Work } from './draft.ts';
import { isAbsolute, pageAddress, resolveLink } from './link.ts';
import type { PageNumber } from './nodes.ts';
import { attributeSlot } from './slot.ts';
import { isText } from './tree.ts';
import type { PageElement } from './tree.ts';

const currentOrder = 8;

/** Compiles a `nav` that pages through a list, or, on a row's page, leads to its neighbours. */
export function compileNavigation(work: Work, element: PageElement, context: Context): void {
  if (element.tagName !== 'nav') return;
  const controls = (attribute(element, 'aria-controls') ?? '').trim();
  const links = descendants(element);
  const steps = links.filter((link) => hasAttribute(link, 'href') && stepOf(link) !== undefined);
  if (controls === '') {
    if (steps.length === 0 || !hasKeyedRow(work) || context.scope.kind === 'list') return;
  } else if (!isList(work, controls)) return;
  const index = work.paginations.length;
  work.paginations.push({ index, controls });
  for (const link of steps) compileStep(work, link, index, stepOf(link)!);
  if (controls !== '') compileNumbers(work, links, index);
}

function stepOf(link: PageElement): 'prev' | 'next' | undefined {
  const words = (attribute(link, 'rel') ?? '').toLowerCase().split(/\s+/);
  if (words.includes('prev')) return 'prev';
  return words.includes('next') ? 'next' : undefined;
}

function hasKeyedRow(work: Work): boolean {
  return (
    work.scopes.some(({ key }) => key !== undefined) ||
    [...work.marks.values()].some(({ named }) => named.row?.text.includes('?'))
  );
}

/** Whether an id is that of a list's container. */
function isList(work: Work, id: string): boolean {
  const target = work.document.byId.get(id);
  if (!target) return false;
  if (marksOf(work, target).named.list) return true;
  return childElements(target).some((child) => marksOf(work, child).named.list && hasAttribute(child, 'itemscope'));
}

function compileStep(work: Work, link: PageElement, pagination: number, step: 'prev' | 'next'): void {
  const added = addSlot(work, link, 'href', 'the pagination', (slot) => ({
    kind: 'step-href',
    pagination,
    step,
    slot,
  }));
  if (added) addRegion(work, unitOf(link), currentOrder, (inner) => ({ kind: 'step', pagination, step, inner }));
}

/** A link together with its list item when it is alone in it. */
function unitOf(link: PageElement): PageElement {
  const parent = parentElement(link);
  const alone = parent?.tagName === 'li' && parent.sourceCodeLocation && childElements(parent).length === 1;
  return alone ? parent : link;
}

function compileNumbers(work: Work, links: readonly PageElement[], pagination: number): void {
  const numbered = links.filter(
    (link) =>
      /^\s*\d+\s*$/.test(textContent(link)) &&
      childElements(link).length === 0 &&
      (link.tagName === 'a' || hasAttribute(link, 'aria-current') || unitOf(link) !== link),
  );
  const units = numbered.map((link) => ({ link, unit: unitOf(link) }));
  const [first] = units;
  const parent = first && parentElement(first.unit);
  if (!first || units.some(({ unit }) => parentElement(unit) !== parent)) return;
  const current = units.find(
    ({ link, unit }) =>
      hasAttribute(link, 'aria-current') || hasAttribute(unit, 'aria-current') || isActive(unit) || isActive(link),
  );
  const plain = units.find((one) => one !== current && one.link.tagName === 'a') ?? first;
  const start = elementRange(first.unit).start;
  const end = elementRange(units.at(-1)!.unit).end;
  const separator = units[1] ? work.text.slice(elementRange(first.unit).end, elementRange(units[1].unit).start) : '';
  const gap = childElements(parent!).find(
    (child) => isEllipsis(child) && elementRange(child).start > start && elementRange(child).end < end,
  );
  for (const { unit } of units) work.skipped.add(unit);
  if (gap) work.skipped.add(gap);
  addHole(work, start, end, {
    kind: 'pages',
    pagination,
    separator,
    original: work.text.slice(start, end),
    gap: gap ? work.text.slice(elementRange(gap).start, elementRange(gap).end) : null,
    plain: numberShape(work, plain),
    current: current && current !== plain ? numberShape(work, current) : null,
  });
}

function isEllipsis(element: PageElement): boolean {
  return /^\s*(?:…|⋯|\.{2,3})\s*$/.test(textContent(element));
}

/** Names that style sheets give to the number of the page shown. */
const activeClasses: ReadonlySet<string> = new Set(['active', 'current', 'selected', 'is-active', 'is-current']);

function isActive(element: PageElement): boolean {
  return (attribute(element, 'class') ?? '').split(/\s+/).some((name) => activeClasses.has(name));
}

function numberShape(work: Work, { link, unit }: { link: PageElement; unit: PageElement }): PageNumber {
  const { start, end } = elementRange(unit);
  const text = link.childNodes.find(isText)?.sourceCodeLocation;
  const places: { start: number; end: number; part: Exclude<PageNumber[number], string> }[] = [];
  for (const [kind, name] of [
    ['href', 'href'],
    ['aria', 'aria-current'],
  ] as const) {
    if (link.tagName !== 'a' && !hasAttribute(link, name)) continue;
    const found = attributeSlot(work.text, link, name, attribute(link, name));
    places.push({ start: found.start, end: found.end, part: { kind, slot: found.slot } });
  }
  const number = textContent(link).trim();
  if (text) {
    const written = work.text.slice(text.startOffset, text.endOffset);
    const at = text.startOffset + /^\s*/.exec(written)![0].length;
    places.push({ start: at, end: at + number.length, part: { kind: 'number' } });
  }
  // What a screen reader says instead of the number follows it: aria-label="Go to page 2".
  for (const name of ['aria-label', 'title']) {
    const written = link.sourceCodeLocation?.attrs?.[name];
    const at = written && work.text.slice(written.startOffset, written.endOffset).search(wholeNumber(number));
    if (!written || at === undefined || at < 0) continue;
    const from = written.startOffset + at;
    places.push({ start: from, end: from + number.length, part: { kind: 'number' } });
  }
  const parts: (string | Exclude<PageNumber[number], string>)[] = [];
  let at = start;
  for (const place of places.sort((a, b) => a.start - b.start)) {
    parts.push(work.text.slice(at, place.start), place.part);
    at = place.end;
  }
  return [...parts, work.text.slice(at, end)];
}

function wholeNumber(digits: string): RegExp {
  return new RegExp(`(?<!\\d)${digits}(?!\\d)`);
}

function descendants(element: PageElement): PageElement[] {
  return childElements(element).flatMap((child) => [child, ...descendants(child)]);
}

/** `aria-current` on links of a navigation that several pages share. */
export function compileLink(work: Work, element: PageElement, context: Context): void {
  if (element.tagName !== 'a' || !context.nav || !context.part) return;
  const href = attribute(element, 'href');
  if (href === undefined || isWritten(work, element, 'href') || isWritten(work, element, 'aria-current')) return;
  const link = href.trim();
  if (link === '' || isAbsolute(link) || /[#?]/.test(link)) return;
  const path = pageAddress(resolveLink(link, work.base));
  addSlot(work, element, 'aria-current', 'the shared navigation', (slot) => ({ kind: 'current', slot, path }));
}
