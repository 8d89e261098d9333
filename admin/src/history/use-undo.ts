import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { undoChange } from '../api.ts';
import type { Change } from '../api-types.ts';
import { failureText } from '../parts/failure.tsx';
import { sayDone } from '../parts/toast.tsx';
import { isProblem } from '../problem.ts';
import { useWords } from '../words/words.ts';

/** Takes a change back and says so, or says why it cannot be taken back. */
export function useUndo(): (change: Change, done: string) => Promise<void> {
  const words = useWords();
  const queries = useQueryClient();
  return useCallback(
    async (change, done) => {
      try {
        await undoChange(change);
        sayDone(done, words);
      } catch (error) {
        if (isProblem(error, 401)) return;
        notifications.show({
          color: 'red',
          title: words.history.cannot,
          message: isProblem(error) && error.code === 'version' ? words.history.conflict : failureText(error, words),
          role: 'alert',
          autoClose: 12_000,
          closeButtonProps: { 'aria-label': words.close },
        });
      }
      // Anything may show what has changed: rows, lists, the inbox, the history itself.
      await queries.invalidateQueries();
    },
    [queries, words],
  );
}
