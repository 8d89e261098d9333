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

/** `POST /api/TABLE/ID/move`: puts a row behind another in the hand-made order, or at the beginning. */
export async function moveRow(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const { table, row } = await rowOf(context, call, 'update');
  const { after } = await parseBody((contracts) => contracts.move, await readJson(call.request));
  const position = positionName(table);
  const place = await placeBehind(context, table, row, after);
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

async function placeBehind(context: ApiContext, table: Table, row: Row, afterId: string | null): Promise<string> {
  const { tables } = context;
  const position = positionName(table);
  const everything = checkQuery({ conditions: [], sort: [] }, table, { schema: tables.schema });
  if (!everything.ok) throw new Error(`Table ${table.name} cannot be listed.`);
  return await tables.snapshot(async (reader) => {
    const before = afterId === null ? undefined : await reader.byId(table.name, afterId);
    if (afterId !== null && !before) {
      throw invalid([{ field: 'after', code: 'reference', message: 'The row it should go behind is not there.' }]);
    }
    const next = await reader.list(everything.value, queryScope(context), {
      limit: 2,
      ...(before && { after: before }),
    });
    const behind = next.find(({ id }) => id !== row['id']);
    return between(String(before?.[position] ?? ''), behind ? String(behind[position]) : null);
  });
}

/** Where two rows came to stand at the very same place, there is nothing between them: it goes right behind both. */
function between(before: string, after: string | null): string {
  return positionBetween(before, after !== null && before >= after ? `${before}~` : after);
}
