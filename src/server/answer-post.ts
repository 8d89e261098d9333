import type { PostAnswer, Poster, PostRequest } from '../pages/index.ts';
import type { Site, SitePage } from '../site/index.ts';
import type { Log } from '../std/index.ts';
import { prefersJson } from './accept.ts';
import type { DevChannel } from './dev-channel.ts';
import { noticeFor } from './notice-page.ts';
import type { SendNotice } from './notices.ts';
import type { OwnWrites } from './own-writes.ts';
import { postedJson } from './posted-json.ts';
import { sendText } from './respond.ts';
import { headerOf, pagePath, targetOf } from './site-request.ts';
import type { SiteRequest } from './site-request.ts';

export interface AnswerPostOptions {
  readonly site: Site;
  readonly poster: Poster;
  readonly common: Readonly<Record<string, string>>;
  readonly pageHeaders: (page: SitePage) => Readonly<Record<string, string>>;
  readonly notice: SendNotice;
  readonly log: Log;
  readonly ownWrites: OwnWrites;
  readonly dev?: Pick<DevChannel, 'withScriptText'>;
}

/** One posted form, as far as the server has let it come. */
export interface PostedBody {
  readonly body: AsyncIterable<Uint8Array>;
  /** Since the same address loaded the page, where that is known and counts. */
  readonly loadedAgoMs?: number | undefined;
}

/** Hands a posted form to the pages and turns what became of it into an answer. */
export async function answerPost(options: AnswerPostOptions, asked: SiteRequest, posted: PostedBody): Promise<void> {
  send(options, asked, await options.poster.post(postRequest(options.site, asked, posted)));
}

function postRequest(site: Site, { id, request, actor, address }: SiteRequest, posted: PostedBody): PostRequest {
  const { pathname, search } = targetOf(request);
  const route = site.routes.resolve(pathname, { search, method: 'POST' });
  const page = route.kind === 'page' || route.kind === 'row' ? site.pages.get(route.file) : undefined;
  const key = route.kind === 'row' && route.key !== null ? route.key : undefined;
  const refererPage = pageOfReferer(site, headerOf(request, 'referer'), request.headers.host);
  const idempotencyKey = headerOf(request, 'idempotency-key');
  const contentLength = headerOf(request, 'content-length');
  return {
    id,
    pathname,
    path: page ? pagePath(page, key) : pathname,
    ...(page?.ok ? { page } : {}),
    ...(page && !page.ok ? { pageIsBroken: true } : {}),
    ...(key === undefined ? {} : { key }),
    ...(refererPage ? { refererPage } : {}),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(posted.loadedAgoMs === undefined ? {} : { loadedAgoMs: posted.loadedAgoMs }),
    search: new URLSearchParams(search),
    contentType: headerOf(request, 'content-type'),
    contentLength: contentLength === undefined ? undefined : Number(contentLength),
    body: posted.body,
    actor,
    client: `${address}\n${headerOf(request, 'user-agent') ?? ''}`,
  };
}

function pageOfReferer(site: Site, referer: string | undefined, host: string | undefined): SitePage | undefined {
  if (referer === undefined || !URL.canParse(referer)) return undefined;
  const url = new URL(referer);
  if (url.host !== host) return undefined;
  const route = site.routes.resolve(url.pathname);
  return route.kind === 'page' || route.kind === 'row' ? site.pages.get(route.file) : undefined;
}

function send(options: AnswerPostOptions, asked: SiteRequest, answer: PostAnswer): void {
  const { request, response, id } = asked;
  const status = answer.kind === 'saved' ? 303 : answer.status;
  const written = answer.kind === 'saved' && answer.position !== undefined;
  const cookie = written ? options.ownWrites.cookie(answer.position) : undefined;
  const headers = {
    ...options.common,
    ...(cookie === undefined ? {} : { 'set-cookie': cookie }),
    'cache-control': 'no-store',
    ...(status >= 500 ? { 'x-request-id': id } : {}),
    ...(status === 503 ? { 'retry-after': '10' } : {}),
  };
  if (prefersJson(request.headers.accept, headerOf(request, 'x-requested-with'))) {
    const json = postedJson(answer);
    const type = { 'content-type': 'application/json' };
    sendText(request, response, json.status, `${JSON.stringify(json.body)}\n`, { ...headers, ...type });
  } else if (answer.kind === 'saved') {
    sendText(request, response, 303, '', { ...headers, location: answer.location });
  } else if (answer.kind === 'failed') {
    const { title, text } = noticeFor(answer.status);
    if (status >= 500) options.log.error('a form could not be taken', { id, reason: answer.message });
    options.notice(asked, answer.status, { title, text: `${answer.message} ${text}` });
  } else {
    sendText(request, response, answer.status, options.dev?.withScriptText(answer.html) ?? answer.html, {
      ...headers,
      ...options.pageHeaders(answer.page),
      'content-type': 'text/html; charset=utf-8',
    });
  }
}
