import type { Needs, PageData, Pagination, Scope, ScopeData, ScopeRows } from '../html/index.ts';
import { checkQuery, matches, narrowQuery, pageWindow, parseQuery } from '../query/index.ts';
import type { CheckedQuery, QueryScope } from '../query/index.ts';
import { canonicalText, relationOf, systemColumn } from '../schema/index.ts';
import type { Row, Schema, Table, Value } from '../schema/index.ts';
import type { SitePage } from '../site/index.ts';
import type { ListOptions } from '../tables/index.ts';
import { paginationOf } from './pagination.ts';
import { aggregateOf } from './reads.ts';
import type { PageReads } from './reads.ts';
import type { PageState } from './state.ts';

/** What resolving found besides the data: whether the page's own row exists, and the versions of rows with forms. */
export interface Resolved {
  readonly data: Omit<PageData, 'form'>;
  /** False: `data-row="dish?slug"` found no row, the answer is 404. */
  readonly found: boolean;
  /** Versions of the rows that were resolved, by id, for the addresses of their forms. */
  readonly versions: ReadonlyMap<string, number>;
}

/** Values known at one place of the page: a row and the names around it. */
interface Frame {
  readonly table: Table | null;
  readonly row: Row | null;
  readonly extra: Readonly<Record<string, Value>>;
  readonly outer: Frame | null;
}

/** Pages through a list of this many rows at most when the author set no limit. */
const ROWS_MAX = 10_000;

