import type { IncomingMessage, ServerResponse } from 'node:http';
import fastify from 'fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isUnavailable } from '../pages/index.ts';
import { boundedCache } from '../std/index.ts';
import type { BoundedCache, Clock, Ids, Log } from '../std/index.ts';
import type { Actor } from '../tables/index.ts';
import { httpServer } from './http-server.ts';
import type { HttpServer, HttpTimeouts } from './http-server.ts';
import { isLoopback } from './loopback.ts';
import { noticeFor } from './notice-page.ts';
import type { SendNotice } from './notices.ts';
import { hostRule, mayWrite } from './origin.ts';
import { hasWritten } from './own-writes.ts';
import { openPageLane } from './page-lane.ts';
import type { PageLaneOptions } from './page-lane.ts';
import { addressGroup, postLimits } from './post-limits.ts';
import { bodyOf } from './request-body.ts';
import { sendPage } from './respond.ts';
import type { Settings } from './settings.ts';
import type { ReadyPage, SiteHandler } from './site-handler.ts';
import type { SiteRequest } from './site-request.ts';
import { underWay } from './under-way.ts';
import type { UnderWay } from './under-way.ts';

/** How many visitors' page loads are remembered for the time trap. */
const LOADS_MAX = 20_000;
const METHODS = 'GET, HEAD, POST, OPTIONS';

/** How long what is under way may take before the data goes: it is then answered as if the database were away. */
const PAUSE_MS_MAX = 10_000;

/** A route of our own under `/_backlot/`. */
export interface OwnRoute {
  readonly method: 'GET' | 'POST';
  /** After `/_backlot`: `/health`. */
  readonly path: string;
  /** Whether it answers under any host name: those who ask for health know only an address. */
  readonly anyHost?: boolean;
  handle(request: IncomingMessage, response: ServerResponse, asked: SiteRequest): Promise<void> | void;
}

export interface AppOptions {
  /** The handler in force; `dev` replaces it when the folder changes. */
  readonly handler: () => SiteHandler;
  readonly notice: SendNotice;
  readonly settings: Settings;
  readonly timeouts: HttpTimeouts;
  readonly boundHost: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly routes: readonly OwnRoute[];
  /** Answers what routes of the site's configuration are for; false where there is none. */
  readonly authorRoutes: (asked: SiteRequest) => Promise<boolean>;
  /** Answers everything under the API's path. */
  readonly api: Answer;
  /** Answers everything under the admin's path. */
  readonly admin: Answer;
  /** Who acts in a request with this `Cookie` header. */
  readonly actorOf: (cookieHeader: string | undefined) => Promise<Actor>;
  /** Hears of every request that reaches the server. */
  readonly onRequest?: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  /** Hears of every request that the lane before it answers. */
  readonly onLaneAnswer?: PageLaneOptions['onAnswer'];
}

/** The HTTP application. `stop` lets what is under way finish. */
export interface App {
  readonly fastify: FastifyInstance;
  /** From now on answers 503 to everything that stands on the data; resolves when what was under way has ended. */
  pause(): Promise<void>;
  resume(): void;
  stop(): Promise<void>;
}

/** What the parts of one application share. */
interface Shared extends AppOptions {
  readonly isKnownHost: (host: string | undefined) => boolean;
  /** When each address last loaded each page, for the time trap. */
  readonly loads: BoundedCache<string, number>;
  readonly limits: ReturnType<typeof postLimits>;
  /** A client may be gone before the answer to it is: files are cleared away, rows committed. */
  readonly answers: UnderWay;
  /** The data is being exchanged. */
  isPaused: boolean;
}

type Answer = (asked: SiteRequest) => Promise<void> | void;

const visitor: Actor = { kind: 'visitor', id: 'visitor', roles: [] };

