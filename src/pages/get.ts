import { boundedCache } from '../std/index.ts';
import type { Clock } from '../std/index.ts';
import type { Site, SitePage } from '../site/index.ts';
import type { Actor, Tables } from '../tables/index.ts';
import { mayRead } from './access.ts';
import { cachedPage, pageCache } from './cache.ts';
import type { CachedPage } from './cache.ts';
import { brotliRecoder } from './recode.ts';
import { renderFresh, wholeSecond } from './render.ts';
import { pageState } from './state.ts';
import type { FormFailure, PageState } from './state.ts';

/** Which page is asked for, by whom. */
export interface PageRequest {
  readonly page: SitePage;
  /** The page's own URL path, without alias endings: `/menu/tagliatelle`. */
  readonly path: string;
  /** For a row's page: the key in the URL. */
  readonly key?: string;
  readonly search: URLSearchParams;
  readonly actor: Actor;
  /** Whoever asks has written what the cache has not heard of yet. */
  readonly isAheadOfCache?: boolean;
}

export type PageAnswer =
  | {
      readonly kind: 'page';
      readonly page: CachedPage;
      /** What the cache knows it by; absent where the page is not for everyone. */
      readonly key?: string;
    }
  /** The row does not exist. */
  | { readonly kind: 'missing' }
  /** The page is for others. */
  | { readonly kind: 'forbidden' };

export interface PageGetter {
  get(request: PageRequest): Promise<PageAnswer>;
  /** The page without the cache, with a refused form in it. */
  fresh(request: PageRequest, failure?: FormFailure): Promise<FreshPage>;
  /** A page that is in the cache and for everyone, by the key that an earlier answer bore. */
  peek(key: string): CachedPage | undefined;
  /** Forgets everything. */
  clear(): void;
  close(): void;
}

export interface FreshPage {
  readonly html: string;
  readonly found: boolean;
  readonly state: PageState;
}

export interface PageGetterOptions {
  readonly site: Site;
  readonly tables: Tables;
  readonly clock: Clock;
  readonly cacheBytesMax: number;
  /** Headers of a page beside those that the cache itself sets. */
  readonly headers: (page: SitePage) => Readonly<Record<string, string>>;
  /** Hears of each page asked for whether it was in the cache. */
  readonly onCache?: ((outcome: 'hit' | 'miss') => void) | undefined;
}

const ANONYMOUS_CACHE_CONTROL = 'public, max-age=0, must-revalidate';
const PRIVATE_CACHE_CONTROL = 'private, no-store';
/** How many addresses that were found missing are remembered, so that guessing costs no reads. */
const MISSING_MAX = 1000;

/** Answers GET from the cache, else renders once for all who wait. */
export function pageGetter(options: PageGetterOptions): PageGetter {
  const { site, tables, clock } = options;
  const cache = pageCache({
    bytesMax: options.cacheBytesMax,
    clock,
    schema: () => tables.schema,
    startPosition: tables.feed.position,
  });
  const missing = boundedCache<string, true>(MISSING_MAX);
  const rendering = new Map<string, Promise<PageAnswer>>();
  const stop = tables.feed.follow((entries) => {
    missing.clear();
    // Whoever asks from now on must see these changes: they must not wait for a rendering begun before.
    rendering.clear();
    cache.changed(entries);
  });

  const stateOf = (request: PageRequest, failure?: FormFailure): PageState =>
    pageState({
      site,
      page: request.page,
      path: request.path,
      ...(request.key === undefined ? {} : { key: request.key }),
      nowMs: wholeSecond(clock.now()),
      actor: request.actor,
      search: request.search,
      ...(failure ? { failure } : {}),
    });

  const recoder = brotliRecoder();
  const render = async (request: PageRequest, state: PageState, key: string | null): Promise<PageAnswer> => {
    const position = tables.feed.position;
    const { html, found, made } = await renderFresh(site, tables, request.page, state);
    if (!found) {
      if (key !== null && tables.feed.position === position) missing.set(key, true, 1);
      return { kind: 'missing' };
    }
    const bytes = Buffer.from(html);
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': key === null ? PRIVATE_CACHE_CONTROL : ANONYMOUS_CACHE_CONTROL,
      vary: 'Accept-Encoding',
      ...options.headers(request.page),
    };
    const page = cachedPage(bytes, 200, headers, undefined, key === null ? undefined : recoder);
    if (key !== null) cache.set(key, page, { ...made, bytes: bytes.length });
    return { kind: 'page', page, ...(key === null ? {} : { key }) };
  };

  return {
    async get(request) {
      if (!mayRead(request.page.access.page, request.actor)) return { kind: 'forbidden' };
      const state = stateOf(request);
      if (request.actor.kind !== 'visitor') return await render(request, state, null);
      const query = state.parameters.toString();
      const key = `${request.path}?${query}`;
      if (request.isAheadOfCache === true) return await render(request, state, key);
      const held = cache.get(key);
      options.onCache?.(held ? 'hit' : 'miss');
      if (held) return { kind: 'page', page: held, key };
      if (missing.get(key)) return { kind: 'missing' };
      let answer = rendering.get(key);
      if (!answer) {
        answer = render(request, state, key);
        rendering.set(key, answer);
        const done = (): void => {
          if (rendering.get(key) === answer) rendering.delete(key);
        };
        answer.then(done, done);
      }
      return await answer;
    },
    async fresh(request, failure) {
      const state = stateOf(request, failure);
      const { html, found } = await renderFresh(site, tables, request.page, state);
      return { html, found, state };
    },
    peek(key) {
      const held = cache.get(key);
      if (held) options.onCache?.('hit');
      return held;
    },
    clear: () => {
      cache.clear();
      missing.clear();
    },
    close: stop,
  };
}
