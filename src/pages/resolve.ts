import type { Needs, PageData, Scope, ScopeData, ScopeRows } from '../html/index.ts';
import { matches } from '../query/index.ts';
import type { CheckedQuery } from '../query/index.ts';
import type { Row, Table, Value } from '../schema/index.ts';
import type { SitePage } from '../site/index.ts';
import { keyedRow, neighbours } from './keyed-row.ts';
import { listQuery, listRows } from './list-rows.ts';
import { paginationOf } from './pagination.ts';
import type { PageReads } from './reads.ts';
import { rowUrl } from './row-url.ts';
import type { PageState } from './state.ts';
import { topRows } from './top-rows.ts';
import { listName, queryScope, valueOf } from './values.ts';
import { scopeWith } from './work.ts';
import type { Frame, Work } from './work.ts';

/** What resolving found besides the data: whether the page's own row exists, and the versions of rows with forms. */
export interface Resolved {
  readonly data: Omit<PageData, 'form'>;
  /** False: `data-row="dish?slug"` found no row, the answer is 404. */
  readonly found: boolean;
  /** Versions of the rows that were resolved, by id, for the addresses of their forms. */
  readonly versions: ReadonlyMap<string, number>;
}

/** Reads every row that a page names and evaluates its conditions: all that rendering needs. */
export async function resolvePage(page: SitePage, reads: PageReads, state: PageState): Promise<Resolved> {
  const work: Work = {
    page,
    schema: reads.schema,
    reads,
    state,
    versions: new Map(),
    totals: new Map(),
    topRows: new Map(),
    keyed: new Map(),
    found: true,
  };
  const frame: Frame = { table: null, row: null, extra: state.names, outer: null };
  const root = await fill(work, scopeOf(work, 0).row, frame, '', 0);
  return {
    data: {
      root,
      path: state.path,
      timeZone: state.timeZone,
      paginations: { ...paginationOf(page, work.totals, state), ...(await neighbours(work)) },
      guards: state.guards,
    },
    found: work.found,
    versions: work.versions,
  };
}

function scopeOf(work: Work, id: number): Scope {
  const scope = work.page.template.scopes[id];
  if (!scope) throw new Error(`scope ${id} is not in ${work.page.file}`);
  return scope;
}

/**
 * Evaluates one place's paths, conditions and inner scopes. Most places name columns of their own row, which is there:
 * only what has to be read makes a promise of the whole.
 */
function fill(work: Work, needs: Needs, frame: Frame, id: string, version: number): ScopeData | Promise<ScopeData> {
  const values: Record<string, Value> = {};
  const conditions: Record<number, boolean> = {};
  const scopes: Record<number, ScopeRows> = {};
  const reading: Promise<void>[] = [];
  for (const { path } of needs.paths) {
    if (isOwnColumn(frame, path)) values[path] = frame.row[path] ?? null;
    else reading.push(valueOf(work, frame, path).then((value) => void (values[path] = value)));
  }
  for (const need of needs.conditions) {
    const formNames = need.form === undefined ? {} : work.state.formNames(need.form, id);
    const holding = holds(work, need.id, { ...frame, extra: { ...frame.extra, ...formNames } });
    if (typeof holding === 'boolean') conditions[need.id] = holding;
    else reading.push(holding.then((held) => void (conditions[need.id] = held)));
  }
  for (const inner of needs.scopes) {
    reading.push(resolveScope(work, scopeOf(work, inner), frame).then((rows) => void (scopes[inner] = rows)));
  }
  const data = { id, version, values, conditions, scopes };
  return reading.length === 0 ? data : Promise.all(reading).then(() => data);
}

/** Whether a path names a column of the row at hand. */
function isOwnColumn(frame: Frame, path: string): frame is Frame & { readonly row: Row; readonly table: Table } {
  return frame.row !== null && frame.table !== null && path in frame.table.columns;
}

function holds(work: Work, conditionId: number, frame: Frame): boolean | Promise<boolean> {
  const query = work.page.conditions[conditionId];
  if (!query) return false;
  const { conditions, search } = query.query;
  const isAtHand = !search && query.scopePaths.length === 0 && conditions.every(({ path }) => isOwnColumn(frame, path));
  if (!isAtHand || !frame.row) return readAndMatch(work, query, frame);
  return matches(
    query,
    frame.row,
    scopeWith(work, () => null),
    work.reads.related,
    frame.extra,
  );
}

