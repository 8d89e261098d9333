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

/**
 * Tells whether a `Host` header names this site: any well-formed one, until origins are configured. Made once; asked
 * with every request.
 */
export function hostRule(origins: readonly string[]): (host: string | undefined) => boolean {
  const hosts = new Set(origins.flatMap(hostsOf));
  return (host) => {
    if (host === undefined || !/^[a-z0-9.\-_:[\]]+$/i.test(host)) return false;
    return hosts.size === 0 || hosts.has(host) || hosts.has(host.toLowerCase());
  };
}

/** With and without the port that goes without saying. */
function hostsOf(origin: string): readonly string[] {
  const { protocol, hostname, host, port } = new URL(origin);
  return [host, `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`];
}
