import { BacklotError } from '../std/index.ts';

/** The codes of backups, and what each means for whoever runs the program. */
const sentences = {
  'server/not-a-backup': 'This is not a whole backup of Backlot.',
  'server/backup-newer': 'This backup was made by a newer Backlot.',
  'server/backup-other-database': 'This backup is for the other kind of database.',
  'server/backup-exists': 'There is a file of that name already.',
  'server/backup-stopped': 'The backup was stopped before it was made.',
  'server/restore-stopped': 'The restore was stopped.',
  'server/backup-running': 'A backup is being made already; wait until it is done.',
  'server/backup-no-user': 'This backup is from before anybody could sign in.',
  'server/backup-full': 'The disk is full.',
  'server/backup-failed': 'The backup could not be written or read.',
} as const;

export type BackupErrorCode = keyof typeof sentences;

export function backupError(code: BackupErrorCode, detail: string, cause?: unknown): BacklotError {
  return new BacklotError(code, `${sentences[code]} ${detail}`, cause === undefined ? {} : { cause });
}

const reasons = new Map([
  ['EACCES', 'permission was denied'],
  ['EPERM', 'permission was denied'],
  ['EROFS', 'the file system is read-only'],
  ['EIO', 'the disk reported an error'],
  ['ENOENT', 'there is no such file or folder'],
  ['ENOTDIR', 'a part of the path is a file'],
  ['EISDIR', 'it is a folder'],
  ['EEXIST', 'there is a file of that name'],
  ['EXDEV', 'it is on another file system'],
  ['EBUSY', 'the system has it in use'],
  ['EFBIG', 'it is too large for the file system'],
]);

/**
 * The system's failures as ours. `doing` says what was being done and what stands now, as whole sentences; what is an
 * operating failure already passes.
 */
export function backupFailure(error: unknown, doing: string): unknown {
  if (error instanceof BacklotError && error.code !== 'database/full') return error;
  if (isFull(error)) return backupError('server/backup-full', `${doing} Free some space, or use another disk.`, error);
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const path = 'path' in error && typeof error.path === 'string' ? `${error.path}: ` : '';
  const reason = reasons.get(error.code);
  if (reason === undefined && !('syscall' in error)) return error;
  return backupError('server/backup-failed', `${doing} ${path}${reason ?? error.message}.`, error);
}

/** SQLite in a worker reports a full disk by its number, or by its words alone. */
function isFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT' || error.code === 'database/full'))
    return true;
  return ('errcode' in error && error.errcode === 13) || error.message === 'database or disk is full';
}
