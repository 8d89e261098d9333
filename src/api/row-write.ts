import { systemColumn, valueFromJson } from '../schema/index.ts';
import type { Row, Table, Value } from '../schema/index.ts';
import type { RowWrite, WriteOutcome } from '../tables/index.ts';
import { mayTouch, tableOf } from './access.ts';
import { readJson } from './body.ts';
import type { ApiContext } from './context.ts';
import { adoptUploads } from './files.ts';
import { loadContracts } from './parse-body.ts';
import { invalid, notFound, ProblemError } from './problem.ts';
import { headerOf, json } from './request.ts';
import type { ApiAnswer, Call } from './request.ts';
import { etagOf, rowJson, versionName, versionOf } from './row-json.ts';
import { noRow, rowOf, tagsOf } from './row-read.ts';

type Values = Readonly<Record<string, Value>>;
type Written = Extract<WriteOutcome, { ok: true }>;

/** How many rows one request may delete. */
const deletedMax = 500;

/** `POST /api/TABLE`: 201 with the row. */
export async function createRow(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const { table } = await tableOf(context, call, 'insert');
  const { values } = await readValues(context, call, table, 'insert');
  const write: RowWrite = { operation: 'insert', table: table.name, values };
  const outcome = await writeAll(context, call, table, [write], values);
  const row = outcome.rows[0]!;
  const location = `${context.path}/${call.request.path.split('/').slice(1).join('/')}/${String(row['id'])}`;
  return json(201, rowJson(table, row), { ...changeHeader(outcome), etag: etagOf(table, row), location });
}

/** `PATCH /api/TABLE/ID`: the columns in the body are set, the others stay (RFC 7396 for plain values). */
export async function updateRow(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const { table, row } = await rowOf(context, call, 'update');
  const { values, version } = await readValues(context, call, table, 'update');
  const expected = expectedVersion(call, table, row, values);
  if (expected === undefined && version !== undefined && version !== versionOf(table, row)) {
    throw moved(409, table, row, values);
  }
  const seen = expected ?? version;
  const write: RowWrite = {
    operation: 'update',
    table: table.name,
    id: String(row['id']),
    values,
    ...(seen !== undefined && { version: seen }),
  };
  const outcome = await writeAll(context, call, table, [write], values, expected === undefined ? 409 : 412);
  const after = outcome.rows[0]!;
  return json(200, rowJson(table, after), { ...changeHeader(outcome), etag: etagOf(table, after) });
}

/** `DELETE /api/TABLE/ID`: with the rows that are its children. */
export async function deleteRow(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const { table, row } = await rowOf(context, call, 'delete');
  const version = expectedVersion(call, table, row, null);
  const write: RowWrite = {
    operation: 'delete',
    table: table.name,
    id: String(row['id']),
    ...(version !== undefined && { version }),
  };
  const outcome = await writeAll(context, call, table, [write], null, 412);
  return json(200, { change: outcome.group ?? null }, changeHeader(outcome));
}

/** `DELETE /api/TABLE?id=A&id=B`: several rows as one change, which can be undone as one. */
export async function deleteRows(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const { table } = await tableOf(context, call, 'delete');
  const asked = new URLSearchParams(call.request.query);
  const ids = [...new Set(asked.getAll('id'))];
  const others = [...asked.keys()].filter((name) => name !== 'id');
  if (others.length > 0 || ids.length === 0 || ids.length > deletedMax) {
    const detail = `Name the rows to delete as id=…, at most ${deletedMax} of them, and nothing else.`;
    throw new ProblemError(400, { code: 'query', detail });
  }
  const rows = await context.tables.snapshot(async (reader) => {
    const found: (Row | undefined)[] = [];
    for (const id of ids) found.push(await reader.byId(table.name, id));
    return found;
  });
  for (const [index, row] of rows.entries()) {
    if (!row || !mayTouch(context, call.actor, 'delete', table, row)) throw noRow(table, ids[index]!);
  }
  const writes = ids.map((id): RowWrite => ({ operation: 'delete', table: table.name, id }));
  const outcome = await writeAll(context, call, table, writes, null);
  return json(200, { change: outcome.group ?? null }, changeHeader(outcome));
}

/** Writes, or says in a problem why not. `status` is that of a version that has moved on. */
export async function writeAll(
  { tables }: ApiContext,
  { actor }: Call,
  table: Table,
  writes: readonly RowWrite[],
  submitted: Values | null,
  status: 409 | 412 = 409,
): Promise<Written> {
  const outcome = await tables.write(actor, writes);
  if (outcome.ok) {
    // Whoever loads a page next sees it there.
    await tables.feed.reached(outcome.position);
    return outcome;
  }
  if (outcome.reason === 'version') throw moved(status, table, outcome.current, submitted);
  if (outcome.reason === 'missing') throw noRow(table, writes[outcome.write]?.id ?? '');
  throw invalid(outcome.columns.map(({ column, reason, message }) => ({ field: column, code: reason, message })));
}

/** Which change it was, for undoing it. */
export function changeHeader({ group }: Written): Readonly<Record<string, string>> {
  return group === undefined ? {} : { 'backlot-change': String(group) };
}

/** Somebody else was faster: both what is there and what was sent. */
export function moved(status: 409 | 412, table: Table, current: Row, submitted: Values | null): ProblemError {
  return new ProblemError(status, {
    code: 'version',
    detail: 'Somebody else has changed this row in the meantime.',
    more: {
      current: rowJson(table, current),
      submitted: submitted && rowJsonPart(table, submitted),
    },
    headers: { etag: etagOf(table, current) },
  });
}

function rowJsonPart(table: Table, values: Values): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(rowJson(table, values)).filter(([name]) => Object.hasOwn(values, name)));
}

/** The version that `If-Match` asks for; undefined without one. Throws 412 where it cannot be met. */
function expectedVersion(call: Call, table: Table, row: Row, submitted: Values | null): number | undefined {
  const header = headerOf(call.request, 'if-match');
  if (header === undefined) return undefined;
  const tags = tagsOf(header);
  // Weak tags never match here (RFC 9110, 13.1.1).
  if (!tags.includes('*') && !tags.includes(etagOf(table, row))) throw moved(412, table, row, submitted);
  return versionOf(table, row);
}

async function readValues(
  context: ApiContext,
  call: Call,
  table: Table,
  operation: 'insert' | 'update',
): Promise<{ readonly values: Values; readonly version?: number }> {
  const body = await readJson(call.request);
  const { parseContract, rowContracts } = await loadContracts();
  const parsed = parseContract(rowContracts(table)[operation], body);
  if (!parsed.ok) throw invalid(parsed.problems);
  const key = versionName(table);
  const values: Record<string, Value> = {};
  for (const [name, json] of Object.entries(parsed.value)) {
    if (name === key || json === undefined) continue;
    const value = valueFromJson(table.columns[name]!.type, json);
    if (value !== undefined) values[name] = value;
  }
  await adoptUploads(context, table, values);
  const version = parsed.value[key];
  return typeof version === 'number' ? { values, version } : { values };
}

/** The name of the column that holds a row's place in the hand-made order. */
export function positionName(table: Table): string {
  const column = systemColumn(table, 'position');
  if (!column) throw notFound(`${table.name} has no order.`);
  return column.name;
}
