import type { Jobs } from '../jobs/index.ts';
import type { Mailer } from '../mail/index.ts';
import type { Actor } from '../tables/index.ts';
import type { ApiContext } from './context.ts';
import { notFound } from './problem.ts';

/** What a site needs to be kept going, besides its tables. */
export interface Operation {
  readonly jobs: Pick<Jobs, 'list' | 'retry' | 'discard'>;
  readonly mailer: Pick<Mailer, 'sendAgain'>;
  /** A mail server is set. */
  readonly sendsMail: boolean;
  readonly backups: BackupKeeper;
  readonly restore: BackupRestorer;
}

/** A backup that the server keeps. */
export interface StoredBackup {
  readonly kind: 'backup' | 'daily' | 'before-apply' | 'before-upgrade' | 'before-restore';
  readonly name: string;
  /** Where it is. */
  readonly file: string;
  readonly bytes: number;
  readonly takenMs: number;
}

/** How far a backup or going back to one is; the rest of it depends on the state. */
interface Progress {
  readonly state: string;
}

/** Makes and keeps backups, one at a time. */
export interface BackupKeeper {
  /** Begins one without waiting for it. Throws `server/backup-running` where one is under way. */
  start(): number;
  state(): Progress;
  /** The newest first. */
  list(): Promise<readonly StoredBackup[]>;
  /** False: there is none of that name. */
  remove(name: string): Promise<boolean>;
}

/** Goes back to backups. */
export interface BackupRestorer {
  /** Begins without waiting for it. Throws `server/backup-running` where it is doing so already. */
  start(backup: StoredBackup, by: Actor): void;
  state(): Progress;
}

/** Throws a problem, 404, where nothing but the tables is open. */
export function operationOf({ operation }: ApiContext): Operation {
  if (!operation) throw notFound();
  return operation;
}
