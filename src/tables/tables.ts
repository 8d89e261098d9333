import type { DatabaseHealth, LoggedEntry, Statement } from '../database/index.ts';
import type { CheckedQuery, QueryScope } from '../query/index.ts';
import type { PageIndexes } from './page-indexes.ts';
import type { Constraints, Row, Schema, SeedRow, Table, Value } from '../schema/index.ts';

/** Who acts. Passed explicitly to every read and write that depends on it. */
export interface Actor {
  readonly kind: 'visitor' | 'user' | 'system';
  /** User id for users, else 'visitor' or 'system'. Written to the log. */
  readonly id: string;
  readonly roles: readonly string[];
}

/** One row to insert, change or delete. Values are typed already (see `parseValue` of `schema`). */
export type RowWrite =
  | {
      readonly operation: 'insert';
      readonly table: string;
      /** Chosen by the caller when other writes of the same change refer to it; else made. */
      readonly id?: string;
      readonly values: Readonly<Record<string, Value>>;
    }
  | {
      readonly operation: 'update';
      readonly table: string;
      readonly id: string;
      /** The version the writer saw; absent: whatever is there. */
      readonly version?: number;
      readonly values: Readonly<Record<string, Value>>;
    }
  | { readonly operation: 'delete'; readonly table: string; readonly id: string; readonly version?: number };

/** What a change carries besides rows of tables: jobs, guards of the caller's own. */
export interface WriteExtra {
  /**
   * Statements applied after those of the writes, in the same change. Made from the rows as they will be, in the order
   * of the writes, and made anew whenever the change is prepared again. One that does not touch the rows it must fails
   * the change with `tables/extra-refused`.
   */
  statements(rows: readonly (Row | null)[]): readonly Statement[];
}

/** Why one column's value was refused. */
export interface ColumnRefusal {
  readonly write: number;
  readonly column: string;
  /** `refused`: by a hook, in its own words; with the empty `column` where it means the row as a whole. */
  readonly reason: 'required' | 'type' | 'unique' | 'reference' | 'refused' | keyof Constraints;
  /** English; forms translate by `reason`. */
  readonly message: string;
}

export type WriteOutcome =
  | {
      readonly ok: true;
      /** The rows after the change, in the order of the writes; `null` for deletes. */
      readonly rows: readonly (Row | null)[];
      /** Log position of the change. */
      readonly position: number;
      /** What {@link Tables.undo} takes; absent where the change left no entries. */
      readonly group?: number;
    }
  | { readonly ok: false; readonly reason: 'invalid'; readonly columns: readonly ColumnRefusal[] }
  | { readonly ok: false; readonly reason: 'version'; readonly write: number; readonly current: Row }
  | { readonly ok: false; readonly reason: 'missing'; readonly write: number };

export interface ListOptions {
  readonly limit?: number;
  readonly offset?: number;
  /** Only rows after this one in the query's order: see `toSql`. */
  readonly after?: Row;
}

/** Reads from one snapshot. All rows carry logical column names. */
export interface TableReader {
  /** The newest log position that this snapshot surely contains. */
  readonly position: number;
  byId(table: string, id: string): Promise<Row | undefined>;
  /** What a row's detached columns hold, which no other reading gives. Many references are not among them. */
  detachedOf(table: string, id: string): Promise<Row | undefined>;
  /** Rows in the query's order. The query's own `limit` and `page` are the caller's to turn into options. */
  list(query: CheckedQuery, scope: QueryScope, options?: ListOptions): Promise<readonly Row[]>;
  count(query: CheckedQuery, scope: QueryScope): Promise<number>;
  /** Ids that a row's many-reference column holds are in the row; children by reference column: */
  children(table: string, column: string, id: string): Promise<readonly Row[]>;
  /**
   * Over the rows of `table` whose reference `column` holds `id`: how many there are, or the sum, least or greatest of
   * `valueColumn` (a count of it leaves out missing values). `null` for the least and greatest of nothing.
   */
  aggregate(kind: AggregateKind, table: string, column: string, id: string, valueColumn?: string): Promise<Value>;
}

export type AggregateKind = 'count' | 'sum' | 'min' | 'max';

/** Hears of committed changes, each once, in commit order. */
export interface Feed {
  /** `entries` of one or more whole changes, in order. The next call waits until this one has ended. */
  follow(listener: (entries: readonly LoggedEntry[]) => void | Promise<void>): () => void;
  /** The position up to which all followers of this process have been told. */
  readonly position: number;
  /** Resolves when followers have been told of everything up to `position`. */
  reached(position: number): Promise<void>;
  close(): Promise<void>;
}

