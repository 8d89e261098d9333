import { readPage, renderPage } from '../html/index.ts';
import type { Needs, ReadRow, Scope, ScopeData, ScopeRows } from '../html/index.ts';
import { matches } from '../query/index.ts';
import type { CheckedQuery, QueryScope } from '../query/index.ts';
import type { Row, Value } from '../schema/index.ts';
import type { SitePage } from './site.ts';

/**
 * Renders a page with the rows that its own samples are: what GetPut says should give the file back. Forms, pagination
 * and whatever depends on a visitor stay as they are written.
 */
export function putBack(page: SitePage): string {
  const read = readPage(page.template).rows;
  const root = fill(page, page.template.scopes[0]!.row, { id: '', read: { scopes: read, values: {} }, names: {} });
  return renderPage(page.template, {
    root,
    form: () => undefined,
    paginations: {},
    guards: Object.fromEntries(page.template.guards.map((guard) => [guard.id, true])),
    // Beside the page, not the page itself, so that no link to it is `aria-current`.
    path: (page.urlPaths[0] ?? `/${page.file}`).replace(/[^\/]*$/v, '~'),
    timeZone: 'UTC',
  });
}

/** One row on its way back into the page, and the names known there besides its columns. */
interface Placed {
  readonly id: string;
  readonly read: Pick<ReadRow, 'values' | 'scopes'>;
  readonly names: Readonly<Record<string, Value>>;
}

function fill(page: SitePage, needs: Needs, placed: Placed): ScopeData {
  const { id, read, names } = placed;
  const values: Record<string, Value> = { ...read.values };
  for (const { path } of needs.paths) values[path] = valueOf(page, read, path) ?? names[path] ?? null;
  const conditions: Record<number, boolean> = {};
  for (const need of needs.conditions) {
    const query = page.conditions[need.id];
    conditions[need.id] = query !== undefined && holds(query, page, placed);
  }
  const scopes: Record<number, ScopeRows> = {};
  for (const inner of needs.scopes) {
    const scope = page.template.scopes[inner];
    if (scope) scopes[inner] = fillScope(page, scope, placed);
  }
  return { id, version: 1, values, conditions, scopes };
}

function fillScope(page: SitePage, scope: Scope, outer: Placed): ScopeRows {
  const rows = outer.read.scopes[scope.id] ?? [];
  const numbers = { rows: rows.length, page: 1 };
  const around = fill(page, scope.around, { ...outer, names: { ...outer.names, ...numbers } });
  return {
    around: { ...around, values: { ...around.values, ...numbers } },
    rows: rows.map((read, index) => {
      const place = { first: index === 0, last: index === rows.length - 1, odd: index % 2 === 0, index: index + 1 };
      const names = { ...outer.names, ...numbers, ...(scope.kind === 'list' ? place : {}), current: false };
      return fill(page, scope.row, { id: `${outer.id}${scope.id}-${index}`, read, names });
    }),
  };
}

/** A column, or a column of what the row refers to, as far as the page itself shows it. */
function valueOf(page: SitePage, read: Pick<ReadRow, 'values' | 'scopes'>, path: string): Value | undefined {
  const own = read.values[path];
  if (own !== undefined) return own;
  const dot = path.indexOf('.');
  if (dot < 0) return undefined;
  const reference = page.template.scopes.find(
    ({ relation, id }) => relation.kind === 'reference' && relation.column === path.slice(0, dot) && read.scopes[id],
  );
  const referred = reference && read.scopes[reference.id]?.[0];
  return referred && valueOf(page, referred, path.slice(dot + 1));
}

function holds(query: CheckedQuery, page: SitePage, placed: Placed): boolean {
  const row: Row = { ...placed.read.values };
  const scope: QueryScope = {
    value: (path) => valueOf(page, placed.read, path) ?? placed.names[path] ?? null,
    nowMs: 0,
    today: '1970-01-01',
  };
  const extra = { saved: null, invalid: false, user: null, 'user.role': null, ...placed.names };
  return matches(query, row, scope, undefined, extra);
}
