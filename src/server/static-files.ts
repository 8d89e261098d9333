import { isUtf8 } from 'node:buffer';
import type { Stats } from 'node:fs';
import { lstat, open, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { cachedPage } from '../pages/index.ts';
import type { CachedPage, ContentCoding } from '../pages/index.ts';
import type { Site, SiteFile } from '../site/index.ts';
import { boundedCache } from '../std/index.ts';
import { negotiateCoding } from './accept.ts';
import { mediaTypeOf } from './media-types.ts';
import { acceptEncoding } from './respond.ts';
import { ifThere, READ_ONLY, sendHandle } from './send-file.ts';

/** Serves the folder's files byte for byte. The site's walk has already left out what must not be served. */
export interface StaticFiles {
  /**
   * Text small enough to keep in memory, in every coding. Undefined for all else, and for files that are gone. Read
   * again when the file changes.
   */
  prepared(file: SiteFile): Promise<CachedPage | undefined>;
  /** Answers GET and HEAD from disk. False, with nothing sent, when the file is gone. */
  send(
    request: IncomingMessage,
    response: ServerResponse,
    file: SiteFile,
    extra?: Readonly<Record<string, string>>,
  ): Promise<boolean>;
}

const PREPARED_BYTES_MAX = 1024 * 1024;
const PREPARED_CACHE_BYTES_MAX = 32 * 1024 * 1024;
const CACHE_CONTROL = 'public, max-age=0, must-revalidate';

const codedEndings: readonly (readonly [ContentCoding, string])[] = [
  ['br', '.br'],
  ['gzip', '.gz'],
];

interface Prepared {
  readonly size: number;
  readonly modifiedMs: number;
  readonly page: CachedPage;
}

export function staticFiles(site: Site, common: Readonly<Record<string, string>>): StaticFiles {
  const held = boundedCache<string, Prepared>(PREPARED_CACHE_BYTES_MAX);
  return {
    async prepared(file) {
      const { type, isText } = mediaTypeOf(file.path);
      if (!isText) return undefined;
      const found = await ifThere(lstat(file.absolutePath));
      if (!found?.isFile() || found.size > PREPARED_BYTES_MAX) return undefined;
      const known = held.get(file.path);
      if (known?.size === found.size && known.modifiedMs === found.mtimeMs) return known.page;
      const bytes = await ifThere(readFile(file.absolutePath, { flag: READ_ONLY }));
      if (!bytes) return undefined;
      const page = cachedPage(
        bytes,
        200,
        {
          ...headersOf(declaresUtf8(bytes) ? `${type}; charset=utf-8` : type, found),
          vary: 'Accept-Encoding',
          ...common,
        },
        await codedTexts(site, file),
      );
      held.set(file.path, { size: found.size, modifiedMs: found.mtimeMs, page }, bytes.length * 2 + 1024);
      return page;
    },
    async send(request, response, file, extra) {
      const variant = request.headers.range === undefined ? codedVariant(request, site, file) : undefined;
      const chosen = variant?.file ?? file;
      const handle = await ifThere(open(chosen.absolutePath, READ_ONLY));
      if (!handle) return false;
      try {
        const found = await handle.stat();
        if (!found.isFile()) return false;
        const headers = {
          ...headersOf(mediaTypeOf(file.path).type, found),
          ...(hasCodings(site, file) ? { vary: 'Accept-Encoding' } : {}),
          ...(variant ? { 'content-encoding': variant.coding } : {}),
          ...common,
          ...extra,
        };
        await sendHandle(request, response, handle, found, headers);
        return true;
      } finally {
        await handle.close();
      }
    },
  };
}

function headersOf(type: string, { mtimeMs }: Stats): Record<string, string> {
  return {
    'content-type': type,
    'cache-control': CACHE_CONTROL,
    'last-modified': new Date(mtimeMs).toUTCString(),
    'accept-ranges': 'bytes',
  };
}

/** A false charset is worse than none: ISO-2022-JP and UTF-16 can look like UTF-8, but not without ESC or NUL. */
function declaresUtf8(bytes: Buffer): boolean {
  return isUtf8(bytes) && !bytes.includes(0x1b) && !bytes.includes(0);
}

/** `app.wasm.br` or `app.wasm.gz` beside the file, where it is not older and the client takes it. */
function codedVariant(
  request: IncomingMessage,
  site: Site,
  file: SiteFile,
): { readonly file: SiteFile; readonly coding: ContentCoding } | undefined {
  const coding = negotiateCoding(acceptEncoding(request));
  const found = codedSibling(site, file, coding);
  return found && { file: found, coding };
}

function codedSibling(site: Site, file: SiteFile, coding: ContentCoding): SiteFile | undefined {
  const ending = codedEndings.find(([name]) => name === coding)?.[1];
  const sibling = ending === undefined ? undefined : site.files.get(file.path + ending);
  return sibling && sibling.modifiedMs >= file.modifiedMs ? sibling : undefined;
}

function hasCodings(site: Site, file: SiteFile): boolean {
  return codedEndings.some(([coding]) => codedSibling(site, file, coding) !== undefined);
}

async function codedTexts(site: Site, file: SiteFile): Promise<ReadonlyMap<ContentCoding, Buffer>> {
  const coded = new Map<ContentCoding, Buffer>();
  for (const [coding] of codedEndings) {
    const sibling = codedSibling(site, file, coding);
    const bytes = sibling && (await ifThere(readFile(sibling.absolutePath, { flag: READ_ONLY })));
    if (bytes) coded.set(coding, bytes);
  }
  return coded;
}
