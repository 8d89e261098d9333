import { apiPath } from '../config.ts';

/** Where rows say that an uploaded file is. */
const UPLOADED = '/_backlot/files/';

/** Files that were uploaded from this page: they can be shown before a row holds them. */
const local = new Map<string, string>();

export function isUploaded(path: string): boolean {
  return path.startsWith(UPLOADED);
}

/** Remembers what an uploaded file looks like. */
export function showLocally(path: string, file: Blob): void {
  local.set(path, URL.createObjectURL(file));
}

/**
 * Where the admin reads a file of the site or an uploaded one; pictures at about this width. Undefined for files of
 * other sites: looking at one would tell its owner who looks.
 */
export function fileAddress(path: string, width?: number): string | undefined {
  const known = local.get(path);
  if (known !== undefined) return known;
  if (isUploaded(path)) {
    const name = encodeURIComponent(path.slice(UPLOADED.length));
    return `${apiPath}/files/${name}${width === undefined ? '' : `?w=${width}`}`;
  }
  if (path.startsWith('/')) return path.startsWith('//') ? undefined : path;
  // Written as in a page at the root.
  return path === '' || /^[a-z][a-z0-9+.-]*:/i.test(path) ? undefined : `/${path}`;
}

/** Whether a path is that of a picture that can be shown here. */
export function isPicture(path: string): boolean {
  return /\.(?:svg|png|jpe?g|gif|webp|avif)$/i.test(path) && fileAddress(path) !== undefined;
}

/** The last part of a path, as people read it. */
export function fileName(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
