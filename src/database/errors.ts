import { BacklotError } from '../std/index.ts';

/** Every code of this room, and what it means for whoever runs the program. */
const databaseErrors = {
  'database/busy': 'More changes are waiting than may wait; try again soon.',
  'database/closed': 'The database is closed.',
  'database/control': 'The running server could not be asked.',
  'database/damaged': 'The database file is damaged; restore a backup.',
  'database/folder': 'The data folder cannot be used.',
  'database/full': 'The disk is full: nothing was saved. Free some space; the program goes on by itself.',
  'database/in-use': 'The data folder is in use by another server.',
  'database/index-size': 'A value is too long for an index.',
  'database/io': 'The database could not write. Writing has stopped; see to the disk, then restart.',
  'database/lost': 'The connection to the database was lost.',
  'database/newer': 'The data was written by a newer program.',
  'database/not-a-backup': 'The file is not a whole backup of this kind.',
  'database/not-empty': 'There is something already where this would be written.',
  'database/read-only': 'The database is open for reading only.',
  'database/statement': 'The database rejected a statement.',
  'database/timeout': 'The database took too long.',
  'database/unsupported': 'The database is not of a version that can be used.',
} as const;

export type DatabaseErrorCode = keyof typeof databaseErrors;

/** An operating failure of the database. Nothing of the group it concerns was acknowledged. */
export class DatabaseError extends BacklotError {
  declare readonly code: DatabaseErrorCode;
  /** The commit may have happened or not: do not try again without looking. */
  readonly outcomeUnknown: boolean;

  /** `detail` follows the code's own sentence and says what happened in this case. */
  constructor(code: DatabaseErrorCode, detail?: string, options: { cause?: unknown; outcomeUnknown?: boolean } = {}) {
    const sentence = databaseErrors[code];
    super(code, detail === undefined ? sentence : `${sentence} ${detail}`, { cause: options.cause });
    this.name = 'DatabaseError';
    this.outcomeUnknown = options.outcomeUnknown ?? false;
  }
}
