import { listRows } from '../api.ts';
import type { Schema, Table } from '../api-types.ts';
import { takeNewest } from './merge.ts';
import type { Place, SubmissionPage } from './merge.ts';

const PAGE_ROWS = 40;

export function submissionTables(schema: Schema | undefined): readonly Table[] {
  return (schema?.tables ?? []).filter(({ isSubmissions, owner }) => isSubmissions && owner !== 'backlot');
}

/**
 * The newest submissions of several tables as one list. Each table is read by its own cursor; what came before the
 * oldest row read of any table that goes on has to wait until that table is read further.
 */
export async function readSubmissions(
  tables: readonly Table[],
  from: Place,
  options: { readonly search?: string; readonly signal?: AbortSignal | undefined } = {},
): Promise<SubmissionPage> {
  const place = Object.fromEntries(
    await Promise.all(
      tables.map(async (table) => {
        const known = from[table.name] ?? { waiting: [], next: undefined };
        if (known.waiting.length > 0 || known.next === null) return [table.name, known] as const;
        const { rows, next } = await listRows(table.name, pageQuery(options.search), {
          after: known.next,
          signal: options.signal,
        });
        return [table.name, { waiting: rows, next }] as const;
      }),
    ),
  );
  return takeNewest(tables, place);
}

/** Ids begin with the moment they were made at, and have an index in every table. */
function pageQuery(search = ''): URLSearchParams {
  const query = new URLSearchParams({ sort: '-id', limit: String(PAGE_ROWS) });
  if (search !== '') query.set('q', search);
  return query;
}
