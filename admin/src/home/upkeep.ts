import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { request } from '../request.ts';
import { isProblem } from '../problem.ts';
import { useSession } from '../session/session.ts';
import { useLocale, useWords } from '../words/words.ts';

/** After how many days without a backup somebody is told. */
const BACKUP_DAYS = 7;
const DAY_MS = 86_400_000;

/** Of the answers only what is asked here. */
function readFailedJobs(): Promise<{ readonly jobs: readonly unknown[] }> {
  return request('/jobs', { query: new URLSearchParams({ state: 'failed' }) });
}

function readBackups(): Promise<{ readonly backups: readonly { readonly takenAt: string }[] }> {
  return request('/backups');
}

export interface UpkeepNotice {
  readonly title: string;
  readonly text: string;
  readonly link?: ReactNode;
}

/** What of the program itself needs somebody: tasks that failed, backups that are old. Only admins may know. */
export function useUpkeep(): readonly UpkeepNotice[] {
  const { home } = useWords();
  const locale = useLocale();
  const isAdmin = useSession().data?.user.roles.includes('admin') === true;
  const jobs = useQuery({
    queryKey: ['upkeep', 'jobs'],
    queryFn: readFailedJobs,
    enabled: isAdmin,
    retry: isServerFault,
  });
  const backups = useQuery({
    queryKey: ['upkeep', 'backups'],
    queryFn: readBackups,
    enabled: isAdmin,
    retry: isServerFault,
  });
  const notices: UpkeepNotice[] = [];
  const failed = jobs.data?.jobs.length ?? 0;
  if (failed > 0) {
    notices.push({ title: home.failedJobs(failed.toLocaleString(locale), failed === 1), text: home.failedText });
  }
  const taken = backups.data?.backups.map(({ takenAt }) => Date.parse(takenAt));
  if (taken?.length === 0) notices.push({ title: home.noBackup, text: home.backupText });
  if (taken !== undefined && taken.length > 0) {
    const days = Math.floor((backups.dataUpdatedAt - Math.max(...taken)) / DAY_MS);
    if (days >= BACKUP_DAYS) notices.push({ title: home.oldBackup(days), text: home.backupText });
  }
  return notices;
}

function isServerFault(failures: number, error: unknown): boolean {
  return failures < 1 && isProblem(error) && error.status >= 500;
}
