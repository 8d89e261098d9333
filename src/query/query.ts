import type { Column, ColumnType, Row, Schema, Table, Value } from '../schema/index.ts';
import type { Diagnostic, SourcePosition } from '../std/index.ts';

/** One value in a query: literal text, a `{path}` of the row in scope, `now` or `today`. */
export type Operand =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'now' }
  | { readonly kind: 'today' };

export type Operator = 'eq' | 'min' | 'max' | 'not' | 'like' | 'true' | 'false';

/**
 * `category.name.not=Pasta`: path `category.name`, operator `not`, operands any of which may hold; for `not` none of
 * them may. Conditions of one query must all hold.
 */
export interface Condition {
  readonly path: string;
  readonly operator: Operator;
  readonly operands: readonly Operand[];
}

export interface SortKey {
  readonly path: string;
  readonly descending: boolean;
}

/** A parsed query, not yet checked against a schema. Plain data. `name=` (empty) is dropped by the parser. */
export interface Query {
  readonly conditions: readonly Condition[];
  readonly search?: Operand;
  readonly sort: readonly SortKey[];
  readonly limit?: Operand;
  readonly page?: Operand;
}

/** Names a query may use besides columns, with their types: `saved`, `invalid`, `rows`, `user.role`, `first`, … */
export type ExtraNames = Readonly<Record<string, ColumnType>>;

/** A query checked against a table: every path resolved, every literal operand typed. Opaque outside the room. */
export interface CheckedQuery {
  readonly table: Table | null;
  readonly query: Query;
  /** `{path}` operands, in order of first use: what the row in scope must supply. */
  readonly scopePaths: readonly string[];
  /** Own columns that conditions read; a change to other columns cannot alter which rows match. */
  readonly ownColumns: readonly string[];
  /** Other tables that conditions, sort or search read through relations. */
  readonly otherTables: readonly string[];
  /** Uses `now` or `today`: its answer can change without a write. */
  readonly timed: boolean;
  /** How often: only as the day changes (`today`), or at any moment (`now`). */
  readonly timedBy: 'never' | 'day' | 'moment';
  /** Has `q=`. */
  readonly searches: boolean;
  readonly checked: unknown;
}

/** What a query's operands are filled with when it runs. */
export interface QueryScope {
  /** Value and type of a `{path}` in the row in scope. */
  value(path: string): Value;
  /** Milliseconds since 1970, for `now`. */
  readonly nowMs: number;
  /** `2026-08-14` in the site's time zone, for `today`. */
  readonly today: string;
  /** The site's IANA time zone, where dates meet instants (`created_at.min=today`). UTC when absent. */
  readonly timeZone?: string;
}

/** Rows of other tables, for relation paths in the in-memory matcher. */
export interface RelatedRows {
  /** The row of `table` with this id, or undefined. */
  byId(table: string, id: string): Row | undefined;
  /** Rows of `table` whose `column` refers to `id`. */
  children(table: string, column: string, id: string): readonly Row[];
}

export type Dialect = 'sqlite' | 'postgres';

/** SQL text with `?` (SQLite) or `$1` (PostgreSQL) placeholders and its parameters, ready for a driver. */
export interface SqlQuery {
  readonly sql: string;
  readonly params: readonly (null | boolean | number | string)[];
}

/** Whether parsing or checking went well; never throws for an author's or a client's mistake. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly Diagnostic[] };

export interface CheckOptions {
  /** Where the query stands, for messages; absent for API and URL queries. */
  readonly at?: SourcePosition;
  readonly extra?: ExtraNames;
  /** Type of a `{path}` in the row in scope; undefined when unknown, which is an error. */
  readonly scopeType?: (path: string) => ColumnType | undefined;
  /** Which columns the query may name; all that are not secret when absent. Others are as if they did not exist. */
  readonly mayRead?: (table: Table, column: Column) => boolean;
  readonly schema: Schema;
}
