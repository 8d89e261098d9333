const plainName = 'backlot_session';
/** Browsers take it only from this very host, over HTTPS, for every path (RFC 6265bis, 4.1.3.2). */
const hostName = `__Host-${plainName}`;

/** The value of the session cookie in a `Cookie` header. Over HTTPS only the name that other hosts cannot set counts. */
export function readSessionCookie(header: string | undefined, secure: boolean): string | undefined {
  if (header === undefined) return undefined;
  const wanted = `${secure ? hostName : plainName}=`;
  for (const pair of header.split(';')) {
    const trimmed = pair.trim();
    if (trimmed.startsWith(wanted)) return trimmed.slice(wanted.length);
  }
  return undefined;
}

/** The `Set-Cookie` that begins a session, or with an empty value ends it. */
export function sessionCookie(value: string, maxAgeMs: number, secure: boolean): string {
  const age = Math.max(0, Math.floor(maxAgeMs / 1000));
  return `${secure ? hostName : plainName}=${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}
