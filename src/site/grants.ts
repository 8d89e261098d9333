import type { Scope, Template } from '../html/index.ts';
import type { Diagnostic } from '../std/index.ts';
import { isVisitors } from './audience.ts';
import type { Audiences, Said } from './audience.ts';
import type { AccessGrant, SiteForm } from './site.ts';

/** A page as far as reading goes. */
interface SayingPage {
  readonly template: Template;
  readonly audiences: Audiences;
}

/** A page as far as access goes. */
export interface GrantingPage extends SayingPage {
  readonly forms: readonly SiteForm[];
}

/** Every place of the site that reads or writes a table, by table. */
export function grantsOf(pages: Iterable<GrantingPage>): Map<string, AccessGrant[]> {
  const grants = new Map<string, AccessGrant[]>();
  const add = (table: string, grant: AccessGrant): void => {
    const held = grants.get(table);
    if (held) held.push(grant);
    else grants.set(table, [grant]);
  };
  for (const { forms, ...page } of pages) {
    for (const scope of page.template.scopes) {
      if (scope.table === null || shownColumns(scope).length === 0) continue;
      const said = saidOf(page, scope);
      add(scope.table, {
        operation: 'read',
        who: said.who,
        explicit: said.explicit,
        columns: shownColumns(scope),
        at: scope.at,
      });
    }
    for (const form of forms) for (const [table, grant] of formGrants(form)) add(table, grant);
  }
  return grants;
}

/**
 * A list or row of a table that visitors write must say who may see it. Columns shown only inside the form that
 * writes them (`data-row` around an update) are the visitor's own and need no word.
 */
export function unsaidReaders(page: SayingPage, grants: ReadonlyMap<string, readonly AccessGrant[]>): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const scope of page.template.scopes) {
    if (scope.table === null || shownColumns(scope).length === 0) continue;
    if (saidOf(page, scope).explicit) continue;
    const writer = grants.get(scope.table)?.find((grant) => grant.operation !== 'read' && isVisitorsGrant(grant));
    if (!writer) continue;
    diagnostics.push({
      severity: 'error',
      code: 'site/unsaid-readers',
      message: `This ${scope.kind === 'list' ? 'list' : 'row'} shows \`${scope.table}\`, which visitors write, and does not say who may see it.`,
      fix: 'Write `data-as="anyone"` on it if all of it is public, else `data-as="editor"`, `"own"` or a role.',
      at: scope.at,
      also: writer.at,
    });
  }
  return diagnostics;
}

function saidOf({ audiences }: SayingPage, { id }: Scope): Said {
  return audiences.scopes[id] ?? audiences.page;
}

/** Without a word, an update is the row's author's: it makes no table one that visitors write. */
function isVisitorsGrant(grant: AccessGrant): boolean {
  return isVisitors(grant.who) && (grant.operation === 'insert' || grant.explicit);
}

/** What a scope lets its readers see of its own table. */
function shownColumns(scope: Scope): string[] {
  const shown = new Set(scope.bindings.map((binding) => binding.name));
  for (const need of scope.row.paths) if (!need.path.includes('(')) shown.add(need.path);
  return [...shown];
}

function formGrants(form: SiteForm): [string, AccessGrant][] {
  if (form.table === null) return [];
  const base = { who: form.as, explicit: form.asExplicit, at: form.place.at };
  const grants: [string, AccessGrant][] = [];
  const operation = form.operation === 'update' ? 'update' : 'insert';
  const columns = [...new Set(Object.values(form.columns))];
  if (form.operation === 'update' || columns.length > 0 || form.items.length === 0) {
    grants.push([form.table, { ...base, operation, columns }]);
  }
  if (form.deletes) grants.push([form.table, { ...base, operation: 'delete', columns: [] }]);
  for (const item of form.items) {
    grants.push([item.table, { ...base, operation: 'update', columns: [...new Set(Object.values(item.columns))] }]);
  }
  return grants;
}
