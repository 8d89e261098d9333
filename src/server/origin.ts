import { isIP } from 'node:net';

/** What the rule reads of a request. Header names in lower case, as Node gives them. */
export interface WriteRequestHeaders {
  readonly 'sec-fetch-site'?: string | undefined;
  readonly origin?: string | undefined;
  readonly host?: string | undefined;
  readonly authorization?: string | undefined;
}

export interface OriginRule {
  /** Configured origins; empty until there are any. */
  readonly origins: readonly string[];
  /** The host the server is bound to, trusted as a name until an origin is configured. */
  readonly boundHost: string;
  /** Whether the request carries a session cookie. */
  readonly hasSession: boolean;
}

/**
 * Whether a request that writes may go on, so that another site's page cannot post in a visitor's name.
 * `Sec-Fetch-Site` decides where the browser sends it (Fetch Metadata Request Headers); else `Origin` (RFC 6454).
 * Bearer tokens are exempt: no browser adds them by itself.
 */
export function mayWrite(headers: WriteRequestHeaders, rule: OriginRule): boolean {
  if (headers.authorization?.toLowerCase().startsWith('bearer ')) return true;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (headers.origin !== undefined) return sameOrigin(headers.origin, headers.host, rule);
  return !rule.hasSession;
}

function sameOrigin(origin: string, host: string | undefined, rule: OriginRule): boolean {
  if (rule.origins.length > 0) return rule.origins.includes(origin);
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin);
  return host !== undefined && from.host === host.toLowerCase() && isLocalName(from.hostname, rule.boundHost);
}

/** Until a domain is configured, only names that cannot be rebound to another machine are believed. */
function isLocalName(hostname: string, boundHost: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) !== 0 || bare === 'localhost' || bare.endsWith('.localhost') || bare === boundHost;
}

/** Whether a `Host` header names this site: any, until origins are configured. */
export function knownHost(host: string | undefined, origins: readonly string[]): boolean {
  if (host === undefined || host === '' || !/^[a-z0-9.\-_:[\]]+$/i.test(host)) return false;
  if (origins.length === 0) return true;
  return origins.some((origin) => hostsMatch(new URL(origin), host.toLowerCase()));
}

function hostsMatch(origin: URL, host: string): boolean {
  const defaultPort = origin.protocol === 'https:' ? '443' : '80';
  return host === origin.host || host === `${origin.hostname}:${origin.port || defaultPort}`;
}
