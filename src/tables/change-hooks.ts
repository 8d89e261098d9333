import type { CheckedQuery, QueryScope } from '../query/index.ts';
import type { Row, Schema, Value } from '../schema/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Statement } from '../database/index.ts';
import type { Actor, RowWrite, TableReader } from './tables.ts';

/*
 * What others have to say about changes, whoever makes them: rooms below fill it, once, when the tables are opened.
 * Nothing of it runs between begin and commit, and nothing of it is given a transaction.
 */

export type Operation = RowWrite['operation'];

/** What a hook may know of a change. */
export interface HookScope {
  readonly actor: Actor;
  readonly schema: Schema;
  /** The latest committed state, without the change. */
  readonly reader: TableReader;
}

/** One row as a change finds it and leaves it. */
export interface ChangedRow {
  readonly table: string;
  readonly operation: Operation;
  readonly id: string;
  /** Null for a new row. */
  readonly before: Row | null;
  /** Null for a deleted row. */
  readonly after: Row | null;
  /** Version of the row after the change, as the log has it. */
  readonly version: number;
  /** Which of the change's writes did it. */
  readonly write: number;
}

/**
 * What must hold when the change is applied, after its own statements and in the same transaction: how many rows a
 * query finds, or what a column of them adds up to, in the units that rows have.
 */
export interface Guard {
  readonly query: CheckedQuery;
  readonly scope: QueryScope;
  /** Logical name of the column that is added up; absent: rows are counted. */
  readonly sumOf?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly refusal: HookRefusal;
}

/** Why a hook refuses a change: at a column, or, with the empty name, as a whole. */
export interface HookRefusal {
  readonly column: string;
  readonly message: string;
}

/** What transforming one write came to. */
export interface Transformed {
  /** Values that take the place of, or join, those of the write. */
  readonly values: Readonly<Record<string, Value>>;
  /** What else the change is to do. Inserts name their id. */
  readonly writes: readonly RowWrite[];
  readonly guards: readonly Guard[];
  readonly statements: readonly Statement[];
  /** Whose doing it is, for messages: `the transform of booking (backlot.config.ts:12:9)`. */
  readonly source: string;
}

/** The hooks of a database. Each kind says first whether there is any, so that nothing is read for nobody. */
export interface ChangeHooks {
  transforms(table: string, operation: Operation): boolean;
  /** Runs as often as a change is prepared, so it must have no effect outside. */
  transform(
    write: RowWrite & { readonly id: string },
    before: Row | null,
    scope: HookScope,
  ): Promise<Transformed | undefined>;
  checks(table: string, operation: Operation): boolean;
  /** Runs on each row that the prepared change touches, those that a deletion takes with it among them. */
  check(row: ChangedRow, scope: HookScope): Promise<readonly HookRefusal[]>;
  follows(table: string, operation: Operation): boolean;
  /** Statements, such as those of jobs, that the change carries for what is to follow it. */
  follow(rows: readonly ChangedRow[], actor: Actor): readonly Statement[];
}

/** A hook is at fault, not who made the change. */
export function hookFault(message: string, cause?: unknown): BacklotError {
  return new BacklotError('tables/hook-failed', `${message} Nothing was changed.`, { cause });
}
