/** A place in one of the author's files. Lines and columns count from 1; columns count UTF-16 units, as editors do. */
export interface SourcePosition {
  /** Path relative to the site folder, with forward slashes. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Something to tell the author: where, what was found, and what to write instead. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'note';
  /** Stable, kebab-case, prefixed by the room: `html/hole-in-script`. */
  readonly code: string;
  /** One or two sentences: what was found and why it cannot stand. */
  readonly message: string;
  /** What to write instead. */
  readonly fix?: string;
  readonly at?: SourcePosition;
  /** A second place that disagrees with the first. */
  readonly also?: SourcePosition;
}

/** Writes a position as `menu.html:12:5`. */
export function formatPosition(at: SourcePosition): string {
  return `${at.file}:${at.line}:${at.column}`;
}

/** Writes a diagnostic on one line: place, severity, message, fix, code. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const place = diagnostic.at ? `${formatPosition(diagnostic.at)}: ` : '';
  const also = diagnostic.also ? ` (see also ${formatPosition(diagnostic.also)})` : '';
  const fix = diagnostic.fix ? ` ${diagnostic.fix}` : '';
  return `${place}${diagnostic.severity}: ${diagnostic.message}${also}${fix} [${diagnostic.code}]`;
}

/**
 * An operating failure: the program is right, its surroundings are not (a port in use, a full disk, a bad setting).
 * `message` says what happened and what to do; a command prints it without a stack trace.
 */
export class BacklotError extends Error {
  /** Stable, kebab-case, prefixed by the room: `database/in-use`. */
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'BacklotError';
    this.code = code;
  }
}
