import type { Needs, Template } from '../html/index.ts';
import { relationOf } from '../schema/index.ts';
import type { Schema, Table } from '../schema/index.ts';
import { placeAround, placeInside } from './paths.ts';
import type { Place } from './paths.ts';
import type { Audience, ShownColumn, SitePage } from './site.ts';

/**
 * The columns that pages show the values of, and to whom: every `data-as` around a place must let a reader through, and
 * the page's own. A query that leaves out rows does not count: it is the column that is public. Pages with errors, which
 * are not served from their templates, show nothing.
 */
export function shownColumns(pages: Iterable<SitePage>, schema: Schema): ShownColumn[] {
  const shown = new Map<string, ShownColumn>();
  for (const page of pages) {
    if (!page.ok) continue;
    for (const { table, column, audiences } of shownOn(page, schema)) {
      const key = JSON.stringify([table, column, audiences]);
      if (!shown.has(key)) shown.set(key, { table, column, audiences });
    }
  }
  return [...shown.values()];
}

function* shownOn({ template, access }: SitePage, schema: Schema): Generator<ShownColumn> {
  const around = access.page === 'anyone' ? [] : [access.page];
  for (const scope of template.scopes) {
    yield* shownAt(template, scope.row, placeInside(template, scope), schema, around);
    if (scope.id !== 0) yield* shownAt(template, scope.around, placeAround(template, scope), schema, around);
  }
}

function* shownAt(
  { guards }: Template,
  { paths }: Needs,
  place: Place,
  schema: Schema,
  around: readonly Audience[],
): Generator<ShownColumn> {
  for (const { path, guarded } of paths) {
    const meant = columnAt(schema, place, path);
    if (!meant) continue;
    for (const ids of guarded) {
      const said = ids.map((id) => guards[id]?.as.trim().toLowerCase() ?? 'admin');
      yield { ...meant, audiences: [...new Set([...around, ...said])].sort() };
    }
  }
}

/** The column that a path means at a place: of the innermost row that knows the name, as rendering looks for it. */
function columnAt(schema: Schema, { scopes }: Place, path: string): { table: string; column: string } | undefined {
  for (const scope of scopes) {
    const table = scope.table === null ? undefined : schema.tables[scope.table];
    const found = table && followPath(schema, table, path.split('.'));
    if (found) return found;
  }
  return undefined;
}

function followPath(
  schema: Schema,
  table: Table,
  [name = '', ...rest]: readonly string[],
): { table: string; column: string } | undefined {
  if (rest.length === 0) return Object.hasOwn(table.columns, name) ? { table: table.name, column: name } : undefined;
  const other = relationOf(schema, table, name)?.table;
  const next = other === undefined ? undefined : schema.tables[other];
  return next && followPath(schema, next, rest);
}
