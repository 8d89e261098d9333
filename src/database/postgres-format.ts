import type { Clock } from '../std/index.ts';
import { checkFormat, formatTables, formatVersion } from './format.ts';
import type { FormatRecord } from './format.ts';
import type { PostgresConnection } from './postgres-connection.ts';
import { postgresFailure } from './postgres-failure.ts';
import { lockWriters } from './postgres-writer.ts';

export interface PrepareOptions {
  readonly clock: Clock;
  readonly program: string;
  readonly readOnly: boolean;
}

const upsert = 'insert into _meta (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value';
const forgetWritersAfterMs = 30 * 24 * 60 * 60 * 1000;

/** Makes the driver's own tables where they are missing. Data of a newer program is left as it is. */
export async function preparePostgres(
  connect: () => Promise<PostgresConnection>,
  options: PrepareOptions,
): Promise<void> {
  const one = await connect();
  try {
    const known = await readFormat(one);
    const current = known?.format === String(formatVersion) && known.program === options.program;
    checkFormat(known ?? { format: null, program: null }, 'The database', options.program);
    if (current || options.readOnly) return;
    await one.once('begin');
    await one.once(lockWriters);
    // Read again under the lock: another process may have been first.
    const locked = await readFormat(one);
    checkFormat(locked ?? { format: null, program: null }, 'The database', options.program);
    if (locked?.format !== String(formatVersion)) await one.once(formatTables('postgres').join(';'));
    await one.once(upsert, ['format', String(formatVersion)]);
    await one.once(upsert, ['program', options.program]);
    const horizon = new Date(options.clock.now() - forgetWritersAfterMs).toISOString();
    await one.once('delete from _writer where seen < $1', [horizon]);
    await one.once('commit');
  } catch (error) {
    throw postgresFailure(error);
  } finally {
    await one.end().catch(() => undefined);
  }
}

async function readFormat(one: PostgresConnection): Promise<FormatRecord | undefined> {
  const { rows } = await one.once(`select to_regclass('_meta') is not null as known`);
  if (rows[0]!['known'] !== true) return undefined;
  const meta = await one.once('select key, value from _meta');
  const value = (key: string): string | null => {
    const found = meta.rows.find((row) => row['key'] === key)?.['value'];
    return typeof found === 'string' ? found : null;
  };
  return { format: value('format'), program: value('program') };
}
