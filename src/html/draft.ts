import type { ColumnType } from '../schema/index.ts';
import { parseQuery } from '../query/index.ts';
import type { Query } from '../query/index.ts';
import type { Diagnostic, SourcePosition } from '../std/index.ts';
import { attribute, attributePosition, elementPosition } from './document.ts';
import type { PageDocument } from './document.ts';
import { noMarks } from './marks.ts';
import type { Mark, Marks } from './marks.ts';
import type { TemplateNode, ValueRef } from './nodes.ts';
import type { Field } from './reading.ts';
import { attributeSlot } from './slot.ts';
import type { AttributeSlot } from './slot.ts';
import type { ConditionNeed, FormPlace, Guard, PaginationPlace, Path, PathNeed, Scope } from './template.ts';
import type { PageElement } from './tree.ts';

/*
 * What compiling gathers while it walks a page. Everything it finds becomes pieces: ranges of the source text, each a
 * hole or a region. `assemble.ts` nests them into nodes afterwards.
 */

/** A range of the source that a hole fills or a region encloses. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** Of pieces with the same range the lower encloses the higher. */
  readonly order: number;
  /** Builds the node from what stands inside; holes ignore it. */
  readonly make: (inner: readonly TemplateNode[]) => TemplateNode;
  readonly region: boolean;
}

/** Enclosure of regions that cover the same range. */
export const order = {
  guard: 0,
  outerIf: 1,
  row: 2,
  around: 3,
  innerIf: 4,
  list: 5,
  item: 6,
  itemGuard: 7,
  hole: 9,
} as const;

export interface NeedsDraft {
  readonly paths: Map<Path, PathNeed>;
  readonly conditions: ConditionNeed[];
  readonly scopes: number[];
}

export interface BindingDraft {
  readonly name: string;
  readonly label: string;
  type?: ColumnType;
  /** Where the type was voted for. */
  typeAt?: SourcePosition;
  writable: boolean;
  heading: boolean;
  readonly tag: string;
  readonly format?: string;
  readonly at: SourcePosition;
}

/** A field whose format and type are learnt once all samples have been read. */
export interface FieldDraft extends Field {
  readonly target: PageElement;
  /** Written by `data-format`. */
  readonly formatMark?: Mark;
  /** The type that the place itself votes for. */
  readonly vote?: ColumnType;
  /** The display object shared with the hole, so that a learnt format reaches it. */
  readonly display: { format?: Field['display']['format']; readonly lang: string };
}

export interface VariantDraft {
  readonly element: PageElement;
  readonly condition: number | null;
  readonly fields: FieldDraft[];
  readonly scopes: number[];
}

export interface ScopeDraft {
  readonly id: number;
  readonly parent: ScopeDraft | null;
  readonly kind: Scope['kind'];
  readonly table: string | null;
  readonly elementId?: string;
  readonly query: Query;
  readonly queryText: string;
  readonly key?: string;
  readonly relation: Scope['relation'];
  readonly as?: string;
  readonly lang: string;
  readonly at: SourcePosition;
  readonly row: NeedsDraft;
  readonly around: NeedsDraft;
  readonly bindings: Map<string, BindingDraft>;
  /** A heading is bound: the first one names the row. */
  hasHeading: boolean;
  readonly element: PageElement | null;
  readonly list: 'container' | 'first' | null;
  readonly samples: readonly PageElement[];
  readonly variants: VariantDraft[];
  /** Elements outside that show columns of the row too. */
  readonly references: PageElement[];
}

/** Where the walk is. */
export interface Context {
  /** Scope that values come from, and the variant of it whose sample is being compiled (-1: none). */
  readonly scope: ScopeDraft;
  readonly variant: number;
  readonly needs: NeedsDraft;
  /** Whether `itemprop` binds here: false on the page itself and inside items that are none of ours. */
  readonly binds: boolean;
  /** The row element had no `itemscope`, so an item directly inside is the row itself. */
  readonly transparent: boolean;
  readonly form: number | null;
  readonly part: boolean;
  readonly nav: boolean;
  /** Guards around, the outermost first. */
  readonly guards: readonly number[];
}

/** An element that the `itemref` of a row's item names: it stands outside, and shows that row's columns. */
export interface Reference {
  /** The element with `data-row`. */
  readonly row: PageElement;
  /** The element with `itemref`: the row's own, or the item directly inside it. */
  readonly item: PageElement;
  /** Where the walk found it; undefined while it was not reached. */
  context?: Context;
}

/** What hiding an element with `data-if` means; the samples decide. */
interface ConditionHides {
  readonly condition: number;
  readonly attribute: string;
  readonly dynamic: { staysHidden: boolean; hiddenSays: boolean };
}

