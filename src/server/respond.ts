import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CachedPage } from '../pages/index.ts';
import { negotiateCoding, noneMatch } from './accept.ts';

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

/**
 * Answers with a prepared page in the coding that the client likes best, or with 304 when it has it already. HEAD gets
 * the same headers without the bytes.
 */
export function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  page: CachedPage,
  extra?: Readonly<Record<string, string>>,
): void {
  const { bytes, etag, coding } = page.representation(negotiateCoding(headerText(request.headers['accept-encoding'])));
  if (page.status === 200 && noneMatch(request.headers['if-none-match'], etag)) {
    const { 'content-type': _type, ...kept } = page.headers;
    response.writeHead(304, { ...kept, ...extra, etag });
    response.end();
    return;
  }
  const headers: Record<string, string | number> = { ...page.headers, ...extra, etag, 'content-length': bytes.length };
  if (coding !== 'identity') headers['content-encoding'] = coding;
  response.writeHead(page.status, headers);
  if (request.method === 'HEAD') response.end();
  else response.end(bytes);
}

/** Answers with text made for this one request. */
export function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>>,
): void {
  const bytes = Buffer.from(text);
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  if (request.method === 'HEAD') response.end();
  else response.end(bytes);
}
