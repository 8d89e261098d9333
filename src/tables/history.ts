import type { Driver, LoggedEntry, SqlRow } from '../database/index.ts';
import { placeholder } from './layout.ts';
import type { Rename } from './rename.ts';
import type { HistoryWindow } from './tables.ts';

export const entryColumns = 'position, "group", time, actor, "table", id, version, operation, patch';

/**
 * What the log keeps of one row, oldest first, under today's names: renames since then are applied to tables and
 * columns. With `window` only so many of the newest entries before a position.
 */
export async function rowHistory(
  driver: Driver,
  table: string,
  id: string,
  window?: HistoryWindow,
): Promise<readonly LoggedEntry[]> {
  const [first, second, third, fourth] = [1, 2, 3, 4].map((number) => placeholder(driver.dialect, number));
  const all = `select ${entryColumns} from _log where "table" = ${first} and id = ${second}`;
  const sql = window ? `${all} and position < ${third} order by position desc limit ${fourth}` : all;
  const bounds = window ? [window.before ?? Number.MAX_SAFE_INTEGER, window.limit] : [];
  const renames = await loggedRenames(driver);
  const entries: LoggedEntry[] = [];
  for (const name of formerNames(renames, table)) {
    entries.push(...(await driver.query(sql, [name, id, ...bounds])).map(readEntry));
  }
  const sorted = entries
    .map((entry) => underTodaysNames(entry, renames))
    .filter((entry) => entry.table === table)
    .sort((a, b) => a.position - b.position);
  return window ? sorted.slice(-window.limit) : sorted;
}

/** The entries of one change, in order, under today's names. Empty when the log no longer has it. */
export async function changeEntries(driver: Driver, group: number): Promise<readonly LoggedEntry[]> {
  const place = placeholder(driver.dialect, 1);
  const sql =
    `select ${entryColumns} from _log where "group" = ${place} and position >= ${placeholder(driver.dialect, 2)} ` +
    'order by position';
  const entries = (await driver.query(sql, [group, group])).map(readEntry);
  if (entries.length === 0) return [];
  const renames = await loggedRenames(driver);
  return entries.map((entry) => underTodaysNames(entry, renames));
}

const operations = ['insert', 'update', 'delete', 'schema'] as const;

export function readEntry(row: SqlRow): LoggedEntry {
  return {
    position: Number(row['position']),
    group: Number(row['group']),
    time: String(row['time']),
    actor: String(row['actor']),
    table: String(row['table']),
    id: String(row['id']),
    version: Number(row['version']),
    operation: operations.find((operation) => operation === row['operation'])!,
    patch: row['patch'] === null ? null : String(row['patch']),
  };
}

export interface LoggedRename extends Rename {
  readonly position: number;
}

export async function loggedRenames(driver: Driver): Promise<readonly LoggedRename[]> {
  const sql = `select position, patch from _log where "table" = '_schema' and patch like '{"rename":%' order by position`;
  return (await driver.query(sql, [])).map((row) => {
    const { rename }: { rename: Rename } = JSON.parse(String(row['patch']));
    return { ...rename, position: Number(row['position']) };
  });
}

/** Every name under which entries of a table may stand. */
export function formerNames(renames: readonly Rename[], table: string): ReadonlySet<string> {
  const names = new Set([table]);
  for (const { from, to } of renames.toReversed()) if (!to.includes('.') && names.has(to)) names.add(from);
  return names;
}

export function underTodaysNames(entry: LoggedEntry, renames: readonly LoggedRename[]): LoggedEntry {
  let { table } = entry;
  let patch = entry.patch;
  for (const { from, to, position } of renames) {
    if (position < entry.position) continue;
    if (from === table) table = to;
    else if (patch !== null && from.startsWith(`${table}.`)) patch = renameKey(patch, lastName(from), lastName(to));
  }
  return table === entry.table && patch === entry.patch ? entry : { ...entry, table, patch };
}

function renameKey(patch: string, from: string, to: string): string {
  const read: Record<string, unknown> = JSON.parse(patch);
  return JSON.stringify(
    Object.fromEntries(Object.entries(read).map(([name, pair]) => [name === from ? to : name, pair])),
  );
}

function lastName(path: string): string {
  return path.slice(path.indexOf('.') + 1);
}
