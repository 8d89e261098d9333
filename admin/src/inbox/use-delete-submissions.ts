import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { deleteRows, undoChange } from '../api.ts';
import { sayDone, sayFailed } from '../parts/toast.tsx';
import { isProblem } from '../problem.ts';
import { useWords } from '../words/words.ts';
import type { Submission } from './merge.ts';

/** Deletes messages of whichever forms, and offers to bring all of them back. Gives whether it has been done. */
export function useDeleteSubmissions(): (submissions: readonly Submission[]) => Promise<boolean> {
  const words = useWords();
  const queries = useQueryClient();
  return useCallback(
    async (submissions) => {
      const refresh = async (): Promise<void> => {
        await queries.invalidateQueries({ queryKey: ['inbox'] });
        await queries.invalidateQueries({ queryKey: ['rows'] });
      };
      const changes: number[] = [];
      const bringBack = async (): Promise<void> => {
        try {
          for (const change of changes.toReversed()) await undoChange(change);
          sayDone(words.broughtBack(submissions.length), words);
        } catch (error) {
          sayFailed(error, words);
        }
        await refresh();
      };
      try {
        for (const [table, ids] of idsByTable(submissions)) {
          const change = await deleteRows(table, ids);
          if (change !== null) changes.push(change);
        }
        sayDone(words.deleted(submissions.length), words, { label: words.undo, run: bringBack });
        return true;
      } catch (error) {
        if (!isProblem(error, 401)) sayFailed(error, words);
        return false;
      } finally {
        void refresh();
      }
    },
    [queries, words],
  );
}

function idsByTable(submissions: readonly Submission[]): ReadonlyMap<string, readonly string[]> {
  const ids = new Map<string, string[]>();
  for (const { table, row } of submissions) ids.set(table.name, [...(ids.get(table.name) ?? []), row.id]);
  return ids;
}
