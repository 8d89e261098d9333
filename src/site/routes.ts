import { matchRedirect } from './redirects.ts';
import type { Redirect } from './redirects.ts';

/** What answers a path. Files are paths relative to the folder. */
export type Route =
  /** A page; `canonical` is its preferred path where another one was asked for. */
  | { readonly kind: 'page'; readonly file: string; readonly canonical?: string }
  /** A row's page. `key` null: the sample file's own address where its name is no key: the table's first row. */
  | { readonly kind: 'row'; readonly file: string; readonly key: string | null; readonly canonical?: string }
  | { readonly kind: 'static'; readonly file: string }
  | { readonly kind: 'redirect'; readonly location: string; readonly status: number }
  | { readonly kind: 'missing'; readonly status: 404 | 410; readonly page404?: string };

export interface RouteRequest {
  /** Query with its `?`, or ''. */
  readonly search?: string;
  /** Anything but GET and HEAD is never redirected: the page itself is found. */
  readonly method?: string;
  /** False: rows are not considered; for asking again when a row turned out not to exist. */
  readonly rows?: boolean;
}

export interface Routes {
  /** `pathname` as it stands in the request line, still percent-encoded, without the query. Never throws. */
  resolve(pathname: string, request?: RouteRequest): Route;
  /** Paths that lead to a page file, the canonical one first, percent-encoded. */
  pathsOf(file: string): readonly string[];
}

/** A file that stands for rows: `menu/tagliatelle.html` for `/menu/*`. */
interface DetailRoute {
  readonly file: string;
  /** `/menu/` */
  readonly prefix: string;
  readonly sampleKey?: string;
}

export interface RouteSources {
  /** Paths of all files that may be served. */
  readonly files: Iterable<string>;
  readonly details?: readonly DetailRoute[];
  readonly redirects?: readonly Redirect[];
}

const pagePattern = /\.html?$/iv;

/** Whether a file is a page by its name. */
export function isPageFile(file: string): boolean {
  return pagePattern.test(file);
}

