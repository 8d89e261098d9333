/*
 * Links between pages and files of one site: stored from the site's root (`/img/a.svg`), written as the author wrote
 * the sample's. Follows RFC 3986 where it resolves, without its host part.
 */

/** Whether a link leads out of the site's own paths: a scheme, or a host after two slashes. */
export function isAbsolute(link: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]*:|[/\\]{2})/i.test(link);
}

/** Folder of a URL path, with its slash: `/menu/tagliatelle` is in `/menu/`. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1) || '/';
}

/** Folder of a file as a URL path: `menu/tagliatelle.html` is in `/menu/`. */
export function folderOfFile(file: string): string {
  return folderOf(`/${file}`);
}

/** Resolves a link against a folder to a path from the root, query and fragment kept. Absolute links stay. */
export function resolveLink(link: string, base: string): string {
  const clean = link.trim();
  if (clean === '' || isAbsolute(clean) || clean.startsWith('#') || clean.startsWith('?')) return clean;
  const [, path = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(clean) ?? [];
  const from = path.startsWith('/') ? '' : base;
  return normalise(from + path) + rest;
}

/** Takes out dot segments. Never gives two slashes in front, which would name a host. */
function normalise(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === '..') kept.pop();
    if (segment === '.' || segment === '..') {
      if (last) kept.push('');
    } else if (segment !== '' || last || kept.length > 0) kept.push(segment);
  }
  while (kept.length > 1 && kept[0] === '') kept.shift();
  return `/${kept.join('/')}`;
}

/** Writes a path from the root relative to a folder: `/img/a.svg` seen from `/menu/` is `../img/a.svg`. */
export function relativeLink(path: string, base: string): string {
  const [, target = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(path) ?? [];
  const from = base.split('/').slice(1, -1);
  const to = target.split('/').slice(1);
  let shared = 0;
  while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared++;
  const written = '../'.repeat(from.length - shared) + to.slice(shared).join('/');
  if (written === '') return `./${rest}`;
  return (/^[^/]*:|^\//.test(written) ? `./${written}` : written) + rest;
}

/**
 * Writes a stored link in the sample's style: from the root if the sample is, else relative to the page; with `.html`
 * (or `index.html`) where the sample has it and the link leads to a page.
 */
export function linkInStyle(stored: string, sample: string, pagePath: string): string {
  if (!stored.startsWith('/') || stored.startsWith('//')) return stored;
  const link = /\.html?(?:[?#]|$)/i.test(sample) ? withExtension(stored) : stored;
  const rooted = sample.startsWith('/') || isAbsolute(sample) || /^(?:#.*)?$/.test(sample.trim());
  return rooted ? link : relativeLink(link, folderOf(pagePath));
}

function withExtension(stored: string): string {
  const [, path = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(stored) ?? [];
  if (path.endsWith('/')) return `${path}index.html${rest}`;
  const last = path.slice(path.lastIndexOf('/') + 1);
  return /\.[a-z0-9]{1,5}$/i.test(last) ? stored : `${path}.html${rest}`;
}

/** The path of a page without what may be left out: `/about.html` and `/about` are one page, `/index.html` is `/`. */
export function pageAddress(path: string): string {
  const [, bare = ''] = /^([^?#]*)/.exec(path) ?? [];
  let decoded = bare;
  try {
    decoded = decodeURI(bare);
  } catch {
    // A malformed escape is compared as it is written.
  }
  return decoded.replace(/\.html?$/i, '').replace(/\/index$/, '/');
}
