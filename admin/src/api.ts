import type { Change, Row, RowPage, Schema, Session, SiteFacts, Value } from './api-types.ts';
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

/** Under `tables/` no table is mistaken for a resource of another kind. */
function tablePath(table: string): string {
  return `/tables/${encodeURIComponent(table)}`;
}

function rowPath(table: string, id: string): string {
  return `${tablePath(table)}/${encodeURIComponent(id)}`;
}
