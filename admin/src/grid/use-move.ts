import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { moveRow, undoChange } from '../api.ts';
import type { Row, RowPage, Table } from '../api-types.ts';
import { sayDone, sayFailed } from '../parts/toast.tsx';
import { isProblem } from '../problem.ts';
import { useWords } from '../words/words.ts';

export type Place = Parameters<typeof moveRow>[2];

/**
 * Puts a row elsewhere in the order made by hand, with a way back. `shown` is the page as it will be, where that is
 * known: it is shown at once, and as the server has it when the answer is there.
 */
export function useMove(
  table: Table,
  pageKey: readonly unknown[],
): (row: Row, place: Place, shown?: readonly Row[]) => Promise<void> {
  const words = useWords();
  const queries = useQueryClient();
  return useCallback(
    async (row, place, shown) => {
      const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: ['rows', table.name] });
      await queries.cancelQueries({ queryKey: pageKey });
      if (shown) queries.setQueryData<RowPage>(pageKey, (page) => page && { ...page, rows: shown });
      try {
        const change = await moveRow(table.name, row.id, place);
        const undo = change !== null && {
          label: words.undo,
          run: async () => {
            try {
              await undoChange(change);
              sayDone(words.undone, words);
            } catch (error) {
              sayFailed(error, words);
            }
            await refresh();
          },
        };
        sayDone(words.order.moved, words, undo || undefined);
      } catch (error) {
        if (!isProblem(error, 401)) sayFailed(error, words);
      }
      await refresh();
    },
    [pageKey, queries, table.name, words],
  );
}
