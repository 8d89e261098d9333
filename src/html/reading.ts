import type { SourcePosition } from '../std/index.ts';
import type { Format } from './format.ts';

/* How rows are found in markup and what is read there, as plain data. */

/** How a place shows a value: by a format, in a language. */
export interface Display {
  readonly format?: Format | undefined;
  readonly lang: string;
}

/** What one place of an item says about a column. */
export interface Field {
  readonly name: string;
  /** Offset of its element's start tag in the template's source. */
  readonly element: number;
  readonly place: FieldPlace;
  /** Lower reads first: itemprop 0, control 1, data-text 2, data-attr 3, data-if 4, data-class 5. */
  readonly precedence: number;
  readonly display: Display;
  readonly at: SourcePosition;
}

export type FieldPlace =
  | { readonly kind: 'text'; readonly prefix: string; readonly suffix: string }
  | { readonly kind: 'markup' }
  /** `shown`: the element's text shows the value through a format. */
  | { readonly kind: 'attribute'; readonly name: string; readonly url: boolean; readonly shown: boolean }
  | { readonly kind: 'words'; readonly prefix: string; readonly suffix: string }
  | { readonly kind: 'words-attribute'; readonly name: string; readonly prefix: string; readonly suffix: string }
  | { readonly kind: 'set'; readonly attribute: string | null }
  | { readonly kind: 'input' | 'textarea' | 'select' }
  /** Controls of one name that are checked or not. */
  | { readonly kind: 'checks'; readonly many: boolean }
  /** `data-class`: whether a class is there. */
  | { readonly kind: 'class'; readonly name: string; readonly present: string; readonly absent: string | null }
  | {
      readonly kind: 'condition';
      readonly present: string;
      /** What an absent element says; null: nothing. */
      readonly absent: string | null;
      /** The samples disagree about `hidden`: it says that the condition does not hold. */
      readonly hiddenSays: boolean;
    };

/** A template item of a list, or the element of a row. */
export interface Variant {
  readonly element: number;
  readonly condition: number | null;
  readonly fields: readonly Field[];
  /** Scopes directly inside the item. */
  readonly scopes: readonly number[];
}

/** How the rows of one scope are found in a file or a rendered page. */
export interface ScopeReader {
  readonly scope: number;
  /** List container, first item, or row element. */
  readonly element: number;
  readonly list: 'container' | 'first' | null;
  /** Items as written in the file, by the offsets of their start tags. */
  readonly samples: readonly number[];
  readonly variants: readonly Variant[];
  /** Elements outside, named by `itemref`, that show columns of the row too. */
  readonly references?: readonly number[];
}

/** Texts read from one sample, by field; null: the element is absent. */
export interface RawRow {
  readonly variant: number;
  readonly fields: readonly (RawValue | null)[];
  readonly scopes: Readonly<Record<number, readonly RawRow[]>>;
  readonly at: number;
}

export interface RawValue {
  readonly machine: string | null;
  readonly text: string;
  readonly members?: readonly string[];
}
