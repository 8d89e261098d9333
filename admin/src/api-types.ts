/** What a column holds. The names are those of the server's own column types. */
export type ColumnType =
  | { readonly kind: PlainKind }
  | { readonly kind: 'decimal'; readonly scale: number }
  | { readonly kind: 'money'; readonly currency: string }
  | { readonly kind: 'reference' | 'references'; readonly table: string };

type PlainKind =
  | 'text'
  | 'html'
  | 'markdown'
  | 'url'
  | 'integer'
  | 'real'
  | 'boolean'
  | 'date'
  | 'time'
  | 'datetime'
  | 'month'
  | 'week'
  | 'instant'
  | 'file'
  | 'set';

export interface Constraints {
  readonly min?: string;
  readonly max?: string;
  readonly step?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly options?: readonly string[];
}

/** How the author's pages show and ask for a column. */
export interface ColumnHints {
  /** Tags of the elements that show it: `img`, `a`, `p`. */
  readonly shownBy?: readonly string[];
  /** `data-format` as written: `stars:5`. */
  readonly format?: string;
  /** The control that asks for it: `email`, `color`, `radio`. */
  readonly control?: string;
  /** What is on offer, in the author's words. */
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  /** Kinds of files that are taken: `image/*,.pdf`. */
  readonly accept?: string;
  readonly multiple?: boolean;
}

export interface Column {
  readonly name: string;
  readonly label: string;
  readonly type: ColumnType;
  readonly required: boolean;
  readonly unique: boolean;
  /** Made by the program: shown, never edited. */
  readonly system: boolean;
  /** No page or form mentions it any more; its data is kept. */
  readonly detached: boolean;
  readonly constraints: Constraints;
  readonly hints?: ColumnHints;
}

/** What there is in the folder of the site. */
export interface SiteFacts {
  readonly timeZone: string;
  /** Paths of its pages, those of rows aside. */
  readonly pages: readonly string[];
  /** Paths of its pictures. */
  readonly pictures: readonly string[];
}

/** A file that has been uploaded; a column of files takes its path. */
export interface UploadedFile {
  readonly path: string;
  readonly filename: string;
  readonly mediaType: string;
  readonly size: number;
}

export interface Table {
  readonly name: string;
  readonly label: string;
  /** Whose it is: the site's, or the program's own (`backlot`). */
  readonly owner: string;
  /** Exactly one row. */
  readonly single: boolean;
  readonly detached: boolean;
  /** Rows have pages of their own, at this path and their slug. */
  readonly page?: { readonly prefix: string; readonly slug: string };
  readonly versionColumn: string;
  /** Every change is kept. */
  readonly history: boolean;
  readonly columns: readonly Column[];
  /** Columns that no page mentions any more; what they hold is kept. */
  readonly detachedColumns?: readonly Pick<Column, 'name' | 'label' | 'type'>[];
  /** Tables whose rows belong to one of these, through this column. */
  readonly children: readonly { readonly table: string; readonly column: string }[];
  /** What whoever is signed in may do. */
  readonly may: readonly ('insert' | 'update' | 'delete')[];
  /** Filled by a form that visitors send. */
  readonly isSubmissions: boolean;
  /** Paths of the pages whose forms fill it, or whose lists show it. */
  readonly paths: readonly string[];
}

export interface Schema {
  readonly tables: readonly Table[];
}

/** A value as JSON carries it: decimals and money as strings. */
export type Value = null | boolean | number | string | readonly string[];

export type Row = Readonly<Record<string, Value>> & { readonly id: string };

export interface RowPage {
  readonly rows: readonly Row[];
  /** Where the next page begins; null at the end. */
  readonly next: string | null;
  /** Only where it was asked for. */
  readonly total?: number;
}

/** Names a committed change, by which it can be taken back. */
export type Change = number;

export interface HistoryEntry {
  readonly change: Change;
  readonly position: number;
  readonly time: string;
  readonly actor: { readonly id: string; readonly name: string };
  readonly operation: 'insert' | 'update' | 'delete';
  readonly version: number;
  /** By column; null where the table keeps no values. */
  readonly values: ChangedValues | null;
  /** Whether whoever is signed in may take its change back. */
  readonly undoable: boolean;
}

export type ChangedValues = Readonly<Record<string, { readonly before: Value; readonly after: Value }>>;

export interface HistoryPage {
  readonly entries: readonly HistoryEntry[];
  readonly next: string | null;
}

/** What one change did to one row. */
export interface ChangeEntry {
  readonly table: string;
  readonly id: string;
  readonly operation: HistoryEntry['operation'];
  readonly values: ChangedValues | null;
  /** The row as it is now; null when it is gone. */
  readonly row: Row | null;
}

/** What somebody did at once, and can be taken back at once. */
export interface LoggedChange {
  readonly change: Change;
  readonly time: string;
  readonly actor: HistoryEntry['actor'];
  /** How many entries there are; of many only the first are given. */
  readonly count: number;
  readonly undoable: boolean;
  readonly entries: readonly ChangeEntry[];
}

export interface ChangePage {
  readonly changes: readonly LoggedChange[];
  readonly next: string | null;
}

/** All up to a moment has been read, but for `unread`; of what came later, `read` has. Ids of rows. */
export interface Reading {
  readonly readBefore: string | null;
  readonly read: readonly string[];
  readonly unread: readonly string[];
}

/** What the start page tells. */
export interface Summary {
  readonly submissions: {
    /** `2026-08-14`, oldest first. */
    readonly days: readonly string[];
    readonly tables: readonly { readonly table: string; readonly counts: readonly number[] }[];
  };
  /** Rows that a page would show if only this column of theirs said yes. */
  readonly waiting: readonly { readonly table: string; readonly column: string; readonly count: number }[];
  readonly brokenPages: readonly { readonly file: string; readonly message: string }[];
}

export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly createdAt: string;
}

export interface Session {
  readonly user: User;
  readonly session: { readonly id: string; readonly expiresAt: string; readonly proven: boolean } | null;
}

export interface SessionInfo {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: string;
  readonly seenAt: string;
  readonly address: string;
  readonly agent: string;
  readonly current: boolean;
}
