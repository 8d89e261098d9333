import type { Scope } from '../html/index.ts';
import type { Row } from '../schema/index.ts';
import { listQuery, listRows } from './list-rows.ts';
import { scopeWith } from './work.ts';
import type { Work } from './work.ts';

/** The rows of a list that stands in no row: read once, however many places ask how many there are. */
export function topRows(work: Work, scope: Scope): Promise<readonly Row[]> {
  let rows = work.topRows.get(scope.id);
  if (!rows) {
    const query = listQuery(work, scope);
    const { names } = work.state;
    rows = query
      ? listRows(
          work,
          scope,
          query,
          scopeWith(work, (path) => names[path] ?? null),
          null,
        )
      : Promise.resolve([]);
    work.topRows.set(scope.id, rows);
  }
  return rows;
}
