import type { Row, Schema } from '../schema/index.ts';
import type { SiteForm } from '../site/index.ts';
import type { PageRequest } from './get.ts';
import { rowUrl } from './row-url.ts';

/**
 * Where the 303 goes: the author's `action`, the saved row's page, or the page of the form; with `saved=FORM`, so that
 * the page can say so. `next` is what the post itself asks for (`_next`): followed only to a path of this site.
 */
export function successLocation(
  schema: Schema,
  form: SiteForm,
  page: Pick<PageRequest, 'path'>,
  row: Row | null,
  next?: string,
): string {
  const here = page.path + (form.successFragment ?? '');
  const target = pathOfSite(next) ?? rowPage(schema, form, row) ?? form.successPath ?? here;
  const hash = target.indexOf('#');
  const fragment = hash < 0 ? '' : target.slice(hash);
  const [path, query = ''] = (hash < 0 ? target : target.slice(0, hash)).split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('saved', form.name);
  return `${path === '' ? page.path : path}?${parameters.toString()}${fragment}`;
}

function rowPage(schema: Schema, form: SiteForm, row: Row | null): string | undefined {
  const table = form.table === null ? undefined : schema.tables[form.table];
  return form.successRow && table && row ? (rowUrl(table, row) ?? undefined) : undefined;
}

/**
 * A path of this site, or undefined: no other origin, however it is spelt (`//`, `/\\`, tabs, user information), also not
 * where steps are taken out of it first (`/.//`).
 */
function pathOfSite(next: string | undefined): string | undefined {
  if (next === undefined || !next.startsWith('/') || !URL.canParse(next, SITE)) return undefined;
  const url = new URL(next, SITE);
  const isInside = url.origin === SITE && !url.pathname.startsWith('//');
  return isInside ? url.pathname + url.search + url.hash : undefined;
}

const SITE = 'http://site.invalid';
