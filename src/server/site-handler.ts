import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { cachedPage } from '../pages/index.ts';
import type { CachedPage, PageAnswer, PageGetter, PostAnswer, Poster, PostRequest } from '../pages/index.ts';
import type { Route, Site, SiteFile, SitePage } from '../site/index.ts';
import { boundedCache } from '../std/index.ts';
import type { Actor } from '../tables/index.ts';
import { prefersJson } from './accept.ts';
import type { DevChannel } from './dev-channel.ts';
import { ownPageHeaders } from './headers.ts';
import { noticeFor, noticePage, noticePolicy } from './notice-page.ts';
import type { Notice } from './notice-page.ts';
import { postedJson } from './posted-json.ts';
import { sendPage, sendText } from './respond.ts';
import type { StaticFiles } from './static-files.ts';

/** What a request for the site needs to be answered. */
export interface SiteHandlerOptions {
  readonly site: Site;
  readonly pages: PageGetter;
  readonly poster: Poster;
  readonly files: StaticFiles;
  readonly common: Readonly<Record<string, string>>;
  readonly pageHeaders: (page: SitePage) => Readonly<Record<string, string>>;
  /** In `dev`: pages listen for changes of the folder, and a broken page says what is wrong with it. */
  readonly dev?: Pick<DevChannel, 'withScript' | 'withScriptText'>;
  /** Text served at a path where the site has no file: `/sitemap.xml`. */
  readonly made: (pathname: string) => Promise<{ readonly text: string; readonly type: string } | undefined>;
}

/** A request with what the server already knows of it. */
export interface SiteRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly actor: Actor;
  /** Visitor's address, from the proxy where one is configured. */
  readonly address: string;
  readonly loadedAgoMs?: number | undefined;
}

/** A page that can be answered at once. */
export interface ReadyPage {
  readonly page: CachedPage;
  readonly hasForms: boolean;
}

export interface SiteHandler {
  /** The page for a request's target as it stands, when it is in the cache and the same for every visitor. */
  ready(url: string): ReadyPage | undefined;
  /** Answers GET and HEAD. Resolves to the page served, when it is one that may hold forms. */
  get(request: SiteRequest): Promise<SitePage | undefined>;
  post(request: SiteRequest): Promise<void>;
  /** A short page of our own, or the site's own 404 page. */
  notice(request: SiteRequest, status: number, notice?: Notice): Promise<void>;
}

/** How many request targets are remembered with the cache entries they lead to. */
const ALIASES_MAX = 20_000;
const ALIAS_LENGTH_MAX = 512;

/** Splits a request's target; the fragment never comes over the wire. */
function target(request: IncomingMessage): { readonly pathname: string; readonly search: string } {
  const url = request.url ?? '/';
  const query = url.indexOf('?');
  return query < 0 ? { pathname: url, search: '' } : { pathname: url.slice(0, query), search: url.slice(query) };
}

