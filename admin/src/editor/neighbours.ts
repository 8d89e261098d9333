import { useQueryClient } from '@tanstack/react-query';
import type { Row, RowPage } from '../api-types.ts';

interface Neighbours {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const none: Neighbours = { before: undefined, after: undefined };

/** The rows before and after one, in the order of the list that one came from; none where there was no list. */
export function useNeighbours(table: string, id: string): Neighbours {
  const queries = useQueryClient();
  // Whichever list of the table was read last and holds the row is the one that was looked at.
  const lists = queries
    .getQueryCache()
    .findAll({ queryKey: ['rows', table] })
    .filter(({ queryKey }) => queryKey[2] !== 'offered' && queryKey[2] !== 'pages' && queryKey[2] !== 'single')
    .toSorted((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt);
  for (const { state } of lists) {
    const rows = rowsIn(state.data);
    const index = rows.findIndex((row) => row.id === id);
    if (index >= 0) return { before: rows[index - 1]?.id, after: rows[index + 1]?.id };
  }
  return none;
}

function rowsIn(data: unknown): readonly Row[] {
  const { rows } = (data ?? {}) as Partial<RowPage>;
  return Array.isArray(rows) ? rows : [];
}
