import type { PageElement } from '../html/index.ts';
import { markOf, saidAs } from './outline.ts';
import type { Outline } from './outline.ts';
import type { Audience } from './site.ts';

/** Who may see or submit, and whether a `data-as` says it. */
export interface Said {
  readonly who: Audience;
  readonly explicit: boolean;
}

/** Audiences that need no editor: what they write, visitors write. */
const visitors: ReadonlySet<Audience> = new Set(['anyone', 'user', 'own']);

export function isVisitors(who: Audience): boolean {
  return visitors.has(who);
}

const words: ReadonlySet<Audience> = new Set(['anyone', 'user', 'own', 'editor', 'admin']);

/** Reads the value of a `data-as`: one of our words in any case, else a role as it is written; empty says nothing. */
function audienceOf(written: string | undefined): Said {
  const role = written?.trim();
  const who = role !== undefined && words.has(role.toLowerCase()) ? role.toLowerCase() : role;
  return who === undefined || who === '' ? { who: 'anyone', explicit: false } : { who, explicit: true };
}

/** `data-as` of `<html>`. */
function pageAudience(outline: Outline): Said {
  return audienceOf(outline.template.as);
}

/** What is said of a page and of each of its scopes but the page's own. */
export interface Audiences {
  readonly page: Said;
  /** By scope id. */
  readonly scopes: Readonly<Record<number, Said>>;
}

export function audiencesOf(outline: Outline): Audiences {
  const scopes: Record<number, Said> = {};
  for (const { id } of outline.template.scopes) if (id !== 0) scopes[id] = scopeAudience(outline, id);
  return { page: pageAudience(outline), scopes };
}

/** Who receives a scope's rows: what is said on its element, else on the nearest element around, `<html>` at last. */
export function scopeAudience(outline: Outline, id: number): Said {
  const element = outline.elements.get(id);
  return element ? audienceOf(saidAs(element)) : pageAudience(outline);
}

/** Who may submit a form. An update without a word of its own is the row's author's (and every editor's). */
export function formAudience(form: PageElement, operation: 'insert' | 'update' | 'query' | 'none'): Said {
  const said = audienceOf(saidAs(form));
  if (operation !== 'update' || markOf(form, 'as') !== undefined) return said;
  // The row around may be shown to anyone on purpose; that is no word on who may change it.
  return { who: said.explicit && said.who !== 'anyone' ? said.who : 'own', explicit: false };
}
