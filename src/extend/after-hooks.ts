import type { Statement } from '../database/index.ts';
import type { JobFailure, JobRun, Jobs } from '../jobs/index.ts';
import { valueFromJson } from '../schema/index.ts';
import type { Row, Schema, Value } from '../schema/index.ts';
import type { Clock, Log } from '../std/index.ts';
import type { Actor, ChangedRow, Operation, Tables } from '../tables/index.ts';
import { authorRow } from './author-reader.ts';
import type { DeclaredHook } from './declared-hooks.ts';
import type { CommittedChange } from './public.ts';
import { runCode } from './run-code.ts';
import type { RunOptions } from './run-code.ts';
import { attempted, workOf } from './site-jobs.ts';

const jobKind = 'after-hook';
/** A hook that sends something somewhere may have to wait for it. */
const timeLimitMs = 2 * 60 * 1000;

/** What the job knows of its change: where the log has it. So no row is kept twice, however large it is. */
interface Payload {
  readonly hook: string;
  readonly table: string;
  readonly operation: Operation;
  readonly id: string;
  readonly version: number;
  readonly actor: Actor;
}

export interface AfterHooksOptions extends Omit<RunOptions, 'timeLimitMs'> {
  readonly tables: Tables;
  readonly jobs: Pick<Jobs, 'handle' | 'statements'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly timeZone: string;
  /** The hooks in force. */
  readonly hooks: () => readonly DeclaredHook[];
}

/** The statements that put the run of an `after` hook into the change that it follows. */
export function afterStatements(
  jobs: Pick<Jobs, 'statements'>,
  { name }: DeclaredHook,
  { table, operation, id, version }: ChangedRow,
  { kind, id: actorId, roles }: Actor,
): readonly Statement[] {
  const payload: Payload = { hook: name, table, operation, id, version, actor: { kind, id: actorId, roles } };
  return jobs.statements({ kind: jobKind, payload });
}

/** Says to the jobs how `after` hooks are run: at least once each, tried again while they fail. */
export function handleAfterHooks(options: AfterHooksOptions): void {
  options.jobs.handle(jobKind, { run: (job) => run(options, job), timeoutMs: timeLimitMs + 1000 });
}

async function run(options: AfterHooksOptions, job: JobRun): Promise<JobFailure | undefined> {
  // Put there by `afterStatements`, through JSON.
  const payload = job.payload as Payload;
  const hook = options.hooks().find(({ name }) => name === payload.hook);
  if (!hook) return { failure: `${payload.hook} is not in the configuration any more.`, final: true };
  const table = options.tables.schema.tables[payload.table];
  if (!table || table.detached) return { failure: `There is no table ${payload.table} any more.`, final: true };
  const told = await changeOf(options, payload, job);
  // Whatever it gives back, such as the answer of what it called, nobody has a use for.
  return await attempted(options, job, () =>
    runCode({ ...options, timeLimitMs }, hook, told, () => ({ outcome: 'done', value: undefined })),
  );
}

async function changeOf(options: AfterHooksOptions, payload: Payload, job: JobRun): Promise<CommittedChange<string>> {
  const { tables } = options;
  const { table, operation, id, actor } = payload;
  const { schema } = tables;
  const [entry, row] = await Promise.all([
    loggedChange(tables, payload),
    tables.snapshot((reader) => reader.byId(table, id)),
  ]);
  const sides = entry === undefined ? undefined : sidesOf(schema, table, entry);
  return {
    table,
    operation,
    id,
    actor,
    ...workOf(options, job),
    before: operation === 'insert' ? null : (sides?.before ?? null),
    after: operation === 'delete' ? null : (sides?.after ?? null),
    row: row && authorRow(schema, table, row),
  };
}

const windowSize = 100;

/** The log's patch of the change, looked for from the newest entry of the row on. */
async function loggedChange(tables: Tables, { table, id, version, operation }: Payload): Promise<string | undefined> {
  let before: number | undefined;
  for (;;) {
    const entries = await tables.history(table, id, { limit: windowSize, ...(before !== undefined && { before }) });
    const found = entries.find((entry) => entry.version === version && entry.operation === operation);
    if (found) return found.patch ?? undefined;
    if (entries.length < windowSize) return undefined;
    before = entries[0]!.position;
  }
}

function sidesOf(schema: Schema, tableName: string, patch: string): { readonly before: Row; readonly after: Row } {
  const { columns } = schema.tables[tableName]!;
  const before: Record<string, Value> = {};
  const after: Record<string, Value> = {};
  const logged: Record<string, readonly [unknown, unknown]> = JSON.parse(patch);
  for (const [name, [was, is]] of Object.entries(logged)) {
    const column = columns[name];
    if (!column || column.detached || column.secret) continue;
    before[name] = valueFromJson(column.type, was) ?? null;
    after[name] = valueFromJson(column.type, is) ?? null;
  }
  return { before, after };
}
