import { cachedPage } from '../pages/index.ts';
import type { CachedPage, PageGetter } from '../pages/index.ts';
import type { Route, SiteFile, SitePage } from '../site/index.ts';
import { boundedCache, formatDiagnostic } from '../std/index.ts';
import { answerPost } from './answer-post.ts';
import type { AnswerPostOptions, PostedBody } from './answer-post.ts';
import type { DevChannel } from './dev-channel.ts';
import { sendPage, sendText } from './respond.ts';
import { pagePath, targetOf } from './site-request.ts';
import type { SiteRequest } from './site-request.ts';
import type { StaticFiles } from './static-files.ts';

/** What a request for the site needs to be answered. */
export interface SiteHandlerOptions extends AnswerPostOptions {
  readonly pages: PageGetter;
  readonly files: StaticFiles;
  /** In `dev`: pages listen for changes of the folder, and a broken page says what is wrong with it. */
  readonly dev?: Pick<DevChannel, 'withScript' | 'withScriptText'>;
  /** What is served at a path where the site has no file: `/sitemap.xml`. */
  readonly made: (pathname: string) => Promise<CachedPage | undefined>;
}

/** A page that can be answered at once, with the headers that this address of it adds. */
export interface ReadyPage {
  readonly page: CachedPage;
  readonly extra: Readonly<Record<string, string>> | undefined;
  /** It holds a form that may be posted. */
  readonly takesPosts: boolean;
}

export interface SiteHandler {
  /** The page for a request's target as it stands, when it is in the cache and the same for every visitor. */
  ready(url: string): ReadyPage | undefined;
  /** Answers GET and HEAD. Resolves to whether a page was asked for that holds a form that may be posted. */
  get(asked: SiteRequest): Promise<boolean>;
  post(asked: SiteRequest, posted: PostedBody): Promise<void>;
}

interface Alias {
  readonly key: string;
  readonly extra: Readonly<Record<string, string>> | undefined;
  readonly takesPosts: boolean;
}

/** How many request targets are remembered with the cache entries they lead to. */
const ALIASES_MAX = 20_000;
const ALIAS_LENGTH_MAX = 512;

type PageRoute = Route & { readonly kind: 'page' | 'row' };

export function siteHandler(options: SiteHandlerOptions): SiteHandler {
  const { site, common, notice, dev } = options;
  const aliases = boundedCache<string, Alias>(ALIASES_MAX);
  const missingPages = new WeakMap<CachedPage, CachedPage>();

  const send = (asked: SiteRequest, page: CachedPage, extra?: Readonly<Record<string, string>>): void => {
    sendPage(asked.request, asked.response, dev?.withScript(page) ?? page, extra);
  };

  const sendFile = async (asked: SiteRequest, file: SiteFile, extra?: Record<string, string>): Promise<void> => {
    const prepared = await options.files.prepared(file);
    if (prepared) send(asked, prepared, extra);
    else if (!(await options.files.send(asked.request, asked.response, file, extra))) notice(asked, 404);
  };

  /** The author's page for what is missing, under the status of what is missing. */
  const missing = async (asked: SiteRequest, route: Route & { kind: 'missing' }): Promise<void> => {
    const file = route.page404 === undefined ? undefined : site.files.get(route.page404);
    const page = file && site.pages.get(file.path);
    const found = page?.ok ? await shownPage(asked, page) : file && (await options.files.prepared(file));
    if (!found) return notice(asked, route.status);
    let answer = missingPages.get(found);
    if (answer?.status !== route.status) {
      const { 'accept-ranges': _ranges, 'last-modified': _modified, ...headers } = found.headers;
      const body = found.representation('identity').bytes;
      answer = cachedPage(body, route.status, { ...headers, 'cache-control': 'no-cache' });
      missingPages.set(found, answer);
    }
    return send(asked, answer);
  };

  const shownPage = async (asked: SiteRequest, page: SitePage): Promise<CachedPage | undefined> => {
    const path = page.urlPaths[0] ?? '/404';
    const answer = await options.pages.get({ page, path, search: new URLSearchParams(), actor: asked.actor });
    return answer.kind === 'page' ? answer.page : undefined;
  };

  const sendSitePage = async (asked: SiteRequest, page: SitePage, route: PageRoute): Promise<void> => {
    const key = route.kind === 'row' && route.key !== null ? route.key : undefined;
    const answer = await options.pages.get({
      page,
      path: pagePath(page, key),
      ...(key === undefined ? {} : { key }),
      search: new URLSearchParams(targetOf(asked.request).search),
      actor: asked.actor,
      isAheadOfCache: !(await options.ownWrites.areCached(asked.request)),
    });
    if (answer.kind === 'missing') {
      const { pathname, search } = targetOf(asked.request);
      return await answerRoute(asked, site.routes.resolve(pathname, { search, rows: false }));
    }
    if (answer.kind === 'forbidden') return notice(asked, 403);
    const extra = canonicalLink(route);
    const { url = '/' } = asked.request;
    if (answer.key !== undefined && !dev && url.length <= ALIAS_LENGTH_MAX) {
      aliases.set(url, { key: answer.key, extra, takesPosts: takesPosts(page) }, 1);
    }
    return send(asked, answer.page, extra);
  };

  const brokenPage = (asked: SiteRequest, page: SitePage): void => {
    const errors = page.diagnostics.filter(({ severity }) => severity === 'error').map(formatDiagnostic);
    options.log.error('a page with a fault was asked for', { id: asked.id, file: page.file });
    const text = dev ? errors.join(' — ') : 'The page has a fault that its author must mend.';
    notice(asked, 500, { title: 'This page cannot be shown', text });
  };

  const answerRoute = async (asked: SiteRequest, route: Route): Promise<void> => {
    const { request, response } = asked;
    if (route.kind === 'redirect') {
      const headers = { ...common, location: route.location, 'cache-control': 'no-cache' };
      return sendText(request, response, route.status, '', headers);
    }
    if (route.kind === 'missing') {
      const made = await options.made(targetOf(request).pathname);
      return made ? send(asked, made) : await missing(asked, route);
    }
    const file = site.files.get(route.file);
    if (!file) return notice(asked, 404);
    const page = site.pages.get(route.file);
    if (route.kind === 'static' || !page) return await sendFile(asked, file, canonicalLink(route));
    if (page.ok) return await sendSitePage(asked, page, route);
    // A page without marks of its own is still the author's page: it is shown, only its forms cannot work.
    return page.template.scopes.length > 1 ? brokenPage(asked, page) : await sendFile(asked, file);
  };

  return {
    ready(url) {
      const alias = aliases.get(url);
      const page = alias && options.pages.peek(alias.key);
      return page && { page, extra: alias.extra, takesPosts: alias.takesPosts };
    },
    async get(asked) {
      const { pathname, search } = targetOf(asked.request);
      const route = site.routes.resolve(pathname, { search });
      await answerRoute(asked, route);
      const page = route.kind === 'page' || route.kind === 'row' ? site.pages.get(route.file) : undefined;
      return page !== undefined && takesPosts(page);
    },
    post: async (asked, posted) => await answerPost(options, asked, posted),
  };
}

function takesPosts(page: SitePage): boolean {
  return page.forms.some(({ operation }) => operation === 'insert' || operation === 'update');
}

function canonicalLink(route: Route): Record<string, string> | undefined {
  return 'canonical' in route && route.canonical !== undefined
    ? { link: `<${route.canonical}>; rel="canonical"` }
    : undefined;
}
