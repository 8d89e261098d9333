import { createHash } from 'node:crypto';
import { checkQuery, parseQuery } from '../query/index.ts';
import type { QueryScope } from '../query/index.ts';
import { ownColumn, ownTable } from '../schema/index.ts';
import type { Table } from '../schema/index.ts';
import { uuidv7 } from '../std/index.ts';
import type { Clock } from '../std/index.ts';
import type { Actor, RowWrite, Tables } from '../tables/index.ts';

const SENT_TABLE = '_sent';

/** A script that names its submission may try again for so long, as `docs/forms.md` says. */
const KEYED_REPEAT_MS = 24 * 3_600_000;

/**
 * Submissions that came with an `Idempotency-Key`: the id is made of the key, `row` is the row that was saved. It is
 * written in the commit of that row, so that neither a crash nor another process can take the same submission twice.
 */
export const sentTable: Table = ownTable({
  name: SENT_TABLE,
  label: 'Sent with a key',
  log: 'none',
  columns: [ownColumn('row', { kind: 'text' }), ownColumn('until', { kind: 'instant' }, { indexed: true })],
});

/** A submission that came with a key, before anybody knows whether it came before. */
export interface SentSubmission {
  /** Id of its row in `_sent`. */
  readonly id: string;
  /** Id for the row that it inserts. */
  readonly rowId: string;
}

/** `hash`: of everything that makes the submission the same as another one. */
export function sentSubmission(hash: string, clock: Clock): SentSubmission {
  const digest = createHash('sha256').update(hash).digest();
  const hex = digest.toString('hex');
  // A custom UUID (RFC 9562, 5.8): the same for the same submission, in whatever process.
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  // Chance of the sender's making is good enough to tell rows apart.
  const rowId = uuidv7(clock, { bytes: (count) => new Uint8Array(digest.subarray(-count)) })();
  return { id, rowId };
}

/** Goes into the change that saves the row: where it came before, the whole change is refused. */
export function sentWrite({ id }: SentSubmission, rowId: string, clock: Clock): RowWrite {
  const until = new Date(clock.now() + KEYED_REPEAT_MS).toISOString();
  return { operation: 'insert', table: SENT_TABLE, id, values: { row: rowId, until } };
}

/** So many, whenever one more is kept: there are never many more than those of a day. */
const forgottenAtOnce = 2;
const noScope: QueryScope = { value: () => null, nowMs: 0, today: '1970-01-01' };
const system: Actor = { kind: 'system', id: 'system', roles: [] };

/** Forgets some of what is too old to be sent again. */
export async function forgetSent(tables: Tables, clock: Clock): Promise<void> {
  const { schema } = tables;
  const parsed = parseQuery(`until.max=${encodeURIComponent(new Date(clock.now()).toISOString())}&sort=until`);
  const query = parsed.ok ? checkQuery(parsed.value, schema.tables[SENT_TABLE]!, { schema }) : parsed;
  if (!query.ok) throw new Error(query.errors.map(({ message }) => message).join(' '));
  const rows = await tables.snapshot((reader) => reader.list(query.value, noScope, { limit: forgottenAtOnce }));
  // One by one: another submission or process may be removing the same.
  const writes = rows.map((row): RowWrite => ({ operation: 'delete', table: SENT_TABLE, id: String(row['id']) }));
  await Promise.all(writes.map((write) => tables.write(system, [write])));
}

/** The row that an earlier submission with this key has saved; undefined where there was none in the last day. */
export async function rowSentBefore(tables: Tables, { id }: SentSubmission, clock: Clock): Promise<string | undefined> {
  const found = await tables.snapshot((reader) => reader.byId(SENT_TABLE, id));
  if (!found) return undefined;
  if (Date.parse(String(found['until'])) >= clock.now()) return String(found['row']);
  // Its day is over, and the same key may be used anew.
  await tables.write(system, [{ operation: 'delete', table: SENT_TABLE, id }]);
  return undefined;
}
