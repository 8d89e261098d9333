import type { ColumnType } from '../schema/index.ts';
import type { AttributeContext } from './escape.ts';
import type { Display, RawRow, ScopeReader } from './reading.ts';
import type { KeptClasses } from './sanitise.ts';
import type { AttributeSlot } from './slot.ts';
import type { Path, TextTemplate } from './text-template.ts';

/** The value of a path at one place. `variant` says whose sample the original bytes come from; -1: none. */
export interface ValueRef {
  readonly scope: number;
  readonly variant: number;
  readonly path: Path;
}

/** Text of an element without element children. Surrounding whitespace stands outside. */
export interface TextHole {
  readonly kind: 'text';
  readonly ref: ValueRef;
  readonly original: string;
  readonly tag: string;
  /** Nothing stands between the start tag and the hole, so a first line feed would be dropped. */
  readonly first: boolean;
  readonly display: Display;
}

/** Markup of an element with `data-format="html"` or `markdown`. */
export interface MarkupHole {
  readonly kind: 'markup';
  readonly ref: ValueRef;
  readonly original: string;
  readonly markdown: boolean;
  readonly container: string;
  /** Classes that all sample elements of a name share. */
  readonly classes: KeptClasses;
}

/** An attribute that holds a column's machine value. */
export interface AttributeHole {
  readonly kind: 'attribute';
  readonly ref: ValueRef;
  readonly slot: AttributeSlot;
  /** Stored root-relative, written relative to the page in the sample's style. */
  readonly url: boolean;
  /** The width in pixels that the file gives a picture which has no `srcset`. */
  readonly width?: number;
}

/** `srcset` beside a filled `src`: URLs made after the sample's pattern. */
export interface SrcsetHole {
  readonly kind: 'srcset';
  readonly ref: ValueRef;
  readonly slot: AttributeSlot;
  /** What each candidate of the sample puts between stem and extension, and its descriptor; null when no pattern was seen. */
  readonly candidates: readonly { readonly insert: string; readonly descriptor: string }[] | null;
  /** Descriptors of the sample, for images that we can scale. */
  readonly descriptors: readonly string[];
  /** How the sample's `src` is written. */
  readonly style: string;
}

/** `data-text`. */
export interface WordsHole {
  readonly kind: 'words';
  readonly parts: TextTemplate;
  readonly refs: readonly ValueRef[];
  readonly original: string;
  readonly tag: string;
  readonly first: boolean;
  readonly lang: string;
}

/** `data-attr-X`. */
export interface WordsAttribute {
  readonly kind: 'words-attribute';
  readonly parts: TextTemplate;
  readonly refs: readonly ValueRef[];
  readonly slot: AttributeSlot;
  readonly context: Exclude<AttributeContext, 'forbidden'>;
  readonly lang: string;
}

/** A plain `itemprop` repeated among siblings: a set. */
export interface SetHole {
  readonly kind: 'set';
  readonly ref: ValueRef;
  readonly original: string;
  readonly before: string;
  readonly after: string;
  readonly slot: AttributeSlot | null;
  readonly separator: string;
}

export interface ClassHole {
  readonly kind: 'class';
  readonly slot: AttributeSlot;
  readonly switches: readonly { readonly name: string; readonly condition: number }[];
}

/** An `id` inside an item. */
export interface IdHole {
  readonly kind: 'id';
  readonly slot: AttributeSlot;
  readonly scope: number;
}

/** An attribute that refers to ids inside items: text and `{scope}` whose row's suffix is written there. */
export interface IdReference {
  readonly kind: 'id-reference';
  readonly slot: AttributeSlot;
  readonly parts: readonly (string | { readonly scope: number; readonly own: number })[];
}

export interface IfRegion {
  readonly kind: 'if';
  readonly condition: number;
  readonly inner: readonly TemplateNode[];
  /** The element stands hidden in the file, and being kept means losing `hidden`: it is never left out. */
  readonly staysHidden: boolean;
}

/** `hidden` on an element that is shown while a condition holds. */
export interface HiddenHole {
  readonly kind: 'hidden';
  readonly slot: AttributeSlot;
  readonly condition: number;
}

/** An element with `data-as`. */
export interface GuardRegion {
  readonly kind: 'guard';
  readonly guard: number;
  readonly inner: readonly TemplateNode[];
}

/** A list's container, where `rows` and `page` are known. */
export interface AroundRegion {
  readonly kind: 'around';
  readonly scope: number;
  readonly inner: readonly TemplateNode[];
}

export interface ListRegion {
  readonly kind: 'list';
  readonly scope: number;
  readonly separator: string;
  readonly variants: readonly {
    readonly variant: number;
    readonly condition: number | null;
    readonly inner: readonly TemplateNode[];
  }[];
}

/** A template item, only while a list is put together. */
export interface ItemRegion {
  readonly kind: 'item';
  readonly variant: number;
  readonly inner: readonly TemplateNode[];
}

