import type { SourcePosition } from '../std/index.ts';

/**
 * What a column holds. The kind decides the control in a form, the SQL type, comparison and canonical text.
 * The in-memory form of each kind is written beside it; `null` stands for a missing value in every kind.
 */
export type ColumnType =
  /** string, LF line ends, no NUL */
  | { readonly kind: 'text' }
  /** string of sanitised markup */
  | { readonly kind: 'html' }
  /** string of Markdown source */
  | { readonly kind: 'markdown' }
  /** string: an absolute URL with an allowed scheme, or a path from the site's root such as `/img/a.svg` */
  | { readonly kind: 'url' }
  /** safe integer */
  | { readonly kind: 'integer' }
  /** safe integer, the value times 10^scale */
  | { readonly kind: 'decimal'; readonly scale: number }
  /** safe integer in the currency's minor unit (ISO 4217 exponent) */
  | { readonly kind: 'money'; readonly currency: string }
  /** finite number */
  | { readonly kind: 'real' }
  /** boolean */
  | { readonly kind: 'boolean' }
  /** `2026-08-14`; years of all kinds run from 0001 to 9999 */
  | { readonly kind: 'date' }
  /** `19:30`, `19:30:05` or `19:30:05.25`: the HTML standard's valid time string, the shortest for that time */
  | { readonly kind: 'time' }
  /** `2026-08-14T19:30`, no zone: the HTML standard's normalised local date and time string */
  | { readonly kind: 'datetime' }
  /** `2026-08` */
  | { readonly kind: 'month' }
  /** `2026-W33` */
  | { readonly kind: 'week' }
  /** `2026-08-14T17:30:00.000Z`, always UTC with milliseconds */
  | { readonly kind: 'instant' }
  /** string: the stored path of an upload, `/_backlot/files/…` */
  | { readonly kind: 'file' }
  /** array of distinct strings, in order */
  | { readonly kind: 'set' }
  /** id of a row in `table` */
  | { readonly kind: 'reference'; readonly table: string }
  /** array of ids of rows in `table`, kept in a link table */
  | { readonly kind: 'references'; readonly table: string };

/** A typed value as the program holds it. See {@link ColumnType} for what each kind uses. */
export type Value = null | boolean | number | string | readonly string[];

/** A row by logical column names, the system columns (`id`, `version`, …) among them. Never mutated. */
export type Row = Readonly<Record<string, Value>>;

/** Limits that every write must keep, whoever writes. Numbers and dates in canonical text. */
export interface Constraints {
  readonly min?: string;
  readonly max?: string;
  readonly step?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** For text: one of these. For a set: each of these. */
  readonly options?: readonly string[];
}

export interface Column {
  /** Logical name, folded to `[a-z0-9_-]`. */
  readonly name: string;
  /** The name as the author wrote it. */
  readonly label: string;
  /** Physical name in SQL, at most 60 bytes, always quoted. */
  readonly sqlName: string;
  readonly type: ColumnType;
  /** A write must give it a value; the database column itself stays nullable. */
  readonly required: boolean;
  readonly unique: boolean;
  /** Whether a folded shadow column stands beside it (text that is compared, sorted or searched). */
  readonly folded: boolean;
  /** Some query compares it or sorts by it: it has an index where one helps. */
  readonly indexed?: boolean;
  readonly constraints: Constraints;
  /** Made by the program (`id`, `created_at`, …): never written by a form. */
  readonly system: boolean;
  /** A reference made by nesting: these rows are children, deleted with the row they refer to. */
  readonly child?: boolean;
  /** Never written to the change log, never shown. */
  readonly secret?: boolean;
  /** No page or form mentions it any more; its data is kept. */
  readonly detached: boolean;
  /** Where it is declared. */
  readonly at: readonly SourcePosition[];
}

/** How rows of a table are addressed, where they have a page of their own. */
export interface RowPage {
  /** The file that stands for the rows: `menu/tagliatelle.html`. */
  readonly file: string;
  /** Path before the slug: `/menu/`. */
  readonly prefix: string;
}

export interface Table {
  readonly name: string;
  readonly label: string;
  readonly sqlName: string;
  /** By logical name, system columns included. */
  readonly columns: Readonly<Record<string, Column>>;
  /** Exactly one row (`data-row="site"` without a key). */
  readonly single: boolean;
  /** Column from which `slug` is made, where rows have a page. */
  readonly slugFrom?: string;
  readonly page?: RowPage;
  /** What the change log keeps of it. */
  readonly log: 'full' | 'keys' | 'none';
  /** Who declares it: the site's files, this program, or a plugin's name. */
  readonly owner: 'site' | 'backlot' | (string & {});
  readonly detached: boolean;
  readonly at: readonly SourcePosition[];
}

/** All tables by logical name. */
export interface Schema {
  readonly tables: Readonly<Record<string, Table>>;
}

/** A relation seen from a row: its own reference, its own many references, or the children that refer to it. */
export type Relation =
  | { readonly kind: 'reference'; readonly column: string; readonly table: string }
  | { readonly kind: 'references'; readonly column: string; readonly table: string }
  /** Rows of `table` whose reference `column` holds this row's id. Named after the child table. */
  | { readonly kind: 'children'; readonly table: string; readonly column: string };

/** Finds a relation of `table` by name; `undefined` where there is none. Own columns come before children. */
export function relationOf(schema: Schema, table: Table, name: string): Relation | undefined {
  const own = Object.hasOwn(table.columns, name) ? table.columns[name] : undefined;
  if (own?.type.kind === 'reference') return { kind: 'reference', column: name, table: own.type.table };
  if (own?.type.kind === 'references') return { kind: 'references', column: name, table: own.type.table };
  if (own) return undefined;
  const child = Object.hasOwn(schema.tables, name) ? schema.tables[name] : undefined;
  if (!child) return undefined;
  for (const column of Object.values(child.columns)) {
    if (column.type.kind === 'reference' && column.type.table === table.name) {
      return { kind: 'children', table: child.name, column: column.name };
    }
  }
  return undefined;
}
