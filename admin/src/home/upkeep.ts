import { useQuery } from '@tanstack/react-query';
import { listFailedJobs, readBackups } from '../operation.ts';
import { isProblem } from '../problem.ts';
import { useSession } from '../session/session.ts';
import { useLocale, useWords } from '../words/words.ts';

/** After how many days without a backup somebody is told. */
const BACKUP_DAYS = 7;
const DAY_MS = 86_400_000;

export interface UpkeepNotice {
  readonly title: string;
  readonly text: string;
  readonly to: '/jobs' | '/backups';
  readonly linkText: string;
}

/** What of the program itself needs somebody: tasks that failed, backups that are old. Only admins may know. */
export function useUpkeep(): readonly UpkeepNotice[] {
  const { home } = useWords();
  const locale = useLocale();
  const isAdmin = useSession().data?.user.roles.includes('admin') === true;
  const jobs = useQuery({
    queryKey: ['upkeep', 'jobs'],
    queryFn: ({ signal }) => listFailedJobs(signal),
    enabled: isAdmin,
    retry: isServerFault,
  });
  const backups = useQuery({
    queryKey: ['upkeep', 'backups'],
    queryFn: ({ signal }) => readBackups(signal),
    enabled: isAdmin,
    retry: isServerFault,
  });
  const backup = { text: home.backupText, to: '/backups', linkText: home.toBackups } as const;
  const notices: UpkeepNotice[] = [];
  const failed = jobs.data?.length ?? 0;
  if (failed > 0) {
    notices.push({
      title: home.failedJobs(failed.toLocaleString(locale), failed === 1),
      text: home.failedText,
      to: '/jobs',
      linkText: home.lookAtJobs,
    });
  }
  const taken = backups.data?.backups.map(({ takenAt }) => Date.parse(takenAt));
  if (taken?.length === 0) notices.push({ title: home.noBackup, ...backup });
  if (taken !== undefined && taken.length > 0) {
    const days = Math.floor((backups.dataUpdatedAt - Math.max(...taken)) / DAY_MS);
    if (days >= BACKUP_DAYS) notices.push({ title: home.oldBackup(days), ...backup });
  }
  return notices;
}

function isServerFault(failures: number, error: unknown): boolean {
  return failures < 1 && isProblem(error) && error.status >= 500;
}
