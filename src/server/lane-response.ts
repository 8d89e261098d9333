import type { OutgoingHttpHeaders } from 'node:http';

/** One prepared answer, as it goes over the wire in each of its forms. */
export interface LaneResponse {
  readonly etag: string;
  readonly lastModified?: string | undefined;
  /** Status line, header and body, with the date given (an IMF-fixdate). */
  whole(date: string): Buffer;
  /** What HEAD gets. */
  head(date: string): Buffer;
  /** 304. */
  notModified(date: string): Buffer;
}

export interface LaneResponseParts {
  readonly etag: string;
  readonly lastModified?: string | undefined;
  /** Of the whole answer, in order, but for those that the connection adds. */
  readonly headers: OutgoingHttpHeaders;
  readonly notModifiedHeaders: OutgoingHttpHeaders;
  readonly body: Buffer;
  /** What the server promises in `Keep-Alive`. */
  readonly keepAliveSeconds: number;
}

/** Prepares an answer. Its header reads as Node's `ServerResponse` writes it. */
export function laneResponse(parts: LaneResponseParts): LaneResponse {
  const { body, keepAliveSeconds } = parts;
  const lines = headerLines(parts.headers);
  const notModifiedLines = headerLines(parts.notModifiedHeaders);
  const head = (status: string, all: string, date: string): Buffer =>
    Buffer.from(
      `HTTP/1.1 ${status}\r\n${all}Date: ${date}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${keepAliveSeconds}\r\n\r\n`,
      'latin1',
    );
  return {
    etag: parts.etag,
    lastModified: parts.lastModified,
    whole: oncePerDate((date) => Buffer.concat([head('200 OK', lines, date), body])),
    head: oncePerDate((date) => head('200 OK', lines, date)),
    notModified: oncePerDate((date) => head('304 Not Modified', notModifiedLines, date)),
  };
}

function headerLines(headers: OutgoingHttpHeaders): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${String(value)}\r\n`)
    .join('');
}

/** The date changes once a second; until then the same bytes go out. Those on their way are never written over. */
function oncePerDate(make: (date: string) => Buffer): (date: string) => Buffer {
  let madeFor = '';
  let made: Buffer = Buffer.alloc(0);
  return (date) => {
    if (date !== madeFor) {
      made = make(date);
      madeFor = date;
    }
    return made;
  };
}
