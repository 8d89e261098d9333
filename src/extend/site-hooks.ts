import type { Statement } from '../database/index.ts';
import type { Row, Schema } from '../schema/index.ts';
import type { Clock, Ids } from '../std/index.ts';
import type { Actor, ChangedRow, ChangeHooks, HookScope, Operation, RowWrite, Transformed } from '../tables/index.ts';
import { gatherAdditions } from './additions.ts';
import { readValues, readVerdict } from './answers.ts';
import { authorReader, authorRow, authorScope } from './author-reader.ts';
import type { DeclaredHook, HookKind } from './declared-hooks.ts';
import type { Change } from './public.ts';
import { runCode } from './run-code.ts';
import type { RunOptions } from './run-code.ts';

export interface SiteHooksOptions extends RunOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly timeZone: string;
  /** The hooks in force: in `dev` others take their place. */
  readonly hooks: () => HookTable;
  /** The statements that put a job of the configuration into a change. */
  readonly job: (name: string, payload: unknown, delayMs: number) => readonly Statement[];
  /** The job that runs an `after` hook, as statements of the change. */
  readonly follow: (hook: DeclaredHook, row: ChangedRow, actor: Actor) => readonly Statement[];
}

/** Hooks by kind, table and operation. */
export type HookTable = ReadonlyMap<string, readonly DeclaredHook[]>;

export function hookTable(hooks: readonly DeclaredHook[]): HookTable {
  return Map.groupBy(hooks, ({ kind, table, operation }) => hookKey(kind, table, operation));
}

function hookKey(kind: HookKind, table: string, operation: Operation): string {
  return `${kind} ${operation} ${table}`;
}

/** The hooks of a site, as the write path asks for them. */
export function siteHooks(options: SiteHooksOptions): ChangeHooks {
  const hooksOf = (kind: HookKind, table: string, operation: Operation): readonly DeclaredHook[] =>
    options.hooks().get(hookKey(kind, table, operation)) ?? [];
  return {
    transforms: (table, operation) => hooksOf('transform', table, operation).length > 0,
    checks: (table, operation) => hooksOf('check', table, operation).length > 0,
    follows: (table, operation) => hooksOf('after', table, operation).length > 0,
    transform: (write, before, scope) =>
      transform(options, hooksOf('transform', write.table, write.operation), write, before, scope),
    async check(row, scope) {
      const told = {
        ...changeOf(options, row, scope),
        before: row.before && authorRow(scope.schema, row.table, row.before),
        after: row.after && authorRow(scope.schema, row.table, row.after),
      };
      for (const hook of hooksOf('check', row.table, row.operation)) {
        const refusals = await runCode(options, hook, told, (answer) => {
          const value = readVerdict(scope.schema, row.table, answer);
          return { outcome: value.length === 0 ? 'passed' : 'refused', value };
        });
        // What follows may build on what came before.
        if (refusals.length > 0) return refusals;
      }
      return [];
    },
    follow: (rows, actor) =>
      rows.flatMap((row) =>
        hooksOf('after', row.table, row.operation).flatMap((hook) => options.follow(hook, row, actor)),
      ),
  };
}

type Proposed = RowWrite & { readonly id: string };
type Made = { -readonly [Key in Exclude<keyof Transformed, 'source'>]: Transformed[Key] };

/** Runs the transforms of a write one after the other: each sees what those before it made of the values. */
async function transform(
  options: SiteHooksOptions,
  hooks: readonly DeclaredHook[],
  write: Proposed,
  before: Row | null,
  scope: HookScope,
): Promise<Transformed> {
  const { schema } = scope;
  const { clock, timeZone, ids, job } = options;
  const given = write.operation === 'delete' ? {} : write.values;
  const made: Made = { values: {}, writes: [], guards: [], statements: [] };
  for (const hook of hooks) {
    const additions = gatherAdditions({
      schema,
      scope: authorScope(clock, timeZone),
      ids,
      mayWrite: isSites(schema),
      job,
    });
    const told = {
      ...changeOf(options, write, scope),
      before: before && authorRow(schema, write.table, before),
      values: Object.freeze({ ...given, ...made.values }),
      add: additions.add,
    };
    const values = await runCode(options, hook, told, (answer) => {
      const value = readValues(schema, write.table, answer);
      const { writes, guards, statements } = additions;
      const changed = Object.keys(value).length + writes.length + guards.length + statements.length > 0;
      return { outcome: changed ? 'changed' : 'passed', value };
    }).finally(() => additions.close());
    made.values = { ...made.values, ...values };
    made.writes = [...made.writes, ...additions.writes];
    made.guards = [...made.guards, ...additions.guards];
    made.statements = [...made.statements, ...additions.statements];
  }
  return { ...made, source: hooks.map(({ name }) => name).join(', ') };
}

function isSites(schema: Schema): (table: string) => boolean {
  return (table) => schema.tables[table]?.owner === 'site';
}

function changeOf(
  { clock, timeZone }: SiteHooksOptions,
  { table, operation, id }: Pick<ChangedRow, 'table' | 'operation' | 'id'>,
  { actor, schema, reader }: HookScope,
): Change<string> {
  const read = authorReader(schema, reader, authorScope(clock, timeZone));
  return { table, operation, id, actor: { ...actor, roles: [...actor.roles] }, read };
}
