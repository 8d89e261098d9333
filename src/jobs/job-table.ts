import type { Driver } from '../database/index.ts';

/**
 * The outbox. `due`: when a worker may take the job; while one works at it, when its lease ends; null when it is never
 * to be taken again. `holder` names the one claim that may end the job. `state` is waiting, running, done or failed.
 */
function jobTable(dialect: Driver['dialect']): string {
  const text = dialect === 'sqlite' ? 'text' : 'text collate "C"';
  const columns = [
    `id ${text} not null primary key`,
    `kind ${text} not null`,
    `key ${text} unique`,
    `payload ${text} not null`,
    `state ${text} not null`,
    'attempts integer not null',
    `due ${text}`,
    `holder ${text}`,
    `error ${text}`,
    `created ${text} not null`,
    `updated ${text} not null`,
  ];
  return `create table _job (${columns.join(', ')})${dialect === 'sqlite' ? ' strict' : ''}`;
}

/** Makes the outbox where there is none yet. Another process may be doing the same. */
export async function makeJobTable(driver: Driver): Promise<void> {
  if (await hasJobTable(driver)) return;
  const statements = [jobTable(driver.dialect), 'create index _job_due on _job (due, id)'];
  try {
    await driver.migrate(
      statements.map((sql) => ({ sql, params: [] })),
      [],
    );
  } catch (error) {
    if (!(await hasJobTable(driver))) throw error;
  }
}

async function hasJobTable(driver: Driver): Promise<boolean> {
  const sql =
    driver.dialect === 'sqlite'
      ? "select 1 as found from sqlite_schema where name = '_job'"
      : "select 1 as found where to_regclass('_job') is not null";
  return (await driver.query(sql, [])).length > 0;
}
