import { Button, Group } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { Icon } from '../icons.tsx';
import { readMail, removeMail, sendMail } from '../operation.ts';
import type { FullMail } from '../operation.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { Empty } from '../parts/empty.tsx';
import { Failure } from '../parts/failure.tsx';
import list from '../parts/list.module.css';
import { PageHead } from '../parts/page-head.tsx';
import parts from '../parts/parts.module.css';
import { RowsSkeleton } from '../parts/rows-skeleton.tsx';
import { sayDone, sayFailed } from '../parts/toast.tsx';
import { isProblem } from '../problem.ts';
import { OnlyAdmins } from '../session/only-admins.tsx';
import { writeInstantInFull } from '../values/write-value.ts';
import { useLocale, useWords } from '../words/words.ts';
import { MailTag } from './mails-page.tsx';

const route = getRouteApi('/shell/mails/$id');
/** While a mail is on its way, it is looked after. */
const LOOK_AGAIN_MS = 1500;

/** One mail as it is sent, and what became of it. */
export function MailPage(): ReactElement {
  return (
    <OnlyAdmins>
      <OneMail />
    </OnlyAdmins>
  );
}

function OneMail(): ReactElement {
  const words = useWords();
  const { id } = route.useParams();
  const mail = useQuery({
    queryKey: ['mail', id],
    queryFn: ({ signal }) => readMail(id, signal),
    refetchInterval: (query) => (query.state.data?.state === 'waiting' ? LOOK_AGAIN_MS : false),
  });
  if (mail.isPending) return <RowsSkeleton count={4} />;
  if (isProblem(mail.error, 404)) return <Empty icon="mail" title={words.operation.mails.gone} heading="h1" />;
  if (mail.isError) return <Failure error={mail.error} retry={mail.refetch} />;
  return <Letter mail={mail.data} />;
}

function Letter({ mail }: { readonly mail: FullMail }): ReactElement {
  const words = useWords();
  const { mails } = words.operation;
  return (
    <>
      <PageHead
        title={mail.subject}
        above={
          <Link className={parts['crumb']} to="/mails" search={{}}>
            <Icon name="left" size={16} />
            {mails.title}
          </Link>
        }
      >
        <Actions mail={mail} />
      </PageHead>
      <article className={list['card']}>
        <Facts mail={mail} />
        <h2 style={{ margin: '1.5rem 0 0' }}>{mails.text}</h2>
        <pre className={list['letter']}>{mail.text}</pre>
      </article>
    </>
  );
}

function Facts({ mail }: { readonly mail: FullMail }): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const { mails } = words.operation;
  const moment = (instant: string | null): string | null => instant && writeInstantInFull(instant, locale);
  const [table, id] = mail.about?.split('/') ?? [];
  const facts: readonly (readonly [string, string | null])[] = [
    [mails.to, mail.to],
    [mails.cc, mail.cc],
    [mails.replyTo, mail.replyTo],
    [mails.written, moment(mail.createdAt)],
    [mails.sent, moment(mail.sentAt)],
    [mails.attempts, mail.attempts === null ? null : mail.attempts.toLocaleString(locale)],
    [mails.next, moment(mail.nextAttemptAt)],
  ];
  return (
    <dl className={list['facts']}>
      <dt>{mails.state}</dt>
      <dd>
        <MailTag state={mail.state} />
      </dd>
      {facts.map(([name, value]) =>
        value === null ? null : (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
      {mail.error !== null && (
        <>
          <dt>{mails.error}</dt>
          <dd className={list['error']}>{mail.error}</dd>
        </>
      )}
      {table !== undefined && id !== undefined && (
        <>
          <dt>{mails.about}</dt>
          <dd>
            <Link to="/tables/$table/$id" params={{ table, id }} search={{}}>
              {mails.entry}
            </Link>
          </dd>
        </>
      )}
    </dl>
  );
}

function Actions({ mail }: { readonly mail: FullMail }): ReactElement {
  const words = useWords();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { mails } = words.operation;
  const [isAsking, setAsking] = useState(false);
  const renew = async (): Promise<void> => {
    await Promise.all(['mail', 'mails', 'jobs'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  };
  const sending = useMutation({
    mutationFn: () => sendMail(mail.id),
    onSuccess: () => sayDone(mails.sending, words),
    onError: (error) => sayFailed(error, words),
    onSettled: renew,
  });
  const removing = useMutation({
    mutationFn: () => removeMail(mail.id),
    onSuccess: async () => {
      await navigate({ to: '/mails', search: {} });
      sayDone(words.deleted(1), words);
      await renew();
    },
    onError: (error) => sayFailed(error, words),
  });
  return (
    <Group gap="xs" wrap="nowrap">
      {mail.sends && (mail.state === 'failed' || mail.state === 'kept') && (
        <Button
          className={parts['tool'] ?? ''}
          leftSection={<Icon name="reply" size={18} />}
          loading={sending.isPending}
          onClick={() => sending.mutate()}
        >
          <span className={parts['toolLabel']}>{mail.state === 'failed' ? mails.again : mails.send}</span>
        </Button>
      )}
      <Button
        variant="default"
        className={parts['tool'] ?? ''}
        leftSection={<Icon name="trash" size={17} />}
        onClick={() => setAsking(true)}
      >
        <span className={parts['toolLabel']}>{mails.remove}</span>
      </Button>
      <ConfirmDialog
        opened={isAsking}
        title={mails.removeTitle}
        action={mails.remove}
        isPending={removing.isPending}
        onConfirm={() => removing.mutate()}
        onClose={() => setAsking(false)}
      >
        <p style={{ margin: 0 }}>{mails.removeText}</p>
      </ConfirmDialog>
    </Group>
  );
}
