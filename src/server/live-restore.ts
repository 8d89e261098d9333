import { basename } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openDataFolder } from '../database/index.ts';
import type { DataFolder } from '../database/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Log } from '../std/index.ts';
import type { Actor } from '../tables/index.ts';
import type { App } from './app.ts';
import { backupError, backupFailure } from './backup-errors.ts';
import type { BackupHeader } from './backup-format.ts';
import type { UnpackedBackup } from './backup-unpack.ts';
import type { KeptBackup } from './backups.ts';
import type { DataPlace } from './open-data.ts';
import type { OpenSite } from './open-site.ts';
import { exchangeData, restoreData, stageRestore } from './restore.ts';

/** A backup of what is there is made; the archive is unpacked and checked; the data is exchanged. */
type RestoreStep = 'saving' | 'checking' | 'exchanging';

/** How far the server is with going back, or how it ended. */
export type RestoreState =
  | { readonly state: 'none' }
  | {
      readonly state: 'running';
      readonly step: RestoreStep;
      readonly name: string;
      readonly bytes: number;
      readonly bytesTotal?: number;
    }
  | { readonly state: 'restored'; readonly name: string; readonly takenMs: number; readonly savedAs: string }
  | { readonly state: 'failed'; readonly name: string; readonly code: string; readonly message: string };

/** What is asked of an open site. */
interface RestorableSite extends Pick<OpenSite, 'rest' | 'close'> {
  readonly data: Pick<OpenSite['data'], 'dataDir'>;
  readonly backups: Pick<OpenSite['backups'], 'make'>;
  readonly api: { readonly accounts: Pick<OpenSite['api']['accounts'], 'endAllSessions'> };
}

/** What is exchanged: the site that is open, and how to open it again. */
interface RestoreParts {
  readonly current: { site: RestorableSite };
  readonly app: Pick<App, 'pause' | 'resume'>;
  readonly openAgain: () => Promise<RestorableSite>;
}

/** Goes back to a backup while the server runs. */
export interface LiveRestore {
  /** Called once, when the server can be reached. */
  begin(parts: RestoreParts): void;
  /** Goes back without waiting for it; its `state` tells. Throws `server/backup-running` where it is doing so already. */
  start(backup: KeptBackup, by: Actor): void;
  state(): RestoreState;
  /** Waits for the one under way. */
  close(): Promise<void>;
}

export interface LiveRestoreOptions {
  readonly place: DataPlace;
  readonly log: Log;
}

/**
 * Visitors notice as little as can be: the state as it is goes into a backup and the archive is unpacked and checked
 * while they are served. Then they get 503 for as long as it takes to close the data, exchange it and open it again.
 * What fails before the exchange changes nothing; what fails after it puts back what was there.
 */
export function liveRestore({ place, log }: LiveRestoreOptions): LiveRestore {
  const stopping = new AbortController();
  let parts: RestoreParts | undefined;
  let state: RestoreState = { state: 'none' };
  let running: Promise<void> | undefined;

  const goBack = async (within: RestoreParts, backup: KeptBackup, by: Actor): Promise<void> => {
    const { name, takenMs } = backup;
    const tell = (step: RestoreStep, amounts: { readonly bytes: number; readonly bytesTotal?: number }): void => {
      state = { state: 'running', step, name, ...amounts };
    };
    // On SQLite the server holds the folder already.
    const lock = place.databaseUrl === undefined ? undefined : openDataFolder(place.dataDir);
    try {
      const saved = await within.current.site.backups.make('before-restore', {
        onProgress: ({ bytes, bytesTotal }) =>
          tell('saving', { bytes, ...(bytesTotal === undefined ? {} : { bytesTotal }) }),
      });
      const staged = await stageRestore(within.current.site.data.dataDir, place, backup.file, {
        bytesTotal: backup.bytes,
        signal: stopping.signal,
        onProgress: (amounts) => tell('checking', amounts),
        accept: refuseNoUser,
      });
      tell('exchanging', { bytes: 0 });
      await exchange(within, { place, lock, staged, savedFile: saved.file, log, stopping: stopping.signal });
      const savedAs = basename(saved.file);
      const detail = { backup: name, taken: new Date(takenMs).toISOString(), savedAs };
      await within.current.site.api.accounts.endAllSessions({ actor: by, action: 'backup.restored', detail });
      log.info('The data was exchanged for a backup.', detail);
      state = { state: 'restored', name, takenMs, savedAs };
    } finally {
      lock?.release();
      within.app.resume();
    }
  };
  const told = (name: string, error: unknown): RestoreState => {
    const known = stopping.signal.aborted
      ? backupError('server/restore-stopped', 'The data is as it was.', error)
      : backupFailure(error, 'The data is as it was.');
    if (known instanceof BacklotError) return { state: 'failed', name, code: known.code, message: known.message };
    log.error('Going back to a backup failed.', { name, error });
    const { code, message } = backupError('server/backup-failed', 'The server’s log says why.');
    return { state: 'failed', name, code, message };
  };

  return {
    begin: (given) => void (parts = given),
    start(backup, by) {
      if (!parts || running) throw backupError('server/backup-running', '');
      state = { state: 'running', step: 'saving', name: backup.name, bytes: 0 };
      running = goBack(parts, backup, by)
        .catch((error: unknown) => void (state = told(backup.name, error)))
        .finally(() => (running = undefined));
    },
    state: () => state,
    async close() {
      stopping.abort();
      await running;
    },
  };
}

/** Nobody could sign in any more, and who goes back by the admin may have no other way. */
function refuseNoUser({ database }: BackupHeader): void {
  if ((database.rows['_user'] ?? 0) > 0) return;
  throw backupError('server/backup-no-user', 'Stop the server, then use: backlot restore. Nothing was changed.');
}

interface Exchange {
  readonly place: DataPlace;
  /** The folder, where this server holds it apart from its data. */
  readonly lock: DataFolder | undefined;
  readonly staged: UnpackedBackup;
  /** The backup of what was there before. */
  readonly savedFile: string;
  readonly log: Log;
  readonly stopping: AbortSignal;
}

/** Closes the site, exchanges its data, opens it again. Whatever fails, the site is open again with what was there. */
async function exchange({ current, app, openAgain }: RestoreParts, options: Exchange): Promise<void> {
  const { place, lock, staged, savedFile, log, stopping } = options;
  let failure: unknown;
  try {
    await app.pause();
    await current.site.rest();
    await current.site.close();
    const folder = lock ?? openDataFolder(place.dataDir);
    try {
      await exchangeData(folder.folder, place, staged, log);
    } finally {
      if (folder !== lock) folder.release();
    }
    try {
      current.site = await openAgain();
      return;
    } catch (error) {
      log.error('The backup could not be opened; what was there before is put back.', { error });
      failure = backupError('server/backup-failed', 'It cannot be opened. What was there before was put back.', error);
      lock?.release();
      await restoreData(place, savedFile, { log });
    }
  } catch (error) {
    failure ??= error;
  }
  await openInTheEnd(current, openAgain, log, stopping);
  throw failure;
}

const OPEN_AGAIN_MS = 5000;

/** The data may be out of reach for a while, as a database on another machine. Until then visitors get 503. */
async function openInTheEnd(
  current: RestoreParts['current'],
  openAgain: RestoreParts['openAgain'],
  log: Log,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    try {
      current.site = await openAgain();
      return;
    } catch (error) {
      log.error('The data could not be opened again; it is tried on.', { error });
      await wait(OPEN_AGAIN_MS, undefined, { signal: stopping }).catch(() => undefined);
    }
  }
}
