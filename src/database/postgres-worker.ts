/** Runs in a worker: see `postgres-work.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Log } from '../std/index.ts';
import type { BackupReport } from './contract.ts';
import { DatabaseError } from './errors.ts';
import { backUpPostgres, countBackup, restoreInto } from './postgres-backup.ts';
import { connectPostgres } from './postgres-connection.ts';
import type { PostgresConnection } from './postgres-connection.ts';
import type { PostgresAddress, PostgresTask, PostgresTaskOutcome } from './postgres-work.ts';

/** What there is to say was said when the database was opened. */
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

const task: PostgresTask = workerData;
parentPort?.postMessage(await outcomeOf(task), []);

async function outcomeOf(asked: PostgresTask): Promise<PostgresTaskOutcome> {
  try {
    return { ok: true, report: await run(asked) };
  } catch (error) {
    if (error instanceof DatabaseError) {
      const sentence = new DatabaseError(error.code).message;
      const detail = error.message.slice(sentence.length + 1);
      return { ok: false, code: error.code, detail: detail === '' ? undefined : detail };
    }
    if (!(error instanceof Error)) throw error;
    const { code, errno, syscall, path } = error as NodeJS.ErrnoException;
    return { ok: false, system: { code, errno, syscall, path }, message: error.message };
  }
}

async function run(asked: PostgresTask): Promise<BackupReport> {
  if (asked.task === 'count') return { rows: await countBackup(asked.file), bytes: 0 };
  const connect = connecting(asked.address);
  if (asked.task === 'restore') return await restoreInto(connect, asked.file, { aside: asked.aside });
  return await backUpPostgres(connect, asked.file, asked);
}

function connecting(address: PostgresAddress): () => Promise<PostgresConnection> {
  return () => connectPostgres({ ...address, log: silent });
}
