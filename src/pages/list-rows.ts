import type { Scope } from '../html/index.ts';
import { narrowQuery, pageWindow, parseQuery } from '../query/index.ts';
import type { CheckedQuery, QueryScope } from '../query/index.ts';
import { systemColumn } from '../schema/index.ts';
import type { Row, Value } from '../schema/index.ts';
import type { ListOptions } from '../tables/index.ts';
import type { Work } from './work.ts';

/** Rows of a list at most, when its author set no limit. */
const ROWS_MAX = 10_000;

/** The query of a list as it is in force: narrowed by filters, and to the actor's own rows where only those are theirs. */
export function listQuery(work: Work, scope: Scope): CheckedQuery | undefined {
  const listed = work.state.filtered(scope.id) ?? work.page.queries[scope.id];
  return listed && work.state.ownOnly(scope.id) ? ownRows(work, listed) : listed;
}

/** Reads the rows of a list. `holder` is the row around, whose many-reference the list may show. */
export async function listRows(
  work: Work,
  scope: Scope,
  query: CheckedQuery,
  values: QueryScope,
  holder: Row | null,
): Promise<readonly Row[]> {
  const options = await pageOf(work, scope, query, values);
  const rows = await work.reads.list(query, values, options);
  if (scope.relation.kind !== 'references') return rows;
  return linkedRows(holder?.[scope.relation.column], rows, query);
}

/** Rows of a many-reference, in the order of the reference unless the query sorts them. */
function linkedRows(held: Value | undefined, rows: readonly Row[], query: CheckedQuery): readonly Row[] {
  const ids = Array.isArray(held) ? (held as readonly string[]) : [];
  const linked = rows.filter((row) => ids.includes(row['id'] as string));
  if (query.query.sort.length > 0) return linked;
  return linked.sort((a, b) => ids.indexOf(a['id'] as string) - ids.indexOf(b['id'] as string));
}

async function pageOf(work: Work, scope: Scope, query: CheckedQuery, values: QueryScope): Promise<ListOptions> {
  const { limit, page: written } = pageWindow(query, values);
  if (limit === undefined) return { limit: ROWS_MAX };
  const parameter = work.page.pageParameters[scope.id];
  const asked = (parameter === undefined ? undefined : work.state.pageNumber(parameter)) ?? written;
  const paged = work.page.template.paginations.some((one) => one.controls === scope.elementId);
  let page = asked;
  if (paged) {
    const total = await work.reads.count(query, values);
    page = Math.min(page, Math.max(1, Math.ceil(total / limit)));
    work.totals.set(scope.id, { total, pageSize: limit, page });
  }
  return { limit, offset: (page - 1) * limit };
}

/** Narrows a query to the rows that the actor made. */
function ownRows(work: Work, query: CheckedQuery): CheckedQuery | undefined {
  const author = query.table && systemColumn(query.table, 'author');
  const parsed = author ? parseQuery(`${author.name}=${encodeURIComponent(work.state.actor.id)}`) : undefined;
  const narrowed = parsed?.ok ? narrowQuery(query, parsed.value, { schema: work.schema }) : undefined;
  return narrowed?.ok ? narrowed.value : undefined;
}
