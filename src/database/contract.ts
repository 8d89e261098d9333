/** A value that a driver binds. Booleans become 0/1 in SQLite; instants and dates are text everywhere. */
export type SqlValue = null | boolean | number | string | Uint8Array;

/** A row as the database gives it, by result column name. SQLite gives booleans as 0/1; `tables` decodes by type. */
export type SqlRow = Readonly<Record<string, null | boolean | number | string | Uint8Array>>;

/** One statement. `?` in SQLite, `$1` in PostgreSQL: the caller writes for the driver's `dialect`. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
  /** How many rows it must touch; another number fails the change. Absent: any. */
  readonly touches?: number;
  /** What it means when `touches` is not met: the row moved on, is gone, or a guard of a hook did not hold. */
  readonly otherwise?: 'version' | 'missing' | 'guard';
}

/** An entry of the change log, before the driver gives it position, group and time. */
export interface LogEntry {
  /** User id, or 'visitor', 'system', 'cli'. */
  readonly actor: string;
  readonly table: string;
  readonly id: string;
  readonly version: number;
  readonly operation: 'insert' | 'update' | 'delete' | 'schema';
  /** JSON: `{column: [before, after]}` with canonical values; never secrets. `null` where the table logs keys only. */
  readonly patch: string | null;
}

/** A stored entry of the change log. */
export interface LoggedEntry extends LogEntry {
  /** Increases with commit order; no gaps are promised. */
  readonly position: number;
  /** Position of the first entry of the same change. */
  readonly group: number;
  /** ISO instant. */
  readonly time: string;
}

/** The plain result of *prepare*: all that one change does, without any code. */
export interface Change {
  readonly statements: readonly Statement[];
  readonly entries: readonly LogEntry[];
}

/** Why a change was refused while others of its group may have been accepted. */
export interface Refusal {
  readonly reason: 'version' | 'missing' | 'guard' | 'unique' | 'reference' | 'check';
  /** Index of the failing statement. */
  readonly statement: number;
  /** Column names of a violated unique key or reference, where the database says. */
  readonly columns: readonly string[];
}

export type Outcome =
  | { readonly ok: true; readonly position: number }
  | { readonly ok: false; readonly refusal: Refusal };

/** Reads. Within one snapshot every answer comes from the same state. */
export interface Reader {
  query(sql: string, params: readonly SqlValue[]): Promise<readonly SqlRow[]>;
}

/** Whether the database can serve, and whether it can write. */
export interface DatabaseHealth {
  readonly readable: boolean;
  readonly writable: boolean;
  /** What is wrong, for the operator. */
  readonly problem?: string;
}

/** What a backup holds. */
export interface BackupReport {
  /** Rows of each table, by physical name. */
  readonly rows: Readonly<Record<string, number>>;
  readonly bytes: number;
}

/**
 * One database behind one small contract. A driver applies changes serially: a savepoint per change, nothing else
 * between begin and commit. `commit` resolves only after the commit is durable.
 *
 * Throws {@link DatabaseError} where nothing of the group was acknowledged: `database/full`, `database/io`,
 * `database/lost` (connection lost; `outcomeUnknown` true when it went during COMMIT), `database/closed`.
 */
export interface Driver extends Reader {
  readonly dialect: 'sqlite' | 'postgres';
  /** Applies a group: outcomes in the order of the changes. */
  commit(changes: readonly Change[]): Promise<readonly Outcome[]>;
  /**
   * Runs reads in one repeatable-read snapshot, which begins with the first of them. Snapshots are bounded in number
   * and wait for one another: never open one within another. On PostgreSQL `read` may run a second time, where its
   * connection was lost or a migration came between.
   */
  snapshot<T>(read: (reader: Reader) => Promise<T>): Promise<T>;
  /** Runs DDL and its log entries in one transaction under the writer's lock. Re-reads nothing, checks nothing. */
  migrate(statements: readonly Statement[], entries: readonly LogEntry[]): Promise<void>;
  /**
   * Runs statements that make or drop indexes beside everything else: reads go on; changes wait for them in SQLite,
   * where they are one transaction in a worker, and go on in PostgreSQL, where each runs outside any transaction.
   */
  improve(statements: readonly string[]): Promise<void>;
  /** Log entries after `position`, in order, at most `limit`. */
  entriesAfter(position: number, limit: number): Promise<readonly LoggedEntry[]>;
  /** The newest position, 0 when the log is empty. Retention must keep the newest entry: positions follow it. */
  position(): Promise<number>;
  /** Calls back (without data) soon after any commit, ours or another process's. Returns how to stop. */
  onCommit(wake: () => void): () => void;
  health(): Promise<DatabaseHealth>;
  /** Copies one state of everything into a new file and verifies it, while reads and writes go on. */
  backupTo(file: string): Promise<BackupReport>;
  close(): Promise<void>;
}

/** Gathers changes that arrive together into one `commit`. A lone change is committed at once. */
export interface Committer {
  commit(change: Change): Promise<Outcome>;
  /** Waits until everything handed in has been answered. */
  drain(): Promise<void>;
}
