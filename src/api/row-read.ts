import { jsonValue } from '../schema/index.ts';
import type { Row, Table } from '../schema/index.ts';
import type { Action } from '../tables/index.ts';
import { mayTouch, onlyStaff, tableOf } from './access.ts';
import type { ApiContext } from './context.ts';
import { notFound } from './problem.ts';
import { headerOf, json } from './request.ts';
import type { ApiAnswer, Call } from './request.ts';
import { detachedColumns, etagOf, rowJson } from './row-json.ts';

/** `GET /api/TABLE/ID` */
export async function readRow(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const { table, row } = await rowOf(context, call, 'read');
  const etag = etagOf(table, row);
  if (tagsOf(headerOf(call.request, 'if-none-match')).some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag)) {
    return { status: 304, headers: { etag, 'cache-control': 'no-store' }, body: '' };
  }
  return json(200, rowJson(table, row), { etag });
}

/** `GET /api/TABLE/ID/detached`: what the row holds in columns that no page mentions any more. */
export async function readDetached(context: ApiContext, call: Call): Promise<ApiAnswer> {
  await onlyStaff(context, call);
  const { table, row } = await rowOf(context, call, 'read');
  const kept = await context.tables.snapshot((reader) => reader.detachedOf(table.name, String(row['id'])));
  const values = detachedColumns(table).map(({ name, type }) => [name, jsonValue(type, kept?.[name] ?? null)]);
  return json(200, { values: Object.fromEntries(values) });
}

/** The row that a call names. One that the actor may not touch is as if it did not exist. */
export async function rowOf(
  context: ApiContext,
  call: Call,
  action: Action,
): Promise<{ readonly table: Table; readonly row: Row }> {
  const { table } = await tableOf(context, call, action);
  const id = call.parameters['id'] ?? '';
  const row = await context.tables.snapshot((reader) => reader.byId(table.name, id));
  if (!row || !mayTouch(context, call.actor, action, table, row)) throw noRow(table, id);
  return { table, row };
}

export function noRow(table: Table, id: string): Error {
  return notFound(`${table.name} has no row ${id}.`);
}

/** The entity tags of `If-Match` or `If-None-Match` (RFC 9110, 13.1). */
export function tagsOf(header: string | undefined): readonly string[] {
  return header?.match(/\*|(?:W\/)?"[^"]*"/g) ?? [];
}
