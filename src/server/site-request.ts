import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SitePage } from '../site/index.ts';
import type { Actor } from '../tables/index.ts';

/** A request with what the server already knows of it. */
export interface SiteRequest {
  /** Names the request in the log, and in the answer when it fails. */
  readonly id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly actor: Actor;
  /** Visitor's address, from the proxy where one is configured. */
  readonly address: string;
}

/** Splits a request's target; the fragment never comes over the wire. */
export function targetOf(request: IncomingMessage): { readonly pathname: string; readonly search: string } {
  const url = request.url ?? '/';
  const query = url.indexOf('?');
  return query < 0 ? { pathname: url, search: '' } : { pathname: url.slice(0, query), search: url.slice(query) };
}

/** The first value of a header. */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** A page's own path: of a row's page, the row's. */
export function pagePath(page: SitePage, key: string | undefined): string {
  return key !== undefined && page.detail ? page.detail.prefix + encodeURIComponent(key) : (page.urlPaths[0] ?? '/');
}
