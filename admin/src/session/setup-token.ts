let taken: string | undefined;

/**
 * The token of the link, from its fragment (`#token`) or query (`?token=`). Taken out of the address at once, so that it stays
 * neither in the history nor in a Referer.
 */
export function takeSetupToken(): string {
  const { hash, search, pathname } = location;
  const found =
    new URLSearchParams(search).get('token') ?? new URLSearchParams(hash.slice(1)).get('token') ?? hash.slice(1);
  if (found !== '') {
    taken = found;
    history.replaceState(history.state, '', pathname);
  }
  return taken ?? '';
}
