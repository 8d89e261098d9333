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
  readonly values: Readonly<Record<string, { readonly before: Value; readonly after: Value }>> | null;
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
