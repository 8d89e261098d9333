import type { Diagnostic } from '../std/index.ts';
import { assemble } from './assemble.ts';
import { compileErrorTargets } from './compile-error.ts';
import { compileChildren, compileReferences } from './compile-element.ts';
import { formMethod, formPlace } from './compile-form.ts';
import { compileIds } from './compile-ids.ts';
import { findReferences } from './compile-itemref.ts';
import { tellUnreadSamples } from './compile-samples.ts';
import { attribute, contains, parsePage } from './document.ts';
import type { PageDocument } from './document.ts';
import { marksOf, newNeeds, report } from './draft.ts';
import type { Context, NeedsDraft, ScopeDraft, Work } from './draft.ts';
import { learnFromSamples } from './learn.ts';
import { folderOfFile } from './link.ts';
import { readMarks } from './marks.ts';
import type { MarksOfPage } from './marks.ts';
import type { Layout } from './nodes.ts';
import type { ScopeReader } from './reading.ts';
import type { Compiled, FormPlace, Needs, Scope, Source, Template } from './template.ts';
import type { PageElement } from './tree.ts';

export interface CompileOptions {
  /** The source, parsed already. */
  readonly document?: PageDocument;
  /** The site's IANA time zone, to tell how instants are written. */
  readonly timeZone?: string;
  /** The site's ISO 4217 currency, for a bare `data-format="currency"`. */
  readonly currency?: string;
}

/**
 * Compiles a page: what its marks and forms mean for the other rooms, and literal text with holes for rendering. Pure
 * and synchronous; never throws for what the page contains.
 */
export function compilePage(source: Source, options: CompileOptions = {}): Compiled {
  const document = options.document ?? parsePage(source);
  const marks = readMarks(document);
  const posted = document.forms.some(({ element }) => formMethod(element) === 'post');
  const marked = marks.of.size > 0 || posted;
  const diagnostics = [...document.diagnostics, ...marks.diagnostics];
  const work = newWork(document, marks, diagnostics, options);
  if (!marked) return { template: unmarked(work), diagnostics };
  const page = work.scopes[0]!;
  const context: Context = {
    scope: page,
    variant: -1,
    needs: page.row,
    binds: false,
    transparent: false,
    form: null,
    part: false,
    nav: false,
    guards: [],
  };
  findReferences(work);
  compileChildren(work, document.root, context);
  compileReferences(work);
  tellUnreadSamples(work);
  compileErrorTargets(work);
  compileIds(work);
  const learnt = learnFromSamples(work);
  const { nodes, crossings } = assemble(work.text, work.pieces);
  for (const { offset } of crossings) {
    report(
      work,
      'error',
      'html/crossed-tags',
      document.positionOf(offset),
      'Elements overlap here instead of standing one inside the other, so this place cannot be filled.',
      'Close each element inside the element in which it is opened.',
    );
  }
  const layout: Layout = { nodes, ...learnt, readers: readersOf(work), base: work.base, types: {} };
  return { template: finished(work, layout, true), diagnostics: ordered(diagnostics) };
}

function newWork(
  document: PageDocument,
  marks: MarksOfPage,
  diagnostics: Diagnostic[],
  { timeZone, currency }: CompileOptions,
): Work {
  const controls = new Map<PageElement, { form: number; control: number }>();
  const formIndex = new Map<PageElement, number>();
  for (const form of document.forms) {
    formIndex.set(form.element, form.index);
    for (const [control, element] of form.controls.entries()) controls.set(element, { form: form.index, control });
  }
  const { source } = document;
  const root = document.elements.find(({ tagName }) => tagName === 'html');
  return {
    document,
    text: source.text,
    marks: marks.of,
    diagnostics,
    pieces: [],
    scopes: [pageScope(document, (root && attribute(root, 'lang')) ?? '')],
    guards: [],
    forms: document.forms.map(() => undefined),
    formsWithItems: new Set(),
    paginations: [],
    conditions: 0,
    controls,
    formIndex,
    contexts: new Map(),
    written: new Map(),
    seen: new Set(),
    base: source.base ?? folderOfFile(source.file),
    timeZone,
    currency,
    ids: new Set(document.byId.keys()),
    errorIds: new Map(),
    errorNumbers: new Map(),
    controlGroups: new Map(),
    conditionHides: new Map(),
    references: new Map(),
    skipped: new Set(),
    errorTargets: new Map(),
  };
}

