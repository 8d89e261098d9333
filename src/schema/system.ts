import type { Column, ColumnType, Table } from './schema.ts';

/** Columns of the program's own that a site's column of the same name may shadow. */
export const shadowableNames: ReadonlySet<string> = new Set(['position', 'slug', 'url', 'version']);

/** Logical names of the program's own columns. */
export type SystemName = 'id' | 'version' | 'created_at' | 'updated_at' | 'position' | 'author' | 'slug';

const systemTypes: Readonly<Record<SystemName, ColumnType>> = {
  id: { kind: 'text' },
  version: { kind: 'integer' },
  created_at: { kind: 'instant' },
  updated_at: { kind: 'instant' },
  position: { kind: 'text' },
  author: { kind: 'text' },
  slug: { kind: 'text' },
};

const withoutPage = ['id', 'version', 'created_at', 'updated_at', 'position', 'author'] as const;
const withPage = [...withoutPage, 'slug'] as const;

/**
 * The columns that every table has: `id`, `version`, `created_at`, `updated_at`, `position`, `author`, and `slug` where
 * its rows have a page. Physically `_id` and so on. `author` and `slug` may be missing; the others never are.
 */
function systemColumns(hasPage: boolean): Column[] {
  return (hasPage ? withPage : withoutPage).map((name) => ({
    name,
    label: name,
    sqlName: `_${name}`,
    type: systemTypes[name],
    required: name !== 'author' && name !== 'slug',
    unique: name === 'id' || name === 'slug',
    folded: false,
    constraints: {},
    system: true,
    detached: false,
    at: [],
  }));
}

/**
 * Adds the program's own columns to a site's, by logical name. Where a site's column has the name of one of ours, the
 * logical name means the site's, and ours stays reachable under its physical name (`_position`). A site's column must
 * not be called `id`.
 */
export function withSystemColumns(
  own: Readonly<Record<string, Column>>,
  hasPage: boolean,
): Readonly<Record<string, Column>> {
  const columns: Record<string, Column> = {};
  for (const column of systemColumns(hasPage)) {
    let name = column.name;
    while (Object.hasOwn(own, name)) name = `_${name}`;
    columns[name] = name === column.name ? column : { ...column, name };
  }
  return { ...columns, ...own };
}

/** One of the program's own columns, also where a site's column shadows its name. Undefined where the table lacks it. */
export function systemColumn(table: Table, name: SystemName): Column | undefined {
  const direct = table.columns[name];
  if (direct?.system) return direct;
  const physical = `_${name}`;
  return Object.values(table.columns).find((column) => column.system && column.sqlName === physical);
}
