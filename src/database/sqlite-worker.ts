/** Runs in a worker: see `sqlite-work.ts`. */
import { DatabaseSync, backup } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import type { SqliteTask, SqliteTaskResult } from './sqlite-work.ts';

const task: SqliteTask = workerData;
parentPort?.postMessage(await run(), []);

async function run(): Promise<SqliteTaskResult> {
  if (task.task === 'backup') return await copy(task.file, task.target);
  return task.task === 'improve' ? improve(task.file, task.statements) : look(task.file, task.task);
}

function improve(file: string, statements: readonly string[]): SqliteTaskResult {
  const database = new DatabaseSync(file, { timeout: 5000 });
  try {
    database.exec('pragma journal_mode=wal; pragma synchronous=full; begin immediate');
    for (const statement of statements) database.exec(statement);
    database.exec('commit');
    return { problems: [], rows: {} };
  } finally {
    database.close();
  }
}

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
