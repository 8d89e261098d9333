import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { CachedPage, Representation } from '../pages/index.ts';
import { negotiateCoding } from './accept.ts';
import { evaluateConditions, requestedRange } from './conditions.ts';
import { discardBody, hasUnreadBody } from './request-body.ts';

const nothing = Buffer.alloc(0);

/** The codings a client takes, as one text. */
export function acceptEncoding(request: IncomingMessage): string | undefined {
  const header = request.headers['accept-encoding'];
  return Array.isArray(header) ? header.join(', ') : header;
}

/**
 * Answers with a prepared page in the coding that the client likes best, with a part of it, or with 304 when it has it
 * already. HEAD gets the same headers without the bytes.
 */
export function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  page: CachedPage,
  extra?: Readonly<Record<string, string>>,
): void {
  const { headers } = request;
  // Parts are counted in the file's own bytes.
  const ranges = headers.range !== undefined && request.method === 'GET' && 'accept-ranges' in page.headers;
  const representation = page.representation(ranges ? 'identity' : negotiateCoding(acceptEncoding(request)));
  const { bytes, etag } = representation;
  const ours = headersOf(page, representation, extra);
  if (page.status !== 200) {
    sendBytes(request, response, page.status, ours, bytes);
    return;
  }
  const validators = { etag, lastModified: page.headers['last-modified'] };
  const verdict = evaluateConditions(headers, validators);
  if (verdict !== 'send') {
    sendNoBytes(response, verdict, ours);
    return;
  }
  const range = ranges ? requestedRange(headers, bytes.length, validators) : undefined;
  if (range === undefined) sendBytes(request, response, 200, ours, bytes);
  else if (range === 'unsatisfiable') sendUnsatisfiable(response, ours, bytes.length);
  else {
    ours['content-range'] = `bytes ${range.start}-${range.end}/${bytes.length}`;
    sendBytes(request, response, 206, ours, bytes.subarray(range.start, range.end + 1));
  }
}

/** Header fields of a representation of a page, but for its length. */
export function headersOf(
  page: CachedPage,
  { etag, coding }: Representation,
  extra?: Readonly<Record<string, string>>,
): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { ...page.headers, ...extra, etag };
  if (coding !== 'identity') headers['content-encoding'] = coding;
  return headers;
}

/** Those of them that a 304 repeats. */
export function withoutContent({
  'content-type': _type,
  'content-encoding': _coding,
  ...headers
}: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return headers;
}

/** 304 or 412: headers only. */
export function sendNoBytes(
  response: ServerResponse,
  verdict: 'not-modified' | 'failed',
  ours: OutgoingHttpHeaders,
): void {
  const headers = withoutContent(ours);
  if (verdict === 'not-modified') response.writeHead(304, headers);
  else response.writeHead(412, { ...headers, 'content-length': 0 });
  response.end();
}

/** 416: the file has no such part. */
export function sendUnsatisfiable(
  response: ServerResponse,
  { 'content-type': _type, ...headers }: OutgoingHttpHeaders,
  size: number,
): void {
  response.writeHead(416, { ...headers, 'content-range': `bytes */${size}`, 'content-length': 0 });
  response.end();
}

/** Answers with text made for this one request. */
export function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  headers: OutgoingHttpHeaders,
): void {
  sendBytes(request, response, status, { ...headers }, text === '' ? nothing : Buffer.from(text));
}

/**
 * Answers with bytes. While a body that will not be read is still arriving, the answer goes out at once, and the
 * connection closes only when the client has stopped sending: else it could not read the answer.
 */
function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  bytes: Buffer,
): void {
  headers['content-length'] = bytes.length;
  if (hasUnreadBody(request)) {
    // Not among the others: the server looks whether it has been said.
    response.setHeader('connection', 'close');
    response.writeHead(status, headers);
    if (request.method === 'HEAD' || bytes.length === 0) response.flushHeaders();
    else response.write(bytes);
    discardBody(request, () => response.end());
    return;
  }
  response.writeHead(status, headers);
  if (request.method === 'HEAD') response.end();
  else response.end(bytes);
}
