import { useQueries } from '@tanstack/react-query';
import { readRow } from '../api.ts';
import type { Row } from '../api-types.ts';

export function rowKey(table: string, id: string): readonly string[] {
  return ['row', table, id];
}

/** Rows that others refer to, each read once and shared by all who show it. */
export function useRows(table: string, ids: readonly string[]): ReadonlyMap<string, Row> {
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: rowKey(table, id),
      queryFn: ({ signal }: { readonly signal: AbortSignal }) => readRow(table, id, signal),
      staleTime: 60_000,
    })),
    combine: (results) => {
      const rows = new Map<string, Row>();
      for (const { data } of results) if (data) rows.set(data.id, data);
      return rows;
    },
  });
}
