import { mkdirSync } from 'node:fs';
import { lchown, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BacklotError, mutex } from '../std/index.ts';
import type { Clock, Log } from '../std/index.ts';
import { backupError } from './backup-errors.ts';
import { makeBackup } from './backup.ts';
import type { OpenData, OpenDataOptions } from './open-data.ts';
import { settingsToShow } from './settings-to-show.ts';
import type { Settings } from './settings.ts';
import type { BackupProgress, BackupSource, MadeBackup, MakeBackupOptions } from './backup.ts';

/** Why a backup is made; the names of the files in the data folder begin with it. */
export type BackupKind = 'backup' | 'daily' | 'before-apply' | 'before-upgrade' | 'before-restore';

const kinds: readonly BackupKind[] = ['backup', 'daily', 'before-apply', 'before-upgrade', 'before-restore'];

/** A backup in the data folder's own `backups`. */
export interface KeptBackup {
  readonly kind: BackupKind;
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  readonly takenMs: number;
}

/** The backup that is being made, or the last one. */
export type BackupState =
  | { readonly state: 'none' }
  | { readonly state: 'running'; readonly id: number; readonly progress: BackupProgress }
  | { readonly state: 'made'; readonly id: number; readonly made: MadeBackup }
  | { readonly state: 'failed'; readonly id: number; readonly code: string; readonly message: string };

interface BackupsOptions {
  readonly dataDir: string;
  /** How many of each kind stay in the data folder. */
  readonly kept: number;
  /** Asked when a backup begins. */
  readonly source: () => BackupSource;
  readonly log: Log;
}

/** The backups of one data folder. One is made at a time. */
export interface Backups {
  /**
   * Makes a backup, after the one under way. Without a file it goes into the data folder, where the oldest of its kind
   * then make room. Throws as `makeBackup` does.
   */
  make(kind: BackupKind, options?: MakeBackupOptions & { readonly file?: string | undefined }): Promise<MadeBackup>;
  /** Begins one without waiting for it; its `state` tells. Throws `server/backup-running` where one is under way. */
  start(file?: string): number;
  state(): BackupState;
  /** Those in the data folder, the newest first. */
  list(): Promise<readonly KeptBackup[]>;
  /** Removes one of those in the data folder. False: there is none of that name. */
  remove(name: string): Promise<boolean>;
  /** Stops the one under way, and waits until nothing is left of it. */
  close(): Promise<void>;
}

function openBackups({ dataDir, kept, source, log }: BackupsOptions): Backups {
  const oneAtATime = mutex();
  const stopping = new AbortController();
  let state: BackupState = { state: 'none' };
  let running = 0;
  let begun = 0;

  const makeNow: Backups['make'] = async (kind, { file, ...options } = {}) => {
    const id = ++begun;
    const onProgress = (progress: BackupProgress): void => {
      state = { state: 'running', id, progress };
      options.onProgress?.(progress);
    };
    onProgress({ step: 'database', bytes: 0 });
    const signal = options.signal ? AbortSignal.any([options.signal, stopping.signal]) : stopping.signal;
    try {
      const from = source();
      const target = file ?? newBackupFile(dataDir, kind, from.clock.now());
      const made = await makeBackup(from, target, { ...options, signal, onProgress });
      if (file === undefined) await likeFolder(target, dataDir);
      await rememberBackup(dataDir, made).catch((error: unknown) => {
        log.warn('The backup was made, but when could not be written down.', { error: String(error) });
      });
      if (file === undefined) await removeOldest(dataDir, kind, kept, log);
      state = { state: 'made', id, made };
      return made;
    } catch (error) {
      const known = error instanceof BacklotError;
      if (!known && !stopping.signal.aborted) log.error('A backup failed.', { error });
      const told = known ? error : backupError('server/backup-failed', 'The server’s log says why.', error);
      state = { state: 'failed', id, code: told.code, message: told.message };
      throw known ? error : told;
    }
  };
  const make: Backups['make'] = async (kind, options) => {
    running += 1;
    try {
      return await oneAtATime.run(() => makeNow(kind, options));
    } finally {
      running -= 1;
    }
  };
  return {
    make,
    start(file) {
      if (running > 0) throw backupError('server/backup-running', '');
      state = { state: 'running', id: begun + 1, progress: { step: 'database', bytes: 0 } };
      // What became of it is told by its state.
      make('backup', { file }).catch(() => undefined);
      return begun + 1;
    },
    state: () => state,
    list: () => keptBackups(dataDir),
    async remove(name) {
      const found = (await keptBackups(dataDir)).find((one) => one.name === name);
      if (found) await rm(found.file, { force: true });
      return found !== undefined;
    },
    async close() {
      stopping.abort();
      await oneAtATime.run(async () => undefined);
    },
  };
}

