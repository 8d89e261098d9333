import { open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FileStore, StoredFile } from '../files/index.ts';
import { filesPrefix } from '../schema/index.ts';
import type { Site } from '../site/index.ts';
import { authorise, parseWho } from '../tables/index.ts';
import type { Actor, Tables, UploadHolder } from '../tables/index.ts';
import type { OwnRoute } from './app.ts';
import type { SendNotice } from './notices.ts';
import { ifThere, READ_ONLY, sendHandle } from './send-file.ts';
import { targetOf } from './site-request.ts';

export interface StoredFilesOptions {
  readonly files: Pick<FileStore, 'open'>;
  readonly tables: Pick<Tables, 'uploadHolders'>;
  /** The folder as it is served at the moment. */
  readonly site: () => Pick<Site, 'shown'>;
  readonly common: Readonly<Record<string, string>>;
  readonly notice: SendNotice;
}

const anonymous: Actor = { kind: 'visitor', id: 'visitor', roles: [] };

/** Names are random and content never changes, so what anyone may have is never asked for twice. */
const FOREVER = 'public, max-age=31536000, immutable';

/**
 * `GET /_backlot/files/NAME`: an uploaded file, for those to whom some page shows a column in which a row holds it. To
 * everyone else it does not exist. Pictures that we encoded are shown, `?w=WIDTH` at least so many pixels wide;
 * everything else is saved.
 */
export function storedFilesRoute(options: StoredFilesOptions): OwnRoute {
  return {
    method: 'GET',
    path: `${filesPrefix.slice('/_backlot'.length)}:name`,
    async handle(request, response, asked) {
      const { pathname, search } = targetOf(request);
      const holders = await options.tables.uploadHolders(pathname);
      const { shown } = options.site();
      const isPublic = mayHave(shown, anonymous, holders);
      const file =
        isPublic || mayHave(shown, asked.actor, holders)
          ? await options.files.open(pathname, width(search))
          : undefined;
      const cacheControl = isPublic ? (file?.final ? FOREVER : 'public, no-cache') : 'private, no-store';
      const headers = { ...options.common, 'cache-control': cacheControl };
      if (!file || !(await send(request, response, file, headers))) options.notice(asked, 404);
    },
  };
}

/** Whether some page shows this actor one of the columns that hold the file. */
function mayHave(shown: Site['shown'], actor: Actor, holders: readonly UploadHolder[]): boolean {
  return holders.some(({ table, column, row }) =>
    shown.some((place) => {
      if (place.table !== table.name || place.column !== column) return false;
      return place.audiences.every((said) => {
        const rule = { table: table.name, action: 'read', who: parseWho(said) } as const;
        return authorise([rule], actor, 'read', table, row).allowed;
      });
    }),
  );
}

/** What is no width asks for nothing. */
function width(search: string): { readonly width?: number } {
  const asked = new URLSearchParams(search).get('w') ?? '';
  return /^[1-9]\d{0,5}$/.test(asked) ? { width: Number(asked) } : {};
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  file: StoredFile,
  headers: Readonly<Record<string, string>>,
): Promise<boolean> {
  const handle = await ifThere(open(file.diskPath, READ_ONLY));
  if (!handle) return false;
  try {
    const stats = await handle.stat();
    const all = { ...headers, ...file.headers, 'accept-ranges': 'bytes', 'last-modified': stats.mtime.toUTCString() };
    await sendHandle(request, response, handle, stats, all);
    return true;
  } finally {
    await handle.close();
  }
}