export function siteHandler(options: SiteHandlerOptions): SiteHandler {
  const { site, common } = options;
  const aliases = boundedCache<string, { readonly key: string; readonly hasForms: boolean }>(ALIASES_MAX);

  const send = (asked: SiteRequest, page: CachedPage, extra?: Readonly<Record<string, string>>): void => {
    const isPage = page.headers['content-type']?.startsWith('text/html') === true;
    const sent = options.dev && isPage ? options.dev.withScript(page) : page;
    sendPage(asked.request, asked.response, sent, extra);
  };

  const notice = async (asked: SiteRequest, status: number, text: Notice = noticeFor(status)): Promise<void> => {
    const { request, response } = asked;
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (prefersJson(request.headers.accept, header(request, 'x-requested-with'))) {
      const body = JSON.stringify({ type: 'about:blank', title: text.title, status, detail: text.text });
      sendText(request, response, status, `${body}\n`, { ...common, 'content-type': 'application/problem+json' });
      return;
    }
    const html = noticePage(text);
    sendText(request, response, status, options.dev?.withScriptText(html) ?? html, {
      ...common,
      ...ownPageHeaders,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      ...(options.dev ? {} : { 'content-security-policy': noticePolicy }),
    });
  };

  const missing = async (asked: SiteRequest, route: Route & { kind: 'missing' }): Promise<void> => {
    const file = route.page404 === undefined ? undefined : site.files.get(route.page404);
    if (!file) return await notice(asked, route.status);
    const page = site.pages.get(file.path);
    const answer: PageAnswer | { kind: 'none' } = page?.ok
      ? await options.pages.get({
          page,
          path: page.urlPaths[0] ?? '/404',
          search: new URLSearchParams(),
          actor: asked.actor,
        })
      : { kind: 'none' };
    const found = answer.kind === 'page' ? answer.page : await wholeFile(asked, file);
    if (!found) return await notice(asked, route.status);
    const body = found.representation('identity').bytes;
    send(asked, cachedPage(body, route.status, { ...found.headers, 'cache-control': 'no-cache' }));
  };

  const wholeFile = async (asked: SiteRequest, file: SiteFile): Promise<CachedPage | undefined> => {
    const answer = await options.files.answer(asked.request, file);
    if (answer.kind === 'prepared') return answer.page;
    if (answer.kind === 'stream') answer.stream.destroy();
    return undefined;
  };

  const sendFile = async (asked: SiteRequest, file: SiteFile, extra?: Record<string, string>): Promise<void> => {
    const answer = await options.files.answer(asked.request, file);
    if (answer.kind === 'missing') return await notice(asked, 404);
    if (answer.kind === 'prepared') return send(asked, answer.page, extra);
    asked.response.writeHead(answer.status, { ...answer.headers, ...extra });
    if (asked.request.method === 'HEAD') {
      answer.stream.destroy();
      asked.response.end();
      return undefined;
    }
    // A client that goes away in the middle of a download is no fault of ours.
    await pipeline(answer.stream, asked.response).catch(() => asked.response.destroy());
    return undefined;
  };

  const sendSitePage = async (
    asked: SiteRequest,
    page: SitePage,
    route: Route & { kind: 'page' | 'row' },
    again: () => Promise<void>,
  ): Promise<void> => {
    const key = route.kind === 'row' && route.key !== null ? route.key : undefined;
    const path = pagePath(page, key, route);
    const answer = await options.pages.get({
      page,
      path,
      ...(key === undefined ? {} : { key }),
      search: new URLSearchParams(target(asked.request).search),
      actor: asked.actor,
    });
    if (answer.kind === 'missing') return await again();
    if (answer.kind === 'forbidden') return await notice(asked, 403);
    const extra = route.canonical === undefined ? undefined : canonicalLink(route.canonical);
    const { url = '/' } = asked.request;
    if (answer.key !== undefined && !extra && !options.dev && url.length <= ALIAS_LENGTH_MAX) {
      aliases.set(url, { key: answer.key, hasForms: page.forms.length > 0 }, 1);
    }
    send(asked, answer.page, extra);
    return undefined;
  };

  const brokenPage = async (asked: SiteRequest, page: SitePage): Promise<void> => {
    const errors = page.diagnostics.filter(({ severity }) => severity === 'error');
    const text = options.dev
      ? errors
          .map(({ at, message, fix }) => `${at ? `${at.file}:${at.line}:${at.column}: ` : ''}${message} ${fix ?? ''}`)
          .join(' — ')
      : 'The page has a fault that its author must mend.';
    await notice(asked, 500, { title: 'This page cannot be shown', text });
  };

  const answerRoute = async (asked: SiteRequest, route: Route): Promise<SitePage | undefined> => {
    const { request, response } = asked;
    if (route.kind === 'redirect') {
      sendText(request, response, route.status, '', {
        ...common,
        location: route.location,
        'cache-control': 'no-cache',
      });
      return undefined;
    }
    if (route.kind === 'missing') {
      const made = await options.made(target(request).pathname);
      if (made)
        sendText(request, response, 200, made.text, {
          ...common,
          'content-type': made.type,
          'cache-control': 'no-cache',
        });
      else await missing(asked, route);
      return undefined;
    }
    const file = site.files.get(route.file);
    if (!file) {
      await notice(asked, 404);
      return undefined;
    }
    const page = site.pages.get(route.file);
    if (route.kind === 'static' || !page) {
      const canonical =
        route.kind === 'page' && route.canonical !== undefined ? canonicalLink(route.canonical) : undefined;
      await sendFile(asked, file, canonical);
      return undefined;
    }
    if (!page.ok) {
      // A page without marks of its own is still the author's page: it is shown, only its forms cannot work.
      if (page.template.scopes.length > 1) await brokenPage(asked, page);
      else await sendFile(asked, file);
      return undefined;
    }
    await sendSitePage(asked, page, route, async () => {
      const { pathname, search } = target(request);
      await answerRoute(asked, site.routes.resolve(pathname, { search, rows: false }));
    });
    return page;
  };

  return {
    notice,
    ready(url) {
      const alias = aliases.get(url);
      const page = alias && options.pages.peek(alias.key);
      return page && { page, hasForms: alias.hasForms };
    },
    async get(asked) {
      const { pathname, search } = target(asked.request);
      return await answerRoute(asked, site.routes.resolve(pathname, { search }));
    },
    async post(asked) {
      const { request } = asked;
      const { pathname, search } = target(request);
      const route = site.routes.resolve(pathname, { search, method: 'POST' });
      const page = route.kind === 'page' || route.kind === 'row' ? site.pages.get(route.file) : undefined;
      const key = route.kind === 'row' && route.key !== null ? route.key : undefined;
      const refererPage = pageOfReferer(site, request);
      const idempotencyKey = header(request, 'idempotency-key');
      const contentLength = header(request, 'content-length');
      const posted: PostRequest = {
        pathname,
        path: page && (route.kind === 'page' || route.kind === 'row') ? pagePath(page, key, route) : pathname,
        ...(page?.ok ? { page } : {}),
        ...(key === undefined ? {} : { key }),
        ...(refererPage ? { refererPage } : {}),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        ...(asked.loadedAgoMs === undefined ? {} : { loadedAgoMs: asked.loadedAgoMs }),
        search: new URLSearchParams(search),
        contentType: header(request, 'content-type'),
        contentLength: contentLength === undefined ? undefined : Number(contentLength),
        body: request,
        actor: asked.actor,
        client: `${asked.address}\n${header(request, 'user-agent') ?? ''}`,
      };
      await sendPosted(options, asked, notice, await options.poster.post(posted));
    },
  };
}

