import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { readHistory } from '../api.ts';
import type { HistoryEntry, Row, Table } from '../api-types.ts';
import { Icon } from '../icons.tsx';
import { Failure } from '../parts/failure.tsx';
import { versionOf } from '../schema/schema.ts';
import { writeInstantInFull, writeMoment } from '../values/write-value.ts';
import { useLocale, useWords } from '../words/words.ts';
import { ChangedValuesList } from './changed-values.tsx';
import classes from './history.module.css';
import { actorName, operationName } from './names.ts';
import { useUndo } from './use-undo.ts';

/** Who changed what in a row, the newest first, and a way back for each change. */
export function RowHistory({ table, row }: { readonly table: Table; readonly row: Row }): ReactElement {
  const words = useWords();
  const history = useInfiniteQuery({
    // Each version has a change more.
    queryKey: ['history', table.name, row.id, versionOf(table, row)],
    queryFn: ({ pageParam, signal }) => readHistory(table.name, row.id, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ entries }) => entries),
    placeholderData: (before) => before,
  });
  if (history.isError) return <Failure error={history.error} retry={history.refetch} />;
  return (
    <>
      <ol className={classes['entries']} aria-busy={history.isPending}>
        {(history.data ?? []).map((entry) => (
          <Entry key={entry.position} table={table} entry={entry} />
        ))}
      </ol>
      {history.hasNextPage && (
        <Button
          size="xs"
          variant="subtle"
          loading={history.isFetchingNextPage}
          onClick={() => void history.fetchNextPage()}
        >
          {words.history.older}
        </Button>
      )}
    </>
  );
}

function Entry({ table, entry }: { readonly table: Table; readonly entry: HistoryEntry }): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const undo = useUndo();
  const { operation, values, time } = entry;
  const name = operationName(table, entry, words);
  const moment = writeMoment(time, locale);
  return (
    <li className={classes['entry']}>
      <p className={classes['what']}>
        {name}
        <span className={classes['by']}>
          {actorName(entry.actor, words)},{' '}
          <time dateTime={time} title={writeInstantInFull(time, locale)}>
            {moment}
          </time>
        </span>
      </p>
      {operation === 'update' && values !== null && <ChangedValuesList table={table} values={values} />}
      {values === null && <p className={classes['by']}>{words.history.notKept}</p>}
      {/* To take back that a row was added is to delete it, and for that there is a button already. */}
      {operation === 'update' && entry.undoable && (
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<Icon name="undo" size={14} />}
          aria-label={`${words.history.undo}: ${name}, ${moment}`}
          onClick={() => void undo(entry.change, words.undone)}
        >
          {words.history.undo}
        </Button>
      )}
    </li>
  );
}
