import { prefersJson } from './accept.ts';
import { ownPageHeaders } from './headers.ts';
import { noticeFor, noticePage, noticePolicy } from './notice-page.ts';
import type { Notice } from './notice-page.ts';
import { sendText } from './respond.ts';
import { headerOf } from './site-request.ts';
import type { SiteRequest } from './site-request.ts';

/** Answers with a short page of our own, or with problem details (RFC 9457) where a script asks for JSON. */
export type SendNotice = (asked: SiteRequest, status: number, notice?: Notice) => void;

/** How soon to come back where we cannot know, in seconds. */
const RETRY_AFTER_SECONDS = '10';

/** `decorate` changes the page's text: `dev` adds its script. */
export function noticeSender(
  common: Readonly<Record<string, string>>,
  decorate?: (html: string) => string,
): SendNotice {
  return (asked, status, notice = noticeFor(status)) => {
    const { request, response } = asked;
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const failed = status >= 500;
    const headers = {
      ...common,
      'cache-control': 'no-store',
      ...(failed ? { 'x-request-id': asked.id } : {}),
      ...(status === 503 ? { 'retry-after': RETRY_AFTER_SECONDS } : {}),
    };
    if (prefersJson(request.headers.accept, headerOf(request, 'x-requested-with'))) {
      const { title, text } = notice;
      const problem = { type: 'about:blank', title, status, detail: text };
      const body = JSON.stringify(failed ? { ...problem, instance: `urn:uuid:${asked.id}` } : problem);
      sendText(request, response, status, `${body}\n`, { ...headers, 'content-type': 'application/problem+json' });
      return;
    }
    const html = noticePage(failed ? { ...notice, id: asked.id } : notice);
    sendText(request, response, status, decorate?.(html) ?? html, {
      ...headers,
      ...ownPageHeaders,
      'content-type': 'text/html; charset=utf-8',
      ...(decorate ? {} : { 'content-security-policy': noticePolicy }),
    });
  };
}
