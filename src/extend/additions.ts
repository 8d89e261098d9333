import type { Statement } from '../database/index.ts';
import type { QueryScope } from '../query/index.ts';
import type { Schema, Value } from '../schema/index.ts';
import type { Ids } from '../std/index.ts';
import type { Guard, RowWrite } from '../tables/index.ts';
import { versionSeen } from './author-reader.ts';
import type { Additions, Requirement } from './public.ts';
import { queryOf, tableNamed } from './where.ts';

export interface AdditionsOptions {
  readonly schema: Schema;
  readonly scope: QueryScope;
  readonly ids: Ids;
  /** Whether a table may be written by a site's own code. */
  readonly mayWrite: (table: string) => boolean;
  /** Statements that make a job of the configuration. */
  readonly job: (name: string, payload: unknown, delayMs: number) => readonly Statement[];
}

/** What a transform adds to its change, gathered while it runs. */
export interface GatheredAdditions {
  readonly add: Additions;
  readonly writes: readonly RowWrite[];
  readonly guards: readonly Guard[];
  readonly statements: readonly Statement[];
  /** From now on nothing more can be added: the change has gone on without it. */
  close(): void;
}

export function gatherAdditions(options: AdditionsOptions): GatheredAdditions {
  const writes: RowWrite[] = [];
  const guards: Guard[] = [];
  const statements: Statement[] = [];
  let open = true;
  const writable = (table: string): string => {
    if (!open)
      throw new Error('The transform has ended already: await what it waits for before it adds to the change.');
    if (!options.mayWrite(tableNamed(options.schema, table).name)) {
      throw new Error(`"${table}" is a table of the program's own, which only the program writes.`);
    }
    return table;
  };
  return {
    add: {
      insert(table, values) {
        const id = options.ids();
        writes.push({ operation: 'insert', table: writable(table), id, values: { ...(values as Values) } });
        return id;
      },
      update(table, row, values) {
        const written: Values = { ...(values as Values) };
        writes.push({ operation: 'update', table: writable(table), id: row.id, ...seen(row), values: written });
      },
      delete(table, row) {
        writes.push({ operation: 'delete', table: writable(table), id: row.id, ...seen(row) });
      },
      require(requirement) {
        if (!open) throw new Error('The transform has ended already: await what it waits for first.');
        guards.push(guardOf(options, requirement));
      },
      job(name, payload, { delayMs = 0 } = {}) {
        if (!open) throw new Error('The transform has ended already: await what it waits for first.');
        statements.push(...options.job(name, payload, delayMs));
      },
    },
    writes,
    guards,
    statements,
    close() {
      open = false;
    },
  };
}

type Values = Readonly<Record<string, Value>>;

function seen(row: object): { readonly version?: number } {
  const version = versionSeen(row);
  return version === undefined ? {} : { version };
}

function guardOf({ schema, scope }: AdditionsOptions, requirement: Requirement): Guard {
  const { table: name, where, sumOf, atLeast, atMost, message, column = '' } = requirement;
  const table = tableNamed(schema, name);
  if (typeof message !== 'string' || message === '') throw new Error('A requirement needs a message for the visitor.');
  if (atLeast === undefined && atMost === undefined) throw new Error('A requirement needs atMost or atLeast.');
  for (const limit of [atLeast, atMost]) {
    if (limit !== undefined && !Number.isFinite(limit))
      throw new Error(`A requirement has the limit ${String(limit)}.`);
  }
  if (sumOf !== undefined && !isAdded(table.columns[sumOf]?.type.kind)) {
    throw new Error(`"${name}" has no column "${sumOf}" that can be added up.`);
  }
  return {
    query: queryOf(schema, name, where),
    scope,
    ...(sumOf !== undefined && { sumOf }),
    ...(atLeast !== undefined && { atLeast }),
    ...(atMost !== undefined && { atMost }),
    refusal: { column, message },
  };
}

function isAdded(kind: string | undefined): boolean {
  return kind === 'integer' || kind === 'decimal' || kind === 'money' || kind === 'real';
}
