/*
 * The public API: what `import { defineSite } from 'backlot'` gives. It stands alone, so that what authors build on does
 * not change with the inside of the program. Everything here is explained in docs/extend/.
 */

/**
 * A value as rows hold it: numbers with a fixed number of places and money as whole numbers of the smallest unit (1450
 * is € 14.50), dates and times as text (`2026-08-14`, `19:30`), sets and many references as arrays, `null` for nothing.
 */
export type Value = null | boolean | number | string | readonly string[];

/** What every row has besides the columns that the pages imply. */
export interface SystemColumns {
  readonly id: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/**
 * The tables of the site. Empty until you declare them; from then on hooks are checked against it:
 *
 * ```ts
 * declare module 'backlot' {
 *   interface SiteTables {
 *     booking: { name: string | null; guests: number | null };
 *   }
 * }
 * ```
 */
export interface SiteTables {}

/** Names of tables: any until tables are declared. */
export type TableName = [keyof SiteTables] extends [never] ? string : Extract<keyof SiteTables, string>;

/** The columns of a table that are written. */
export type ColumnsOf<Name> = Name extends keyof SiteTables ? SiteTables[Name] : Readonly<Record<string, Value>>;

/** A row of a table as it is read. */
export type RowOf<Name> = Readonly<ColumnsOf<Name>> & SystemColumns;

/** Values to be written: only those that are to be set. */
export type ValuesOf<Name> = Readonly<Partial<ColumnsOf<Name>>>;

/** Who makes a change. Visitors all have the id `visitor`. */
export interface Actor {
  readonly kind: 'visitor' | 'user' | 'system';
  readonly id: string;
  readonly roles: readonly string[];
}

/**
 * Which rows: the page language's query (`date=2026-08-14&guests.min=2&sort=-created_at`), or its conditions as an
 * object, in which values are always taken as they are and have the units of rows. Use the object for whatever a visitor
 * sent: nothing in it can mean more than itself. `null` and `false` ask for what is missing or off.
 */
export type Where = string | Readonly<Record<string, Value>>;

/** Reads what is committed, past all access rules: a hook is the site's own code. */
export interface Reader {
  /** The row with this id. */
  byId<Name extends TableName>(table: Name, id: string): Promise<RowOf<Name> | undefined>;
  /** The first row that fits. */
  first<Name extends TableName>(table: Name, where: Where): Promise<RowOf<Name> | undefined>;
  /** Rows that fit, 100 unless `limit` says otherwise, 1,000 at most. */
  list<Name extends TableName>(
    table: Name,
    where?: Where,
    window?: { readonly limit?: number; readonly offset?: number },
  ): Promise<readonly RowOf<Name>[]>;
  /** How many rows fit. */
  count(table: TableName, where?: Where): Promise<number>;
}

/** What must hold at the moment of the commit, whoever else is writing. Exactly one of `atMost` and `atLeast`, or both. */
export interface Requirement<Name extends TableName = TableName> {
  readonly table: Name;
  /** The rows that count. Those that this change makes are among them. */
  readonly where?: Where;
  /** Adds up this column of them; absent: counts them. */
  readonly sumOf?: Extract<keyof ColumnsOf<Name>, string>;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** What the visitor reads when it does not hold. */
  readonly message: string;
  /** The column of the changed row at which the message stands. */
  readonly column?: string;
}

/** Adds to a change. All of it is committed with the change, or nothing is. */
export interface Additions {
  /** Another new row. Gives its id. */
  insert<Name extends TableName>(table: Name, values: ValuesOf<Name>): string;
  /** Another edit. It is made on the row as it was just read; should it move meanwhile, the transform runs again. */
  update<Name extends TableName>(table: Name, row: { readonly id: string }, values: ValuesOf<Name>): void;
  /** Another deletion. */
  delete(table: TableName, row: { readonly id: string }): void;
  /** A condition that the database itself looks after. */
  require<Name extends TableName>(requirement: Requirement<Name>): void;
  /** A job of the configuration, to be done after the commit. What it is given must be JSON of at most 64 KiB. */
  job(name: string, payload?: unknown, when?: { readonly delayMs?: number }): void;
}

/** What became of a write: the row as it is now (`null` when it was deleted), or why there is none. */
export type Written<Row> =
  | { readonly ok: true; readonly row: Row }
  | {
      readonly ok: false;
      /** `moved`: somebody has changed the row since you read it. `missing`: it is gone. */
      readonly reason: 'invalid' | 'moved' | 'missing';
      /** What is wrong, by column; what is wrong with the whole under the empty name. */
      readonly messages: Readonly<Record<string, string>>;
    };

/** Writes as the program itself, on the same way as everybody: rules of columns and hooks hold. */
export interface Writer {
  insert<Name extends TableName>(table: Name, values: ValuesOf<Name>): Promise<Written<RowOf<Name>>>;
  /** A row that you have read is edited only if it is still as you read it; `{ id }` as it is. */
  update<Name extends TableName>(
    table: Name,
    row: { readonly id: string },
    values: ValuesOf<Name>,
  ): Promise<Written<RowOf<Name>>>;
  delete(table: TableName, row: { readonly id: string }): Promise<Written<null>>;
}

/** Where a site's code tells its operator something. Never give it personal data or secrets. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What work after a commit is given. */
export interface Work {
  readonly read: Reader;
  readonly write: Writer;
  readonly log: Log;
  /** The same at every attempt: give it to whatever you call as the key that makes a repeated call harmless. */
  readonly key: string;
  /** From 1. */
  readonly attempt: number;
  /** Aborted when the time is up or the server stops. */
  readonly signal: AbortSignal;
}

/** One attempt at a job. */
export interface JobWork extends Work {
  /** As it was given with the job, through JSON; `null` for a tick of the schedule. */
  readonly payload: unknown;
}

/** Work that is done by itself: at certain times, or when a hook asks for it. */
export interface Job {
  /** At least once, tried again until it succeeds, twelve times at most. */
  run(work: JobWork): unknown;
  /** When it runs by itself: a cron expression of five fields in the site's time zone, `0 3 * * *`. */
  readonly schedule?: string;
}

/** What a route is given besides the request. */
export interface RouteContext {
  /** Who asks: a visitor, or a user who has signed in. */
  readonly actor: Actor;
  /** What stands in the path at `:name`, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly read: Reader;
  /** Writes as who asks; whether they may is the route's to decide. */
  readonly write: Writer;
  readonly log: Log;
  readonly clock: { now(): number };
}

/** Answers requests, as the Fetch standard has them. */
export type Route = (request: Request, context: RouteContext) => Maybe<Response>;

/** What every hook is told. */
export interface Change<Name extends TableName> {
  readonly table: Name;
  readonly operation: 'insert' | 'update' | 'delete';
  /** The row's id; a new row has it already. */
  readonly id: string;
  readonly actor: Actor;
  readonly read: Reader;
}

/** A row that is about to be made, edited or deleted, as it would be. */
export interface CheckedChange<Name extends TableName, Before, After> extends Change<Name> {
  readonly before: Before;
  readonly after: After;
}

/** A write before anything has been made of it. */
export interface ProposedChange<Name extends TableName, Before, Values> extends Change<Name> {
  readonly before: Before;
  /** What is to be written, as typed values. Not checked against the rules of the columns yet. */
  readonly values: Values;
  readonly add: Additions;
}

/** A change that has been committed. */
export interface CommittedChange<Name extends TableName> extends Change<Name>, Work {
  /** What the columns that changed held before; `null` for a new row. */
  readonly before: Partial<RowOf<Name>> | null;
  /** What they hold since; `null` for a deleted row. */
  readonly after: Partial<RowOf<Name>> | null;
  /** The row as it is by now; `undefined` when it is gone. */
  readonly row: RowOf<Name> | undefined;
}

/** Nothing: the change may be made. A text: it may not, as a whole. Texts by column: what is wrong with each. */
export type Verdict<Name extends TableName> =
  | undefined
  | null
  | string
  | { readonly [Column in keyof ColumnsOf<Name>]?: string };

type Maybe<T> = T | Promise<T>;
/** A function, or several that run one after the other. */
export type OneOrMore<Hook> = Hook | readonly Hook[];

type Check<Name extends TableName, Before, After> = (
  change: CheckedChange<Name, Before, After>,
) => Maybe<Verdict<Name> | void>;
type Transform<Name extends TableName, Before> = (
  change: ProposedChange<Name, Before, ValuesOf<Name>>,
) => Maybe<ValuesOf<Name> | undefined | void>;
type After<Name extends TableName> = (change: CommittedChange<Name>) => unknown;

/** Hooks of one operation of one table. */
export interface OperationHooks<Name extends TableName, Before, After_> {
  /** Before anything else: gives values that take the place of those of the write, and may add to the change. */
  readonly transform?: OneOrMore<Transform<Name, Before>>;
  /** After the columns' own rules: looks at the row as it would be, and may refuse. */
  readonly check?: OneOrMore<Check<Name, Before, After_>>;
  /** After the commit, as a job: at least once, tried again until it succeeds. */
  readonly after?: OneOrMore<After<Name>>;
}

/** The hooks of one table. */
export interface TableHooks<Name extends TableName = TableName> {
  readonly insert?: OperationHooks<Name, null, RowOf<Name>>;
  readonly update?: OperationHooks<Name, RowOf<Name>, RowOf<Name>>;
  readonly delete?: OperationHooks<Name, RowOf<Name>, null>;
}

/** What `backlot.config.ts` exports by default. */
export interface SiteConfig {
  /** See docs/settings.md. A variable of the environment wins. */
  readonly settings?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** By table. */
  readonly hooks?: { readonly [Name in TableName]?: TableHooks<Name> };
  /** By name. */
  readonly jobs?: Readonly<Record<string, Job>>;
  /** By method and path: `GET /hello/:name`. */
  readonly routes?: Readonly<Record<`${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`, Route>>;
}

/**
 * Says what a site does beyond its pages. Gives back what it is given: it is there for the types.
 *
 * @example
 * export default defineSite({ settings: { timeZone: 'Europe/Rome' } });
 */
export function defineSite(config: SiteConfig): SiteConfig {
  return config;
}