/** Builds the HTTP application. It does not listen yet. */
export function createApp(options: AppOptions): App {
  const { settings } = options;
  const shared: Shared = {
    ...options,
    isKnownHost: hostRule(settings.origin),
    loads: boundedCache<string, number>(LOADS_MAX),
    limits: postLimits({ perMinute: settings.formsPerMinute, clock: options.clock }),
    answers: underWay(),
    isPaused: false,
  };
  let http: HttpServer | undefined;
  const app = fastify({
    serverFactory: (route) => {
      http = httpServer((request, response) => {
        options.onRequest?.(request, response);
        if (http?.stopping !== true && !shared.isPaused && answerReady(shared, request, response)) return;
        http?.track(response);
        route(request, response);
      }, options.timeouts);
      if (settings.fastLane === 'on' && settings.log === 'off') openPageLane(http, laneOptions(shared, http));
      return http.server;
    },
    clientErrorHandler: (error, socket) => http?.answerClientError(error, socket),
    trustProxy: settings.proxies.length > 0 ? [...settings.proxies] : false,
    genReqId: () => options.ids(),
    requestIdHeader: false,
    logger: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 16 * 1024 },
    return503OnClosing: false,
    // Its own would be loaded with the first route, for schemas that no route here has.
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    // A path that is no valid encoding leads to no file.
    frameworkErrors: (_error, request, reply) => {
      reply.hijack();
      void answering(shared, request, reply.raw, site(shared));
    },
  });
  // Bodies are read by the rooms that know their limits, never before.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  addRoutes(app, shared);
  return {
    fastify: app,
    async pause() {
      shared.isPaused = true;
      await shared.answers.ended(Math.min(options.timeouts.stopMs, PAUSE_MS_MAX));
    },
    resume() {
      shared.isPaused = false;
    },
    async stop() {
      await http?.stop();
      await shared.answers.ended(options.timeouts.stopMs);
      await app.close();
    },
  };
}

function noCompiler(): never {
  throw new Error('Routes have no schemas: bodies are read by the rooms that know their limits.');
}

function addRoutes(app: FastifyInstance, shared: Shared): void {
  const { settings } = shared;
  const serve =
    (answer: Answer, needsData = true) =>
    async (request: FastifyRequest, reply: { hijack(): unknown; raw: ServerResponse }) => {
      reply.hijack();
      await answering(shared, request, reply.raw, answer, needsData);
    };
  for (const route of shared.routes) {
    const { method, path, anyHost = false } = route;
    app.route({
      method: method === 'GET' ? ['GET', 'HEAD'] : method,
      url: `/_backlot${path}`,
      handler: serve(async (asked) => {
        if (anyHost || hasOneKnownHost(shared, asked)) await route.handle(asked.request, asked.response, asked);
      }),
    });
  }
  const api = serve(async (asked) => {
    if (hasOneKnownHost(shared, asked)) await shared.api(asked);
  });
  const admin = serve(async (asked) => {
    if (hasOneKnownHost(shared, asked)) await shared.admin(asked);
  }, false);
  const nothing = serve((asked) => shared.notice(asked, 404));
  for (const [path, answer] of [
    ['/_backlot', nothing],
    [settings.adminPath, admin],
    [settings.apiPath, api],
  ] as const) {
    app.all(path, answer);
    app.all(`${path}/*`, answer);
  }
  app.all('/*', serve(site(shared)));
  app.setNotFoundHandler(serve(site(shared)));
}

/** Runs what answers a request; what it throws is logged under an id that the visitor is told. */
async function answering(
  shared: Shared,
  { id, ip, raw: request }: FastifyRequest,
  response: ServerResponse,
  answer: Answer,
  needsData = true,
): Promise<void> {
  let asked: SiteRequest = { id, request, response, actor: visitor, address: ip };
  if (shared.settings.log === 'requests') logWhenDone(shared.log, asked);
  try {
    if (needsData && shared.isPaused) return shared.notice(asked, 503);
    if (needsData && hasSession(request)) asked = { ...asked, actor: await shared.actorOf(request.headers.cookie) };
    await shared.answers.run(async () => await answer(asked));
  } catch (error) {
    shared.log.error('a request failed', { id, path: pathOf(request), error });
    shared.notice(asked, isUnavailable(error) ? 503 : 500);
  }
}

function logWhenDone(log: Log, { id, request, response }: SiteRequest): void {
  const startedMs = performance.now();
  const { method } = request;
  // Without the query: it may hold what a visitor typed.
  const path = pathOf(request);
  response.once('close', () => {
    const ms = Math.round(performance.now() - startedMs);
    log.info('request', { id, method, path, status: response.statusCode, ms });
  });
}

/**
 * The raw handler in front: a page that is in the cache and the same for everyone is answered before the framework
 * builds anything. What it does not answer, the site's route answers in the same way.
 */
function answerReady(shared: Shared, request: IncomingMessage, response: ServerResponse): boolean {
  const { method, url = '/' } = request;
  if ((method !== 'GET' && method !== 'HEAD') || shared.settings.log !== 'off') return false;
  if (hasSession(request) || hasWritten(request)) return false;
  if (hostFault(shared, request) !== undefined) return false;
  const ready = readyPage(shared, url, request.socket.remoteAddress);
  if (!ready) return false;
  try {
    sendPage(request, response, ready.page, ready.extra);
  } catch (error) {
    // Nothing may take the server down; the way behind meets the same fault, and answers for it.
    shared.log.error('a page in the cache could not be sent', { path: pathOf(request), error });
    return response.headersSent;
  }
  return true;
}

