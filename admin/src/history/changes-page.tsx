import { Button, NativeSelect } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { listChanges } from '../api.ts';
import type { LoggedChange } from '../api-types.ts';
import { Empty } from '../parts/empty.tsx';
import { Failure } from '../parts/failure.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { RowsSkeleton } from '../parts/rows-skeleton.tsx';
import { tableName } from '../schema/names.ts';
import { useSchema } from '../schema/schema.ts';
import { useSession } from '../session/session.ts';
import { useWords } from '../words/words.ts';
import { ChangeItem } from './change-item.tsx';
import classes from './history.module.css';
import { actorName } from './names.ts';

const route = getRouteApi('/shell/changes');

/** All that people have changed, and a way back for each change. */
export function ChangesPage(): ReactElement {
  const words = useWords();
  const { of: table, by: actor, show } = route.useSearch();
  const schema = useSchema();
  const changes = useInfiniteQuery({
    queryKey: ['changes', table, actor, show],
    queryFn: ({ pageParam, signal }) =>
      listChanges({ table, actor, operation: show === 'deleted' ? 'delete' : undefined }, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap((page) => page.changes),
    placeholderData: keepPreviousData,
  });
  const isNarrowed = table !== undefined || actor !== undefined;
  return (
    <>
      <PageHead title={words.history.screen} lead={words.history.lead} />
      <Narrowing known={changes.data ?? []} />
      {(changes.isPending || schema.isPending) && <RowsSkeleton count={6} />}
      {changes.isError && <Failure error={changes.error} retry={changes.refetch} />}
      {changes.data?.length === 0 && schema.data && (
        <NothingChanged deletions={show === 'deleted'} isNarrowed={isNarrowed} />
      )}
      {changes.data && changes.data.length > 0 && schema.data && (
        <ol className={classes['changes']} data-stale={changes.isPlaceholderData}>
          {changes.data.map((change) => (
            <ChangeItem key={change.change} change={change} />
          ))}
        </ol>
      )}
      {changes.hasNextPage && (
        <Button
          mt="md"
          variant="subtle"
          loading={changes.isFetchingNextPage}
          onClick={() => void changes.fetchNextPage()}
        >
          {words.history.older}
        </Button>
      )}
    </>
  );
}

/** Which changes are shown: of one table, one person, deletions only. */
function Narrowing({ known }: { readonly known: readonly LoggedChange[] }): ReactElement {
  const words = useWords();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const tables = (useSchema().data?.tables ?? []).filter(({ owner }) => owner !== 'backlot');
  const people = new Map(known.map(({ actor }) => [actor.id, actorName(actor, words)]));
  const me = useSession().data?.user;
  if (me) people.set(me.id, me.name === '' ? me.email : me.name);
  const to = (changes: Partial<Record<'of' | 'by' | 'show', string>>): void =>
    void navigate({
      search: Object.fromEntries(Object.entries({ ...search, ...changes }).filter(([, value]) => value !== '')),
      replace: true,
    });
  return (
    <div className={classes['tools']}>
      <NativeSelect
        label={words.history.table}
        value={search.of ?? ''}
        data={[
          { value: '', label: words.history.anyTable },
          ...tables.map((table) => ({ value: table.name, label: tableName(table) })),
        ]}
        onChange={(event) => to({ of: event.currentTarget.value })}
      />
      <NativeSelect
        label={words.history.person}
        value={search.by ?? ''}
        data={[
          { value: '', label: words.history.anyone },
          ...[...people].map(([value, label]) => ({ value, label })),
          ...(search.by !== undefined && !people.has(search.by)
            ? [{ value: search.by, label: words.history.somebody }]
            : []),
        ]}
        onChange={(event) => to({ by: event.currentTarget.value })}
      />
      <NativeSelect
        label={words.history.kind}
        value={search.show ?? ''}
        data={[
          { value: '', label: words.history.anything },
          { value: 'deleted', label: words.history.deletions },
        ]}
        onChange={(event) => to({ show: event.currentTarget.value })}
      />
    </div>
  );
}

function NothingChanged({
  deletions,
  isNarrowed,
}: {
  readonly deletions: boolean;
  readonly isNarrowed: boolean;
}): ReactElement {
  const { history } = useWords();
  if (deletions) return <Empty icon="trash" title={history.noDeletions} text={history.noDeletionsText} />;
  return <Empty icon="history" title={isNarrowed ? history.noneFound : history.none} text={history.noneText} />;
}