/** Builds the routes of a folder. Lookups are map reads; only placeholder and splat redirects are walked. */
export function makeRoutes(sources: RouteSources): Routes {
  const files = new Set(sources.files);
  const details = new Map((sources.details ?? []).map((detail) => [detail.file, detail]));
  const prefixes = detailPrefixes(sources.details ?? []);
  const redirects = sources.redirects ?? [];
  const splats = redirects.filter((redirect) => redirect.splat);
  const plain = redirects.filter((redirect) => !redirect.splat);
  const page404 = ['404.html', '404.htm'].find((file) => files.has(file));
  const missing = (status: 404 | 410 = 404): Route => ({
    kind: 'missing',
    status,
    ...(page404 === undefined ? {} : { page404 }),
  });

  const findFile = (segments: readonly string[], slash: boolean, mayRedirect: boolean): Route | undefined => {
    const found = locate(files, segments, slash);
    if (!found) return undefined;
    if (found.file === page404) return missing();
    const detail = details.get(found.file);
    const canonical = canonicalPath(found.file);
    if (detail) {
      return { kind: 'row', file: found.file, key: detail.sampleKey ?? null, ...(found.exact ? {} : { canonical }) };
    }
    if (!isPageFile(found.file)) return { kind: 'static', file: found.file };
    if (found.moved && mayRedirect) return { kind: 'redirect', location: canonical, status: 301 };
    return { kind: 'page', file: found.file, ...(found.exact ? {} : { canonical }) };
  };

  const findRow = (segments: readonly string[], slash: boolean, mayRedirect: boolean): Route | undefined => {
    const detail = prefixes.get(segments.slice(0, -1).join('/'));
    const last = segments.at(-1);
    if (!detail || last === undefined) return undefined;
    const key = last.replace(pagePattern, '');
    if (key === '') return undefined;
    const path = detail.prefix + encodeURIComponent(key);
    if (slash && mayRedirect) return { kind: 'redirect', location: path, status: 301 };
    return { kind: 'row', file: detail.file, key, ...(key === last && !slash ? {} : { canonical: path }) };
  };

  const follow = (
    rules: readonly Redirect[],
    segments: readonly string[],
    search: string,
    forced: boolean,
  ): Route | undefined => {
    const match = rules.length === 0 ? undefined : matchRedirect(rules, segments, search, forced);
    if (!match) return undefined;
    const { status } = match.redirect;
    if (status >= 300 && status < 400) return { kind: 'redirect', location: match.location, status };
    if (status === 410) return missing(410);
    const target = split(match.location.replace(/[?#].*$/sv, ''));
    const inside =
      target && (findFile(target.segments, target.slash, false) ?? findRow(target.segments, target.slash, false));
    if (status === 404)
      return inside?.kind === 'page' ? { kind: 'missing', status: 404, page404: inside.file } : missing();
    return inside ?? missing();
  };

  return {
    resolve(pathname, request = {}) {
      const path = split(pathname);
      if (!path) return missing();
      const { segments, slash } = path;
      const search = request.search ?? '';
      const mayRedirect = request.method === undefined || request.method === 'GET' || request.method === 'HEAD';
      const rows = request.rows !== false;
      const find = (): Route | undefined => {
        if (!mayRedirect) return findFile(segments, slash, false) ?? findRow(segments, slash, false);
        return (
          follow(redirects, segments, search, true) ??
          findFile(segments, slash, true) ??
          follow(plain, segments, search, false) ??
          (rows ? findRow(segments, slash, true) : undefined) ??
          follow(splats, segments, search, false)
        );
      };
      const route = find() ?? missing();
      if (route.kind !== 'redirect' || search.length < 2 || /[?#:]/v.test(route.location)) return route;
      return { ...route, location: route.location + search };
    },
    pathsOf: (file) => pathsOf(files, file),
  };
}

/** The preferred path of a page file: without extension, a folder's index with a slash at the end. */
export function canonicalPath(file: string): string {
  const segments = file.split('/').map(encodeURIComponent);
  const last = (segments.pop() ?? '').replace(pagePattern, '');
  const folder = segments.length === 0 ? '/' : `/${segments.join('/')}/`;
  return last === 'index' ? folder : folder + last;
}

/** The same paths for every file, so that caches and links agree on them. */
function pathsOf(files: ReadonlySet<string>, file: string): readonly string[] {
  const asWritten = `/${file.split('/').map(encodeURIComponent).join('/')}`;
  if (!isPageFile(file)) return [asWritten];
  const shadowed = /\.htm$/iv.test(file) && files.has(`${file}l`);
  return shadowed ? [asWritten] : [canonicalPath(file), asWritten];
}

interface Located {
  readonly file: string;
  /** The path asked for is the canonical one (or the only one). */
  readonly exact: boolean;
  /** The slash at the end is wrong. */
  readonly moved: boolean;
}

function locate(files: ReadonlySet<string>, segments: readonly string[], slash: boolean): Located | undefined {
  const path = segments.join('/');
  const at = (base: string): string | undefined => [`${base}.html`, `${base}.htm`].find((name) => files.has(name));
  const index = at(path === '' ? 'index' : `${path}/index`);
  if (path === '') return index === undefined ? undefined : { file: index, exact: true, moved: false };
  if (slash) {
    if (index !== undefined) return { file: index, exact: true, moved: false };
    const page = at(path);
    return page === undefined ? undefined : { file: page, exact: false, moved: true };
  }
  if (files.has(path)) {
    // A page asked for by its full name is answered, with the shorter path as canonical.
    const shadowed = /\.htm$/iv.test(path) && files.has(`${path}l`);
    return { file: path, exact: !isPageFile(path) || shadowed, moved: false };
  }
  const page = at(path);
  if (page !== undefined) return { file: page, exact: !/(?:^|\/)index$/v.test(path), moved: false };
  return index === undefined ? undefined : { file: index, exact: false, moved: true };
}

/** Splits and decodes a path once. Undefined for what no file can be named: traversal, NUL, empty or encoded slashes. */
function split(pathname: string): { segments: string[]; slash: boolean } | undefined {
  if (!pathname.startsWith('/') || pathname.length > 4096) return undefined;
  const parts = pathname.slice(1).split('/');
  const slash = parts.at(-1) === '';
  if (slash) parts.pop();
  const segments: string[] = [];
  for (const part of parts) {
    let segment = part;
    if (part.includes('%')) {
      try {
        segment = decodeURIComponent(part);
      } catch {
        return undefined;
      }
    }
    if (segment === '' || segment === '.' || segment === '..' || /[\/\\\0]/v.test(segment)) return undefined;
    segments.push(segment.normalize('NFC'));
  }
  return { segments, slash };
}

/** By folder without slashes at the ends; the first file by path stands for its folder. */
function detailPrefixes(details: readonly DetailRoute[]): Map<string, DetailRoute> {
  const prefixes = new Map<string, DetailRoute>();
  for (const detail of details.toSorted((a, b) => (a.file < b.file ? -1 : 1))) {
    const folder = decodeURIComponent(detail.prefix).replace(/^\/|\/$/gv, '');
    if (!prefixes.has(folder)) prefixes.set(folder, detail);
  }
  return prefixes;
}