export interface RowRegion {
  readonly kind: 'row';
  readonly scope: number;
  /** Rendered with nothing but missing values when there is no row; else left out. */
  readonly always: boolean;
  readonly inner: readonly TemplateNode[];
}

export interface ActionHole {
  readonly kind: 'action';
  readonly slot: AttributeSlot;
  readonly form: number;
  readonly deletes: boolean;
}

/** Where a control's own state is written. `ref`: the column that fills it where no state says otherwise. */
export interface ControlHole {
  readonly kind: 'control-value' | 'control-text' | 'control-checked' | 'control-option';
  readonly form: number;
  readonly control: number;
  /** Scope whose row the control stands in. */
  readonly scope: number;
  readonly ref: ValueRef | null;
  readonly slot: AttributeSlot | null;
  /** `control-text`: the author's content. */
  readonly original: string;
  /** `control-checked`, `control-option`: the value that this one stands for. */
  readonly value: string;
  /** `control-option`: the value is made of columns. */
  readonly words?: { readonly parts: TextTemplate; readonly refs: readonly ValueRef[]; readonly lang: string };
}

/** A control's name inside the items of a list in a form. */
export interface ControlName {
  readonly kind: 'control-name';
  readonly slot: AttributeSlot;
  readonly scope: number;
}

export interface InvalidHole {
  readonly kind: 'control-invalid' | 'control-described';
  readonly form: number;
  /** Controls of one name: a group shows one message. */
  readonly controls: readonly number[];
  readonly slot: AttributeSlot;
  /** `control-described`: id of the paragraph. */
  readonly id: string;
  /** Scope whose row the control stands in. */
  readonly scope: number;
}

/** A paragraph with a message, inserted while there is one. */
export interface ErrorParagraph {
  readonly kind: 'error';
  readonly form: number;
  readonly controls: readonly number[];
  readonly id: string;
  readonly scope: number;
}

/** An element named by `aria-errormessage`. */
export interface ErrorTarget {
  readonly kind: 'error-hidden' | 'error-text';
  readonly controls: readonly { readonly form: number; readonly control: number; readonly scope: number }[];
  readonly slot: AttributeSlot | null;
  readonly tag: string;
}

/** `aria-current` of a link in a shared navigation. */
export interface CurrentHole {
  readonly kind: 'current';
  readonly slot: AttributeSlot;
  /** URL path the link leads to, without `.html` or `index`. */
  readonly path: string;
}

/** `rel=prev` or `rel=next` of a pagination, with its list item when alone in it. */
export interface StepRegion {
  readonly kind: 'step';
  readonly pagination: number;
  readonly step: 'prev' | 'next';
  readonly inner: readonly TemplateNode[];
}

export interface StepHref {
  readonly kind: 'step-href';
  readonly pagination: number;
  readonly step: 'prev' | 'next';
  readonly slot: AttributeSlot;
}

/** The numbers of a pagination. */
export interface PagesRegion {
  readonly kind: 'pages';
  readonly pagination: number;
  readonly separator: string;
  readonly original: string;
  /** What the author wrote for numbers left out, such as an item with `…`. */
  readonly gap: string | null;
  readonly plain: PageNumber;
  readonly current: PageNumber | null;
}

/** One number: its markup with the places of link, `aria-current` and the number itself. */
export type PageNumber = readonly (
  | string
  | { readonly kind: 'href' | 'aria'; readonly slot: AttributeSlot }
  | { readonly kind: 'number' }
)[];

export type TemplateNode =
  | string
  | TextHole
  | MarkupHole
  | AttributeHole
  | SrcsetHole
  | WordsHole
  | WordsAttribute
  | SetHole
  | ClassHole
  | IdHole
  | IdReference
  | IfRegion
  | HiddenHole
  | GuardRegion
  | AroundRegion
  | ListRegion
  | ItemRegion
  | RowRegion
  | ActionHole
  | ControlHole
  | ControlName
  | InvalidHole
  | ErrorParagraph
  | ErrorTarget
  | CurrentHole
  | StepRegion
  | StepHref
  | PagesRegion;

/** All of a template that is this room's own affair. Plain data. */
export interface Layout {
  readonly nodes: readonly TemplateNode[];
  /** By scope id; scope 0 has none. */
  readonly readers: Readonly<Record<number, ScopeReader>>;
  /** Rows written in the file, by scope directly in the page. */
  readonly samples: Readonly<Record<number, readonly RawRow[]>>;
  /** The sample that each variant was made from, by scope and variant. */
  readonly own: Readonly<Record<number, readonly (RawRow | null)[]>>;
  /** URL path that relative links in the file start from, ending in `/`. */
  readonly base: string;
  /** Column types, by scope and path, once they are known. */
  readonly types: Readonly<Record<string, ColumnType>>;
}
