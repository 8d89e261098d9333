import type { ColumnType, Value } from '../schema/index.ts';
import type { Query } from '../query/index.ts';
import type { Diagnostic, SourcePosition } from '../std/index.ts';
import type { Layout } from './nodes.ts';
import type { Path } from './text-template.ts';

/*
 * What the other rooms may know of a compiled page. All of it is plain data, so that a compiled page can be kept on
 * disk by the hash of its source. How literal text and holes are laid out (`Template.nodes`) is this room's own affair.
 */

/** A file's text with the way back to where each character was written. */
export interface Source {
  /** The page's own path relative to the site: `menu/tagliatelle.html`. */
  readonly file: string;
  /** Decoded text, BOM kept as U+FEFF. */
  readonly text: string;
  /**
   * Where runs of `text` come from, in order, when parts were copied in or links rebased. Absent: all of it is `file`.
   */
  readonly segments?: readonly SourceSegment[];
  /** URL path that relative links in `text` start from, ending in `/`. Absent: the folder of `file`. */
  readonly base?: string;
}

export interface SourceSegment {
  /** Offset in `Source.text` at which the run starts. */
  readonly start: number;
  readonly file: string;
  /** Offset in that file's text. */
  readonly fileStart: number;
  /** Line and column of `fileStart` in that file, from 1. */
  readonly line?: number;
  readonly column?: number;
}

export type { Path } from './text-template.ts';

/** A query evaluated to true or false: `data-if`, or one name of `data-class`. */
export interface ConditionNeed {
  /** Unique within the template. */
  readonly id: number;
  readonly query: Query;
  /** The query's text as written. */
  readonly text: string;
  /** Index of the form it stands in, so that `invalid` and `saved` mean that form. */
  readonly form?: number;
  readonly at: SourcePosition;
}

/** A path a hole or a query operand needs, and where it is first written. */
export interface PathNeed {
  readonly path: Path;
  readonly at: SourcePosition;
  /** For each place that shows it: the guards around that place, whom all must let through. Each set once. */
  readonly guarded: readonly (readonly number[])[];
}

/** What must be known to render one place: the page, one row, or the surroundings of a list's rows. */
export interface Needs {
  readonly paths: readonly PathNeed[];
  readonly conditions: readonly ConditionNeed[];
  /** Ids of the scopes directly inside. */
  readonly scopes: readonly number[];
}

/** A column that a mark, value-carrying element or control implies. */
interface Binding {
  readonly name: string;
  /** As the author wrote it. */
  readonly label: string;
  /** The type that the place votes for; absent for plain text, which is no vote. */
  readonly type?: ColumnType;
  /** Read and written through this place (an `itemprop`), not merely shown (`data-text`, a condition). */
  readonly writable: boolean;
  /** First heading (`h1`–`h6`) binding of its scope, for `slug`. */
  readonly heading: boolean;
  /** Lower-case tag of the first element that carries it: `img` shows a picture, `p` holds words only. */
  readonly tag: string;
  /** That element's `data-format` as written. */
  readonly format?: string;
  readonly at: SourcePosition;
}

/**
 * A list or a row in the page. Scope 0 is the page itself.
 *
 * Relations: `relation` says how a nested scope hangs on the row around it.
 * - `reference`: `<span itemprop="section" itemscope>`: the row's own reference `column`.
 * - `references`: `<div data-list="tag"><a itemprop="tag" itemscope>`: a link table through `column`.
 * - `children`: a list of a table inside a row; its table gets a column named after the table around it, unless the
 *   list's query already names a condition with `{id}` of that row, or the list's table is unrelated by `data-list`
 *   query paths (`product?category={category}`): then `none`.
 */
export interface Scope {
  readonly id: number;
  readonly parent: number | null;
  readonly kind: 'page' | 'list' | 'row' | 'nested';
  /** Table as written in the mark, folded; null for the page. For `nested` (an itemprop item) the referenced table. */
  readonly table: string | null;
  /** `id` attribute of the list's container, for pagination, GET forms and `{orders.rows}`. */
  readonly elementId?: string;
  /** The query after `?`. For rows: the key, see `key`. */
  readonly query: Query;
  readonly queryText: string;
  /** `data-row="dish?slug"`: the column that the URL gives. Absent for other rows. */
  readonly key?: string;
  readonly relation:
    | { readonly kind: 'none' }
    | { readonly kind: 'reference'; readonly column: string }
    | { readonly kind: 'references'; readonly column: string }
    | { readonly kind: 'children' };
  /** `data-as` in force on this element itself, as written. */
  readonly as?: string;
  /** Needs of one row of it (for the page: of the page). */
  readonly row: Needs;
  /** For lists: needs of what stands in the container beside the items, where `rows` and `page` are known too. */
  readonly around: Needs;
  readonly bindings: readonly Binding[];
  /** Language in force (`lang` of the nearest ancestor), '' when none says. */
  readonly lang: string;
  readonly at: SourcePosition;
}

