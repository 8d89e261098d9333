import type { Row, Value } from '../schema/index.ts';
import type { Actor, RowWrite, Tables, WriteOutcome } from '../tables/index.ts';
import { authorRow, versionSeen } from './author-reader.ts';
import type { Writer, Written } from './public.ts';
import { tableNamed } from './where.ts';

const system: Actor = { kind: 'system', id: 'system', roles: [] };

/** What writes for an author's code outside a change: each call is a change of its own. */
export function authorWriter(tables: Tables, actor: Actor = system): Writer {
  const write = async (one: RowWrite): Promise<Written<Row | null>> => {
    if (tableNamed(tables.schema, one.table).owner !== 'site') {
      throw new Error(`"${one.table}" is a table of the program's own, which only the program writes.`);
    }
    return writtenRow(tables, one.table, await writeSeen(tables, actor, one));
  };
  return {
    // What a table's rows are is only known to the author's own declaration.
    insert: (table, values) => write({ operation: 'insert', table, values: given(values) }) as Promise<never>,
    update: (table, row, values) =>
      write({ operation: 'update', table, id: row.id, ...seen(row), values: given(values) }) as Promise<never>,
    delete: (table, row) => write({ operation: 'delete', table, id: row.id, ...seen(row) }) as Promise<never>,
  };
}

/** Whoever loads a page next sees it there. */
async function writeSeen(tables: Tables, actor: Actor, one: RowWrite): Promise<WriteOutcome> {
  const outcome = await tables.write(actor, [one]);
  if (outcome.ok) await tables.feed.reached(outcome.position);
  return outcome;
}

/** What an author's code says of values is checked by the write itself. */
function given(values: object): Readonly<Record<string, Value>> {
  return { ...values };
}

function seen(row: object): { readonly version?: number } {
  const version = versionSeen(row);
  return version === undefined ? {} : { version };
}

function writtenRow({ schema }: Tables, table: string, outcome: WriteOutcome): Written<Row | null> {
  if (outcome.ok) {
    const [row] = outcome.rows;
    return { ok: true, row: row ? authorRow(schema, table, row) : null };
  }
  if (outcome.reason === 'version') return { ok: false, reason: 'moved', messages: {} };
  if (outcome.reason === 'missing') return { ok: false, reason: 'missing', messages: {} };
  const messages = Object.fromEntries(outcome.columns.map(({ column, message }) => [column, message]));
  return { ok: false, reason: 'invalid', messages };
}
