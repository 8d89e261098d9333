import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { useCallback } from 'react';
import { changeReading, readReading } from '../api.ts';
import type { Reading } from '../api-types.ts';
import { sayFailed } from '../parts/toast.tsx';
import { isProblem } from '../problem.ts';
import { useSchema } from '../schema/schema.ts';
import { useWords } from '../words/words.ts';
import { isUnread, withMarks } from './marks.ts';
import type { Submission } from './merge.ts';
import { readSubmissions, submissionTables } from './submissions.ts';

const readingKey = ['reading'] as const;
/** How often new messages, and what was read on another device, are looked for while the page is open. */
const LOOK_MS = 60_000;

/** What has been read, on whichever device. Undefined until it is known. */
export function useReading(): Reading | undefined {
  return useQuery({ queryKey: readingKey, queryFn: readReading, refetchInterval: LOOK_MS }).data;
}

/** Marks messages: shown at once, then told to the server. */
export function useMark(): (marks: Partial<Reading>) => Promise<void> {
  const queries = useQueryClient();
  const words = useWords();
  return useCallback(
    async (marks) => {
      await queries.cancelQueries({ queryKey: readingKey });
      const before = queries.getQueryData<Reading>(readingKey);
      if (before && isMarked(before, marks)) return;
      if (before) queries.setQueryData<Reading>(readingKey, withMarks(before, marks));
      try {
        queries.setQueryData<Reading>(readingKey, await changeReading(marks));
      } catch (error) {
        if (before) queries.setQueryData<Reading>(readingKey, before);
        if (!isProblem(error, 401)) sayFailed(error, words);
      }
    },
    [queries, words],
  );
}

/** Whether nothing would change: opening a message again tells the server nothing new. */
function isMarked(before: Reading, { read = [], unread = [], readBefore }: Partial<Reading>): boolean {
  if (readBefore !== undefined || unread.length > 0) return false;
  return read.every((id) => before.read.includes(id) && !before.unread.includes(id));
}

/** The newest submissions, looked for again and again. */
export function useRecent(): UseQueryResult<readonly Submission[]> {
  const tables = submissionTables(useSchema().data);
  return useQuery({
    queryKey: ['inbox', 'recent', tables.map(({ name }) => name)],
    queryFn: async ({ signal }) => (await readSubmissions(tables, {}, { signal })).submissions,
    enabled: tables.length > 0,
    refetchInterval: LOOK_MS,
  });
}

/** Those of the newest that have not been read; nothing until both are known. */
export function useUnread(): readonly Submission[] {
  const reading = useReading();
  const recent = useRecent().data;
  return reading && recent ? recent.filter((each) => isUnread(each, reading)) : [];
}
