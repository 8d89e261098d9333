import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { SessionInfo } from '../api-types.ts';
import { Icon } from '../icons.tsx';
import { endSession, listSessions } from '../operation.ts';
import { Failure } from '../parts/failure.tsx';
import list from '../parts/list.module.css';
import { RowsSkeleton } from '../parts/rows-skeleton.tsx';
import { sayDone, sayFailed } from '../parts/toast.tsx';
import { writeMoment } from '../values/write-value.ts';
import { useLocale, useWords } from '../words/words.ts';
import { deviceName } from './agent.ts';

const sessionsKey = ['sessions'] as const;

/** Where a user is signed in, and how to end that. `own`: of whoever looks. */
export function SessionList({ userId, own }: { readonly userId: string; readonly own: boolean }): ReactElement {
  const words = useWords();
  const queries = useQueryClient();
  const sessions = useQuery({
    queryKey: [...sessionsKey, own],
    queryFn: ({ signal }) => listSessions(!own, signal),
    select: (all) => all.filter((one) => one.userId === userId),
  });
  const ending = useMutation({
    mutationFn: async (ids: readonly string[]) => {
      for (const id of ids) await endSession(id);
      return ids.length;
    },
    onSuccess: (n) => sayDone(words.operation.sessions.ended(n), words),
    onError: (error) => sayFailed(error, words),
    onSettled: () => queries.invalidateQueries({ queryKey: sessionsKey }),
  });
  if (sessions.isPending) return <RowsSkeleton count={2} />;
  if (sessions.isError) return <Failure error={sessions.error} retry={sessions.refetch} />;
  const shown = sessions.data;
  const others = shown.filter(({ current }) => !current).map(({ id }) => id);
  if (shown.length === 0) return <p className={list['note']}>{words.operation.sessions.none}</p>;
  return (
    <>
      {own && (
        <p className={list['note']} style={{ marginBottom: '0.5rem' }}>
          {words.operation.sessions.text}
        </p>
      )}
      <ul className={list['list']}>
        {shown.map((session) => (
          <SessionItem
            key={session.id}
            session={session}
            isPending={ending.isPending}
            onEnd={() => ending.mutate([session.id])}
          />
        ))}
      </ul>
      {others.length > (own ? 0 : 1) && (
        <Button variant="default" mt="md" loading={ending.isPending} onClick={() => ending.mutate(others)}>
          {own ? words.operation.sessions.endOthers : words.operation.sessions.endAll}
        </Button>
      )}
    </>
  );
}

function SessionItem({
  session: { agent, address, createdAt, seenAt, current },
  isPending,
  onEnd,
}: {
  readonly session: SessionInfo;
  readonly isPending: boolean;
  readonly onEnd: () => void;
}): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const { sessions } = words.operation;
  const device = deviceName(agent, words);
  const notes = [
    sessions.seen(writeMoment(seenAt, locale)),
    sessions.begun(writeMoment(createdAt, locale)),
    ...(address === '' ? [] : [sessions.from(address)]),
  ];
  return (
    <li className={list['item']}>
      <span className={list['sign']}>
        <Icon name="devices" size={19} />
      </span>
      <div className={list['text']}>
        <div className={list['title']}>
          <span>{device}</span>
          {current && (
            <span className={list['tag']} data-kind="good">
              {sessions.this}
            </span>
          )}
        </div>
        <p className={list['note']}>{notes.join(' · ')}</p>
      </div>
      {!current && (
        <div className={list['actions']}>
          <Button
            variant="default"
            size="xs"
            disabled={isPending}
            aria-label={`${sessions.end}: ${device}`}
            onClick={onEnd}
          >
            {sessions.end}
          </Button>
        </div>
      )}
    </li>
  );
}
