import { formatVersion } from '../database/index.ts';
import type { Driver } from '../database/index.ts';
import { backupError } from './backup-errors.ts';

/**
 * The layout of a backup: a gzip file (RFC 1952) of a tar archive (ustar). `docs/backups.md` describes it for those who
 * have only the file. The entries come in this order, and `SHA256SUMS`, as `sha256sum -c` reads it, comes last: a file
 * without it is not whole.
 */
export const entryNames = {
  header: 'backlot.json',
  settings: 'settings.json',
  schema: 'schema.json',
  sqlite: 'database.db',
  postgres: 'database.jsonl.gz',
  /** Before the path of each file that visitors or editors sent. */
  uploads: 'uploads/',
  sums: 'SHA256SUMS',
} as const;

/** Raised by a change that older programs cannot restore. */
export const archiveVersion = 1;

/** The first entry: what the archive is. */
export interface BackupHeader {
  readonly backlot: 'backup';
  readonly version: number;
  /** The program's version. */
  readonly program: string;
  /** ISO instant. */
  readonly taken: string;
  readonly database: {
    readonly dialect: Driver['dialect'];
    readonly format: number;
    /** Rows of each table, by physical name. */
    readonly rows: Readonly<Record<string, number>>;
  };
  /** The folder that was served. */
  readonly site: string | null;
}

/** Longer than any header that we write: its largest part is a number for each table. */
export const HEADER_BYTES_MAX = 1024 * 1024;

/**
 * Reads the first entry. Throws `server/not-a-backup`, and `server/backup-newer` where this program cannot know what
 * the rest means.
 */
export function readHeader(text: string, file: string): BackupHeader {
  const found = parse(text);
  if (field(found, 'backlot') !== 'backup') throw notWhole(file, 'its first entry does not say that it is a backup');
  const version = field(found, 'version');
  const database = field(found, 'database');
  const program = String(field(found, 'program'));
  const format = field(database, 'format');
  if (typeof version !== 'number' || typeof format !== 'number') throw notWhole(file, 'its first entry is incomplete');
  if (version > archiveVersion || format > formatVersion) {
    throw backupError('server/backup-newer', `${file} is from Backlot ${program}: restore it with that version.`);
  }
  const dialect = field(database, 'dialect');
  const taken = field(found, 'taken');
  const rows = field(database, 'rows');
  const site = field(found, 'site');
  if ((dialect !== 'sqlite' && dialect !== 'postgres') || typeof taken !== 'string' || !isCounts(rows)) {
    throw notWhole(file, 'its first entry is incomplete');
  }
  return {
    backlot: 'backup',
    version,
    program,
    taken,
    database: { dialect, format, rows },
    site: typeof site === 'string' ? site : null,
  };
}

/** Whether an entry may stand in a backup: nothing leads out of the folder it is unpacked to. */
export function isEntryName(name: string): boolean {
  const { uploads, header: _header, ...others } = entryNames;
  if (Object.values<string>(others).includes(name)) return true;
  return name.startsWith(uploads) && isUploadPath(name.slice(uploads.length));
}

/** Whether a path below the folder of uploads can be in a backup: plain names, none of them hidden. */
export function isUploadPath(path: string): boolean {
  return path.split('/').every((part) => /^[\w-][\w.-]*$/.test(part));
}

export function notWhole(file: string, why: string, cause?: unknown): ReturnType<typeof backupError> {
  return backupError('server/not-a-backup', `${file}: ${why}. Nothing was changed.`, cause);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function isCounts(value: unknown): value is Readonly<Record<string, number>> {
  return (
    typeof value === 'object' && value !== null && Object.values(value).every((count) => typeof count === 'number')
  );
}
