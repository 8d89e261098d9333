import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { boundedCache } from '../std/index.ts';
import type { BoundedCache, Clock, Ids, Log } from '../std/index.ts';
import type { Actor } from '../tables/index.ts';
import { noticeFor } from './notice-page.ts';
import { knownHost, mayWrite } from './origin.ts';
import { addressGroup, postLimits } from './post-limits.ts';
import { sendPage, sendText } from './respond.ts';
import type { Settings } from './settings.ts';
import type { SiteHandler, SiteRequest } from './site-handler.ts';

/** Limits of HTTP itself. */
const HEADER_BYTES_MAX = 16 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** A form with files may take longer. */
const UPLOAD_TIMEOUT_MS = 300_000;
const KEEP_ALIVE_TIMEOUT_MS = 60_000;
const CONNECTIONS_CHECK_MS = 5_000;
/** How many visitors' page loads are remembered for the time trap. */
const LOADS_MAX = 20_000;

/** A route of our own under `/_backlot/`. */
export interface OwnRoute {
  readonly method: 'GET' | 'POST';
  /** After `/_backlot`: `/health`. */
  readonly path: string;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void> | void;
}

export interface AppOptions {
  /** The handler in force; `dev` replaces it when the folder changes. */
  readonly handler: () => SiteHandler;
  readonly settings: Settings;
  readonly boundHost: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly routes: readonly OwnRoute[];
}

const visitor: Actor = { kind: 'visitor', id: 'visitor', roles: [] };

/** Builds the HTTP application. It does not listen yet. */
export function createApp(options: AppOptions): FastifyInstance {
  const { settings, log } = options;
  const loads = boundedCache<string, number>(LOADS_MAX);
  const app = fastify({
    serverFactory: (handler) =>
      httpServer((request, response) => {
        if (!answerReady(options, loads, request, response)) handler(request, response);
      }),
    trustProxy: settings.proxies.length > 0 ? [...settings.proxies] : false,
    genReqId: () => options.ids(),
    requestIdHeader: false,
    logger: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 4096, ignoreTrailingSlash: false },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
  });
  // Bodies are read by the rooms that know their limits, never before.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.setErrorHandler(async (error, request, reply) => await answerError(options, error, request, reply));
  for (const route of options.routes) {
    app.route({
      method: route.method === 'GET' ? ['GET', 'HEAD'] : route.method,
      url: `/_backlot${route.path}`,
      handler: async (request, reply) => {
        reply.hijack();
        await route.handle(request.raw, reply.raw);
      },
    });
  }
  const site = siteRoutes(options, loads);
  app.all('/*', site);
  app.setNotFoundHandler(site);
  if (settings.log === 'requests') {
    app.addHook('onResponse', async (request, reply) => {
      log.info('request', {
        id: request.id,
        method: request.method,
        // The query may hold what a visitor typed.
        path: request.url.split('?')[0],
        status: reply.raw.statusCode,
        ms: Math.round(reply.elapsedTime),
      });
    });
  }
  return app;
}

function httpServer(handler: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: UPLOAD_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: CONNECTIONS_CHECK_MS,
      requireHostHeader: true,
    },
    handler,
  );
  server.maxRequestsPerSocket = 0;
  return server;
}

/** When each address last loaded each page, for the time trap. */
type PageLoads = BoundedCache<string, number>;

/**
 * The raw handler in front: a page that is in the cache and the same for everyone is answered before the framework
 * builds anything. What it does not answer, the site's route answers in the same way.
 */
function answerReady(
  options: AppOptions,
  loads: PageLoads,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { settings } = options;
  if ((request.method !== 'GET' && request.method !== 'HEAD') || settings.log !== 'off' || hasSession(request))
    return false;
  const ready = options.handler().ready(request.url ?? '/');
  if (!ready || !oneKnownHost(request, settings)) return false;
  if (ready.hasForms && settings.rateLimit === 'on') {
    // Behind a proxy the visitor's address takes the framework to find out.
    if (settings.proxies.length > 0) return false;
    loads.set(loadKey(request.socket.remoteAddress ?? '', request), options.clock.now(), 1);
  }
  sendPage(request, response, ready.page);
  return true;
}

