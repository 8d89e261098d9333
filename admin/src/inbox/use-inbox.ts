import { useInfiniteQuery } from '@tanstack/react-query';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import type { Table } from '../api-types.ts';
import type { Place, Submission } from './merge.ts';
import { readSubmissions } from './submissions.ts';

const begin: Place = {};

/** The submissions of these tables, page by page. */
export function useInbox(tables: readonly Table[], search: string): UseInfiniteQueryResult<readonly Submission[]> {
  return useInfiniteQuery({
    queryKey: ['inbox', 'list', tables.map(({ name }) => name), search],
    queryFn: ({ pageParam, signal }) => readSubmissions(tables, pageParam, { search, signal }),
    initialPageParam: begin,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ submissions }) => submissions),
    enabled: tables.length > 0,
    refetchInterval: 60_000,
  });
}
