import { releasedWrite } from '../pages/index.ts';
import { decide, denied, tableOf } from './access.ts';
import type { ApiContext } from './context.ts';
import { ProblemError } from './problem.ts';
import { json } from './request.ts';
import type { ApiAnswer, Call } from './request.ts';
import { etagOf, rowJson } from './row-json.ts';
import { rowOf } from './row-read.ts';
import { changeHeader, writeAll } from './row-write.ts';
import { tablePath } from './schema-answer.ts';

const SPAM = '_spam';

/** `POST /api/_spam/ID/release`: it is none. It becomes the row that its form makes, in one change. 201 with the row. */
export async function releaseSpam(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const spamCall: Call = { ...call, parameters: { ...call.parameters, table: SPAM } };
  await tableOf(context, spamCall, 'delete');
  const { row } = await rowOf(context, spamCall, 'delete');
  const { schema } = context.tables;
  const write = releasedWrite(context.site(), schema, row);
  const table = write && schema.tables[write.table];
  if (!write || !table) {
    throw new ProblemError(409, {
      code: 'no-form',
      detail: 'The form that this was sent with is not on the site any more, so there is no table for it.',
    });
  }
  if (!decide(context, call.actor, 'insert', table).allowed) throw await denied(context, call);
  const id = String(row['id']);
  const outcome = await writeAll(
    context,
    call,
    table,
    [write, { operation: 'delete', table: SPAM, id, version: Number(row['version']) }],
    null,
  );
  const made = outcome.rows[0]!;
  const location = `${tablePath(context.path, table)}/${String(made['id'])}`;
  return json(
    201,
    { table: table.name, row: rowJson(table, made) },
    { ...changeHeader(outcome), etag: etagOf(table, made), location },
  );
}
