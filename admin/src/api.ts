import type {
  Change,
  ChangePage,
  HistoryPage,
  Reading,
  Row,
  RowPage,
  Schema,
  Session,
  SiteFacts,
  Summary,
  Value,
} from './api-types.ts';
import { request, send } from './request.ts';

/*
 * Every call the admin makes. What the server answers is described in its own OpenAPI document; this file is the only
 * one that knows its paths.
 */

/** Null when nobody is signed in. */
export async function readSession(): Promise<Session | null> {
  return signedIn(await request('/session'));
}

export async function signIn(credentials: {
  readonly email: string;
  readonly password: string;
}): Promise<Session | null> {
  return signedIn(await request('/session', { method: 'POST', body: credentials }));
}

export async function signOut(): Promise<void> {
  await request('/session', { method: 'DELETE' });
}

/** Makes the first account with the token of the link that the terminal printed, and signs it in. */
export async function setUp(owner: {
  readonly token: string;
  readonly email: string;
  readonly password: string;
}): Promise<Session | null> {
  return signedIn(await request('/setup', { method: 'POST', body: owner }));
}

type SessionAnswer = Session | { readonly user: null };

function signedIn(answer: SessionAnswer): Session | null {
  return answer.user === null ? null : answer;
}

export function readSchema(): Promise<Schema> {
  return request('/schema');
}

export function readSite(): Promise<SiteFacts> {
  return request('/site');
}

export interface ListOptions {
  /** The `next` of the page before. */
  readonly after?: string | null | undefined;
  /** Ask how many rows there are in all. */
  readonly total?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** `query` is written in the one query grammar. */
export function listRows(table: string, query: URLSearchParams, options: ListOptions = {}): Promise<RowPage> {
  const asked = new URLSearchParams(query);
  if (typeof options.after === 'string') asked.set('_after', options.after);
  if (options.total === true) asked.set('_total', 'true');
  return request(tablePath(table), { query: asked, signal: options.signal });
}

export function readRow(table: string, id: string, signal?: AbortSignal): Promise<Row> {
  return request(rowPath(table, id), { signal });
}

/** What a row holds in columns that no page mentions any more. */
export async function readDetached(table: string, id: string, signal?: AbortSignal): Promise<Values> {
  return (await request<{ readonly values: Values }>(`${rowPath(table, id)}/detached`, { signal })).values;
}

export type Values = Readonly<Record<string, Value>>;

/** A row as it is after a write, and the change that made it so. */
export interface Written {
  readonly row: Row;
  readonly change: Change | null;
}

export async function createRow(table: string, values: Values): Promise<Written> {
  return written(await send(tablePath(table), { method: 'POST', body: values }));
}

/** Only where the row still has this version; else throws a problem that holds the row as it is. */
export async function updateRow(table: string, id: string, version: number, values: Values): Promise<Written> {
  return written(await send(rowPath(table, id), { method: 'PATCH', body: values, version }));
}

function written({ json, headers }: { readonly json: unknown; readonly headers: Headers }): Written {
  const change = headers.get('backlot-change');
  return { row: json as Row, change: change === null ? null : Number(change) };
}

/** Deletes rows, with what belongs to them, as one change. */
export async function deleteRows(table: string, ids: readonly string[]): Promise<Change | null> {
  const query = new URLSearchParams(ids.map((id) => ['id', id]));
  return (await request<{ readonly change: Change | null }>(tablePath(table), { method: 'DELETE', query })).change;
}

/** Takes a change back, as a new change. */
export async function undoChange(change: Change): Promise<void> {
  await request(`/changes/${change}/undo`, { method: 'POST' });
}

/** Puts a row beside another in the order made by hand; null stands for the end on that side. */
export async function moveRow(
  table: string,
  id: string,
  place: { readonly after: string | null } | { readonly before: string | null },
): Promise<Change | null> {
  return written(await send(`${rowPath(table, id)}/move`, { method: 'POST', body: place })).change;
}

/** What became of a row, the newest first; `after` is the `next` of the part before. */
export function readHistory(
  table: string,
  id: string,
  after: string | null,
  signal?: AbortSignal,
): Promise<HistoryPage> {
  return request(`${rowPath(table, id)}/history`, { query: part(new URLSearchParams({ limit: '15' }), after), signal });
}

export interface ChangesAsked {
  readonly table?: string | undefined;
  /** Id of a user. */
  readonly actor?: string | undefined;
  readonly operation?: 'delete' | undefined;
  readonly limit?: number;
}

/** What people have changed, the newest first. */
export function listChanges(asked: ChangesAsked, after: string | null, signal?: AbortSignal): Promise<ChangePage> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) if (value !== undefined) query.set(name, String(value));
  return request('/changes', { query: part(query, after), signal });
}

function part(query: URLSearchParams, after: string | null): URLSearchParams {
  if (after !== null) query.set('_after', after);
  return query;
}

export function readReading(): Promise<Reading> {
  return request('/me/reading');
}

/** Marks rows as read or unread, or all up to a moment as read. */
export function changeReading(marks: Partial<Reading>): Promise<Reading> {
  return request('/me/reading', { method: 'POST', body: marks });
}

/** What was kept as spam becomes what its form makes. */
export function releaseSpam(id: string): Promise<{ readonly table: string; readonly row: Row }> {
  return request(`/_spam/${encodeURIComponent(id)}/release`, { method: 'POST' });
}

export function readSummary(signal?: AbortSignal): Promise<Summary> {
  return request('/summary', { signal });
}

/** Under `tables/` no table is mistaken for a resource of another kind. */
function tablePath(table: string): string {
  return `/tables/${encodeURIComponent(table)}`;
}

function rowPath(table: string, id: string): string {
  return `${tablePath(table)}/${encodeURIComponent(id)}`;
}
