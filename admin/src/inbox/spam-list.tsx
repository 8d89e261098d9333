import { Button, Group, Modal } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { deleteRows, listRows, releaseSpam } from '../api.ts';
import type { Row } from '../api-types.ts';
import { Icon } from '../icons.tsx';
import { Empty } from '../parts/empty.tsx';
import { Failure } from '../parts/failure.tsx';
import { RowsSkeleton } from '../parts/rows-skeleton.tsx';
import { sayDone, sayFailed } from '../parts/toast.tsx';
import { plainName } from '../schema/names.ts';
import { writeInstantInFull, writeMoment } from '../values/write-value.ts';
import { useLocale, useWords } from '../words/words.ts';
import { receivedAt } from './merge.ts';
import classes from './inbox.module.css';

const SPAM = '_spam';
const spamKey = ['spam'] as const;
const PAGE_ROWS = 40;

/** What was caught as spam: to look through, to let pass after all, to clear away. */
export function SpamList(): ReactElement {
  const words = useWords();
  const [asks, setAsks] = useState(false);
  const spam = useInfiniteQuery({
    queryKey: spamKey,
    queryFn: ({ pageParam, signal }) =>
      listRows(SPAM, new URLSearchParams({ sort: '-id', limit: String(PAGE_ROWS) }), { after: pageParam, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ rows }) => rows),
  });
  const { remove, release, removeAll } = useSpamActions();
  if (spam.isPending) return <RowsSkeleton count={5} />;
  if (spam.isError) return <Failure error={spam.error} retry={spam.refetch} />;
  if (spam.data.length === 0) {
    return <Empty icon="check" title={words.inbox.spamNone} text={words.inbox.spamNoneText} />;
  }
  return (
    <div className={classes['spam']}>
      <ul className={classes['spamRows']} aria-label={words.inbox.spam}>
        {spam.data.map((row) => (
          <SpamItem key={row.id} row={row} onDelete={() => remove([row.id])} onRelease={() => release(row.id)} />
        ))}
      </ul>
      <Group justify="space-between" mt="md">
        <Button variant="default" leftSection={<Icon name="trash" size={17} />} onClick={() => setAsks(true)}>
          {words.inbox.deleteAllSpam}
        </Button>
        {spam.hasNextPage && (
          <Button variant="subtle" loading={spam.isFetchingNextPage} onClick={() => void spam.fetchNextPage()}>
            {words.inbox.older}
          </Button>
        )}
      </Group>
      <Modal
        opened={asks}
        onClose={() => setAsks(false)}
        title={words.inbox.deleteSpamTitle}
        closeButtonProps={{ 'aria-label': words.close }}
      >
        <p>{words.inbox.deleteSpamText}</p>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => setAsks(false)}>
            {words.cancel}
          </Button>
          <Button
            color="red"
            onClick={() => {
              setAsks(false);
              void removeAll();
            }}
          >
            {words.inbox.deleteAllSpam}
          </Button>
        </Group>
      </Modal>
    </div>
  );
}

function SpamItem({
  row,
  onDelete,
  onRelease,
}: {
  readonly row: Row;
  readonly onDelete: () => Promise<void>;
  readonly onRelease: () => Promise<void>;
}): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const at = receivedAt(row);
  const fields = fieldsOf(row);
  const preview = fields.map(([, text]) => text).join(' · ');
  return (
    <li className={classes['spamItem']}>
      <details>
        <summary>
          <span className={classes['spamPreview']}>{preview === '' ? words.nothing : preview}</span>
          <time dateTime={at} title={writeInstantInFull(at, locale)}>
            {plainName(String(row['form'] ?? ''))} · {writeMoment(at, locale)}
          </time>
        </summary>
        <dl className={classes['fields']} aria-label={words.inbox.fields}>
          {fields.map(([name, text]) => (
            <div key={name} style={{ display: 'contents' }}>
              <dt>{plainName(name)}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      </details>
      <Group gap="xs" className={classes['spamActions'] ?? ''}>
        <Button size="xs" variant="default" onClick={() => void onRelease()}>
          {words.inbox.notSpam}
        </Button>
        <Button size="xs" variant="subtle" color="red" onClick={() => void onDelete()}>
          {words.delete}
        </Button>
      </Group>
    </li>
  );
}

/** The fields as they were sent, by name. Text of strangers: shown as text, never as markup. */
function fieldsOf(row: Row): readonly (readonly [string, string])[] {
  try {
    const fields = JSON.parse(String(row['fields'] ?? '{}')) as Readonly<Record<string, readonly string[]>>;
    return Object.entries(fields)
      .map(([name, values]) => [name, values.join(', ')] as const)
      .filter(([, text]) => text !== '');
  } catch {
    return [];
  }
}

function useSpamActions(): {
  readonly remove: (ids: readonly string[]) => Promise<void>;
  readonly release: (id: string) => Promise<void>;
  readonly removeAll: () => Promise<void>;
} {
  const words = useWords();
  const queries = useQueryClient();
  const doing = async (run: () => Promise<string>): Promise<void> => {
    try {
      sayDone(await run(), words);
    } catch (error) {
      sayFailed(error, words);
    }
    await queries.invalidateQueries({ queryKey: spamKey });
    await queries.invalidateQueries({ queryKey: ['inbox'] });
  };
  return {
    remove: (ids) =>
      doing(async () => {
        await deleteRows(SPAM, ids);
        return words.deleted(ids.length);
      }),
    release: (id) =>
      doing(async () => {
        await releaseSpam(id);
        return words.inbox.released;
      }),
    removeAll: () =>
      doing(async () => {
        let removed = 0;
        for (;;) {
          const { rows } = await listRows(SPAM, new URLSearchParams({ limit: '100' }));
          if (rows.length === 0) return words.deleted(removed);
          await deleteRows(
            SPAM,
            rows.map(({ id }) => id),
          );
          removed += rows.length;
        }
      }),
  };
}
