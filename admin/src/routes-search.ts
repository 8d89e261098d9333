/** The address's parameters as they are written: one text, or several of the same name. */
export type Search = Readonly<Record<string, string | readonly string[] | undefined>>;

/** For the router: reads the query of an address. */
export function readSearch(search: string): Record<string, string | string[]> {
  const read: Record<string, string | string[]> = {};
  const parameters = new URLSearchParams(search);
  for (const name of new Set(parameters.keys())) {
    const values = parameters.getAll(name);
    read[name] = values.length > 1 ? values : (values[0] ?? '');
  }
  return read;
}

/** For the router: writes it. */
export function writeSearch(search: Record<string, unknown>): string {
  const parameters = toParameters(search as Search);
  return parameters.size > 0 ? `?${parameters}` : '';
}

export function toParameters(search: Search): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value === undefined) continue;
    for (const each of typeof value === 'string' ? [value] : value) parameters.append(name, each);
  }
  return parameters;
}
