import type { SourcePosition } from '../std/index.ts';
import type { ColumnType, Constraints, RowPage, Value } from './schema.ts';

/** What one place in one file says about a column. Declarations of all pages are merged into a schema. */
export interface ColumnDeclaration {
  readonly name: string;
  readonly label: string;
  /** The vote of this place; absent for plain text, which is the fallback and no vote. */
  readonly type?: ColumnType;
  /** A form's `required`. Merged by "or" over the forms that insert into the table. */
  readonly required: boolean;
  readonly constraints: Constraints;
  /** Compared, sorted or searched by some query. */
  readonly queried: boolean;
  /** A reference made by nesting a list in a row: these rows are children, deleted with the row they refer to. */
  readonly child?: boolean;
  readonly at: SourcePosition;
}

/** What one list, row or form in one file says about a table. */
export interface TableDeclaration {
  readonly name: string;
  readonly label: string;
  readonly columns: readonly ColumnDeclaration[];
  /** `data-row="site"` without a key. */
  readonly single: boolean;
  /** Made by a form that has no attribute of ours: never reaches a table that something else declares. */
  readonly implicit: boolean;
  /** Said by a posted form: the constraints of its columns count, also where it states none. */
  readonly form?: boolean;
  /** Column the slug is made from, when this place is a detail page. */
  readonly slugFrom?: string;
  readonly page?: RowPage;
  readonly at: SourcePosition;
}

/**
 * A row read from the files, to become one of the first rows. `key` joins samples across lists and pages.
 * References hold indexes into the same array of seeds until rows are made.
 */
export interface SeedRow {
  readonly table: string;
  readonly values: Readonly<Record<string, Value>>;
  /** Reference columns: index of the seed referred to. */
  readonly references: Readonly<Record<string, number>>;
  /** Many references: indexes of the seeds referred to, in order. */
  readonly links: Readonly<Record<string, readonly number[]>>;
  readonly slug?: string;
  readonly at: SourcePosition;
}
