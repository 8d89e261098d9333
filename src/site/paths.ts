import type { Scope, Template } from '../html/index.ts';
import { pathType } from '../query/index.ts';
import type { ExtraNames } from '../query/index.ts';
import type { ColumnType, Schema, Table } from '../schema/index.ts';

const text: ColumnType = { kind: 'text' };
const integer: ColumnType = { kind: 'integer' };
const boolean: ColumnType = { kind: 'boolean' };

/** The type of a path seen from a row of `table`; undefined when the table knows no such path. */
function rowPathType(schema: Schema, table: Table, path: string): ColumnType | undefined {
  const type = pathType(path, table, { schema });
  if (type) return type;
  return path === 'url' && table.page ? { kind: 'url' } : undefined;
}

/** Names of state that any place of a page may use, and the numbers of its lists by their ids. */
function pageNames(template: Template): ExtraNames {
  const names: Record<string, ColumnType> = { saved: text, invalid: boolean, user: text, 'user.role': text };
  for (const scope of template.scopes) {
    if (scope.kind !== 'list' || scope.elementId === undefined) continue;
    names[`${scope.elementId}.rows`] = integer;
    names[`${scope.elementId}.page`] = integer;
  }
  return names;
}

/** Names of state inside a list's rows, and around them. */
const listNames: ExtraNames = { rows: integer, page: integer };
const rowNames: ExtraNames = {
  ...listNames,
  first: boolean,
  last: boolean,
  odd: boolean,
  index: integer,
  current: boolean,
};

/** What one place of a page may name. */
export interface Place {
  /** Scopes from the innermost outwards; the page (scope 0) is left out. */
  readonly scopes: readonly Scope[];
  readonly names: ExtraNames;
}

/** The place inside a scope's rows. */
export function placeInside(template: Template, scope: Scope): Place {
  const scopes: Scope[] = [];
  for (
    let at: Scope | undefined = scope;
    at && at.id !== 0;
    at = at.parent === null ? undefined : template.scopes[at.parent]
  ) {
    scopes.push(at);
  }
  const named = scopes.some((each) => each.kind === 'list') ? rowNames : scopes.length > 0 ? { current: boolean } : {};
  return { scopes, names: { ...pageNames(template), ...named } };
}

/** The place beside a list's rows: what the row around knows, and the list's numbers. */
export function placeAround(template: Template, scope: Scope): Place {
  const outer = scope.parent === null ? undefined : template.scopes[scope.parent];
  const place = outer ? placeInside(template, outer) : { scopes: [], names: pageNames(template) };
  return { scopes: place.scopes, names: { ...place.names, ...listNames } };
}

/** The type of a path at a place: the innermost row that knows the name gives it, then the names of state. */
export function typeAt(schema: Schema, place: Place, path: string): ColumnType | undefined {
  for (const scope of place.scopes) {
    const table = scope.table === null ? undefined : schema.tables[scope.table];
    const type = table && rowPathType(schema, table, path);
    if (type) return type;
  }
  return Object.hasOwn(place.names, path) ? place.names[path] : undefined;
}
