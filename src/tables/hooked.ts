import type { Driver, Statement } from '../database/index.ts';
import { toSql } from '../query/index.ts';
import type { Row } from '../schema/index.ts';
import { hookFault } from './change-hooks.ts';
import type { ChangedRow, ChangeHooks, Guard, HookScope } from './change-hooks.ts';
import { placeholder, quote } from './layout.ts';
import type { Layouts } from './layout.ts';
import { presentRow } from './reader.ts';
import type { ColumnRefusal, RowWrite } from './tables.ts';

/** What hooks may add to one change. */
const addedMax = 200;

/** The writes of a change with what hooks made of them and added. */
export interface Proposal {
  /** The caller's writes first, in their order. */
  readonly writes: readonly RowWrite[];
  readonly guards: readonly (Guard & { readonly write: number })[];
  readonly statements: readonly Statement[];
  /** By write that a hook added: whose doing it is. */
  readonly sources: ReadonlyMap<number, string>;
  /** Writes whose version the transform relied on, where the caller named none: when it moves, all is done again. */
  readonly pinned: ReadonlySet<number>;
}

/** A proposal under way. */
interface ProposalDraft {
  readonly writes: (RowWrite & { readonly id: string })[];
  readonly guards: (Guard & { readonly write: number })[];
  readonly statements: Statement[];
  readonly sources: Map<number, string>;
  readonly pinned: Set<number>;
}

/** Runs the transforms of a change's writes, and of the writes that those add. */
export async function propose(
  hooks: ChangeHooks,
  asked: readonly RowWrite[],
  scope: HookScope,
  ids: () => string,
): Promise<Proposal> {
  const writes = asked.map((write) => (write.operation === 'insert' ? { ...write, id: write.id ?? ids() } : write));
  const draft: ProposalDraft = { writes, guards: [], statements: [], sources: new Map(), pinned: new Set() };
  for (let index = 0; index < writes.length; index++) {
    const { table, operation } = writes[index]!;
    if (hooks.transforms(table, operation)) await transformWrite(hooks, draft, index, scope);
    if (writes.length > asked.length + addedMax) {
      throw hookFault(
        `${draft.sources.get(writes.length - 1)} adds to more than ${addedMax} writes; do hooks call each other?`,
      );
    }
  }
  return draft;
}

async function transformWrite(
  hooks: ChangeHooks,
  draft: ProposalDraft,
  index: number,
  scope: HookScope,
): Promise<void> {
  const write = draft.writes[index]!;
  const before = write.operation === 'insert' ? null : ((await scope.reader.byId(write.table, write.id)) ?? null);
  // Preparing says that the row is gone, or that it moved on.
  if (write.operation !== 'insert' && !before) return;
  const version = before && versionOf(scope, write.table, before);
  if (write.operation !== 'insert' && write.version !== undefined && write.version !== version) return;
  const transformed = await hooks.transform(write, before, scope);
  if (!transformed) return;
  if (write.operation === 'insert') {
    draft.writes[index] = { ...write, values: { ...write.values, ...transformed.values } };
  } else {
    if (write.version === undefined) draft.pinned.add(index);
    const seen = { ...write, version: version! };
    draft.writes[index] =
      seen.operation === 'delete' ? seen : { ...seen, values: { ...seen.values, ...transformed.values } };
  }
  for (const added of transformed.writes) {
    draft.sources.set(draft.writes.length, transformed.source);
    // Whoever adds an insert names its id.
    draft.writes.push({ ...added, id: added.id! });
  }
  draft.guards.push(...transformed.guards.map((guard) => ({ ...guard, write: index })));
  draft.statements.push(...transformed.statements);
}

function versionOf({ schema }: HookScope, table: string, row: Row): number {
  const column = Object.values(schema.tables[table]!.columns).find(({ sqlName }) => sqlName === '_version');
  return Number(row[column!.name]);
}

/** What the check hooks say against a prepared change: of the caller's writes, and of the rows those touch. */
export async function judge(
  hooks: ChangeHooks,
  rows: readonly ChangedRow[],
  scope: HookScope,
): Promise<readonly ColumnRefusal[]> {
  const refusals: ColumnRefusal[] = [];
  for (const row of rows) {
    if (!hooks.checks(row.table, row.operation)) continue;
    for (const { column, message } of await hooks.check(row, scope)) {
      refusals.push({ write: row.write, column, reason: 'refused', message });
    }
  }
  return refusals;
}

/** Rows of a change as hooks see them: each once, from its first state to its last, without what nobody is shown. */
export function changedRows(layouts: Layouts, touched: readonly ChangedRow[]): readonly ChangedRow[] {
  const merged = new Map<string, ChangedRow>();
  for (const row of touched) {
    const key = `${row.table}\0${row.id}`;
    const earlier = merged.get(key);
    merged.set(key, earlier ? joined(earlier, row) : row);
  }
  return [...merged.values()]
    .filter(({ before, after }) => before !== null || after !== null)
    .map((row) => {
      const layout = layouts.get(row.table)!;
      return {
        ...row,
        before: row.before && presentRow(layout, row.before),
        after: row.after && presentRow(layout, row.after),
      };
    });
}

function joined(earlier: ChangedRow, later: ChangedRow): ChangedRow {
  const { before } = earlier;
  const operation = before === null ? 'insert' : later.after === null ? 'delete' : 'update';
  return { ...later, before, operation, write: earlier.write };
}

/** The statement that touches one row if, and only if, the guard holds. */
export function guardStatement({ dialect }: Pick<Driver, 'dialect'>, layouts: Layouts, guard: Guard): Statement {
  const { query, scope, sumOf, atLeast, atMost } = guard;
  const layout = layouts.get(query.table!.name)!;
  const found = toSql(query, scope, dialect, { ...(sumOf === undefined && { count: true }), inUse: layouts });
  const measured =
    sumOf === undefined
      ? `(${found.sql})`
      : `(select coalesce(sum(${quote(layout.table.columns[sumOf]!.sqlName)}), 0) from (${found.sql}) as found)`;
  const params = [...found.params];
  // SQLite numbers its parameters by their places: the same query twice takes them twice.
  const tests = [
    ...(atLeast === undefined ? [] : [{ sign: '>=', limit: atLeast }]),
    ...(atMost === undefined ? [] : [{ sign: '<=', limit: atMost }]),
  ].map(({ sign, limit }, index) => {
    if (index > 0 && dialect === 'sqlite') params.push(...found.params);
    params.push(limit);
    return `${measured} ${sign} ${placeholder(dialect, params.length)}`;
  });
  return { sql: `select 1 where ${tests.join(' and ')}`, params, touches: 1, otherwise: 'guard' };
}
