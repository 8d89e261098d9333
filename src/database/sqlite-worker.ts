/** Runs in a worker: see `sqlite-work.ts`. */
import { DatabaseSync, backup } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import type { SqliteTask, SqliteTaskResult } from './sqlite-work.ts';

const task: SqliteTask = workerData;
const result = task.task === 'backup' ? await copy(task.file, task.target) : look(task.file, task.task);
parentPort?.postMessage(result, []);

function look(file: string, task: 'quick-check' | 'integrity-check'): SqliteTaskResult {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const problems = check(database, task === 'quick-check' ? 'quick_check' : 'integrity_check');
    return { problems, rows: task === 'quick-check' || problems.length > 0 ? {} : countRows(database) };
  } finally {
    database.close();
  }
}

function check(database: DatabaseSync, pragma: 'quick_check' | 'integrity_check'): string[] {
  try {
    const answers = database.prepare(`pragma ${pragma}`).all();
    return answers.map((row) => String(row[pragma])).filter((answer) => answer !== 'ok');
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function countRows(database: DatabaseSync): Record<string, number> {
  const tables = database.prepare(
    `select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'`,
  );
  const count = (name: string): number =>
    Number(database.prepare(`select count(*) as n from "${name.replaceAll('"', '""')}"`).get()?.['n']);
  return Object.fromEntries(tables.all().map((row) => [String(row['name']), count(String(row['name']))]));
}

async function copy(file: string, target: string): Promise<SqliteTaskResult> {
  const source = new DatabaseSync(file, { readOnly: true });
  try {
    // The counts open the snapshot that the copy is then taken from, whatever is written meanwhile.
    source.exec('begin');
    const rows = countRows(source);
    await backup(source, target, { rate: 1000 });
    // One file, without the log beside it that the original keeps.
    const copied = new DatabaseSync(target);
    copied.exec('pragma journal_mode=delete');
    copied.close();
    const seen = look(target, 'integrity-check');
    if (seen.problems.length === 0 && !isDeepStrictEqual(seen.rows, rows)) {
      return { problems: ['The copy does not hold as many rows as the original.'], rows };
    }
    return { problems: seen.problems, rows };
  } finally {
    source.close();
  }
}
