import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import type { ReactElement } from 'react';
import { Icon } from '../icons.tsx';
import type { IconName } from '../icons.tsx';
import { jobsKey } from '../jobs/jobs-key.ts';
import { listFailedJobs } from '../operation.ts';
import { useIsAdmin } from '../session/only-admins.tsx';
import { useWords } from '../words/words.ts';
import classes from './shell.module.css';

const LOOK_AGAIN_MS = 60_000;

/** The way to what keeps the site going, for admins; with how many mails and tasks have failed. */
export function OperationLinks({ onGo }: { readonly onGo: (() => void) | undefined }): ReactElement | null {
  const words = useWords();
  const id = useId();
  const isAdmin = useIsAdmin();
  const jobs = useQuery({
    queryKey: jobsKey,
    queryFn: ({ signal }) => listFailedJobs(signal),
    enabled: isAdmin,
    refetchInterval: LOOK_AGAIN_MS,
  });
  if (!isAdmin) return null;
  const mails = (jobs.data ?? []).filter(({ mail }) => mail !== null).length;
  const others = (jobs.data?.length ?? 0) - mails;
  const { nav } = words.operation;
  const items: readonly (readonly [To, IconName, string, number])[] = [
    ['/users', 'people', nav.users, 0],
    ['/mails', 'mail', nav.mails, mails],
    ['/jobs', 'tasks', nav.jobs, others],
    ['/backups', 'archive', nav.backups, 0],
    ['/record', 'shield', nav.record, 0],
  ];
  return (
    <div>
      <p className={classes['groupTitle']} id={id}>
        {nav.title}
      </p>
      <ul className={classes['group']} aria-labelledby={id}>
        {items.map(([to, icon, label, failed]) => (
          <li key={to}>
            <Link
              className={classes['link']}
              to={to}
              search={{}}
              activeOptions={{ includeSearch: false }}
              onClick={onGo}
            >
              <Icon name={icon} />
              <span>{label}</span>
              {failed > 0 && (
                <span className={`${classes['count']} ${classes['failed']}`}>
                  <span aria-hidden="true">{failed > 99 ? '99+' : failed}</span>
                  <span className={classes['unseen']}>{nav.failed(failed)}</span>
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

type To = '/users' | '/mails' | '/jobs' | '/backups' | '/record';
