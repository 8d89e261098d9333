import type { IncomingHttpHeaders } from 'node:http';

/** What is known of the bytes that would be sent. */
export interface Validators {
  /** Strong entity tag with its quotes. */
  readonly etag: string;
  /** The `Last-Modified` header; absent where there is none. */
  readonly lastModified?: string | undefined;
}

/** Whether to send, or to say that the client's copy is right (304), or that its condition does not hold (412). */
export type Verdict = 'send' | 'not-modified' | 'failed';

/** Evaluates a GET's or HEAD's preconditions in the order of RFC 9110, 13.2.2. */
export function evaluateConditions(headers: IncomingHttpHeaders, { etag, lastModified }: Validators): Verdict {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (match !== undefined) {
    if (!tags(match).some((tag) => tag === '*' || tag === etag)) return 'failed';
  } else if (isBefore(headers['if-unmodified-since'], lastModified)) return 'failed';
  if (noneMatch !== undefined) {
    return tags(noneMatch).some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag) ? 'not-modified' : 'send';
  }
  const since = headers['if-modified-since'];
  const known = since !== undefined && lastModified !== undefined && !Number.isNaN(Date.parse(since));
  return known && !isBefore(since, lastModified) ? 'not-modified' : 'send';
}

/** The bytes from `start` to `end`, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The part asked for of `size` bytes (RFC 9110, 14.2). Undefined for the whole: no range, one of another kind, several
 * at once, or one for an older copy (`If-Range`).
 */
export function requestedRange(
  headers: IncomingHttpHeaders,
  size: number,
  { etag, lastModified }: Validators,
): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(headers.range ?? '');
  const condition = headers['if-range'];
  if (!match || (condition !== undefined && condition !== etag && condition !== lastModified)) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '') {
    if (last === '') return undefined;
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}

function tags(header: string): readonly string[] {
  return header.split(',').map((tag) => tag.trim());
}

/** Whether a date of the request lies before the last change. False when either is missing or no date. */
function isBefore(date: string | undefined, lastModified: string | undefined): boolean {
  return date !== undefined && lastModified !== undefined && Date.parse(date) < Date.parse(lastModified);
}
