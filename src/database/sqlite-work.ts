import { Worker } from 'node:worker_threads';

/** Work on a whole file, which would hold everything else up if done here. */
export type SqliteTask =
  /** Looks at the structure of the file. */
  | { readonly task: 'quick-check'; readonly file: string }
  /** Looks at every index entry too, and counts the rows. */
  | { readonly task: 'integrity-check'; readonly file: string }
  /** Runs statements in one transaction. */
  | { readonly task: 'improve'; readonly file: string; readonly statements: readonly string[] }
  /** Copies one state of `file` into `target`, which must not exist, and looks at the copy. */
  | { readonly task: 'backup'; readonly file: string; readonly target: string };

export interface SqliteTaskResult {
  /** Empty when the file is whole. */
  readonly problems: readonly string[];
  /** Rows of each table. */
  readonly rows: Readonly<Record<string, number>>;
}

/** Does the task in a worker of its own, until `signal` says to stop; `unwaited`, the program may end before it. */
export async function inSqliteWorker(
  task: SqliteTask,
  signal?: AbortSignal,
  { unwaited = false } = {},
): Promise<SqliteTaskResult> {
  signal?.throwIfAborted();
  const file = new URL(`./sqlite-worker${import.meta.url.slice(-3)}`, import.meta.url);
  const worker = new Worker(file, { workerData: task });
  if (unwaited) worker.unref();
  const stop = (): void => void worker.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('The worker ended before its task did.')));
    });
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
