import type { Row, Table } from '../schema/index.ts';

/** Path of a row's own page, root-relative; null where its rows have none. */
export function rowUrl(table: Table, row: Row): string | null {
  const slug = row['slug'];
  return table.page && typeof slug === 'string' ? table.page.prefix + encodeURIComponent(slug) : null;
}
