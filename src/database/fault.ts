/**
 * Where a test may make a driver fail, in the order of a group's life: before a `connect`, after `begin` (before the
 * changes), before the `commit`, and once it is `committed` but the answer has not been taken in.
 */
export type FaultPoint = 'connect' | 'begin' | 'commit' | 'committed';

/** What a fault may do to the connection that writes. */
export interface FaultTarget {
  /** Runs SQL on the writer's own connection (SQLite only). */
  readonly execute?: (sql: string) => void;
  /** Closes the writer's handle under it (SQLite only). */
  readonly sever?: () => void;
  /** The server process that serves the writer (PostgreSQL only). */
  readonly backend?: number;
}

/** Called at each point; what it throws is taken for an error of the database. */
export type Fault = (point: FaultPoint, target: FaultTarget) => void | Promise<void>;
