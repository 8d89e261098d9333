import { Button, SegmentedControl } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Icon } from '../icons.tsx';
import { listMails } from '../operation.ts';
import type { Mail, MailState } from '../operation.ts';
import { Empty } from '../parts/empty.tsx';
import { Failure } from '../parts/failure.tsx';
import list from '../parts/list.module.css';
import { PageHead } from '../parts/page-head.tsx';
import { RowsSkeleton } from '../parts/rows-skeleton.tsx';
import { SearchField } from '../parts/search-field.tsx';
import { OnlyAdmins } from '../session/only-admins.tsx';
import { writeMoment } from '../values/write-value.ts';
import { useLocale, useWords } from '../words/words.ts';

const route = getRouteApi('/shell/mails');
const states: readonly MailState[] = ['sent', 'waiting', 'kept', 'failed'];

/** What the site has written, and whether it arrived. */
export function MailsPage(): ReactElement {
  return (
    <OnlyAdmins>
      <Mails />
    </OnlyAdmins>
  );
}

function Mails(): ReactElement {
  const words = useWords();
  const { state, q } = route.useSearch();
  const navigate = route.useNavigate();
  const mails = useInfiniteQuery({
    queryKey: ['mails', state ?? '', q ?? ''],
    queryFn: ({ pageParam, signal }) => listMails({ state, q }, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
  const pages = mails.data?.pages ?? [];
  const shown = pages.flatMap((page) => page.mails);
  const to = (search: { readonly state?: MailState | undefined; readonly q?: string | undefined }): void =>
    void navigate({ search: search as never, replace: true });
  return (
    <>
      <PageHead title={words.operation.mails.title} lead={words.operation.mails.lead} />
      {pages[0]?.sends === false && <NoServer />}
      <div className={list['tools']}>
        <div className={list['scroll']}>
          <SegmentedControl
            aria-label={words.operation.mails.show}
            value={state ?? ''}
            data={[
              { value: '', label: words.operation.mails.all },
              ...states.map((each) => ({ value: each, label: words.operation.mails.states[each] })),
            ]}
            onChange={(value) => to({ state: states.find((each) => each === value), q })}
          />
        </div>
        <SearchField
          value={q ?? ''}
          label={words.operation.mails.search}
          onSearch={(text) => to({ state, q: text === '' ? undefined : text })}
        />
      </div>
      {mails.isPending && <RowsSkeleton count={5} />}
      {mails.isError && <Failure error={mails.error} retry={mails.refetch} />}
      {mails.data && shown.length === 0 && (
        <NoMails isFiltered={(q ?? '') !== '' || state !== undefined} state={state} />
      )}
      {shown.length > 0 && (
        <ul className={list['list']} aria-label={words.operation.mails.title}>
          {shown.map((mail) => (
            <MailItem key={mail.id} mail={mail} />
          ))}
        </ul>
      )}
      {mails.hasNextPage && (
        <div className={list['more']}>
          <Button variant="subtle" loading={mails.isFetchingNextPage} onClick={() => void mails.fetchNextPage()}>
            {words.operation.mails.older}
          </Button>
        </div>
      )}
    </>
  );
}

function NoServer(): ReactElement {
  const words = useWords();
  return (
    <section className={list['quiet']}>
      <h2>{words.operation.mails.noServer}</h2>
      <p>{words.operation.mails.noServerText}</p>
      <pre>
        <code>{'BACKLOT_NOTIFY=you@example.org\nBACKLOT_MAIL=smtps://user:password@mail.example.org'}</code>
      </pre>
    </section>
  );
}

function NoMails({
  isFiltered,
  state,
}: {
  readonly isFiltered: boolean;
  readonly state: MailState | undefined;
}): ReactElement {
  const words = useWords();
  const { mails } = words.operation;
  if (state === 'failed') return <Empty icon="check" title={mails.noFailed} text={mails.noFailedText} />;
  if (isFiltered) return <Empty icon="search" title={words.nothingFound} />;
  return <Empty icon="mail" title={mails.none} text={mails.noneText} />;
}

function MailItem({ mail }: { readonly mail: Mail }): ReactElement {
  const locale = useLocale();
  return (
    <li>
      <Link className={list['item']} to="/mails/$id" params={{ id: mail.id }}>
        <span className={list['sign']} data-failed={mail.state === 'failed'}>
          <Icon name={mail.state === 'failed' ? 'alert' : 'mail'} size={19} />
        </span>
        <div className={list['text']}>
          <div className={list['title']}>
            <span>{mail.subject}</span>
            <MailTag state={mail.state} />
          </div>
          <p className={list['note']}>
            {mail.to} · {writeMoment(mail.createdAt, locale)}
          </p>
          {mail.error !== null && <p className={list['error']}>{mail.error}</p>}
        </div>
        <Icon name="right" size={18} />
      </Link>
    </li>
  );
}

export function MailTag({ state }: { readonly state: MailState }): ReactElement {
  const words = useWords();
  const kind = state === 'failed' ? 'bad' : state === 'sent' ? 'good' : undefined;
  return (
    <span className={list['tag']} data-kind={kind}>
      {words.operation.mails.states[state]}
    </span>
  );
}
