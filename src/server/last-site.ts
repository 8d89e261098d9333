import type { Driver } from '../database/index.ts';

const KEY = 'site';

function placeholder(driver: Pick<Driver, 'dialect'>, index: number): string {
  return driver.dialect === 'postgres' ? `$${index}` : '?';
}

/** The folder that was served last with this data; undefined when none was. */
export async function lastSite(driver: Driver): Promise<string | undefined> {
  const rows = await driver.query(`select value from _meta where key = ${placeholder(driver, 1)}`, [KEY]);
  const value = rows[0]?.['value'];
  return typeof value === 'string' ? value : undefined;
}

/** Remembers the folder, so that other commands need not be told. */
export async function rememberSite(driver: Driver, dir: string): Promise<void> {
  if ((await lastSite(driver)) === dir) return;
  const sql =
    `insert into _meta (key, value) values (${placeholder(driver, 1)}, ${placeholder(driver, 2)}) ` +
    'on conflict (key) do update set value = excluded.value';
  await driver.migrate([{ sql, params: [KEY, dir] }], []);
}