/** The page for a target, when it is in the cache and the same for everyone. Remembers the visit for the time trap. */
function readyPage(shared: Shared, target: string, address = ''): ReadyPage | undefined {
  const { settings, loads, clock } = shared;
  const ready = shared.handler().ready(target);
  if (ready?.takesPosts === true && settings.rateLimit === 'on') {
    // Behind a proxy the visitor's address takes the framework to find out.
    if (settings.proxies.length > 0) return undefined;
    loads.set(loadKey(address, target), clock.now(), 1);
  }
  return ready;
}

/** The lane before the server answers what {@link answerReady} would. */
function laneOptions(shared: Shared, http: HttpServer): PageLaneOptions {
  return {
    ready: ({ target, host, address }) => (shared.isKnownHost(host) ? readyPage(shared, target, address) : undefined),
    isOpen: () => !http.stopping && !shared.isPaused,
    now: () => shared.clock.now(),
    timeouts: shared.timeouts,
    onAnswer: shared.onLaneAnswer,
  };
}

/** Everything that is not ours. */
function site(shared: Shared): Answer {
  const { settings, loads, clock, notice } = shared;
  const limited = settings.rateLimit === 'on';
  return async (asked) => {
    if (!hasOneKnownHost(shared, asked) || (await shared.authorRoutes(asked))) return;
    const { request, response, address } = asked;
    switch (request.method) {
      case 'GET':
      case 'HEAD': {
        const takesPosts = await shared.handler().get(asked);
        if (limited && takesPosts) loads.set(loadKey(address, request.url), clock.now(), 1);
        return;
      }
      case 'POST':
        if (mayPost(shared, asked)) await post(shared, asked, limited);
        return;
      case 'OPTIONS':
        response.writeHead(204, { allow: METHODS });
        response.end();
        return;
      default:
        response.setHeader('allow', METHODS);
        notice(asked, 405);
    }
  };
}

/** Whether a form may be read at all. Answers when it may not. */
function mayPost(shared: Shared, asked: SiteRequest): boolean {
  const { settings, notice } = shared;
  const { request, response } = asked;
  const rule = { origins: settings.origin, boundHost: shared.boundHost, hasSession: hasSession(request) };
  if (!mayWrite(request.headers, rule)) {
    notice(asked, 403, { ...noticeFor(403), text: 'This form was sent from another site.' });
    return false;
  }
  const { 'content-encoding': coding } = request.headers;
  if (coding !== undefined && coding !== 'identity') {
    notice(asked, 415);
    return false;
  }
  const waitMs = settings.rateLimit === 'on' ? shared.limits.take(asked.address) : 0;
  if (waitMs === 0) return true;
  response.setHeader('retry-after', String(Math.ceil(waitMs / 1000)));
  notice(asked, 429);
  return false;
}

async function post(shared: Shared, asked: SiteRequest, limited: boolean): Promise<void> {
  const { timeouts, loads, clock } = shared;
  const { request, response, address } = asked;
  const hasFiles = request.headers['content-type']?.toLowerCase().startsWith('multipart/') === true;
  // A developer trying out a form on their own machine is not a bot.
  const loadedAt = limited && !isLoopback(address) ? loads.get(loadKey(address, request.url)) : undefined;
  await shared.handler().post(asked, {
    body: bodyOf(request, response, hasFiles ? timeouts.uploadMs : timeouts.bodyMs),
    ...(loadedAt === undefined ? {} : { loadedAgoMs: clock.now() - loadedAt }),
  });
}

function hasOneKnownHost(shared: Shared, asked: SiteRequest): boolean {
  const fault = hostFault(shared, asked.request);
  if (fault !== undefined) shared.notice(asked, fault);
  return fault === undefined;
}

/** Exactly one Host header (RFC 9112, 3.2), naming this site; else the status to answer with. */
function hostFault({ isKnownHost }: Shared, request: IncomingMessage): 400 | 421 | undefined {
  const { rawHeaders } = request;
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  if (hosts !== 1) return 400;
  return isKnownHost(request.headers.host) ? undefined : 421;
}

function loadKey(address: string, target: string | undefined): string {
  return `${addressGroup(address)}\n${withoutQuery(target)}`;
}

function pathOf({ url }: IncomingMessage): string {
  return withoutQuery(url);
}

function withoutQuery(target = '/'): string {
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
}

function hasSession(request: IncomingMessage): boolean {
  return /(?:^|;\s*)(?:__Host-)?backlot_session=/.test(request.headers.cookie ?? '');
}
