import type { Driver } from '../database/index.ts';

function placeholder(driver: Pick<Driver, 'dialect'>, index: number): string {
  return driver.dialect === 'postgres' ? `$${index}` : '?';
}

/** What was noted beside the data under a key; undefined when nothing was. */
export async function readNote(driver: Pick<Driver, 'dialect' | 'query'>, key: string): Promise<string | undefined> {
  const rows = await driver.query(`select value from _meta where key = ${placeholder(driver, 1)}`, [key]);
  const value = rows[0]?.['value'];
  return typeof value === 'string' ? value : undefined;
}

/** Notes something beside the data. */
export async function writeNote(driver: Driver, key: string, value: string): Promise<void> {
  const sql =
    `insert into _meta (key, value) values (${placeholder(driver, 1)}, ${placeholder(driver, 2)}) ` +
    'on conflict (key) do update set value = excluded.value';
  await driver.migrate([{ sql, params: [key, value] }], []);
}

const KEY = 'site';

/** The folder that was served last with this data; undefined when none was. */
export async function lastSite(driver: Pick<Driver, 'dialect' | 'query'>): Promise<string | undefined> {
  return await readNote(driver, KEY);
}

/** A line for the operator where another folder was served with this data before: often that is a mistake. */
export async function otherSiteNotice(driver: Driver, dir: string): Promise<readonly string[]> {
  const before = await lastSite(driver);
  if (before === undefined || before === dir) return [];
  return [
    `This data was last served with ${before}, now with ${dir}. Tables that these files do not mention are kept, ` +
      'unused. For data of its own, name another folder with --data.',
  ];
}

/** Remembers the folder, so that other commands need not be told. */
export async function rememberSite(driver: Driver, dir: string): Promise<void> {
  if ((await lastSite(driver)) !== dir) await writeNote(driver, KEY, dir);
}
