import { closest } from '../html/index.ts';
import type { PageDocument, Scope } from '../html/index.ts';
import type { Diagnostic } from '../std/index.ts';
import { markOf } from './outline.ts';
import type { Site, SiteForm, SitePage } from './site.ts';

/** Warnings of LANGUAGE, "Who may what", for one page. */
export function accessChecks(site: Site, page: SitePage, document: PageDocument): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const form of page.forms) {
    if (form.operation !== 'insert' && form.operation !== 'update') continue;
    diagnostics.push(...instantSpam(site, form), ...trustedHidden(form), ...conditionalForm(document, form));
  }
  for (const scope of page.template.scopes) diagnostics.push(...guessableKey(site, scope));
  return diagnostics;
}

/** What anyone may send and anyone may read at once invites spam. */
function instantSpam(site: Site, form: SiteForm): Diagnostic[] {
  if (form.operation !== 'insert' || form.as !== 'anyone' || form.table === null) return [];
  const filled = new Set(Object.values(form.columns));
  const shown: Scope[] = [];
  for (const page of site.pages.values()) {
    for (const scope of page.template.scopes) {
      if (scope.table !== form.table || page.access.page !== 'anyone' || page.access.scopes[scope.id] !== 'anyone')
        continue;
      if (scope.bindings.length === 0) continue;
      const conditions = page.queries[scope.id]?.query.conditions ?? [];
      const screened = conditions.some(
        ({ path }) => !path.includes('.') && path !== form.parent?.column && !filled.has(path),
      );
      if (!screened) shown.push(scope);
    }
  }
  const [first] = shown;
  if (!first) return [];
  return [
    {
      severity: 'warning',
      code: 'site/instant-spam',
      message: `Whatever anyone sends with this form is public at once: the list of \`${form.table}\` shows every row.`,
      fix: `Let the list ask for a column that the form does not have: data-list="${form.table}?approved".`,
      at: form.place.at,
      also: first.at,
    },
  ];
}

function trustedHidden(form: SiteForm): Diagnostic[] {
  return form.definition.controls
    .filter(({ type, name, computed, index }) => type === 'hidden' && name !== '' && !computed && index in form.columns)
    .map((control) => ({
      severity: 'note' as const,
      code: 'site/hidden-input',
      message: `What the hidden input \`${control.name}\` sends is stored as text that anyone may have changed.`,
      fix: 'Never decide by it. Where it repeats something of the row around, write data-attr-value="{…}": the server then fills it itself.',
      at: control.at,
    }));
}

function conditionalForm(document: PageDocument, form: SiteForm): Diagnostic[] {
  const element = document.forms[form.place.index]?.element;
  if (!element || form.asExplicit) return [];
  const holder =
    markOf(element, 'if') === undefined ? closest(element, (each) => markOf(each, 'if') !== undefined) : element;
  if (!holder) return [];
  return [
    {
      severity: 'warning',
      code: 'site/condition-protects-nothing',
      message: 'This form stands in a `data-if`. That hides it, but does not keep anyone from sending it.',
      fix: 'Write `data-as` on the form to say who may.',
      at: form.place.at,
    },
  ];
}

/** `data-row="order?number"`: whoever counts up reads all of them. */
function guessableKey(site: Site, scope: Scope): Diagnostic[] {
  const column =
    scope.key === undefined || scope.table === null ? undefined : site.schema.tables[scope.table]?.columns[scope.key];
  if (column?.type.kind !== 'integer' || column.system) return [];
  return [
    {
      severity: 'warning',
      code: 'site/guessable-key',
      message: `The rows of \`${scope.table ?? ''}\` are found by a number: whoever counts up sees all of them.`,
      fix: 'Use `?slug`, or say with `data-as` who may see a row.',
      at: scope.at,
    },
  ];
}
