import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedPage } from '../pages/index.ts';
import type { CachedPage } from '../pages/index.ts';
import { ownPageHeaders } from './headers.ts';
import { mediaTypeOf } from './media-types.ts';
import { noticeFor } from './notice-page.ts';
import type { SendNotice } from './notices.ts';
import { sendPage } from './respond.ts';
import type { Settings } from './settings.ts';
import { targetOf } from './site-request.ts';
import type { SiteRequest } from './site-request.ts';

/** Where `npm run prepare` builds the admin. */
const BUILT_DIR = fileURLToPath(new URL('../../dist/admin/', import.meta.url));
const METHODS = 'GET, HEAD';
/** The first parts of the admin's own addresses (admin/src/routes.tsx). What else is asked for is not there. */
const pages: ReadonlySet<string> = new Set([
  '',
  'setup',
  'inbox',
  'changes',
  'tables',
  'users',
  'account',
  'mails',
  'jobs',
  'backups',
  'record',
]);

/**
 * By Content Security Policy Level 3: the admin runs its own files and speaks to its own server, nothing else. Styles
 * that depend on the theme are sheets made by script, so none stands in the markup.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export interface AdminFilesOptions {
  readonly settings: Pick<Settings, 'adminPath' | 'apiPath'>;
  /** Headers that every answer carries. */
  readonly common: Readonly<Record<string, string>>;
  readonly notice: SendNotice;
  /** Where the built admin is. */
  readonly dir?: string;
}

/**
 * Answers everything under the admin's path: its files, which never change under their name, and for every other path
 * its one document, which finds its own way from there. Files are read when they are first asked for.
 */
export function adminFiles({ settings, common, notice, dir = BUILT_DIR }: AdminFilesOptions) {
  const { adminPath } = settings;
  const assets = new Map<string, Promise<CachedPage>>();
  let names: Promise<ReadonlySet<string>> | undefined;
  let document: { readonly modifiedMs: number; readonly found: CachedPage; readonly missing: CachedPage } | undefined;

  const asset = async (name: string): Promise<CachedPage | undefined> => {
    names ??= readdir(join(dir, 'assets')).then((found) => new Set(found));
    if (!(await names).has(name)) return undefined;
    let page = assets.get(name);
    if (!page) {
      page = readFile(join(dir, 'assets', name)).then((bytes) => cachedPage(bytes, 200, assetHeaders(name, common)));
      assets.set(name, page);
    }
    return await page;
  };

  const index = async (): Promise<typeof document> => {
    const path = join(dir, 'index.html');
    const found = await stat(path).catch(() => undefined);
    if (!found) return undefined;
    if (document?.modifiedMs !== found.mtimeMs) {
      const html = Buffer.from(placed(await readFile(path, 'utf8'), settings));
      const headers = documentHeaders(common);
      document = {
        modifiedMs: found.mtimeMs,
        found: cachedPage(html, 200, headers),
        missing: cachedPage(html, 404, headers),
      };
      // Built anew: its files have other names.
      names = undefined;
      assets.clear();
    }
    return document;
  };

  return async (asked: SiteRequest): Promise<void> => {
    const { request, response } = asked;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', METHODS);
      notice(asked, 405);
      return;
    }
    const path = targetOf(request).pathname.slice(adminPath.length);
    const [, first = '', name = '', rest] = path.split('/');
    const page = await index();
    if (!page) notice(asked, 503, { ...noticeFor(503), text: 'The admin is not built yet: run “npm run prepare”.' });
    else if (first === 'assets') {
      const found = rest === undefined ? await asset(name) : undefined;
      if (found) sendPage(request, response, found);
      else notice(asked, 404);
    } else sendPage(request, response, pages.has(first) ? page.found : page.missing);
  };
}

/** The document refers to its files relatively; it stands at many paths, so they are written in full. */
function placed(html: string, { adminPath, apiPath }: AdminFilesOptions['settings']): string {
  return html
    .replaceAll('"./assets/', `"${adminPath}/assets/`)
    .replace('data-path="/admin"', `data-path="${adminPath}"`)
    .replace('data-api="/api"', `data-api="${apiPath}"`);
}

function assetHeaders(name: string, common: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { type, isText } = mediaTypeOf(name);
  return {
    'content-type': isText ? `${type}; charset=utf-8` : type,
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'Accept-Encoding',
    ...common,
  };
}

function documentHeaders(common: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    vary: 'Accept-Encoding',
    'content-security-policy': policy,
    ...ownPageHeaders,
    ...common,
    'x-robots-tag': 'noindex',
  };
}
