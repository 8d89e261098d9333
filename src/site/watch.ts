import path from 'node:path';

export interface SiteWatch {
  /** Resolves when changes are seen from now on. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

export interface WatchOptions {
  /** Absolute paths inside the folder that are no part of the site. */
  readonly leaveOut?: readonly string[];
  /** Changes that follow each other within this time are told together. */
  readonly quietMs?: number;
  /** Hears of what goes wrong once watching has begun: too many files for the system, or `onChange` failing. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Tells of changed, added and removed files below `dir`: paths relative to it, each once, in order. Editors write a
 * file in several steps and sync tools write many at once, so changes are gathered until it is quiet for a moment.
 * `onChange` is not called again before it has ended.
 */
export async function watchSite(
  dir: string,
  onChange: (files: readonly string[]) => void | Promise<void>,
  options: WatchOptions = {},
): Promise<SiteWatch> {
  const { watch } = await import('chokidar');
  const root = path.resolve(dir);
  const leaveOut = (options.leaveOut ?? []).map((entry) => path.resolve(entry));
  const quietMs = options.quietMs ?? 60;
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let telling: Promise<void> = Promise.resolve();
  const tell = (): void => {
    timer = undefined;
    telling = telling
      .then(async () => {
        const files = [...changed].sort();
        changed.clear();
        if (files.length > 0) await onChange(files);
      })
      .catch((error: unknown) => options.onError?.(error));
  };
  const watcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (absolute) => isUnwatched(root, leaveOut, absolute),
  });
  watcher.on('all', (event, absolute) => {
    if (event === 'addDir' || event === 'unlinkDir') return;
    changed.add(path.relative(root, absolute).split(path.sep).join('/').normalize('NFC'));
    clearTimeout(timer);
    timer = setTimeout(tell, quietMs);
  });
  const ready = new Promise<void>((resolve, reject) => {
    watcher.once('ready', resolve);
    // Before `ready` this refuses; afterwards the promise is settled and only `onError` hears of it.
    watcher.on('error', (error) => {
      reject(error instanceof Error ? error : new Error(String(error)));
      options.onError?.(error);
    });
  });
  return {
    ready,
    async close() {
      clearTimeout(timer);
      await watcher.close();
      await telling;
    },
  };
}

/** Unlike what is not served, `_redirects` and the configuration are watched: both change what the site does. */
function isUnwatched(root: string, leaveOut: readonly string[], absolute: string): boolean {
  if (leaveOut.some((entry) => absolute === entry || absolute.startsWith(entry + path.sep))) return true;
  const names = path.relative(root, absolute).split(path.sep);
  if (
    names.some((name) => name === 'node_modules' || (name.startsWith('.') && name !== '.' && name !== '.well-known'))
  ) {
    return true;
  }
  return /\.(?:db|sqlite3?|db3)(?:-wal|-shm|-journal)?$/iv.test(absolute);
}
