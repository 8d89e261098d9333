import type { Row } from './api-types.ts';

/** What one field was refused for. */
export interface FieldProblem {
  readonly field: string;
  /** Stable: `required`, `max`, `unique`, … */
  readonly code: string;
  readonly message: string;
}

/** An answer of the API that is no success: problem details by RFC 9457, or no answer at all (`status` 0). */
export class Problem extends Error {
  readonly status: number;
  /** Stable: `invalid`, `version`, `proof`, … Empty where the answer did not come from the API itself. */
  readonly code: string;
  readonly fields: readonly FieldProblem[];
  /** The row as it is now, when somebody else has changed it. */
  readonly current: Row | undefined;
  /** After how many seconds to try again. */
  readonly waitSeconds: number | undefined;

  constructor(
    status: number,
    message: string,
    more: {
      readonly code?: string;
      readonly fields?: readonly FieldProblem[];
      readonly current?: Row | undefined;
      readonly waitSeconds?: number | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: more.cause });
    this.name = 'Problem';
    this.status = status;
    this.code = more.code ?? '';
    this.fields = more.fields ?? [];
    this.current = more.current;
    this.waitSeconds = more.waitSeconds;
  }

  /** The server could not be reached: nothing is wrong with what was sent. */
  get isOffline(): boolean {
    return this.status === 0;
  }

  /** Somebody else has changed the row since it was read. */
  get isConflict(): boolean {
    return (this.status === 409 || this.status === 412) && this.current !== undefined;
  }
}

export function isProblem(error: unknown, status?: number): error is Problem {
  return error instanceof Problem && (status === undefined || error.status === status);
}
