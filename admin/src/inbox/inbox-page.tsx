import { SegmentedControl } from '@mantine/core';
import { getRouteApi, Outlet, useParams } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { Table } from '../api-types.ts';
import { Empty } from '../parts/empty.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { ToolButton } from '../parts/tool-button.tsx';
import { SearchField } from '../parts/search-field.tsx';
import { tableName } from '../schema/names.ts';
import { useSchema } from '../schema/schema.ts';
import { useWords } from '../words/words.ts';
import classes from './inbox.module.css';
import { DownloadMenu } from './download-menu.tsx';
import { MessageList } from './message-list.tsx';
import { SpamList } from './spam-list.tsx';
import { submissionTables } from './submissions.ts';
import { useMark, useRecent } from './unread.ts';

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
  const mark = useMark();
  const newest = useRecent().data?.[0]?.at;
  const isSpam = search.show === 'spam' && !isOpen;
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
        <PageHead
          title={words.inbox.title}
          lead={isSpam ? words.inbox.spamLead : words.inbox.lead}
          heading={isOpen ? 'h2' : 'h1'}
        >
          {!isSpam && (
            <>
              <DownloadMenu tables={tables} search={search.q ?? ''} />
              <ToolButton
                icon="check"
                label={words.inbox.markAllRead}
                onClick={() => newest !== undefined && void mark({ readBefore: newest })}
              />
            </>
          )}
        </PageHead>
        <Tools tables={all} />
      </div>
      {isSpam ? (
        <SpamList />
      ) : (
        <div className={classes['split']} data-open={isOpen}>
          <div className={classes['listColumn']}>
            <MessageList tables={tables} openId={id} search={search.q ?? ''} onlyUnread={search.show === 'unread'} />
          </div>
          <div className={classes['detailColumn']}>
            {isOpen ? (
              <Outlet />
            ) : (
              <div className={classes['placeholder']}>
                <Empty icon="mail" title={words.inbox.choose} text={`${words.inbox.chooseText} ${words.inbox.keys}`} />
              </div>
            )}
          </div>
        </div>
      )}
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
          { value: 'spam', label: words.inbox.spam },
        ]}
        onChange={(value) => to({ show: value === 'all' ? undefined : value })}
      />
      {tables.length > 1 && search.show !== 'spam' && (
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
      {search.show !== 'spam' && (
        <SearchField
          value={search.q ?? ''}
          label={words.inbox.search}
          onSearch={(q) => to({ q: q === '' ? undefined : q })}
        />
      )}
    </div>
  );
}