async function sendPosted(
  options: SiteHandlerOptions,
  { request, response, ...asked }: SiteRequest,
  notice: SiteHandler['notice'],
  answer: PostAnswer,
): Promise<void> {
  const json = prefersJson(request.headers.accept, header(request, 'x-requested-with'));
  const plain = { ...options.common, 'cache-control': 'no-store' };
  if (json) {
    const { status, body } = postedJson(answer);
    sendText(request, response, status, `${JSON.stringify(body)}\n`, { ...plain, 'content-type': 'application/json' });
  } else if (answer.kind === 'saved') {
    sendText(request, response, 303, '', { ...plain, location: answer.location });
  } else if (answer.kind === 'failed') {
    const text = { ...noticeFor(answer.status), text: answer.message };
    await notice({ request, response, ...asked }, answer.status, text);
  } else {
    sendText(request, response, answer.status, options.dev?.withScriptText(answer.html) ?? answer.html, {
      ...plain,
      ...options.pageHeaders(answer.page),
      'content-type': 'text/html; charset=utf-8',
      ...(answer.status === 503 ? { 'retry-after': '10' } : {}),
    });
  }
}

function pagePath(page: SitePage, key: string | undefined, route: Route & { kind: 'page' | 'row' }): string {
  if (route.kind === 'row' && key !== undefined && page.detail) return page.detail.prefix + encodeURIComponent(key);
  return page.urlPaths[0] ?? '/';
}

function canonicalLink(path: string): Record<string, string> {
  return { link: `<${path}>; rel="canonical"` };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function pageOfReferer(site: Site, request: IncomingMessage): SitePage | undefined {
  const referer = header(request, 'referer');
  if (referer === undefined || !URL.canParse(referer)) return undefined;
  const url = new URL(referer);
  if (url.host !== request.headers.host) return undefined;
  const route = site.routes.resolve(url.pathname);
  return route.kind === 'page' || route.kind === 'row' ? site.pages.get(route.file) : undefined;
}
