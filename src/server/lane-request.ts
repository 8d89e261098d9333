import { boundedCache } from '../std/index.ts';

/** A complete, simple GET or HEAD: nothing in it that takes more than a prepared answer. */
export interface LaneRequest {
  readonly isHead: boolean;
  /** Origin form (RFC 9112, 3.2.1): `/menu?page=2`. */
  readonly target: string;
  readonly fields: LaneFields;
  /** Where the next request begins. */
  readonly end: number;
}

/** The header fields that a prepared answer depends on. */
export interface LaneFields {
  readonly host: string;
  readonly acceptEncoding: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

/** Longer heads are left to the server, which has limits of its own for them. */
const HEAD_BYTES_MAX = 4096;
/** Clients repeat themselves: the same header lines come with every request of a connection. */
const HEADS_REMEMBERED_MAX = 256;

/**
 * Reads one request from bytes taken as Latin-1. Undefined for everything that is not simple: incomplete, irregular in
 * any way, with a body, or with a field that asks for more than a prepared answer. The grammar is RFC 9112 without any
 * of its tolerances.
 */
export type ReadRequest = (text: string, start: number) => LaneRequest | undefined;

export function laneReader(): ReadRequest {
  const remembered = boundedCache<string, LaneFields | 'not simple'>(HEADS_REMEMBERED_MAX);
  return (text, start) => {
    const isHead = text.startsWith('HEAD /', start);
    if (!isHead && !text.startsWith('GET /', start)) return undefined;
    const lineEnd = text.indexOf('\r\n', start);
    const headEnd = text.indexOf('\r\n\r\n', lineEnd);
    if (lineEnd < 0 || headEnd < 0 || headEnd - start > HEAD_BYTES_MAX) return undefined;
    const targetEnd = lineEnd - ' HTTP/1.1'.length;
    if (!text.startsWith(' HTTP/1.1', targetEnd)) return undefined;
    const target = text.slice(start + (isHead ? 5 : 4), targetEnd);
    if (!targetPattern.test(target)) return undefined;
    const head = text.slice(lineEnd + 2, headEnd + 2);
    let fields = remembered.get(head);
    if (fields === undefined) {
      fields = readFields(head) ?? 'not simple';
      remembered.set(head, fields, 1);
    }
    return fields === 'not simple' ? undefined : { isHead, target, fields, end: headEnd + 4 };
  };
}

const targetPattern = /^\/[!"$-~]*$/;
const fieldPattern = /^([!#$%&'*+\-.^_`|~\dA-Za-z]+):[ \t]*([\t -~]*?)[ \t]*$/;

/** Fields that ask for more than a prepared answer. */
const refused: ReadonlySet<string> = new Set([
  'authorization',
  'content-length',
  'expect',
  'range',
  'transfer-encoding',
  'upgrade',
]);
/** Every cookie of ours may change the answer. */
const ownCookie = /(?:^|;\s*)(?:__Host-)?backlot_/;

function readFields(head: string): LaneFields | undefined {
  let host: string | undefined;
  let acceptEncoding: string | undefined;
  let ifNoneMatch: string | undefined;
  for (const line of head.slice(0, -2).split('\r\n')) {
    const [matched, written = '', value = ''] = fieldPattern.exec(line) ?? [];
    if (matched === undefined) return undefined;
    const name = written.toLowerCase();
    if (name === 'host') {
      if (host !== undefined) return undefined;
      host = value;
    } else if (name === 'accept-encoding') {
      if (acceptEncoding !== undefined) return undefined;
      acceptEncoding = value;
    } else if (name === 'if-none-match') {
      if (ifNoneMatch !== undefined) return undefined;
      ifNoneMatch = value;
    } else if (name === 'connection') {
      if (value.toLowerCase() !== 'keep-alive') return undefined;
    } else if (name === 'cookie') {
      if (ownCookie.test(value)) return undefined;
    } else if (refused.has(name) || name.startsWith('if-')) return undefined;
  }
  return host === undefined ? undefined : { host, acceptEncoding, ifNoneMatch };
}
