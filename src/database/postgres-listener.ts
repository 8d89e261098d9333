import type { PostgresConnection } from './postgres-connection.ts';
import { channel } from './postgres-writer.ts';

/** A connection that is told of commits by the server. It may fail: the poll beside it misses nothing. */
export interface CommitListener {
  start(): void;
  close(): Promise<void>;
}

export interface CommitListenerOptions {
  readonly connect: () => Promise<PostgresConnection>;
  readonly wake: () => void;
  /** The server process of our own writer, of whose commits we know already. */
  readonly own: () => number | undefined;
}

const retryAfterMs = 1000;

export function commitListener(options: CommitListenerOptions): CommitListener {
  let started = false;
  let closed = false;
  let connection: PostgresConnection | undefined;
  let retry: NodeJS.Timeout | undefined;
  let opening = Promise.resolve();

  const open = async (): Promise<void> => {
    try {
      connection = await options.connect();
      if (closed) return await connection.end();
      connection.client.on('notification', ({ processId }) => {
        if (processId !== options.own()) options.wake();
      });
      connection.client.once('end', again);
      await connection.once(`listen ${channel}`);
      // Something may have been committed while nobody listened.
      options.wake();
    } catch {
      again();
    }
  };
  const again = (): void => {
    connection = undefined;
    if (closed || retry) return;
    retry = setTimeout(() => {
      retry = undefined;
      opening = open();
    }, retryAfterMs).unref();
  };
  return {
    start() {
      if (started) return;
      started = true;
      opening = open();
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      await opening;
      await connection?.end().catch(() => undefined);
    },
  };
}