function pageScope(document: PageDocument, lang: string): ScopeDraft {
  return {
    id: 0,
    parent: null,
    kind: 'page',
    table: null,
    query: { conditions: [], sort: [] },
    queryText: '',
    relation: { kind: 'none' },
    lang,
    at: document.positionOf(0),
    row: newNeeds(),
    around: newNeeds(),
    bindings: new Map(),
    hasHeading: false,
    element: null,
    list: null,
    samples: [],
    variants: [],
    references: [],
  };
}

function unmarked(work: Work): Template {
  const layout: Layout = { nodes: [work.text], readers: {}, samples: {}, own: {}, base: work.base, types: {} };
  return finished(work, layout, false);
}

function finished(work: Work, layout: Layout, marked: boolean): Template {
  const root = work.document.elements.find(({ tagName }) => tagName === 'html');
  const as = root && marksOf(work, root).named.as?.text.trim();
  return {
    source: work.document.source,
    lang: work.scopes[0]!.lang,
    scopes: work.scopes.map(scopeOf),
    forms: work.document.forms.map(({ element, index }) => formOf(work, element, index)),
    paginations: work.paginations,
    guards: work.guards,
    ...(as ? { as } : {}),
    marked,
    nodes: layout,
  };
}

/** Forms that were not walked stand in samples that are not their list's template. */
function formOf(work: Work, element: PageElement, index: number): FormPlace {
  const place = work.forms[index];
  if (place) {
    const samples = sampleControls(work, index);
    return {
      ...place,
      holdsList: work.formsWithItems.has(index),
      ...(samples.length > 0 ? { sampleControls: samples } : {}),
    };
  }
  const list = work.scopes.find(({ samples }) => samples.some((sample) => contains(sample, element)));
  const inert = formPlace(work, element, index, marksOf(work, element), list?.id ?? 0);
  return list ? { ...inert, decoration: true } : inert;
}

/** Controls of a form that stand in samples which are not their list's template. */
function sampleControls(work: Work, index: number): number[] {
  if (!work.formsWithItems.has(index)) return [];
  const templates = new Set(work.scopes.flatMap(({ variants }) => variants.map(({ element }) => element)));
  const samples = work.scopes.flatMap((scope) => scope.samples.filter((sample) => !templates.has(sample)));
  return [...work.document.forms[index]!.controls.entries()]
    .filter(([, control]) => samples.some((sample) => contains(sample, control)))
    .map(([place]) => place);
}

function scopeOf(draft: ScopeDraft): Scope {
  const { id, parent, kind, table, elementId, query, queryText, key, relation, as, lang, at } = draft;
  return {
    id,
    parent: parent?.id ?? null,
    kind,
    table,
    ...(elementId === undefined ? {} : { elementId }),
    query,
    queryText,
    ...(key === undefined ? {} : { key }),
    relation,
    ...(as === undefined ? {} : { as }),
    row: needsOf(draft.row),
    around: needsOf(draft.around),
    bindings: [...draft.bindings.values()].map(({ name, label, type, writable, heading, tag, format, at: bound }) => ({
      name,
      label,
      ...(type ? { type } : {}),
      writable,
      heading,
      tag,
      ...(format === undefined ? {} : { format }),
      at: bound,
    })),
    lang,
    at,
  };
}

function needsOf(draft: NeedsDraft): Needs {
  return { paths: [...draft.paths.values()], conditions: draft.conditions, scopes: draft.scopes };
}

function readersOf(work: Work): Record<number, ScopeReader> {
  const readers: Record<number, ScopeReader> = {};
  for (const { id, element, list, samples, variants, references } of work.scopes) {
    if (!element) continue;
    readers[id] = {
      scope: id,
      element: offsetOf(element),
      list,
      samples: samples.map(offsetOf),
      ...(references.length > 0 ? { references: references.map(offsetOf) } : {}),
      variants: variants.map((variant) => ({
        element: offsetOf(variant.element),
        condition: variant.condition,
        scopes: variant.scopes,
        fields: variant.fields.map(({ name, element: at, place, precedence, display, at: position }) => ({
          name,
          element: at,
          place: { ...place },
          precedence,
          display: { ...display },
          at: position,
        })),
      })),
    };
  }
  return readers;
}

function offsetOf(element: PageElement): number {
  return element.sourceCodeLocation?.startOffset ?? 0;
}

/** In the order of the file, errors and warnings alike. */
function ordered(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.toSorted(
    (a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0),
  );
}
