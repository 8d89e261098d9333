import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { deleteRows, undoChange } from '../api.ts';
import type { Row, Table } from '../api-types.ts';
import { sayDone, sayFailed } from '../parts/toast.tsx';
import { isProblem } from '../problem.ts';
import { useWords } from '../words/words.ts';

/** Deletes rows at once and offers to bring them back. Gives whether it has been done. */
export function useDelete(table: Table): (rows: readonly Row[]) => Promise<boolean> {
  const words = useWords();
  const queries = useQueryClient();
  return useCallback(
    async (rows) => {
      const refresh = (): Promise<unknown> =>
        Promise.all([
          queries.invalidateQueries({ queryKey: ['rows', table.name] }),
          queries.invalidateQueries({ queryKey: ['inbox'] }),
        ]);
      try {
        const change = await deleteRows(
          table.name,
          rows.map(({ id }) => id),
        );
        const undo = change !== null && {
          label: words.undo,
          run: async () => {
            try {
              await undoChange(change);
              await refresh();
              sayDone(words.broughtBack(rows.length), words);
            } catch (error) {
              sayFailed(error, words);
            }
          },
        };
        sayDone(words.deleted(rows.length), words, undo || undefined);
        void refresh();
        return true;
      } catch (error) {
        if (!isProblem(error, 401)) sayFailed(error, words);
        void refresh();
        return false;
      }
    },
    [queries, table.name, words],
  );
}
