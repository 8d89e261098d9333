import type { ColumnType } from '../schema/index.ts';
import { align } from './align.ts';
import { hasAttribute } from './document.ts';
import { addSlot, isWritten, report } from './draft.ts';
import type { BindingDraft, FieldDraft, ScopeDraft, Work } from './draft.ts';
import { fitFormat, learnFormat } from './format.ts';
import type { Layout } from './nodes.ts';
import type { RawRow, RawValue, ScopeReader } from './reading.ts';
import { newReading, readRow } from './read-raw.ts';
import type { Reading } from './read-raw.ts';
import type { PageElement } from './tree.ts';

/**
 * Reads all samples of the file and learns from them: formats, the types that places vote for, and whether `hidden`
 * means that a condition does not hold.
 */
export function learnFromSamples(work: Work): Pick<Layout, 'samples' | 'own'> {
  const readers = Object.fromEntries(
    work.scopes.filter(({ element }) => element).map((scope) => [scope.id, readerOf(scope)]),
  );
  const { elements } = work.document;
  const reading = newReading({ readers, elements, copyText: work.text, mode: 'samples' });
  learnHidden(work, reading);
  const samples: Record<number, RawRow[]> = {};
  for (const scope of work.scopes) {
    const reader = readers[scope.id];
    if (reader && scope.parent?.kind === 'page')
      samples[scope.id] = scope.samples.map((sample) => readRow(reading, reader, sample));
  }
  const rows = new Map<number, RawRow[]>();
  collect(samples, rows);
  const own: Record<number, (RawRow | null)[]> = {};
  for (const scope of work.scopes) {
    const found = rows.get(scope.id) ?? [];
    own[scope.id] =
      readers[scope.id]?.variants.map(({ element }) => found.find(({ at }) => at === element) ?? null) ?? [];
    learnScope(work, scope, found);
  }
  return { samples, own };
}

function offset(element: PageElement): number {
  return element.sourceCodeLocation?.startOffset ?? 0;
}

/** How a scope is read, before formats are known: the fields are the drafts themselves. */
function readerOf(scope: ScopeDraft): ScopeReader {
  return {
    scope: scope.id,
    element: scope.element ? offset(scope.element) : 0,
    list: scope.list,
    samples: scope.samples.map(offset),
    references: scope.references.map(offset),
    variants: scope.variants.map(({ element, condition, fields, scopes }) => ({
      element: offset(element),
      condition,
      fields,
      scopes,
    })),
  };
}

function collect(scopes: Readonly<Record<number, readonly RawRow[]>>, into: Map<number, RawRow[]>): void {
  for (const [id, rows] of Object.entries(scopes)) {
    const known = into.get(Number(id)) ?? [];
    known.push(...rows);
    into.set(Number(id), known);
    for (const row of rows) collect(row.scopes, into);
  }
}

/** Where samples disagree about `hidden` of an element with `data-if`, hidden means that it does not hold. */
function learnHidden(work: Work, reading: Reading): void {
  for (const scope of work.scopes) {
    if (scope.list === null || scope.samples.length < 2) continue;
    for (const variant of scope.variants) {
      const alignments = scope.samples.map((sample) => align(variant.element, sample, reading.shape));
      for (const [element, hides] of work.conditionHides) {
        if (hides.dynamic.hiddenSays) continue;
        const copies = alignments.map(({ matches }) => matches.get(element)).filter((copy) => copy !== undefined);
        if (!copies.includes(element)) continue;
        const hidden = copies.filter((copy) => hasAttribute(copy, 'hidden')).length;
        if (hidden === 0 || hidden === copies.length) continue;
        hides.dynamic.hiddenSays = true;
        if (!hasAttribute(element, 'hidden') || isWritten(work, element, 'hidden')) continue;
        hides.dynamic.staysHidden = true;
        addSlot(work, element, 'hidden', hides.attribute, (slot) => ({
          kind: 'hidden',
          slot,
          condition: hides.condition,
        }));
      }
    }
  }
}

function learnScope(work: Work, scope: ScopeDraft, rows: readonly RawRow[]): void {
  for (const [variant, { fields }] of scope.variants.entries()) {
    const own = rows.filter((row) => row.variant === variant);
    for (const [index, field] of fields.entries()) {
      const values = own.map((row) => row.fields[index]).filter((value) => value !== null && value !== undefined);
      const vote = learnField(work, field, values);
      const binding = scope.bindings.get(field.name);
      if (vote && binding) voteFor(work, scope, binding, field, vote);
    }
  }
}

/** Learns how a place shows its values. Returns the type that it votes for. */
function learnField(work: Work, field: FieldDraft, values: readonly RawValue[]): ColumnType | undefined {
  const { place, display, formatMark, target } = field;
  const pairs = values.map(({ machine, text }) => ({ machine: place.kind === 'text' ? null : machine, text }));
  if (formatMark && display.format && field.vote && (place.kind === 'text' || place.kind === 'attribute')) {
    display.format = fitFormat(display.format, field.vote, pairs, display.lang, 'UTC');
    return field.vote;
  }
  if (place.kind !== 'attribute' || !valueTags.has(target.tagName)) return field.vote;
  const learnt = learnFormat(
    pairs.map((pair) => ({ ...pair, element: target.tagName })),
    display.lang,
    work.timeZone,
  );
  if (place.shown && learnt.format) display.format = learnt.format;
  if (place.shown && learnt.warning)
    report(work, 'warning', 'html/format-unclear', field.at, learnt.warning.message, learnt.warning.fix);
  return learnt.type;
}

const valueTags = new Set(['data', 'time', 'meter']);

function voteFor(work: Work, scope: ScopeDraft, binding: BindingDraft, field: FieldDraft, vote: ColumnType): void {
  if (!binding.type) {
    binding.type = vote;
    binding.typeAt = field.at;
    return;
  }
  const wider = widerType(binding.type, vote);
  if (wider) {
    binding.type = wider;
    return;
  }
  work.diagnostics.push({
    severity: 'error',
    code: 'html/types-disagree',
    message: `${scope.table}.${binding.name} is ${vote.kind} here, but ${binding.type.kind} elsewhere in the same list or row.`,
    fix: 'Show the same kind of value in both places.',
    at: field.at,
    ...(binding.typeAt ? { also: binding.typeAt } : {}),
  });
}

/** The type that holds the values of both; undefined where there is none. */
function widerType(a: ColumnType, b: ColumnType): ColumnType | undefined {
  const ranks = [a, b].map(({ kind }) => numberKinds.indexOf(kind));
  if (ranks.every((rank) => rank >= 0)) {
    if (a.kind === 'money' && b.kind === 'money') return a.currency === b.currency ? a : undefined;
    if (a.kind === 'decimal' && b.kind === 'decimal') return a.scale >= b.scale ? a : b;
    return ranks[0]! >= ranks[1]! ? a : b;
  }
  return a.kind === b.kind ? a : undefined;
}

const numberKinds = ['integer', 'decimal', 'real', 'money'];
