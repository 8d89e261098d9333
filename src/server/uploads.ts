import type { FileStore } from '../files/index.ts';
import type { Log } from '../std/index.ts';

const HOUR_MS = 3_600_000;

/**
 * Removes provisional files that no form will adopt any more, now and every hour; a form has minutes to arrive. Gives
 * how to stop. A failure is logged and tried again.
 */
export function keepUploadsSwept(files: Pick<FileStore, 'sweep'>, log: Log): () => void {
  const sweep = (): void => {
    files
      .sweep({ olderThanMs: HOUR_MS })
      .catch((error: unknown) => log.warn('uploaded files that nobody needs could not be removed', { error }));
  };
  sweep();
  const timer = setInterval(sweep, HOUR_MS);
  timer.unref();
  return () => clearInterval(timer);
}