async function readAndMatch(work: Work, query: CheckedQuery, frame: Frame): Promise<boolean> {
  const { row, table } = frame;
  if (row && table) {
    await Promise.all(query.query.conditions.map(({ path }) => work.reads.prefetch(table, row, path)));
  }
  const extra = await extraValues(work, query, frame);
  return matches(query, row ?? {}, await queryScope(work, query, frame), work.reads.related, extra);
}

/** Names besides columns that a condition uses: state of the page, of the list, or of another list by its id. */
async function extraValues(work: Work, query: CheckedQuery, frame: Frame): Promise<Record<string, Value>> {
  const extra: Record<string, Value> = { ...frame.extra };
  await Promise.all(
    query.query.conditions.map(async ({ path }) => {
      if (path in extra || (frame.table && (path.split('.')[0] ?? '') in frame.table.columns)) return;
      const value = await listName(work, path);
      if (value !== undefined) extra[path] = value;
    }),
  );
  return extra;
}

async function resolveScope(work: Work, scope: Scope, frame: Frame): Promise<ScopeRows> {
  const name = scope.table;
  const table = name === null ? undefined : work.schema.tables[name];
  if (!table || !work.state.maySee(scope.id)) return { around: emptyData, rows: [] };
  const rows =
    scope.kind === 'list' ? await rowsOfList(work, scope, frame) : await singleRow(work, scope, table, frame);
  const numbers = { rows: rows.length, page: work.totals.get(scope.id)?.page ?? 1 };
  const aroundFrame: Frame = { ...frame, extra: { ...frame.extra, ...numbers } };
  const [around, ...filled] = await Promise.all([
    fill(work, scope.around, aroundFrame, '', 0),
    ...rows.map((row, index) => fillRow(work, scope, table, row, index, rows.length, frame)),
  ]);
  return { around: { ...around, values: { ...around.values, ...numbers } }, rows: filled };
}

const emptyData: ScopeData = { id: '', version: 0, values: {}, conditions: {}, scopes: {} };

function fillRow(
  work: Work,
  scope: Scope,
  table: Table,
  row: Row,
  index: number,
  rows: number,
  outer: Frame,
): ScopeData | Promise<ScopeData> {
  const id = row['id'] as string;
  const version = rowVersion(row);
  work.versions.set(id, version);
  const extra: Record<string, Value> = {
    ...outer.extra,
    rows,
    current: rowUrl(table, row) === work.state.path,
  };
  if (scope.kind === 'list') {
    Object.assign(extra, { first: index === 0, last: index === rows - 1, odd: index % 2 === 0, index: index + 1 });
  }
  return fill(work, scope.row, { table, row, extra, outer }, id, version);
}

/** The row's version for optimistic concurrency; a site column named `version` does not shadow it. */
function rowVersion(row: Row): number {
  const version = row['_version'] ?? row['version'];
  return typeof version === 'number' ? version : 0;
}

async function rowsOfList(work: Work, scope: Scope, frame: Frame): Promise<readonly Row[]> {
  if (scope.parent === 0) return await topRows(work, scope);
  const query = listQuery(work, scope);
  return query ? await listRows(work, scope, query, await queryScope(work, query, frame), frame.row) : [];
}

async function singleRow(work: Work, scope: Scope, table: Table, frame: Frame): Promise<readonly Row[]> {
  if (scope.kind === 'nested') {
    const id = scope.relation.kind === 'reference' ? frame.row?.[scope.relation.column] : null;
    const row = typeof id === 'string' ? await work.reads.byId(table.name, id) : undefined;
    return row ? [row] : [];
  }
  if (scope.key !== undefined) {
    const row = await keyedRow(work, table, scope.key);
    if (!row) work.found = false;
    return row ? [row] : [];
  }
  const query = work.page.queries[scope.id];
  if (!query) return [];
  return await work.reads.list(query, await queryScope(work, query, frame), { limit: 1 });
}