/** Everything that is not ours: the site. */
function siteRoutes(
  options: AppOptions,
  loads: PageLoads,
): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const { settings, clock } = options;
  const limited = settings.rateLimit === 'on';
  const limits = postLimits({ perMinute: settings.formsPerMinute, clock });

  return async (fastifyRequest, reply) => {
    reply.hijack();
    const request = fastifyRequest.raw;
    const response = reply.raw;
    const handler = options.handler();
    const address = fastifyRequest.ip;
    const asked: SiteRequest = { request, response, actor: visitor, address };
    try {
      if (!oneKnownHost(request, settings)) return await handler.notice(asked, 421);
      const { method } = request;
      if (method === 'GET' || method === 'HEAD') {
        const page = await handler.get(asked);
        if (limited && page && page.forms.length > 0) loads.set(loadKey(address, request), clock.now(), 1);
        return undefined;
      }
      if (method === 'OPTIONS') {
        response.writeHead(204, { allow: 'GET, HEAD, POST, OPTIONS' });
        response.end();
        return undefined;
      }
      if (method !== 'POST') return await refuse(handler, asked, 405);
      if (
        !mayWrite(request.headers, {
          origins: settings.origin,
          boundHost: options.boundHost,
          hasSession: hasSession(request),
        })
      ) {
        return await refuse(handler, asked, 403, 'This form was sent from another site.');
      }
      if (request.headers['content-encoding'] !== undefined) return await refuse(handler, asked, 415);
      if (limited) {
        const waitMs = limits.take(address);
        if (waitMs > 0) {
          response.setHeader('retry-after', String(Math.ceil(waitMs / 1000)));
          return await refuse(handler, asked, 429);
        }
      }
      limitTime(request, response);
      const loadedAt = limited && !isLoopback(address) ? loads.get(loadKey(address, request)) : undefined;
      await handler.post({ ...asked, ...(loadedAt === undefined ? {} : { loadedAgoMs: clock.now() - loadedAt }) });
    } catch (error) {
      await failed(options, fastifyRequest.id, asked, error);
    }
    return undefined;
  };
}

function loadKey(address: string, request: IncomingMessage): string {
  return `${addressGroup(address)}\n${(request.url ?? '').split('?')[0]}`;
}

/** A developer trying out a form on their own machine is not a bot. */
function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

/** Exactly one Host header (RFC 9112, 3.2), naming this site. */
function oneKnownHost(request: IncomingMessage, settings: Settings): boolean {
  let hosts = 0;
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts === 1 && knownHost(request.headers.host, settings.origin);
}

/** Refuses before the body is read: the connection cannot be used again. */
async function refuse(handler: SiteHandler, asked: SiteRequest, status: number, text?: string): Promise<void> {
  const notice = noticeFor(status);
  if (status === 405) asked.response.setHeader('allow', 'GET, HEAD, POST, OPTIONS');
  asked.response.setHeader('connection', 'close');
  await handler.notice(asked, status, text === undefined ? notice : { ...notice, text });
}

function hasSession(request: IncomingMessage): boolean {
  return /(?:^|;\s*)(?:__Host-)?backlot_session=/.test(request.headers.cookie ?? '');
}

/** A form without files has 30 seconds to arrive; the server's own limit is longer, for uploads. */
function limitTime(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers['content-type']?.startsWith('multipart/') === true) return;
  const timer = setTimeout(() => request.destroy(new Error('request timeout')), REQUEST_TIMEOUT_MS);
  timer.unref();
  response.once('close', () => clearTimeout(timer));
}

async function failed(options: AppOptions, id: string, asked: SiteRequest, error: unknown): Promise<void> {
  options.log.error('a request failed', { id, path: (asked.request.url ?? '').split('?')[0], error });
  if (asked.response.headersSent || asked.response.destroyed) {
    asked.response.destroy();
    return;
  }
  const status = isUnavailable(error) ? 503 : 500;
  await options.handler().notice(asked, status, { ...noticeFor(status), id });
}

/** The database cannot be reached or written just now: the visitor may come back. */
function isUnavailable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('database/');
}

async function answerError(
  options: AppOptions,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status >= 500) options.log.error('a request failed', { id: request.id, error });
  reply.hijack();
  const asked: SiteRequest = { request: request.raw, response: reply.raw, actor: visitor, address: request.ip };
  await options.handler().notice(asked, status >= 400 && status < 600 ? status : 500);
}

/** Health as JSON: 200 when the site can be served and written to, else 503 and what is wrong. */
export function healthRoute(check: () => Promise<{ readonly ok: boolean; readonly body: unknown }>): OwnRoute {
  return {
    method: 'GET',
    path: '/health',
    async handle(request, response) {
      const { ok, body } = await check();
      sendText(request, response, ok ? 200 : 503, `${JSON.stringify(body)}\n`, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
    },
  };
}
