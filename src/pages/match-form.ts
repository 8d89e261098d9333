import type { Entry } from '../forms/index.ts';
import type { PostedForm, Site, SiteForm, SitePage } from '../site/index.ts';

/** What a post says of the form it came from. */
export interface PostedHints {
  /** URL path that was posted to. */
  readonly pathname: string;
  /** The page at that path, if there is one. */
  readonly page: SitePage | undefined;
  /** `form=` of the URL. */
  readonly formName: string | undefined;
  readonly entries: readonly Entry[];
  /** Path of the `Referer`, where it is a page of this site. */
  readonly refererPage: SitePage | undefined;
}

export interface MatchedForm {
  readonly page: SitePage;
  readonly form: SiteForm;
}

export type FormMatch =
  | { readonly kind: 'found'; readonly matched: MatchedForm }
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous'; readonly names: readonly string[] };

/**
 * Finds the form a post belongs to: by the URL's `form=`, then by a `form-name` field, then as the page's only posted
 * form, then by the address its author wrote, the page it was sent from and the names of its fields.
 */
export function matchForm(site: Site, hints: PostedHints): FormMatch {
  const { page } = hints;
  if (hints.formName !== undefined) {
    return one(page ? savingForms(page).filter(({ form }) => form.name === hints.formName) : []);
  }
  const own = page ? savingForms(page) : [];
  const named = formNameField(hints.entries);
  if (named !== undefined) {
    const local = own.filter(({ form }) => isNamed(form, named));
    if (local.length > 0) return one(local);
    const anywhere = formsWhere(site, ({ names }) => names.includes(named));
    if (anywhere.length > 0) return one(anywhere);
  }
  if (own.length === 1) return one(own);
  const targeted = formsWhere(site, (form) => leadsTo(site, form, hints.pathname));
  const sent = hints.refererPage ? savingForms(hints.refererPage) : [];
  for (const candidates of [targeted, own, sent]) {
    if (candidates.length === 1) return one(candidates);
    const fitting = candidates.filter(({ form }) => fits(form, hints.entries));
    if (fitting.length > 0) return one(fitting);
  }
  return { kind: 'none' };
}

function one(candidates: readonly MatchedForm[]): FormMatch {
  const [first, second] = candidates;
  if (!first) return { kind: 'none' };
  if (second) return { kind: 'ambiguous', names: candidates.map(({ form }) => form.name) };
  return { kind: 'found', matched: first };
}

function savingForms(page: SitePage): readonly MatchedForm[] {
  return page.forms
    .filter((form) => form.operation === 'insert' || form.operation === 'update')
    .map((form) => ({ page, form }));
}

/** Only the pages of the forms that are meant are loaded. */
function formsWhere(site: Site, isMeant: (form: PostedForm) => boolean): readonly MatchedForm[] {
  return site.postedForms.filter(isMeant).flatMap(({ file, index }) => {
    const page = site.pages.get(file);
    const form = page?.forms[index];
    return page && form ? [{ page, form }] : [];
  });
}

function formNameField(entries: readonly Entry[]): string | undefined {
  const entry = entries.find(({ name }) => name === 'form-name');
  return typeof entry?.value === 'string' ? entry.value : undefined;
}

function isNamed(form: SiteForm, name: string): boolean {
  return form.name === name || form.place.name === name || form.place.elementId === name;
}

/** Whether the author's `action`, read against the page's own address, is the path posted to. */
function leadsTo(site: Site, { file, action, dialect }: PostedForm, pathname: string): boolean {
  if (action === undefined || action === '' || action.startsWith('#')) return false;
  const base = `http://site.invalid${site.routes.pathsOf(file)[0] ?? '/'}`;
  if (!URL.canParse(action, base)) return false;
  const target = new URL(action, base);
  return (target.host === new URL(base).host || dialect === 'formspree') && target.pathname === pathname;
}

/** Every posted name is one of the form's. */
function fits(form: SiteForm, entries: readonly Entry[]): boolean {
  const names = new Set(form.definition.controls.map(({ name }) => name));
  return entries.length > 0 && entries.every(({ name }) => name === 'form-name' || names.has(name));
}
