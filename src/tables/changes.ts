import type { Driver, LoggedEntry, SqlValue } from '../database/index.ts';
import { entryColumns, formerNames, loggedRenames, readEntry, underTodaysNames } from './history.ts';
import { placeholder } from './layout.ts';
import type { ChangesAsked, LoggedChange } from './tables.ts';

/** How many entries of one change are read; what more there are is only counted. */
const entriesPerChangeMax = 20;

/** The actors that are no person. `_log_people`, an index over the rest, has the same condition: see `roomTables`. */
export const byPeople = "actor <> 'visitor' and actor <> 'system'";

/**
 * Changes of the site's tables that people made, the newest first, under today's names. What visitors send is not among
 * them, so that a year of it does not stand between one edit and the next.
 */
export async function peoplesChanges(driver: Driver, asked: ChangesAsked): Promise<readonly LoggedChange[]> {
  const renames = await loggedRenames(driver);
  const params: SqlValue[] = [];
  const bind = (value: SqlValue): string => placeholder(driver.dialect, params.push(value));
  const where = [byPeople];
  if (asked.table === undefined) where.push(`"table" not like ${bind('\\_%')} escape '\\'`);
  else where.push(`"table" in (${[...formerNames(renames, asked.table)].map(bind).join(', ')})`);
  if (asked.actor !== undefined) where.push(`actor = ${bind(asked.actor)}`);
  if (asked.operation !== undefined) where.push(`operation = ${bind(asked.operation)}`);
  if (asked.before !== undefined) where.push(`"group" < ${bind(asked.before)}`);
  const sql =
    `select "group", count(*) as entries from _log where ${where.join(' and ')} ` +
    `group by "group" order by "group" desc limit ${bind(asked.limit)}`;
  const changes: LoggedChange[] = [];
  for (const row of await driver.query(sql, params)) {
    const group = Number(row['group']);
    const entries = (await firstEntries(driver, group)).map((entry) => underTodaysNames(entry, renames));
    const meant = entries.filter(
      ({ table, operation }) =>
        (asked.table === undefined || table === asked.table) &&
        (asked.operation === undefined || operation === asked.operation),
    );
    const first = meant[0];
    if (!first) continue;
    changes.push({ group, time: first.time, actor: first.actor, entries: meant, count: Number(row['entries']) });
  }
  return changes;
}

/** The entries of a change stand one behind another, the first at the position that names it. */
async function firstEntries(driver: Driver, group: number): Promise<readonly LoggedEntry[]> {
  const [from, until] = [1, 2].map((number) => placeholder(driver.dialect, number));
  const sql = `select ${entryColumns} from _log where position >= ${from} and position < ${until} order by position`;
  const entries = (await driver.query(sql, [group, group + entriesPerChangeMax])).map(readEntry);
  return entries.filter((entry) => entry.group === group);
}