export interface Work {
  readonly document: PageDocument;
  readonly text: string;
  readonly marks: ReadonlyMap<PageElement, Marks>;
  readonly diagnostics: Diagnostic[];
  readonly pieces: Piece[];
  readonly scopes: ScopeDraft[];
  readonly guards: Guard[];
  readonly forms: (FormPlace | undefined)[];
  /** Forms that hold a list with controls. */
  readonly formsWithItems: Set<number>;
  readonly paginations: PaginationPlace[];
  conditions: number;
  /** Which form owns a control and at which place; which form an element is. */
  readonly controls: ReadonlyMap<PageElement, { readonly form: number; readonly control: number }>;
  readonly formIndex: ReadonlyMap<PageElement, number>;
  /** Context each walked element was compiled in, for what is resolved at the end. */
  readonly contexts: Map<PageElement, Context>;
  /** Attributes that something already writes, by element. */
  readonly written: Map<PageElement, Map<string, string>>;
  /** Elements whose start tag was seen: the parser copies wrongly nested ones. */
  readonly seen: Set<number>;
  readonly base: string;
  /** The site's IANA time zone, where it is known. */
  readonly timeZone: string | undefined;
  readonly currency: string | undefined;
  /** Ids in use, so that inserted ones differ. */
  readonly ids: Set<string>;
  readonly errorIds: Map<string, string>;
  /** The number last given to each `NAME-error`. */
  readonly errorNumbers: Map<string, number>;
  readonly controlGroups: Map<number, Map<string, PageElement[]>>;
  /** Elements with `data-if`: whether they stay, hidden, while it does not match is known once samples were read. */
  readonly conditionHides: Map<PageElement, ConditionHides>;
  /** Elements outside a row that its `itemref` names. */
  readonly references: Map<PageElement, Reference>;
  /** Elements that a region writes as a whole. */
  readonly skipped: Set<PageElement>;
  /** What `aria-errormessage` names, with the controls that name it. */
  readonly errorTargets: Map<PageElement, { form: number; control: number; scope: number }[]>;
}

export function marksOf(work: Work, element: PageElement): Marks {
  return work.marks.get(element) ?? noMarks;
}

export function report(
  work: Work,
  severity: Diagnostic['severity'],
  code: string,
  at: SourcePosition,
  message: string,
  fix?: string,
): void {
  work.diagnostics.push({ severity, code, message, ...(fix !== undefined && { fix }), at });
}

/** Reports an error at an element's start tag, or at one of its attributes. */
export function refuse(
  work: Work,
  element: PageElement,
  name: string | null,
  code: string,
  message: string,
  fix: string,
): void {
  const at = name === null ? elementPosition(work.document, element) : attributePosition(work.document, element, name);
  report(work, 'error', code, at, message, fix);
}

export function addHole(work: Work, start: number, end: number, node: TemplateNode): void {
  work.pieces.push({ start, end, order: order.hole, make: () => node, region: false });
}

export function addRegion(
  work: Work,
  element: PageElement,
  rank: number,
  make: (inner: readonly TemplateNode[]) => TemplateNode,
): void {
  const { start, end } = elementRange(element);
  work.pieces.push({ start, end, order: rank, make, region: true });
}

/** All of an element, tags included. */
export function elementRange(element: PageElement): { start: number; end: number } {
  const location = element.sourceCodeLocation;
  if (!location) throw new Error(`<${element.tagName}> is not written in the page`);
  return { start: location.startOffset, end: location.endOffset };
}

/** What stands between an element's tags. */
export function contentRange(element: PageElement): { start: number; end: number } {
  const location = element.sourceCodeLocation;
  if (!location?.startTag) throw new Error(`<${element.tagName}> is not written in the page`);
  const start = location.startTag.endOffset;
  return { start, end: Math.max(start, location.endTag?.startOffset ?? location.endOffset) };
}

/**
 * Claims an attribute for one writer and adds its hole. False, with an error, when something else writes it already.
 */
export function addSlot(
  work: Work,
  element: PageElement,
  name: string,
  writer: string,
  make: (slot: AttributeSlot) => TemplateNode,
): boolean {
  let writers = work.written.get(element);
  if (!writers) work.written.set(element, (writers = new Map()));
  const other = writers.get(name);
  if (other !== undefined) {
    refuse(
      work,
      element,
      writer.startsWith('data-') ? writer : name,
      'html/attribute-written-twice',
      `Both ${other} and ${writer} write ${name} of this <${element.tagName}>.`,
      'Keep one of them.',
    );
    return false;
  }
  writers.set(name, writer);
  const { slot, start, end } = attributeSlot(work.text, element, name, attribute(element, name));
  addHole(work, start, end, make(slot));
  return true;
}

/** Whether something writes this attribute already. */
export function isWritten(work: Work, element: PageElement, name: string): boolean {
  return work.written.get(element)?.has(name) ?? false;
}

export function newNeeds(): NeedsDraft {
  return { paths: new Map(), conditions: [], scopes: [] };
}

/** Notes that a place needs a path, and says where its value will come from. */
export function needPath(context: Context, path: Path, at: SourcePosition): ValueRef {
  const known = context.needs.paths.get(path);
  const { guards } = context;
  if (!known) context.needs.paths.set(path, { path, at, guarded: [guards] });
  else if (!known.guarded.some((around) => String(around) === String(guards))) {
    context.needs.paths.set(path, { ...known, guarded: [...known.guarded, guards] });
  }
  return { scope: context.scope.id, variant: context.variant, path };
}

/** Notes that a place needs a condition, and the paths that its operands name. */
export function needCondition(work: Work, context: Context, text: string, at: SourcePosition): ConditionNeed {
  const need: ConditionNeed = {
    id: work.conditions++,
    query: queryOf(work, text, at),
    text,
    ...(context.form !== null && { form: context.form }),
    at,
  };
  context.needs.conditions.push(need);
  return need;
}

/** Parses a query; what is wrong with it is reported and an empty one stands in. */
export function queryOf(work: Work, text: string, at: SourcePosition): Query {
  const parsed = parseQuery(text, at);
  if (parsed.ok) return parsed.value;
  work.diagnostics.push(...parsed.errors);
  return { conditions: [], sort: [] };
}
