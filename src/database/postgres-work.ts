import { Worker } from 'node:worker_threads';
import type { BackupReport } from './contract.ts';
import { DatabaseError } from './errors.ts';
import type { DatabaseErrorCode } from './errors.ts';
import type { PostgresConnectionOptions } from './postgres-connection.ts';

/** How to connect, as far as it can be told to another thread. */
export type PostgresAddress = Omit<PostgresConnectionOptions, 'log'>;

/** Work on a whole database: see `postgres-backup.ts`. */
export type PostgresTask =
  | {
      readonly task: 'backup';
      readonly address: PostgresAddress;
      readonly file: string;
      readonly program: string;
      readonly takenMs: number;
    }
  | {
      readonly task: 'restore';
      readonly address: PostgresAddress;
      readonly file: string;
      readonly aside: string | undefined;
    }
  | { readonly task: 'count'; readonly file: string };

/** How it ended, as it travels between threads: errors lose their class on the way. */
export type PostgresTaskOutcome =
  | { readonly ok: true; readonly report: BackupReport }
  | { readonly ok: false; readonly code: DatabaseErrorCode; readonly detail: string | undefined }
  | { readonly ok: false; readonly system: Readonly<Record<string, unknown>>; readonly message: string };

/**
 * For short-lived texts of all rows: with what V8 takes by itself for those of a gigabyte, 200 MB would stay with the
 * process for good.
 */
const youngGenerationMb = 4;

/** Does the task in a worker of its own, where it holds nothing up and its memory goes with it. */
export async function inPostgresWorker(task: PostgresTask): Promise<BackupReport> {
  const file = new URL(`./postgres-worker${import.meta.url.slice(-3)}`, import.meta.url);
  const worker = new Worker(file, {
    workerData: task,
    resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
  });
  const outcome = await new Promise<PostgresTaskOutcome>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('The worker ended before its task did.')));
  });
  if (outcome.ok) return outcome.report;
  if ('code' in outcome) throw new DatabaseError(outcome.code, outcome.detail);
  throw Object.assign(new Error(outcome.message), outcome.system);
}
