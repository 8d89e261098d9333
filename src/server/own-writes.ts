import type { IncomingMessage } from 'node:http';
import type { OpenData } from './open-data.ts';

/*
 * On a database that several processes share, a visitor who posts to one of them may be sent on to another, which has
 * not read the change yet. A short-lived cookie says how far the change log must have been followed.
 */

const plainName = 'backlot_written';
/** Browsers take it only from this very host, over HTTPS, for every path (RFC 6265bis, 4.1.3.2). */
const hostName = `__Host-${plainName}`;
/** By then every process has heard of it, or is not well. */
const maxAgeSeconds = 10;
/** How long a page waits for the log to be read. Then it is rendered from the database, past the cache. */
const waitMs = 300;

export interface OwnWrites {
  /** The `Set-Cookie` for whoever has written up to a position of the log; undefined where no other process answers. */
  cookie(position: number): string | undefined;
  /** Whether the cache knows of all that whoever asks has written. Waits a moment for it. */
  areCached(request: IncomingMessage): Promise<boolean>;
}

export function ownWrites({ driver, tables }: Pick<OpenData, 'driver' | 'tables'>, secure: boolean): OwnWrites {
  const { feed } = tables;
  const isShared = driver.dialect === 'postgres';
  const caughtUp = async (position: number): Promise<boolean> => {
    // No such position: the cookie is older than the data, as after going back to a backup, or somebody's invention.
    if ((await driver.position()) >= position) await feed.reached(position);
    return true;
  };
  return {
    cookie: (position) =>
      isShared
        ? `${secure ? hostName : plainName}=${position}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
        : undefined,
    async areCached({ headers }) {
      const position = isShared ? readPosition(headers.cookie, secure) : undefined;
      if (position === undefined || position <= feed.position) return true;
      const late = Promise.withResolvers<boolean>();
      const timer = setTimeout(() => late.resolve(false), waitMs);
      try {
        return await Promise.race([caughtUp(position), late.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** Whether a request comes from somebody who has just written something. */
export function hasWritten({ headers }: IncomingMessage): boolean {
  return headers.cookie?.includes(`${plainName}=`) === true;
}

function readPosition(header: string | undefined, secure: boolean): number | undefined {
  const wanted = `${secure ? hostName : plainName}=`;
  const pair = header?.split(';').find((each) => each.trim().startsWith(wanted));
  const written = pair?.trim().slice(wanted.length) ?? '';
  return /^\d{1,15}$/.test(written) ? Number(written) : undefined;
}
