import { Button, SegmentedControl } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { Row } from '../api-types.ts';
import { Icon } from '../icons.tsx';
import { listRecord, listUsers } from '../operation.ts';
import { Empty } from '../parts/empty.tsx';
import { Failure } from '../parts/failure.tsx';
import list from '../parts/list.module.css';
import { PageHead } from '../parts/page-head.tsx';
import { RowsSkeleton } from '../parts/rows-skeleton.tsx';
import { OnlyAdmins } from '../session/only-admins.tsx';
import { usersKey } from '../users/users-key.ts';
import { writeStamp } from '../values/write-stamp.ts';
import { useLocale, useWords } from '../words/words.ts';
import type { Words } from '../words/words.ts';

const route = getRouteApi('/shell/record');
const groups = ['all', 'session', 'user', 'backup', 'access'] as const;

/** The audit trail, to be read. */
export function RecordPage(): ReactElement {
  return (
    <OnlyAdmins>
      <Record />
    </OnlyAdmins>
  );
}

function Record(): ReactElement {
  const words = useWords();
  const { of } = route.useSearch();
  const navigate = route.useNavigate();
  const group = groups.find((each) => each === of) ?? 'all';
  const users = useQuery({ queryKey: usersKey, queryFn: ({ signal }) => listUsers(signal) });
  const names = new Map((users.data ?? []).map(({ id, name, email }) => [id, name === '' ? email : name]));
  const entries = useInfiniteQuery({
    queryKey: ['record', group],
    queryFn: ({ pageParam, signal }) =>
      listRecord(group === 'all' ? {} : { 'action.like': `${group}.` }, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
  const rows = entries.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <>
      <PageHead title={words.operation.record.title} lead={words.operation.record.lead} />
      <div className={list['tools']}>
        <div className={list['scroll']}>
          <SegmentedControl
            aria-label={words.operation.record.show}
            value={group}
            data={groups.map((each) => ({ value: each, label: words.operation.record.groups[each] }))}
            onChange={(value) =>
              void navigate({ search: (value === 'all' ? {} : { of: value }) as never, replace: true })
            }
          />
        </div>
      </div>
      {entries.isPending && <RowsSkeleton count={6} />}
      {entries.isError && <Failure error={entries.error} retry={entries.refetch} />}
      {entries.data && rows.length === 0 && (
        <Empty icon="shield" title={words.operation.record.none} text={words.operation.record.noneText} />
      )}
      {rows.length > 0 && (
        <ul className={list['list']} aria-label={words.operation.record.title}>
          {rows.map((row) => (
            <Entry key={row.id} row={row} names={names} />
          ))}
        </ul>
      )}
      {entries.hasNextPage && (
        <div className={list['more']}>
          <Button variant="subtle" loading={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
            {words.operation.record.older}
          </Button>
        </div>
      )}
    </>
  );
}

const failures = new Set(['session.failed', 'session.proof-failed', 'setup.failed', 'access.denied']);

function Entry({ row, names }: { readonly row: Row; readonly names: ReadonlyMap<string, string> }): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const action = String(row['action']);
  const target = names.get(String(row['target']));
  const who = actorName(String(row['actor']), names, words);
  const notes = [
    writeStamp(String(row['time']), locale),
    ...(target === undefined || target === who ? [] : [target]),
    ...detailsOf(row['detail']),
    ...(typeof row['address'] === 'string' && row['address'] !== '' ? [row['address']] : []),
  ];
  return (
    <li className={list['item']}>
      <span className={list['sign']} data-failed={failures.has(action)}>
        <Icon name={failures.has(action) ? 'alert' : 'shield'} size={19} />
      </span>
      <div className={list['text']}>
        <div className={list['title']}>
          {who} {words.operation.record.actions[action] ?? action}
        </div>
        <p className={list['note']}>{notes.join(' · ')}</p>
      </div>
    </li>
  );
}

function actorName(actor: string, names: ReadonlyMap<string, string>, { operation: { record } }: Words): string {
  if (actor === 'system') return record.system;
  if (actor === 'cli') return record.cli;
  return names.get(actor) ?? record.somebody;
}

/** What else there is to know of an entry: the name of a backup, a path that was refused. */
function detailsOf(detail: unknown): readonly string[] {
  if (typeof detail !== 'string' || detail === '') return [];
  const read: unknown = JSON.parse(detail);
  if (typeof read !== 'object' || read === null) return [];
  return ['backup', 'path'].flatMap((name) => {
    const value: unknown = Reflect.get(read, name);
    return typeof value === 'string' ? [value] : [];
  });
}
