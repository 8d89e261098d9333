import type { ListFound } from './compile-scope.ts';
import { attribute, attributePosition } from './document.ts';
import { elementRange, addRegion, marksOf, needCondition, order, report } from './draft.ts';
import type { Context, ScopeDraft, VariantDraft, Work } from './draft.ts';
import type { ItemRegion, ListRegion, TemplateNode } from './nodes.ts';
import { writtenChildren } from './tree.ts';
import type { PageElement } from './tree.ts';

/**
 * Chooses a list's templates: the sample with the most marks (the first of those), and every sample with a `data-if` of
 * its own. Adds the list's region and returns each template with the context to walk it in.
 */
export function openItems(
  work: Work,
  found: ListFound,
  context: Context,
): { element: PageElement; context: Context }[] {
  const { scope } = found;
  const conditional = scope.samples.filter((sample) => marksOf(work, sample).named.if);
  const plain = scope.samples.filter((sample) => !conditional.includes(sample));
  const template = mostMarked(work, plain);
  const chosen = scope.samples.filter((sample) => sample === template || conditional.includes(sample));
  const opened = chosen.map((element) => {
    const inner: Context = {
      ...context,
      scope,
      variant: scope.variants.length,
      needs: scope.row,
      binds: true,
      transparent: false,
    };
    const mark = marksOf(work, element).named.if;
    const condition = mark
      ? needCondition(work, inner, mark.text, attributePosition(work.document, element, mark.attribute)).id
      : null;
    const variant: VariantDraft = { element, condition, fields: [], scopes: [] };
    scope.variants.push(variant);
    const index = inner.variant;
    addRegion(work, element, order.item, (nodes) => ({ kind: 'item', variant: index, inner: nodes }));
    return { element, context: inner };
  });
  const start = elementRange(scope.samples[0]!).start;
  const end = elementRange(scope.samples.at(-1)!).end;
  const separator = separatorOf(work, scope);
  const make = (inner: readonly TemplateNode[]): ListRegion => listRegion(scope, separator, inner);
  work.pieces.push({ start, end, order: order.list, make, region: true });
  return opened;
}

function listRegion(scope: ScopeDraft, separator: string, inner: readonly TemplateNode[]): ListRegion {
  const items = inner.filter((node): node is ItemRegion => typeof node !== 'string' && node.kind === 'item');
  const variants = items.map(({ variant, inner: nodes }) => ({
    variant,
    condition: scope.variants[variant]?.condition ?? null,
    inner: nodes,
  }));
  // The first match wins; the sample without a condition is what remains.
  const ordered = [
    ...variants.filter(({ condition }) => condition !== null),
    ...variants.filter(({ condition }) => condition === null),
  ];
  return { kind: 'list', scope: scope.id, separator, variants: ordered };
}

function mostMarked(work: Work, samples: readonly PageElement[]): PageElement | undefined {
  let best: PageElement | undefined;
  let most = -1;
  for (const sample of samples) {
    const count = countMarks(work, sample);
    if (count > most) {
      best = sample;
      most = count;
    }
  }
  return best;
}

/** The ten attributes count first; `itemprop`s settle ties, for a sample with more rows inside says no more than one with few. */
function countMarks(work: Work, sample: PageElement): number {
  let marked = 0;
  let bound = 0;
  const pending = [sample];
  for (let element = pending.pop(); element; element = pending.pop()) {
    const marks = marksOf(work, element);
    marked += Object.keys(marks.named).length + marks.attributes.length;
    if (attribute(element, 'itemprop') !== undefined) bound++;
    pending.push(...writtenChildren(element));
  }
  return marked + bound / (bound + 1);
}

/**
 * What stands between the first two samples. With a single one: the text after it up to the next tag when it holds more
 * than whitespace, else the whitespace before it.
 */
function separatorOf(work: Work, scope: ScopeDraft): string {
  const ranges = scope.samples.map(elementRange);
  const [first, second] = ranges;
  if (!first) return '';
  if (!second) {
    const after = /^[^<]*/.exec(work.text.slice(first.end, first.end + 1000))?.[0] ?? '';
    if (after.trim() !== '') return after;
    const before = work.text.slice(Math.max(0, first.start - 1000), first.start);
    return /[\t\n\f\r ]*$/.exec(before)?.[0] ?? '';
  }
  const separator = work.text.slice(first.end, second.start);
  for (let i = 2; i < ranges.length; i++) {
    const later = work.text.slice(ranges[i - 1]!.end, ranges[i]!.start);
    if (later === separator) continue;
    report(
      work,
      'warning',
      'html/separators-differ',
      work.document.positionOf(ranges[i - 1]!.end),
      'What stands between these two samples differs from what stands between the first two; the first is used everywhere.',
    );
    break;
  }
  return separator;
}
