import type { Column, Table } from '../api-types.ts';
import { ownColumns } from '../schema/schema.ts';

/** The columns that people fill: the site's, and the end of the address where rows have pages. */
export function editedColumns(table: Table): readonly Column[] {
  const slug = table.page && table.columns.find(({ name, system }) => system && name === table.page!.slug);
  return slug ? [...ownColumns(table), { ...slug, required: false }] : ownColumns(table);
}
