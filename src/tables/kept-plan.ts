import type { Reader, SqlRow } from '../database/index.ts';
import type { Dialect, SqlQuery } from '../query/index.ts';

/** What a statement is answered by: an index entered at its conditions, one in its order, or what the planner likes. */
export type Kept = 'entered' | 'ordered' | 'planned';

/**
 * A prepared statement is planned without its values from its sixth use on. PostgreSQL then takes every range for a
 * third of the table and every limit for a tenth of that, and reads from end to end what an index answers at once.
 * Ways that are never right here are closed to it: what it guesses matters no longer.
 */
const settings: Readonly<Record<Exclude<Kept, 'planned'>, Readonly<Record<string, readonly [string, string]>>>> = {
  entered: { enable_seqscan: ['off', 'on'], plan_cache_mode: ['force_custom_plan', 'auto'] },
  ordered: { enable_seqscan: ['off', 'on'], enable_bitmapscan: ['off', 'on'], enable_sort: ['off', 'on'] },
};

function writeSettings(kept: keyof typeof settings, which: 0 | 1): string {
  const each = Object.entries(settings[kept]).map(
    ([name, values]) => `set_config('${name}', '${values[which]}', true)`,
  );
  return `select ${each.join(', ')}`;
}

const before = { entered: writeSettings('entered', 0), ordered: writeSettings('ordered', 0) };
const after = { entered: writeSettings('entered', 1), ordered: writeSettings('ordered', 1) };

/**
 * Reads within a snapshot by an index of this kind. The settings travel with the statement, hold for nothing else, and
 * cost no round trip. SQLite is told by the statement itself.
 */
export async function queryKept(
  reader: Reader,
  dialect: Dialect,
  kept: Kept,
  { sql, params }: SqlQuery,
): Promise<readonly SqlRow[]> {
  if (dialect === 'sqlite' || kept === 'planned') return await reader.query(sql, params);
  const answers = [reader.query(before[kept], []), reader.query(sql, params), reader.query(after[kept], [])] as const;
  return (await Promise.all(answers))[1];
}
