import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Extension } from '../extend/index.ts';
import type { HttpTimeouts } from './http-server.ts';
import type { SendNotice } from './notices.ts';
import { noticeFor } from './notice-page.ts';
import { mayWrite } from './origin.ts';
import { bodyOf } from './request-body.ts';
import { sendText } from './respond.ts';
import type { Settings } from './settings.ts';
import { targetOf } from './site-request.ts';
import type { SiteRequest } from './site-request.ts';

export interface AuthorRoutesOptions {
  readonly extension: Pick<Extension, 'route' | 'respond'>;
  readonly settings: Pick<Settings, 'origin'>;
  readonly boundHost: string;
  readonly common: Readonly<Record<string, string>>;
  readonly timeouts: Pick<HttpTimeouts, 'bodyMs'>;
  readonly notice: SendNotice;
}

/** What a route may be sent. */
const bodyBytesMax = 1024 * 1024;

/** Answers requests for routes of the site's configuration. False: the request is not for one. */
export function authorRoutes(options: AuthorRoutesOptions): (asked: SiteRequest) => Promise<boolean> {
  const { extension, notice } = options;
  return async (asked) => {
    const { request, response, actor } = asked;
    const { method = 'GET' } = request;
    const found = extension.route(method, targetOf(request).pathname);
    if (!found) return false;
    if (found.kind === 'method') {
      response.setHeader('allow', found.allowed.join(', '));
      if (method === 'OPTIONS') sendText(request, response, 204, '', { ...options.common });
      else notice(asked, 405);
      return true;
    }
    const body = await acceptedBody(options, asked);
    if (body === undefined) return true;
    await send(options, asked, await extension.respond(found, fetchRequest(options, request, body), actor));
    return true;
  };
}

/** The body, once the cross-origin rule has let it pass. Undefined: it was refused, and that is answered. */
async function acceptedBody(options: AuthorRoutesOptions, asked: SiteRequest): Promise<Buffer | undefined> {
  const { settings, boundHost, timeouts, notice } = options;
  const { request, response } = asked;
  if (request.method === 'GET' || request.method === 'HEAD') return Buffer.alloc(0);
  const hasSession = /(?:^|;\s*)(?:__Host-)?backlot_session=/.test(request.headers.cookie ?? '');
  if (!mayWrite(request.headers, { origins: settings.origin, boundHost, hasSession })) {
    notice(asked, 403, { ...noticeFor(403), text: 'This request was sent from another site.' });
    return undefined;
  }
  const { 'content-encoding': coding = 'identity', 'content-length': length } = request.headers;
  if (coding !== 'identity' || Number(length ?? 0) > bodyBytesMax) {
    notice(asked, coding === 'identity' ? 413 : 415);
    return undefined;
  }
  try {
    const body = await wholeBody(bodyOf(request, response, timeouts.bodyMs));
    if (body === undefined) notice(asked, 413);
    return body;
  } catch (error) {
    // Too late, or the connection was lost, where nobody hears the answer.
    if (error instanceof Error && error.name === 'TimeoutError') notice(asked, 408);
    else response.destroy();
    return undefined;
  }
}

/** Undefined: it is larger than it may be. */
async function wholeBody(body: AsyncIterable<Uint8Array>): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The request as the Fetch standard has it. The session stays with the server: who acts is told in its place. */
function fetchRequest({ settings }: AuthorRoutesOptions, request: IncomingMessage, body: Buffer): Request {
  const { method = 'GET', url = '/' } = request;
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    for (const each of Array.isArray(value) ? value : [value ?? '']) headers.append(name, each);
  }
  const cookies = (request.headers.cookie ?? '')
    .split(/;\s*/)
    .filter((each) => !/^(?:__Host-)?backlot_session=/.test(each));
  headers.delete('cookie');
  if (cookies.join('') !== '') headers.set('cookie', cookies.join('; '));
  const origin = settings.origin[0] ?? `http://${request.headers.host ?? 'localhost'}`;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Request(origin + url, { method, headers, ...(hasBody && { body: new Uint8Array(body) }) });
}

async function send(
  { common }: AuthorRoutesOptions,
  { request, response }: SiteRequest,
  answer: Response,
): Promise<void> {
  const headers: OutgoingHttpHeaders = {
    ...common,
    'cache-control': 'no-store',
    ...Object.fromEntries(answer.headers),
  };
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  response.writeHead(answer.status, headers);
  if (request.method === 'HEAD' || !answer.body) {
    await answer.body?.cancel();
    response.end();
    return;
  }
  try {
    await pipeline(Readable.fromWeb(answer.body), response);
  } catch {
    // The visitor went away, or what the route sends broke off: the rest cannot be sent any more.
    response.destroy();
  }
}
