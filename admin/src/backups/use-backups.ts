import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { readBackups } from '../operation.ts';
import type { Backups } from '../operation.ts';
import { isProblem } from '../problem.ts';
import { useSession } from '../session/session.ts';

export const backupsKey = ['backups'] as const;
const LOOK_AGAIN_MS = 400;

/**
 * The backups, looked at again and again while something is under way. While the data is exchanged the server answers
 * 503: what was known before is then kept, and it is asked on.
 */
export function useBackups(): UseQueryResult<Backups> {
  const queries = useQueryClient();
  const backups = useQuery({
    queryKey: backupsKey,
    queryFn: ({ signal }) => readBackups(signal),
    retry: false,
    refetchInterval: ({ state }) => {
      // Whoever has to sign in first asks again afterwards.
      if (isProblem(state.error, 401)) return false;
      const isAway = isProblem(state.error, 503) || isProblem(state.error, 0);
      return (isAway && state.data !== undefined) || (state.data && isRunning(state.data)) ? LOOK_AGAIN_MS : false;
    },
  });
  const { error, refetch } = backups;
  const session = useSession().data;
  useEffect(() => {
    if (session && isProblem(error, 401)) void refetch();
  }, [session, error, refetch]);
  const restore = backups.data?.restore.state;
  const before = useRef(restore);
  useEffect(() => {
    // Everything that was read before is of another time.
    if (before.current === 'running' && restore === 'restored') void queries.invalidateQueries();
    before.current = restore;
  }, [restore, queries]);
  return backups;
}

export function isRunning({ backup, restore }: Backups): boolean {
  return backup.state === 'running' || restore.state === 'running';
}
