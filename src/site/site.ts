import type { FormDefinition } from '../forms/index.ts';
import type { FormPlace, Template } from '../html/index.ts';
import type { CheckedQuery, Operator } from '../query/index.ts';
import type { Schema, Table } from '../schema/index.ts';
import type { Clock, Diagnostic, SourcePosition } from '../std/index.ts';
import type { PolicyNeeds } from './policy.ts';
import type { Redirect } from './redirects.ts';
import type { Routes } from './routes.ts';

/*
 * What the other rooms may know of a loaded site. Everything is made once, when the folder is read, and never changed:
 * a changed folder is a new `Site`.
 */

/** Who may see or submit something: the words of `data-as`; any other word is a role. */
export type Audience = 'anyone' | 'user' | 'own' | 'editor' | 'admin' | (string & {});

/** A file of the folder that may be served. */
export interface SiteFile {
  /** Relative to the folder, forward slashes, Unicode NFC: `menu/tagliatelle.html`. */
  readonly path: string;
  /** Where its bytes are: symbolic links inside the folder followed. */
  readonly absolutePath: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** When its bytes, its name or its permissions last changed. */
  readonly touchedMs: number;
  /** Size, times and number as the file system tells them: other text when the bytes are others. */
  readonly state: string;
}

/** One control of a GET form: a URL parameter that may narrow the lists the form controls. */
export interface SiteFilter {
  readonly control: number;
  /** Name of the URL parameter, as the control is named: `price.max`, `q`, `sort`. */
  readonly parameter: string;
  /** What it is called in the grammar of queries: the parameter without the list's id before it. */
  readonly name: string;
  /**
   * Scope ids of the lists it narrows: the controlled list where its table knows the name, else the lists inside it
   * that do (`price.max` in a menu by sections narrows each section's dishes).
   */
  readonly lists: readonly number[];
  readonly part:
    | { readonly kind: 'condition'; readonly path: string; readonly operator: Operator }
    | { readonly kind: 'search' }
    | { readonly kind: 'sort' }
    | { readonly kind: 'limit' }
    | { readonly kind: 'page' };
}

/** Controls that belong to the rows of a list inside the form. */
export interface SiteFormItems {
  readonly scope: number;
  readonly table: string;
  /** Control index -> column. */
  readonly columns: Readonly<Record<number, string>>;
}

export interface SiteForm {
  readonly definition: FormDefinition;
  readonly place: FormPlace;
  /** The NAME of `?form=NAME` and of `saved=NAME`, unique in the page. */
  readonly name: string;
  /**
   * - `insert`: a new row of `table`, referring to the row around through `parent` when there is one.
   * - `update`: the row of `table` in whose scope (`place.scope`) the form stands.
   * - `query`: a GET form that narrows lists, see `filters`.
   * - `none`: not ours: it leads to another site, or is a GET form of something else.
   */
  readonly operation: 'insert' | 'update' | 'query' | 'none';
  /** Null for `query` and `none`. */
  readonly table: string | null;
  /** The new row refers to the row of `scope` through its own `column`. */
  readonly parent?: { readonly scope: number; readonly column: string; readonly table: string };
  /** Control index -> column, for the controls outside lists. Absent: not stored (buttons, traps, `form-name`). */
  readonly columns: Readonly<Record<number, string>>;
  /** Lists inside the form whose rows are saved with it. */
  readonly items: readonly SiteFormItems[];
  /** A button with `formaction="?delete"` is there. */
  readonly deletes: boolean;
  /** Where the 303 goes: a path of this site with query and fragment, as its pages are addressed. Absent: see `successRow`, else this page. */
  readonly successPath?: string;
  /** Fragment to add, with its `#`, when the 303 goes to this page: the author's `action="#thanks"`. */
  readonly successFragment?: string;
  /** The author's action is the detail file of the saved table: the 303 goes to the saved row's page. */
  readonly successRow: boolean;
  /** Which service's markup it is written for, if any (COMPAT.md). */
  readonly dialect: 'plain' | 'netlify' | 'formspree';
  /** All lists that a GET form narrows: scope ids. See each filter's `lists`. */
  readonly controlsLists: readonly number[];
  readonly filters: readonly SiteFilter[];
  /** Who may submit. `update` without a `data-as` says `own`: the row's author or an editor. */
  readonly as: Audience;
  /** Whether `as` is written in the file (on the form or an element around it). */
  readonly asExplicit: boolean;
}

/** The row that a page stands for, when it is a detail page. */
export interface DetailPage {
  readonly scope: number;
  readonly table: string;
  /** Column that the URL gives: `slug`. */
  readonly key: string;
  /** URL path before the key: `/menu/`. */
  readonly prefix: string;
  /** The key of the file's own sample row, where the file's name says it: `tagliatelle`. */
  readonly sampleKey?: string;
}

interface PageAccess {
  /** `data-as` of `<html>`, else `anyone`. */
  readonly page: Audience;
  /** By scope id: who receives the scope's rows. */
  readonly scopes: Readonly<Record<number, Audience>>;
}

