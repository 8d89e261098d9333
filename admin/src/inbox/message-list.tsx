import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import type { Table } from '../api-types.ts';
import { Empty } from '../parts/empty.tsx';
import { Failure } from '../parts/failure.tsx';
import { RowsSkeleton } from '../parts/rows-skeleton.tsx';
import { SelectionBar } from '../parts/selection-bar.tsx';
import { useWords } from '../words/words.ts';
import classes from './inbox.module.css';
import { InboxItem } from './inbox-item.tsx';
import { isUnread } from './marks.ts';
import { useMark, useReading } from './unread.ts';
import { useDeleteSubmissions } from './use-delete-submissions.ts';
import { useInbox } from './use-inbox.ts';

const nothing: ReadonlySet<string> = new Set();

/** What visitors have sent, to go through and to select. */
export function MessageList({
  tables,
  openId,
  search,
  onlyUnread,
}: {
  readonly tables: readonly Table[];
  readonly openId: string | undefined;
  readonly search: string;
  readonly onlyUnread: boolean;
}): ReactElement {
  const words = useWords();
  const reading = useReading();
  const mark = useMark();
  const remove = useDeleteSubmissions();
  const list = useRef<HTMLUListElement>(null);
  const [selected, setSelected] = useState(nothing);
  useNextKeys(list);
  const inbox = useInbox(tables, search);
  if (inbox.isPending || !reading) return <RowsSkeleton count={6} />;
  if (inbox.isError) return <Failure error={inbox.error} retry={inbox.refetch} />;
  // What is open stays in the list after it has been read.
  const shown = onlyUnread
    ? inbox.data.filter((each) => isUnread(each, reading) || each.row.id === openId)
    : inbox.data;
  if (shown.length === 0 && !inbox.hasNextPage) {
    return <NoMessages tables={tables} isSearch={search !== ''} onlyUnread={onlyUnread} />;
  }
  const chosen = shown.filter(({ row }) => selected.has(row.id));
  const done = (): void => setSelected(nothing);
  const toggle = (id: string): void => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    setSelected(next);
  };
  return (
    <>
      <div className={classes['list']}>
        <ul
          ref={list}
          className={classes['rows']}
          onKeyDown={(event) => moveFocus(event, list.current)}
          aria-label={words.inbox.title}
        >
          {shown.map((submission) => (
            <InboxItem
              key={submission.row.id}
              submission={submission}
              isUnread={isUnread(submission, reading)}
              withTable={tables.length > 1}
              isSelected={selected.has(submission.row.id)}
              onSelect={() => toggle(submission.row.id)}
            />
          ))}
        </ul>
        {inbox.hasNextPage && (
          <div className={classes['more']}>
            <Button variant="subtle" loading={inbox.isFetchingNextPage} onClick={() => void inbox.fetchNextPage()}>
              {words.inbox.older}
            </Button>
          </div>
        )}
      </div>
      {chosen.length > 0 && (
        <SelectionBar
          count={chosen.length}
          onDone={done}
          onDelete={async () => {
            if (await remove(chosen)) done();
          }}
        >
          <Button
            variant="default"
            size="xs"
            radius="xl"
            onClick={() => {
              void mark({ read: chosen.map(({ row }) => row.id) });
              done();
            }}
          >
            {words.inbox.markRead}
          </Button>
        </SelectionBar>
      )}
    </>
  );
}

function NoMessages({
  tables,
  isSearch,
  onlyUnread,
}: {
  readonly tables: readonly Table[];
  readonly isSearch: boolean;
  readonly onlyUnread: boolean;
}): ReactElement {
  const { inbox } = useWords();
  if (isSearch) return <Empty icon="search" title={inbox.nothingFound} text={inbox.nothingFoundText} />;
  if (onlyUnread) return <Empty icon="check" title={inbox.allRead} text={inbox.allReadText} />;
  return <Empty icon="inbox" title={inbox.none} text={inbox.noneText(tables.flatMap(({ paths }) => paths))} />;
}

/** Arrow keys go through the list. */
function moveFocus(event: KeyboardEvent, list: HTMLElement | null): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || !list) return;
  const links = [...list.querySelectorAll('a')];
  const next = links[links.indexOf(document.activeElement as HTMLAnchorElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/** j opens the next message and k the previous one, wherever on the page one is. */
function useNextKeys(list: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      const step = { j: 1, k: -1 }[event.key];
      const { target } = event;
      const typing =
        target instanceof HTMLElement &&
        (target.isContentEditable || /^(?:input|textarea|select)$/i.test(target.tagName));
      if (step === undefined || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      const links = [...(list.current?.querySelectorAll('a') ?? [])];
      const open = links.findIndex((link) => link.hasAttribute('aria-current'));
      links[open < 0 ? 0 : open + step]?.click();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [list]);
}
