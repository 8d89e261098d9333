import { Button, SegmentedControl } from '@mantine/core';
import { getRouteApi, Outlet, useParams } from '@tanstack/react-router';
import { useRef } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import type { Table } from '../api-types.ts';
import { Empty } from '../parts/empty.tsx';
import { Failure } from '../parts/failure.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { RowsSkeleton } from '../parts/rows-skeleton.tsx';
import { ToolButton } from '../parts/tool-button.tsx';
import { SearchField } from '../parts/search-field.tsx';
import { tableName } from '../schema/names.ts';
import { useSchema } from '../schema/schema.ts';
import { useWords } from '../words/words.ts';
import classes from './inbox.module.css';
import { InboxItem } from './inbox-item.tsx';
import { submissionTables } from './submissions.ts';
import { isUnread, markAllRead, useMarks } from './unread.ts';
import { useInbox } from './use-inbox.ts';

const route = getRouteApi('/shell/inbox');

/** Everything that visitors have sent, newest first. */
export function InboxPage(): ReactElement {
  const words = useWords();
  const search = route.useSearch();
  const schema = useSchema();
  const { id } = useParams({ strict: false });
  const all = submissionTables(schema.data);
  const tables = search.of === undefined ? all : all.filter(({ name }) => name === search.of);
  const isOpen = id !== undefined;
  if (schema.data && all.length === 0) {
    return (
      <>
        <PageHead title={words.inbox.title} />
        <Empty icon="inbox" title={words.inbox.noForms} text={words.inbox.noFormsText} />
      </>
    );
  }
  return (
    <div className={classes['page']} data-open={isOpen}>
      <div className={classes['pageHead']}>
        <PageHead title={words.inbox.title} lead={words.inbox.lead} heading={isOpen ? 'h2' : 'h1'}>
          <ToolButton
            icon="check"
            label={words.inbox.markAllRead}
            onClick={() => markAllRead(new Date().toISOString())}
          />
        </PageHead>
        <Tools tables={all} />
      </div>
      <div className={classes['split']} data-open={isOpen}>
        <div className={classes['listColumn']}>
          <List tables={tables} openId={id} />
        </div>
        <div className={classes['detailColumn']}>
          {isOpen ? (
            <Outlet />
          ) : (
            <div className={classes['placeholder']}>
              <Empty icon="mail" title={words.inbox.choose} text={words.inbox.chooseText} />
            </div>
          )}
        </div>
      </div>
    </div>
  );
}

function Tools({ tables }: { readonly tables: readonly Table[] }): ReactElement {
  const words = useWords();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const to = (changes: Partial<Record<'of' | 'show' | 'q', string | undefined>>): void =>
    void navigate({ to: '/inbox', search: { ...search, ...changes } as never, replace: true });
  return (
    <div className={classes['tools']}>
      <SegmentedControl
        aria-label={words.inbox.show}
        value={search.show ?? 'all'}
        data={[
          { value: 'all', label: words.inbox.all },
          { value: 'unread', label: words.inbox.unread },
        ]}
        onChange={(value) => to({ show: value === 'unread' ? value : undefined })}
      />
      {tables.length > 1 && (
        <SegmentedControl
          aria-label={words.inbox.which}
          value={search.of ?? ''}
          data={[
            { value: '', label: words.inbox.everything },
            ...tables.map((table) => ({ value: table.name, label: tableName(table) })),
          ]}
          onChange={(value) => to({ of: value === '' ? undefined : value })}
        />
      )}
      <SearchField
        value={search.q ?? ''}
        label={words.inbox.search}
        onSearch={(q) => to({ q: q === '' ? undefined : q })}
      />
    </div>
  );
}

function List({
  tables,
  openId,
}: {
  readonly tables: readonly Table[];
  readonly openId: string | undefined;
}): ReactElement {
  const words = useWords();
  const search = route.useSearch();
  const marks = useMarks();
  const list = useRef<HTMLUListElement>(null);
  const inbox = useInbox(tables, search.q ?? '');
  if (inbox.isPending) return <RowsSkeleton count={6} />;
  if (inbox.isError) return <Failure error={inbox.error} retry={inbox.refetch} />;
  const all = inbox.data;
  // What is open stays in the list after it has been read.
  const shown = search.show === 'unread' ? all.filter((each) => isUnread(each, marks) || each.row.id === openId) : all;
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (step === undefined) return;
    const links = [...(list.current?.querySelectorAll('a') ?? [])];
    const next = links[links.indexOf(document.activeElement as HTMLAnchorElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  if (shown.length === 0 && !inbox.hasNextPage) {
    if ((search.q ?? '') !== '')
      return <Empty icon="search" title={words.inbox.nothingFound} text={words.inbox.nothingFoundText} />;
    if (search.show === 'unread')
      return <Empty icon="check" title={words.inbox.allRead} text={words.inbox.allReadText} />;
    return (
      <Empty icon="inbox" title={words.inbox.none} text={words.inbox.noneText(tables.flatMap(({ paths }) => paths))} />
    );
  }
  return (
    <div className={classes['list']}>
      <ul ref={list} className={classes['rows']} onKeyDown={onKeyDown} aria-label={words.inbox.title}>
        {shown.map((submission) => (
          <InboxItem
            key={submission.row.id}
            submission={submission}
            isUnread={isUnread(submission, marks)}
            withTable={tables.length > 1}
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
  );
}