/** A page that has marks or a posted form. Unmarked files are never parsed and have none. */
export interface SitePage {
  readonly file: string;
  readonly template: Template;
  /** All forms of the page; `forms[i].place.index === i`. */
  readonly forms: readonly SiteForm[];
  /**
   * By scope id: the list's or row's query, checked. Children of the row around carry the condition that says so
   * (`section={id}`). A nested reference has none; nor has a row found by the URL's key.
   */
  readonly queries: Readonly<Record<number, CheckedQuery>>;
  /** By condition id. */
  readonly conditions: Readonly<Record<number, CheckedQuery>>;
  readonly access: PageAccess;
  readonly detail?: DetailPage;
  /** URL parameter that pages a list, by scope id: `page`, or `menu.page` where several lists are paged or sorted. */
  readonly pageParameters: Readonly<Record<number, string>>;
  /** URL parameters that change what the page shows: those of filters and paging, and `saved`. All others are ignored. */
  readonly parameters: readonly string[];
  /** What its Content-Security-Policy must allow, read from the files before any data is bound. */
  readonly policy: PolicyNeeds;
  /** Other files whose text stands in this page (masters of its parts). */
  readonly dependencies: readonly string[];
  /** SHA-256 of the composed text, hexadecimal. */
  readonly hash: string;
  /** Paths that lead to it, the canonical one first. Of a detail page: the sample's. */
  readonly urlPaths: readonly string[];
  /** False: an error keeps it from being rendered; `diagnostics` say why. */
  readonly ok: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Pages by file, in path order. Only those in use are in memory: asking again may give another object that says the
 * same, and going through all of them is for commands and for what is done once.
 */
export interface SitePages {
  readonly size: number;
  has(file: string): boolean;
  get(file: string): SitePage | undefined;
  keys(): Iterable<string>;
  values(): Iterable<SitePage>;
}

/** How a form that saves something is found again from what a post says of it. */
export interface PostedForm {
  readonly file: string;
  /** Its place among the page's forms. */
  readonly index: number;
  /** Its name in addresses, and its `name` and `id` as written. */
  readonly names: readonly string[];
  /** The author's `action` as written. */
  readonly action?: string;
  readonly dialect: SiteForm['dialect'];
}

/** One place that gives someone access to a table. */
export interface AccessGrant {
  readonly operation: 'read' | 'insert' | 'update' | 'delete';
  readonly who: Audience;
  /** Whether a `data-as` says it. */
  readonly explicit: boolean;
  readonly columns: readonly string[];
  readonly at: SourcePosition;
}

/** A column that some page shows. */
export interface ShownColumn {
  readonly table: string;
  readonly column: string;
  /** Words of `data-as`, to all of which a reader must belong; none: it is shown to anyone. */
  readonly audiences: readonly Audience[];
}

export interface Site {
  /** Absolute path of the folder. */
  readonly dir: string;
  /** Every file that may be served, by path, in path order. */
  readonly files: ReadonlyMap<string, SiteFile>;
  readonly routes: Routes;
  readonly redirects: readonly Redirect[];
  /** Pages that have marks, by file. */
  readonly pages: SitePages;
  /** Pages that stand for rows, by file. */
  readonly details: ReadonlyMap<string, DetailPage>;
  /** Pages that are not for anyone. */
  readonly restricted: ReadonlySet<string>;
  /** Every form of the site that saves something, in path order. */
  readonly postedForms: readonly PostedForm[];
  readonly schema: Schema;
  /** Fingerprint of each shared part's master, by name; see `partCopies`. */
  readonly parts: Readonly<Record<string, string>>;
  /** Pages that ask search engines to leave them out (`<meta name="robots" content="noindex">`). */
  readonly noindex: ReadonlySet<string>;
  /** Files without marks that hold forms; see `formNotices`. */
  readonly formFiles: readonly string[];
  /** Lines for the notice at start: forms that cannot work yet, and what to write. */
  readonly formNotices: readonly string[];
  /** Every column whose values pages show, by whom they are shown to. */
  readonly shown: readonly ShownColumn[];
  /** By table: every place that reads or writes it. */
  readonly grants: ReadonlyMap<string, readonly AccessGrant[]>;
  /** All that is to be told, of pages and of the folder. */
  readonly diagnostics: readonly Diagnostic[];
  readonly timeZone: string;
  /** The site's own origin, where it is known. */
  readonly origin?: string;
}

export interface SiteCacheOptions {
  /** A folder for this alone, outside the site or left out of it. */
  readonly dir: string;
  /** This program's version. */
  readonly program: string;
  readonly clock: Clock;
}

export interface SiteOptions {
  /** The folder of pages. */
  readonly dir: string;
  /** Folders and files inside it that are not part of the site (absolute paths): the data folder. */
  readonly leaveOut?: readonly string[];
  /** IANA name; default `UTC`. */
  readonly timeZone?: string;
  /** ISO 4217 code that a bare `data-format="currency"` means. */
  readonly currency?: string;
  /** Paths of one segment, beside `/_backlot`, at which the server itself answers; `/admin` and `/api` unless told. */
  readonly reservedPaths?: readonly string[];
  /** The site's own origin, `https://example.org`, where it is known: links and actions that name it are inside. */
  readonly origin?: string;
  /** Tables that the program or plugins declare: they stand as they are, beside those the pages imply. */
  readonly tables?: readonly Table[];
  /** Where the work of reading this folder may be kept for the next time. */
  readonly cache?: SiteCacheOptions;
}
