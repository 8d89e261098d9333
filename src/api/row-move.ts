import { checkQuery } from '../query/index.ts';
import type { Row, Table } from '../schema/index.ts';
import { positionBetween } from '../tables/index.ts';
import { readJson } from './body.ts';
import { queryScope } from './context.ts';
import type { ApiContext } from './context.ts';
import { parseBody } from './parse-body.ts';
import { invalid } from './problem.ts';
import { json } from './request.ts';
import type { ApiAnswer, Call } from './request.ts';
import { etagOf, rowJson } from './row-json.ts';
import { rowOf } from './row-read.ts';
import { changeHeader, positionName, writeAll } from './row-write.ts';

/** `POST /api/TABLE/ID/move`: puts a row behind or before another in the hand-made order, at its beginning or end. */
export async function moveRow(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const { table, row } = await rowOf(context, call, 'update');
  const asked = await parseBody((contracts) => contracts.move, await readJson(call.request));
  const position = positionName(table);
  const place =
    'after' in asked
      ? await placeBeside(context, table, row, { id: asked.after, side: 'behind' })
      : await placeBeside(context, table, row, { id: asked.before, side: 'before' });
  const values = { [position]: place };
  const id = String(row['id']);
  const outcome = await writeAll(
    context,
    call,
    table,
    [{ operation: 'update', table: table.name, id, values }],
    values,
  );
  const moved = outcome.rows[0]!;
  return json(200, rowJson(table, moved), { ...changeHeader(outcome), etag: etagOf(table, moved) });
}

/** Where a row is to go: beside the row with this id; without one behind nothing, or before nothing. */
interface Beside {
  readonly id: string | null;
  readonly side: 'behind' | 'before';
}

async function placeBeside(context: ApiContext, table: Table, row: Row, { id, side }: Beside): Promise<string> {
  const { tables } = context;
  const position = positionName(table);
  const sort = side === 'behind' ? [] : [{ path: position, descending: true }];
  const everything = checkQuery({ conditions: [], sort }, table, { schema: tables.schema });
  if (!everything.ok) throw new Error(`Table ${table.name} cannot be listed.`);
  return await tables.snapshot(async (reader) => {
    const beside = id === null ? undefined : await reader.byId(table.name, id);
    if (id !== null && !beside) {
      const field = side === 'behind' ? 'after' : 'before';
      throw invalid([{ field, code: 'reference', message: 'The row it should go beside is not there.' }]);
    }
    const next = await reader.list(everything.value, queryScope(context), {
      limit: 2,
      ...(beside && { after: beside }),
    });
    const other = next.find((each) => each['id'] !== row['id']);
    const [before, after] = side === 'behind' ? [beside, other] : [other, beside];
    return between(String(before?.[position] ?? ''), after ? String(after[position]) : null);
  });
}

/** Where two rows came to stand at the very same place, there is nothing between them: it goes right behind both. */
function between(before: string, after: string | null): string {
  return positionBetween(before, after !== null && before >= after ? `${before}~` : after);
}