/** One step of the way from the schema in use to the one that the files imply. */
export type SchemaStep =
  | { readonly kind: 'add-table'; readonly table: string }
  | { readonly kind: 'add-column'; readonly table: string; readonly column: string }
  | { readonly kind: 'detach-table'; readonly table: string }
  | { readonly kind: 'detach-column'; readonly table: string; readonly column: string }
  | { readonly kind: 'attach-table'; readonly table: string }
  | { readonly kind: 'attach-column'; readonly table: string; readonly column: string }
  /** Rules, labels, options or places changed; no SQL. `offending`: ids of rows that break the tightened rule, at most 100. */
  | {
      readonly kind: 'change-rules';
      readonly table: string;
      readonly column: string;
      readonly tightened: boolean;
      readonly offending: readonly string[];
      readonly offendingTotal: number;
    }
  /** The column's type changes: values are converted; those that cannot be are listed and stop `apply`. */
  | {
      readonly kind: 'change-type';
      readonly table: string;
      readonly column: string;
      readonly from: string;
      readonly to: string;
      /** How many values there are to convert; with none the change takes nothing from anyone. */
      readonly values: number;
      readonly offending: readonly string[];
      readonly offendingTotal: number;
    }
  /** Proposed, never done by itself: `backlot rename dish.cost price`. */
  | { readonly kind: 'rename-proposed'; readonly table: string; readonly from: string; readonly to: string };

export interface SchemaPlan {
  readonly target: Schema;
  readonly steps: readonly SchemaStep[];
  /** Every step only adds (or detaches, attaches, relaxes): `serve` and `dev` may do it unasked. */
  readonly additive: boolean;
}

/** The newest entries of a row before a position. */
export interface HistoryWindow {
  /** Only entries before this position of the log. */
  readonly before?: number;
  readonly limit: number;
}

/** Which changes of people are asked for. */
export interface ChangesAsked {
  /** Only of this table. */
  readonly table?: string;
  /** Only of this user, by id. */
  readonly actor?: string;
  readonly operation?: 'insert' | 'update' | 'delete';
  /** Only changes before this one. */
  readonly before?: number;
  readonly limit: number;
}

/** One change as the log has it: what was written at once, and is undone at once. */
export interface LoggedChange {
  /** What {@link Tables.undo} takes. */
  readonly group: number;
  readonly time: string;
  readonly actor: string;
  /** Those asked for; of a large change only the first. */
  readonly entries: readonly LoggedEntry[];
  /** How many entries were asked for in all. */
  readonly count: number;
}

/** A row that holds an uploaded file, and the column in which it does. */
export interface UploadHolder {
  readonly table: Table;
  readonly column: string;
  readonly row: Row;
}

/** An open database with the schema in use: the only door to data. */
export interface Tables {
  readonly schema: Schema;
  readonly feed: Feed;
  snapshot<T>(read: (reader: TableReader) => Promise<T>): Promise<T>;
  /** The only write path: prepares, commits, prepares again when a version moved (three times at most). */
  write(actor: Actor, writes: readonly RowWrite[], extra?: WriteExtra): Promise<WriteOutcome>;
  plan(target: Schema): Promise<SchemaPlan>;
  /** Does the plan's steps. Throws `tables/not-additive` unless additive or `all` is set. */
  apply(plan: SchemaPlan, options?: { all?: boolean }): Promise<void>;
  /** Renames a table (`dish`) or column (`dish.cost`) in the schema record. */
  rename(from: string, to: string): Promise<void>;
  /** Remembers a rename until the files say the new name: until then they would make an empty one of the old. */
  renameLater(from: string, to: string): Promise<void>;
  /** Does the remembered renames that these files' schema follows. To be called before `plan` and `apply`. */
  followRenames(target: Schema): Promise<void>;
  /** Makes the first rows of tables that were just made and have none. A function is asked only when there are any. */
  seed(rows: readonly SeedRow[] | (() => readonly SeedRow[])): Promise<number>;
  /** What the log keeps of a row, oldest first, under today's names; with `window` only its newest part. */
  history(table: string, id: string, window?: HistoryWindow): Promise<readonly LoggedEntry[]>;
  /** Changes of the site's tables that people made, the newest first, under today's names. */
  changes(asked: ChangesAsked): Promise<readonly LoggedChange[]>;
  /** The entries of one change, under today's names. Empty when the log no longer has it. */
  changeEntries(group: number): Promise<readonly LoggedEntry[]>;
  /**
   * Takes back the change whose entries have this `group`: rows it deleted return with their children. Answers
   * `version` where somebody has changed one of its values since. Throws `tables/not-undoable`.
   */
  undo(actor: Actor, group: number): Promise<WriteOutcome>;
  /** All rows of a table in the order of their ids, with bounded memory. */
  exportRows(table: string): AsyncIterable<Row>;
  /** Indexes that were made because pages of large tables were asked for in their order. */
  readonly pageIndexes: Pick<PageIndexes, 'list' | 'settled'>;
  /** The rows that hold an uploaded file at the moment: as a column's value, or in its markup. At most 100. */
  uploadHolders(path: string): Promise<readonly UploadHolder[]>;
  health(): Promise<DatabaseHealth>;
  close(): Promise<void>;
}