interface Work {
  readonly page: SitePage;
  readonly schema: Schema;
  readonly reads: PageReads;
  readonly state: PageState;
  readonly versions: Map<string, number>;
  /** Rows in all of each list, where something pages through it. */
  readonly totals: Map<number, { total: number; pageSize: number; page: number }>;
  /** Top-level lists by their `id` attribute, for `{orders.rows}`. */
  readonly lists: Map<number, Promise<ScopeRows>>;
  found: boolean;
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
    lists: new Map(),
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

/** Evaluates one place's paths, conditions and inner scopes. */
async function fill(work: Work, needs: Needs, frame: Frame, id: string, version: number): Promise<ScopeData> {
  const values: Record<string, Value> = {};
  const conditions: Record<number, boolean> = {};
  const scopes: Record<number, ScopeRows> = {};
  await Promise.all([
    ...needs.paths.map(async ({ path }) => {
      values[path] = await valueOf(work, frame, path);
    }),
    ...needs.conditions.map(async (need) => {
      const formNames = need.form === undefined ? {} : work.state.formNames(need.form, id);
      conditions[need.id] = await holds(work, need.id, { ...frame, extra: { ...frame.extra, ...formNames } });
    }),
    ...needs.scopes.map(async (inner) => {
      scopes[inner] = await resolveScope(work, scopeOf(work, inner), frame);
    }),
  ]);
  return { id, version, values, conditions, scopes };
}

async function holds(work: Work, conditionId: number, frame: Frame): Promise<boolean> {
  const query = work.page.conditions[conditionId];
  if (!query) return false;
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

/** The operands of a query, fetched before it runs. */
async function queryScope(work: Work, query: CheckedQuery, frame: Frame): Promise<QueryScope> {
  const values = new Map<string, Value>();
  await Promise.all(
    query.scopePaths.map(async (path) => {
      values.set(path, await valueOf(work, frame, path));
    }),
  );
  return scopeWith(work, (path) => values.get(path) ?? null);
}

function scopeWith(work: Work, value: (path: string) => Value): QueryScope {
  const { nowMs, today, timeZone } = work.state;
  return { value, nowMs, today, timeZone };
}

async function valueOf(work: Work, frame: Frame, path: string): Promise<Value> {
  for (let at: Frame | null = frame; at; at = at.outer) {
    const value = await ownValue(work, at, path);
    if (value !== undefined) return value;
  }
  return (await listName(work, path)) ?? null;
}

/** The value of a path at one frame; undefined when the frame does not know the name. */
async function ownValue(work: Work, frame: Frame, path: string): Promise<Value | undefined> {
  const { table, row } = frame;
  if (table && row) {
    const aggregate = aggregateOf(path);
    if (aggregate) return await aggregateValue(work, table, row, aggregate);
    if (path in table.columns) return row[path] ?? null;
    if (path === 'url') return rowUrl(table, row);
    const dot = path.indexOf('.');
    if (dot > 0) {
      const related = await relatedRow(work, table, row, path.slice(0, dot));
      if (related !== undefined) {
        if (related === null) return null;
        return (await ownValue(work, { ...related, extra: {}, outer: null }, path.slice(dot + 1))) ?? null;
      }
    }
  }
  return frame.extra[path];
}

/** The row a reference leads to; null when it leads nowhere, undefined when there is no such reference. */
async function relatedRow(
  work: Work,
  table: Table,
  row: Row,
  name: string,
): Promise<{ table: Table; row: Row } | null | undefined> {
  const relation = relationOf(work.schema, table, name);
  const other = relation && work.schema.tables[relation.table];
  if (!other || relation.kind !== 'reference') return undefined;
  const id = row[relation.column];
  const found = typeof id === 'string' ? await work.reads.byId(relation.table, id) : undefined;
  return found ? { table: other, row: found } : null;
}

async function aggregateValue(
  work: Work,
  table: Table,
  row: Row,
  aggregate: NonNullable<ReturnType<typeof aggregateOf>>,
): Promise<Value | undefined> {
  const [name = '', column] = aggregate.path.split('.');
  const relation = relationOf(work.schema, table, name);
  if (!relation || relation.kind === 'reference') return undefined;
  const held = relation.kind === 'references' ? row[relation.column] : null;
  const rows =
    relation.kind === 'children'
      ? await work.reads.children(relation.table, relation.column, row['id'] as string)
      : await Promise.all(((held ?? []) as readonly string[]).map((id) => work.reads.byId(relation.table, id)));
  if (aggregate.kind === 'count') return rows.filter((other) => other !== undefined).length;
  const values = rows.map((other) => (column === undefined ? null : (other?.[column] ?? null)));
  return combine(aggregate.kind, values);
}

function combine(kind: 'sum' | 'min' | 'max', values: readonly Value[]): Value {
  const present = values.filter((value) => typeof value === 'number' || typeof value === 'string');
  if (kind === 'sum') return present.reduce<number>((sum, value) => sum + Number(value), 0);
  if (present.length === 0) return null;
  return present.reduce((best, value) => ((kind === 'min') === value < best ? value : best));
}

/** Path of a row's own page, root-relative; null where its rows have none. */
export function rowUrl(table: Table, row: Row): string | null {
  const slug = row['slug'];
  return table.page && typeof slug === 'string' ? table.page.prefix + encodeURIComponent(slug) : null;
}

/** `{orders.rows}` and `{orders.page}`: numbers of another list of the page, by its id. */
async function listName(work: Work, path: string): Promise<Value | undefined> {
  const match = /^(.+)\.(rows|page)$/.exec(path);
  const scope = match && work.page.template.scopes.find((one) => one.elementId === match[1] && one.parent === 0);
  if (!scope) return undefined;
  const rows = await topList(work, scope);
  return rows.around.values[match[2]!] ?? null;
}

/** A list of the page itself is read once, however many places ask for it. */
function topList(work: Work, scope: Scope): Promise<ScopeRows> {
  let list = work.lists.get(scope.id);
  if (!list) {
    const frame: Frame = { table: null, row: null, extra: work.state.names, outer: null };
    list = readScope(work, scope, frame);
    work.lists.set(scope.id, list);
  }
  return list;
}

function resolveScope(work: Work, scope: Scope, frame: Frame): Promise<ScopeRows> {
  return scope.parent === 0 ? topList(work, scope) : readScope(work, scope, frame);
}

async function readScope(work: Work, scope: Scope, frame: Frame): Promise<ScopeRows> {
  const name = scope.table;
  const table = name === null ? undefined : work.schema.tables[name];
  if (!table || !work.state.maySee(scope.id)) return { around: emptyData, rows: [] };
  const rows = scope.kind === 'list' ? await listRows(work, scope, frame) : await singleRow(work, scope, table, frame);
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
): Promise<ScopeData> {
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

async function listRows(work: Work, scope: Scope, frame: Frame): Promise<readonly Row[]> {
  const listed = work.state.filtered(scope.id) ?? work.page.queries[scope.id];
  const query = listed && work.state.ownOnly(scope.id) ? ownRows(work, listed) : listed;
  if (!query) return [];
  const scopeValues = await queryScope(work, query, frame);
  const options = await pageOf(work, scope, query, scopeValues);
  const rows = await work.reads.list(query, scopeValues, options);
  if (scope.relation.kind !== 'references') return rows;
  return linkedRows(frame.row?.[scope.relation.column], rows, query);
}

/** Rows of a many-reference, in the order of the reference unless the query sorts them. */
function linkedRows(held: Value | undefined, rows: readonly Row[], query: CheckedQuery): readonly Row[] {
  const ids = Array.isArray(held) ? (held as readonly string[]) : [];
  const linked = rows.filter((row) => ids.includes(row['id'] as string));
  if (query.query.sort.length > 0) return linked;
  return linked.sort((a, b) => ids.indexOf(a['id'] as string) - ids.indexOf(b['id'] as string));
}

async function pageOf(work: Work, scope: Scope, query: CheckedQuery, values: QueryScope): Promise<ListOptions> {
  const { limit, page: written } = pageWindow(query, values);
  if (limit === undefined) return { limit: ROWS_MAX };
  const parameter = work.page.pageParameters[scope.id];
  const asked = (parameter === undefined ? undefined : work.state.pageNumber(parameter)) ?? written;
  const paged = work.page.template.paginations.some((one) => one.controls === scope.elementId);
  let page = asked;
  if (paged) {
    const total = await work.reads.count(query, values);
    page = Math.min(page, Math.max(1, Math.ceil(total / limit)));
    work.totals.set(scope.id, { total, pageSize: limit, page });
  }
  return { limit, offset: (page - 1) * limit };
}

/** Narrows a query to the rows that the actor made. */
function ownRows(work: Work, query: CheckedQuery): CheckedQuery | undefined {
  const author = query.table && systemColumn(query.table, 'author');
  const parsed = author ? parseQuery(`${author.name}=${encodeURIComponent(work.state.actor.id)}`) : undefined;
  const narrowed = parsed?.ok ? narrowQuery(query, parsed.value, { schema: work.schema }) : undefined;
  return narrowed?.ok ? narrowed.value : undefined;
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

/** The row that the URL names. Looked up by predicate, so that its coming and going both count as changes. */
async function keyedRow(work: Work, table: Table, key: string): Promise<Row | undefined> {
  const value = work.state.key;
  if (value === undefined) return await firstRow(work, table);
  const parsed = parseQuery(`${key}={key}&limit=1`);
  const checked = parsed.ok
    ? checkQuery(parsed.value, table, { schema: work.schema, scopeType: () => ({ kind: 'text' }) })
    : parsed;
  if (!checked.ok) return undefined;
  const scope = scopeWith(work, () => value);
  const rows = await work.reads.list(checked.value, scope, { limit: 2 });
  // Text compares folded, but an address names one row: only the exact spelling counts.
  const type = table.columns[key]?.type ?? { kind: 'text' };
  return rows.find((row) => canonicalText(type, row[key] ?? null) === value);
}

/** The sample file's own address, where its name is no row's key, shows the table's first row. */
async function firstRow(work: Work, table: Table): Promise<Row | undefined> {
  const parsed = parseQuery('');
  const checked = parsed.ok ? checkQuery(parsed.value, table, { schema: work.schema }) : parsed;
  if (!checked.ok) return undefined;
  const scope = scopeWith(work, () => null);
  return (await work.reads.list(checked.value, scope, { limit: 1 }))[0];
}

/** On a row's page, a navigation that pages through no list leads to the rows before and after, in the table's order. */
async function neighbours(work: Work): Promise<Record<number, Pagination>> {
  const places = work.page.template.paginations.filter(({ controls }) => controls === '');
  const { detail } = work.page;
  const table = detail && work.schema.tables[detail.table];
  if (places.length === 0 || !table || !work.found) return {};
  const row = await keyedRow(work, table, detail.key);
  const before = row && (await nextRow(work, table, row, true));
  const after = row && (await nextRow(work, table, row, false));
  const href = (other: Row | undefined): string | null => (other ? rowUrl(table, other) : null);
  const [prev, next] = [href(before), href(after)];
  const pagination: Pagination = { ...(prev === null ? {} : { prev }), ...(next === null ? {} : { next }), pages: [] };
  return Object.fromEntries(places.map(({ index }) => [index, pagination]));
}

/** The row before or after in hand-made order. Positions are unique: the default is the id, a move takes a midpoint. */
async function nextRow(work: Work, table: Table, row: Row, backwards: boolean): Promise<Row | undefined> {
  const position = systemColumn(table, 'position')?.name;
  const here = position === undefined ? null : row[position];
  if (position === undefined || typeof here !== 'string') return undefined;
  const [bound, sort] = backwards ? ['max', `-${position}`] : ['min', position];
  const parsed = parseQuery(`${position}.${bound}=${encodeURIComponent(here)}&sort=${sort}`);
  const checked = parsed.ok ? checkQuery(parsed.value, table, { schema: work.schema }) : parsed;
  if (!checked.ok) return undefined;
  const rows = await work.reads.list(
    checked.value,
    scopeWith(work, () => null),
    { limit: 2 },
  );
  return rows.find((other) => other['id'] !== row['id']);
}
