import type { SiteForm } from '../site/index.ts';

/** A row as a form's address names it. */
export interface FormRow {
  readonly id: string;
  readonly version: number;
}

/**
 * Where a served form posts: the page's own path, the view of it (`parameters`: filters and page number, so that a
 * refused form comes back in the same view), the form, and the row it stands in.
 */
export function formAddress(
  path: string,
  form: SiteForm,
  row: FormRow | undefined,
  parameters: URLSearchParams = new URLSearchParams(),
): string {
  const query = new URLSearchParams(parameters);
  query.delete('saved');
  query.set('form', form.name);
  if (row) {
    query.set('row', row.id);
    query.set('version', String(row.version));
  }
  return `${path}?${query.toString()}`;
}

/** The same address for a button that deletes the row. */
export function deleteAddress(path: string, form: SiteForm, row: FormRow, parameters?: URLSearchParams): string {
  return `${formAddress(path, form, row, parameters)}&delete`;
}

/** What a post's URL says: which form, which row at which version, and whether to delete. Absent parts are undefined. */
export interface PostedAddress {
  readonly form?: string;
  readonly row?: string;
  readonly version?: number;
  readonly deletes: boolean;
}

export function readFormAddress(search: URLSearchParams): PostedAddress {
  const form = search.get('form');
  const row = search.get('row');
  const version = search.get('version');
  return {
    ...(form === null ? {} : { form }),
    ...(row === null ? {} : { row }),
    ...(version !== null && /^\d{1,15}$/.test(version) ? { version: Number(version) } : {}),
    deletes: search.has('delete'),
  };
}
