import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { basename, dirname, extname } from 'node:path';
import type { Readable } from 'node:stream';
import { isUtf8 } from 'node:buffer';
import send from '@fastify/send';
import { cachedPage } from '../pages/index.ts';
import type { CachedPage } from '../pages/index.ts';
import type { Site, SiteFile } from '../site/index.ts';
import { boundedCache } from '../std/index.ts';
import { negotiateCoding } from './accept.ts';

/** A file's answer: prepared bytes in every coding, or a stream straight from disk. */
export type StaticAnswer =
  | { readonly kind: 'prepared'; readonly page: CachedPage }
  | {
      readonly kind: 'stream';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly stream: Readable;
    }
  | { readonly kind: 'missing' };

export interface StaticFiles {
  answer(request: IncomingMessage, file: SiteFile): Promise<StaticAnswer>;
}

/** Text up to this size is kept in memory in each coding; larger files and media go from disk. */
const PREPARED_BYTES_MAX = 1024 * 1024;
const PREPARED_CACHE_BYTES_MAX = 32 * 1024 * 1024;
const CACHE_CONTROL = 'public, max-age=0, must-revalidate';

const preparedTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.htm': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.xml': 'application/xml',
  '.txt': 'text/plain',
  '.md': 'text/markdown',
  '.csv': 'text/csv',
  '.ics': 'text/calendar',
};

interface Prepared {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly page: CachedPage;
}

/** Serves the folder's files byte for byte. The site's walk has already left out what must not be served. */
export function staticFiles(site: Site, headersFor: (file: SiteFile) => Readonly<Record<string, string>>): StaticFiles {
  const prepared = boundedCache<string, Prepared>(PREPARED_CACHE_BYTES_MAX);

  const prepare = async (file: SiteFile, type: string): Promise<StaticAnswer> => {
    const { size, mtimeMs } = await stat(file.absolutePath);
    if (size > PREPARED_BYTES_MAX) return { kind: 'missing' };
    const held = prepared.get(file.path);
    if (held && held.sizeBytes === size && held.modifiedMs === mtimeMs) return { kind: 'prepared', page: held.page };
    const bytes = await readFile(file.absolutePath);
    const page = cachedPage(bytes, 200, {
      'content-type': isUtf8(bytes) ? `${type}; charset=utf-8` : type,
      'cache-control': CACHE_CONTROL,
      'last-modified': new Date(mtimeMs).toUTCString(),
      'accept-ranges': 'bytes',
      vary: 'Accept-Encoding',
      ...headersFor(file),
    });
    prepared.set(file.path, { sizeBytes: size, modifiedMs: mtimeMs, page }, bytes.length * 2 + 512);
    return { kind: 'prepared', page };
  };

  return {
    async answer(request, file) {
      try {
        const type = preparedTypes[extname(file.path).toLowerCase()];
        const whole = request.headers.range === undefined && request.headers['if-modified-since'] === undefined;
        if (type !== undefined && whole && file.sizeBytes <= PREPARED_BYTES_MAX) {
          const answer = await prepare(file, type);
          if (answer.kind !== 'missing') return answer;
        }
        return await fromDisk(request, site, file, headersFor(file));
      } catch (error) {
        if (isGone(error)) return { kind: 'missing' };
        throw error;
      }
    },
  };
}

function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || code === 'EISDIR';
}

async function fromDisk(
  request: IncomingMessage,
  site: Site,
  file: SiteFile,
  headers: Readonly<Record<string, string>>,
): Promise<StaticAnswer> {
  const variant = request.headers.range === undefined ? codedVariant(request, site, file) : undefined;
  const chosen = variant?.file ?? file;
  const path = encodeURIComponent(basename(chosen.absolutePath));
  const result = await send(request, `/${path}`, {
    root: dirname(chosen.absolutePath),
    dotfiles: 'deny',
    index: false,
    cacheControl: false,
  });
  if (result.statusCode === 404) return { kind: 'missing' };
  const ours: Record<string, string> = {
    ...Object.fromEntries(Object.entries(result.headers).map(([name, value]) => [name.toLowerCase(), value])),
    ...headers,
    'cache-control': CACHE_CONTROL,
  };
  if (variant) {
    ours['content-encoding'] = variant.coding;
    ours['content-type'] = mediaType(file.path);
    ours['vary'] = 'Accept-Encoding';
  }
  return { kind: 'stream', status: result.statusCode, headers: ours, stream: result.stream };
}

function mediaType(path: string): string {
  return send.mime.getType(path) ?? 'application/octet-stream';
}

/** `app.wasm.br` or `app.wasm.gz` beside the file, where the client takes it. */
function codedVariant(
  request: IncomingMessage,
  site: Site,
  file: SiteFile,
): { readonly file: SiteFile; readonly coding: 'br' | 'gzip' } | undefined {
  const header = request.headers['accept-encoding'];
  const coding = negotiateCoding(typeof header === 'string' ? header : undefined);
  if (coding === 'identity') return undefined;
  const variant = site.files.get(`${file.path}.${coding === 'br' ? 'br' : 'gz'}`);
  return variant ? { file: variant, coding } : undefined;
}
