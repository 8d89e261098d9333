import type { Refusal } from './contract.ts';
import { DatabaseError } from './errors.ts';

/** SQLite's result codes that decide what happens next (https://sqlite.org/rescode.html). */
const results = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  constraint: 19,
  notADatabase: 26,
  /** The shared memory beside the log could not grow, which is how a full disk can show first. */
  ioSharedMemorySize: 4874,
} as const;

const reasons = new Map<number, Refusal['reason']>([
  [275, 'check'],
  [531, 'check'],
  [787, 'reference'],
  [1299, 'check'],
  [1555, 'unique'],
  [1811, 'check'],
  [2067, 'unique'],
  [2579, 'unique'],
  [3091, 'check'],
]);

function resultOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}

/** A broken constraint as a refusal of the change; `undefined` for everything else. */
export function sqliteRefusal(error: unknown, statement: number): Refusal | undefined {
  const result = resultOf(error);
  if (result === undefined || (result & 0xff) !== results.constraint) return undefined;
  return { reason: reasons.get(result) ?? 'check', statement, columns: columnsOf(error) };
}

/** `UNIQUE constraint failed: dish.name, dish.category` names columns; an index on an expression names itself. */
function columnsOf(error: unknown): string[] {
  const match = /^(?:UNIQUE|NOT NULL) constraint failed: (.+)$/.exec(error instanceof Error ? error.message : '');
  if (!match || match[1]!.startsWith('index ')) return [];
  return match[1]!.split(', ').map((name) => name.slice(name.lastIndexOf('.') + 1));
}

/** Any other error as the operating failure that it is. */
export function sqliteFailure(error: unknown, committing = false): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const result = resultOf(error);
  if (result === undefined) {
    const closed = error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE';
    return new DatabaseError(closed ? 'database/lost' : 'database/statement', detail, { cause: error });
  }
  const code = codeOf(result);
  // A flush that failed may have left the commit in the log, where the next start would find it.
  return new DatabaseError(code, detail, { cause: error, outcomeUnknown: committing && code === 'database/io' });
}

/** Whether nothing may be written any more: the file is damaged, or what was written may not be what is read back. */
export function stopsWriting(failure: DatabaseError, committing: boolean): boolean {
  if (failure.code === 'database/damaged') return true;
  if (failure.code !== 'database/io') return false;
  return committing || ((resultOf(failure.cause) ?? 0) & 0xff) === results.io;
}

function codeOf(result: number): DatabaseError['code'] {
  if (result === results.ioSharedMemorySize) return 'database/full';
  switch (result & 0xff) {
    case results.full:
      return 'database/full';
    case results.busy:
    case results.locked:
      return 'database/timeout';
    case results.io:
    case results.readOnly:
    case results.cannotOpen:
      return 'database/io';
    case results.corrupt:
    case results.notADatabase:
      return 'database/damaged';
    default:
      return 'database/statement';
  }
}
