import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { Icon } from '../icons.tsx';
import { listFailedJobs, removeJob, retryJob } from '../operation.ts';
import type { Job } from '../operation.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { Empty } from '../parts/empty.tsx';
import { Failure } from '../parts/failure.tsx';
import list from '../parts/list.module.css';
import { PageHead } from '../parts/page-head.tsx';
import { RowsSkeleton } from '../parts/rows-skeleton.tsx';
import { sayDone, sayFailed } from '../parts/toast.tsx';
import { OnlyAdmins } from '../session/only-admins.tsx';
import { writeMoment } from '../values/write-value.ts';
import { useLocale, useWords } from '../words/words.ts';
import { jobsKey } from './jobs-key.ts';

/** Work in the background that failed. */
export function JobsPage(): ReactElement {
  return (
    <OnlyAdmins>
      <FailedJobs />
    </OnlyAdmins>
  );
}

function FailedJobs(): ReactElement {
  const words = useWords();
  const jobs = useQuery({ queryKey: jobsKey, queryFn: ({ signal }) => listFailedJobs(signal) });
  return (
    <>
      <PageHead title={words.operation.jobs.title} lead={words.operation.jobs.lead} />
      {jobs.isPending && <RowsSkeleton count={3} />}
      {jobs.isError && <Failure error={jobs.error} retry={jobs.refetch} />}
      {jobs.data?.length === 0 && (
        <Empty icon="check" title={words.operation.jobs.none} text={words.operation.jobs.noneText} />
      )}
      {jobs.data && jobs.data.length > 0 && (
        <ul className={list['list']} aria-label={words.operation.jobs.title}>
          {jobs.data.map((job) => (
            <JobItem key={job.id} job={job} />
          ))}
        </ul>
      )}
    </>
  );
}

function JobItem({ job }: { readonly job: Job }): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const queries = useQueryClient();
  const { jobs } = words.operation;
  const [isAsking, setAsking] = useState(false);
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: jobsKey });
  const retrying = useMutation({
    mutationFn: () => retryJob(job.id),
    onSuccess: () => sayDone(jobs.retrying, words),
    onError: (error) => sayFailed(error, words),
    onSettled: renew,
  });
  const removing = useMutation({
    mutationFn: () => removeJob(job.id),
    onSuccess: () => sayDone(jobs.removed, words),
    onError: (error) => sayFailed(error, words),
    onSettled: renew,
  });
  return (
    <li className={list['item']}>
      <span className={list['sign']} data-failed="true">
        <Icon name="alert" size={19} />
      </span>
      <div className={list['text']}>
        <div className={list['title']}>{jobs.kinds[job.kind] ?? job.kind}</div>
        <p className={list['note']}>
          {jobs.failed(writeMoment(job.updatedAt, locale))} · {jobs.attempts(job.attempts)}
          {job.mail !== null && (
            <>
              {' · '}
              <Link to="/mails/$id" params={{ id: job.mail }}>
                {jobs.mail}
              </Link>
            </>
          )}
        </p>
        {job.error !== null && <p className={list['error']}>{job.error}</p>}
      </div>
      <div className={list['actions']}>
        <Button size="xs" loading={retrying.isPending} onClick={() => retrying.mutate()}>
          {jobs.retry}
        </Button>
        <Button size="xs" variant="default" onClick={() => setAsking(true)}>
          {jobs.remove}
        </Button>
      </div>
      <ConfirmDialog
        opened={isAsking}
        title={jobs.removeTitle}
        action={jobs.remove}
        isPending={removing.isPending}
        onConfirm={() => removing.mutate()}
        onClose={() => setAsking(false)}
      >
        <p style={{ margin: 0 }}>{jobs.removeText}</p>
      </ConfirmDialog>
    </li>
  );
}