/** A form as far as rendering goes; its rules are the `forms` room's. Indices are those of document order. */
export interface FormPlace {
  readonly index: number;
  readonly method: 'get' | 'post' | 'dialog';
  /** Innermost scope it stands in (scope 0: the page). */
  readonly scope: number;
  /** `data-save` as written. */
  readonly save?: string;
  /** `data-as` on the form itself. */
  readonly as?: string;
  readonly name?: string;
  readonly elementId?: string;
  /** The author's `action` as written; absent when there is none. */
  readonly action?: string;
  /** For GET forms: ids in `aria-controls`. */
  readonly controls: readonly string[];
  /** True when a list with controls stands inside it: controls of an item belong to its row. */
  readonly holdsList: boolean;
  /** True for a form in a sample that is not its list's template: it is never served. */
  readonly decoration?: boolean;
  /** Indices of controls in samples that are not their list's template: they are never served. */
  readonly sampleControls?: readonly number[];
  readonly at: SourcePosition;
}

/** A navigation that pages through a list: `<nav aria-controls=id>`. */
export interface PaginationPlace {
  readonly index: number;
  /** Id of the list; '' for the neighbours of a row's page. */
  readonly controls: string;
}

/** An element with a `data-as` other than `anyone`: its bytes are sent only to those it names. */
export interface Guard {
  /** Unique within the template. */
  readonly id: number;
  /** As written: `user`, `own`, `editor`, `admin` or a role. */
  readonly as: string;
  /** Scope of a list or row that it stands on, when it does. */
  readonly scope?: number;
  /** Index of the form that it stands on, when it does. */
  readonly form?: number;
  readonly at: SourcePosition;
}

export interface Template {
  readonly source: Source;
  readonly lang: string;
  readonly scopes: readonly Scope[];
  readonly forms: readonly FormPlace[];
  readonly paginations: readonly PaginationPlace[];
  /** Elements with `data-as`, those on lists, rows and forms too; `anyone` needs none. */
  readonly guards: readonly Guard[];
  /** `data-as` on `<html>`. */
  readonly as?: string;
  /** Any of the ten attributes, or a posted form: without, the file is served as it is. */
  readonly marked: boolean;
  /** The layout of literal text and holes. Private to this room. */
  readonly nodes: Layout;
}

export interface Compiled {
  readonly template: Template;
  /** Errors and warnings. With an error the page is not served from the template; the other pages are. */
  readonly diagnostics: readonly Diagnostic[];
}

/* ---- rendering (put) ---- */

/** One row as rendering needs it: everything that its scope's `Needs` name, already evaluated. */
export interface ScopeData {
  /** Row id, '' for the page and for `around`. */
  readonly id: string;
  readonly version: number;
  readonly values: Readonly<Record<Path, Value>>;
  /** By condition id. */
  readonly conditions: Readonly<Record<number, boolean>>;
  /** By scope id. */
  readonly scopes: Readonly<Record<number, ScopeRows>>;
}

export interface ScopeRows {
  /** For lists: the surroundings; for rows: same as the data around. */
  readonly around: ScopeData;
  /** A row scope has none or one. */
  readonly rows: readonly ScopeData[];
}

/** What to write into a control in place of what the author wrote. */
export interface ControlState {
  /** For text-like controls, textarea; for select: see `selected`. */
  readonly value?: string;
  readonly checked?: boolean;
  /** For select: the values of selected options. */
  readonly selected?: readonly string[];
  /** Sets `aria-invalid` and shows this message. */
  readonly message?: string;
}

export interface FormState {
  /** Written into `action` of a posted form (unescaped URL). Absent: the author's action stays. */
  readonly action?: string;
  /** `formaction` of delete buttons. */
  readonly deleteAction?: string;
  /** By control index in the form (document order of its listed elements). Absent: row values or the author's. */
  readonly controls: Readonly<Record<number, ControlState>>;
  /** Language of the messages, where it is not the page's. */
  readonly messagesLang?: string | undefined;
  /** For controls inside the items of a list in the form: by row id, then by control index. */
  readonly items?: Readonly<Record<string, Readonly<Record<number, ControlState>>>>;
}

export interface PageLink {
  /** From 1. */
  readonly number: number;
  /** Root-relative URL with query. */
  readonly href: string;
  readonly current: boolean;
}

export interface Pagination {
  readonly prev?: string;
  readonly next?: string;
  /** The page numbers shown, in order; where some are left out, the author's own ellipsis stands, if there is one. */
  readonly pages: readonly PageLink[];
}

export interface PageData {
  readonly root: ScopeData;
  /** State of a form instance. `rowId` is '' for a form outside rows. */
  form(index: number, rowId: string): FormState | undefined;
  readonly paginations: Readonly<Record<number, Pagination>>;
  /** By guard id: whether this visitor may see the element. Absent: not. */
  readonly guards?: Readonly<Record<number, boolean>>;
  /** URL path being served, for relative links and `aria-current`: `/menu/tagliatelle`. */
  readonly path: string;
  /** Locale data: the site's IANA time zone, for instants. */
  readonly timeZone: string;
}

/* ---- reading (get) ---- */

/** A row read from a file: typed values by column, nested rows by scope id. */
export interface ReadRow {
  readonly values: Readonly<Record<string, Value>>;
  readonly scopes: Readonly<Record<number, readonly ReadRow[]>>;
  readonly at: SourcePosition;
}