/** The backups of open data, for a server or for a command that works where none is. */
export function backupsOf(
  data: OpenData,
  options: {
    readonly settings: Settings;
    readonly site: string | null;
    readonly program: string;
    readonly clock: Clock;
    readonly log: Log;
  },
): Backups {
  const { settings, site, program, clock, log } = options;
  return openBackups({
    dataDir: data.dataDir,
    kept: settings.backupsKept,
    source: () => ({
      driver: data.driver,
      schema: data.tables.schema,
      uploadsDir: data.uploadsDir,
      settings: settingsToShow(settings),
      site,
      program,
      clock,
    }),
    log,
  });
}

/**
 * What a server does with data that another version of the program wrote: a backup, before it writes to it itself. For
 * `openData`.
 */
export function backUpBeforeUpgrade(about: Parameters<typeof backupsOf>[1]): NonNullable<OpenDataOptions['onUpgrade']> {
  return async (data, from) => {
    const { file } = await backupsOf(data, about).make('before-upgrade');
    about.log.info('The data was written by another version: a backup was made first.', { from, file });
  };
}

const pattern =
  /^(backup|daily|before-apply|before-upgrade|before-restore)-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z)\.tar\.gz$/;

/** The backups in a data folder, the newest first. */
export async function keptBackups(dataDir: string): Promise<readonly KeptBackup[]> {
  const folder = backupsFolder(dataDir);
  const names = await readdir(folder).catch(() => []);
  const found: KeptBackup[] = [];
  for (const name of names) {
    const match = pattern.exec(name);
    const file = join(folder, name);
    const size = (await stat(file).catch(() => undefined))?.size;
    if (!match || size === undefined) continue;
    const [, kind, time = ''] = match;
    const takenMs = Date.parse(time.replace(/T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z/, 'T$1:$2:$3.$4Z'));
    if (isKind(kind)) found.push({ kind, name, file, bytes: size, takenMs });
  }
  return found.sort((one, other) => other.takenMs - one.takenMs);
}

function isKind(text: string | undefined): text is BackupKind {
  return kinds.some((kind) => kind === text);
}

/** When the last backup was taken, and where to. */
export interface LastBackup {
  readonly takenMs: number;
  readonly file: string;
}

/** The last backup made of this data, wherever it went; undefined where none is known of. */
export async function lastBackup(dataDir: string): Promise<LastBackup | undefined> {
  try {
    const found: unknown = JSON.parse(await readFile(recordFile(dataDir), 'utf8'));
    if (typeof found !== 'object' || found === null) return undefined;
    const [taken, file] = [Reflect.get(found, 'taken'), Reflect.get(found, 'file')];
    if (typeof taken !== 'string' || typeof file !== 'string') return undefined;
    return { takenMs: Date.parse(taken), file };
  } catch {
    return undefined;
  }
}

async function rememberBackup(dataDir: string, { taken, file }: MadeBackup): Promise<void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const record = recordFile(dataDir);
  await writeFile(`${record}.partial`, `${JSON.stringify({ taken, file })}\n`, { mode: 0o600 });
  await likeFolder(`${record}.partial`, dataDir);
  await rename(`${record}.partial`, record);
}

function recordFile(dataDir: string): string {
  return join(dataDir, 'last-backup.json');
}

function backupsFolder(dataDir: string): string {
  return join(dataDir, 'backups');
}

function newBackupFile(dataDir: string, kind: BackupKind, nowMs: number): string {
  const folder = backupsFolder(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, `${kind}-${new Date(nowMs).toISOString().replace(/[:.]/g, '-')}.tar.gz`);
}

/** What root makes in the data folder belongs to whom the folder belongs. */
async function likeFolder(file: string, dataDir: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dataDir);
  if (uid === 0) return;
  for (const path of [file, ...(dirname(file) === dataDir ? [] : [dirname(file)])]) await lchown(path, uid, gid);
}

async function removeOldest(dataDir: string, kind: BackupKind, kept: number, log: Log): Promise<void> {
  const all = (await keptBackups(dataDir)).filter((one) => one.kind === kind);
  for (const { file } of all.slice(kept)) {
    await rm(file, { force: true }).catch((error: unknown) => {
      log.warn('An old backup could not be removed.', { file, error: String(error) });
    });
  }
}
