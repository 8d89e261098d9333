import { checkQuery, narrowQuery, pageWindow, parseQuery } from '../query/index.ts';
import type { CheckedQuery, CheckOptions, Query } from '../query/index.ts';
import { systemColumn } from '../schema/index.ts';
import type { Row, Table } from '../schema/index.ts';
import type { Diagnostic } from '../std/index.ts';
import { mayReadColumn, tableOf } from './access.ts';
import { queryScope } from './context.ts';
import type { ApiContext } from './context.ts';
import { formatCursor, parseCursor } from './cursor.ts';
import { ProblemError } from './problem.ts';
import { json } from './request.ts';
import type { ApiAnswer, Call } from './request.ts';
import { rowJson } from './row-json.ts';

const limitDefault = 50;
export const rowsPerPageMax = 500;

/**
 * `GET /api/TABLE`: rows that a query finds, in its order. Parameters of ours begin with `_`, as no site's column does:
 * `_after` is the `next` of the part before, `_total` asks how many there are in all.
 */
export async function listRows(options: ApiContext, call: Call): Promise<ApiAnswer> {
  const { table, rows, ...page } = await findRows(options, call);
  return json(200, { rows: rows.map((row) => rowJson(table, row)), ...page });
}

interface FoundRows {
  readonly table: Table;
  readonly rows: readonly Row[];
  readonly next: string | null;
  readonly total?: number | null;
}

/** The rows of the table that a call names, as its query asks for them. */
export async function findRows(options: ApiContext, call: Call): Promise<FoundRows> {
  const { table, decision } = await tableOf(options, call, 'read');
  const { query: written, after, total } = ownParameters(call.request.query);
  const query = checked(options, call, table, written, decision.own);
  const scope = queryScope(options);
  const window = pageWindow(query, scope);
  const limit = window.limit ?? limitDefault;
  if (limit > rowsPerPageMax) throw badQuery('limit', `limit may be at most ${rowsPerPageMax}.`);
  const cursor = after === undefined ? { offset: (window.page - 1) * limit } : parseCursor(after, query, table);
  if (!cursor) throw badQuery('_after', 'This is not the `next` of a list in the same order.');
  if (after !== undefined && window.page > 1) throw badQuery('_after', 'Use either page or _after.');
  // One more than asked for tells whether there are more.
  const [found, count] = await options.tables.snapshot(async (reader) => [
    await reader.list(query, scope, { limit: limit + 1, ...cursor }),
    total ? await reader.count(query, scope) : null,
  ]);
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const offset = ('offset' in cursor ? cursor.offset : 0) + limit;
  const next = found.length > limit && last ? formatCursor(query, table, last, offset) : null;
  return { table, rows, next, ...(total && { total: count }) };
}

interface OwnParameters {
  /** What is left for the grammar. */
  readonly query: string;
  readonly after?: string;
  readonly total: boolean;
}

function ownParameters(query: string): OwnParameters {
  const left: string[] = [];
  let after: string | undefined;
  let total = false;
  for (const part of query.split('&')) {
    const [name = '', value = ''] = part.split('=', 2);
    if (name === '_after' && value !== '') after = value;
    else if (name === '_total') total = value !== 'false' && value !== '0';
    else if (name !== '_after') left.push(part);
  }
  return { query: left.join('&'), total, ...(after !== undefined && { after }) };
}

/** The query, checked as this actor may ask it; with `own`, only of rows they made. */
function checked(options: ApiContext, { actor }: Call, table: Table, written: string, own: boolean): CheckedQuery {
  const parsed = parseQuery(written);
  if (!parsed.ok) throw badQueries(parsed.errors);
  const check: CheckOptions = { schema: options.tables.schema, mayRead: mayReadColumn(options, actor) };
  const answer = own
    ? narrowQuery(ownQuery(options, table, actor.id), parsed.value, check)
    : checkQuery(parsed.value, table, check);
  if (!answer.ok) throw badQueries(answer.errors);
  return answer.value;
}

function ownQuery({ tables }: ApiContext, table: Table, actorId: string): CheckedQuery {
  const path = systemColumn(table, 'author')?.name ?? 'author';
  const query: Query = {
    conditions: [{ path, operator: 'eq', operands: [{ kind: 'text', text: actorId }] }],
    sort: [],
  };
  const answer = checkQuery(query, table, { schema: tables.schema });
  if (!answer.ok) throw new Error(`Table ${table.name} has no authors.`);
  return answer.value;
}

function badQueries(errors: readonly Diagnostic[]): ProblemError {
  return new ProblemError(400, {
    code: 'query',
    detail: errors.map(({ message, fix }) => (fix === undefined ? message : `${message} ${fix}`)).join(' '),
    errors: errors.map(({ code, message }) => ({ field: '', code, message })),
  });
}

function badQuery(field: string, message: string): ProblemError {
  return new ProblemError(400, { code: 'query', detail: message, errors: [{ field, code: 'query', message }] });
}
