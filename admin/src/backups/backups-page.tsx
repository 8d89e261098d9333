import { Alert, Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { Icon } from '../icons.tsx';
import { askForBackup, makeBackup, removeBackup } from '../operation.ts';
import type { Backup, Backups } from '../operation.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { Empty } from '../parts/empty.tsx';
import { Failure } from '../parts/failure.tsx';
import list from '../parts/list.module.css';
import { PageHead } from '../parts/page-head.tsx';
import parts from '../parts/parts.module.css';
import { RowsSkeleton } from '../parts/rows-skeleton.tsx';
import { sayDone, sayFailed } from '../parts/toast.tsx';
import { OnlyAdmins } from '../session/only-admins.tsx';
import { Dismissed, withProof } from '../session/proof.ts';
import { writeStamp } from '../values/write-stamp.ts';
import { writeInstantInFull } from '../values/write-value.ts';
import { useLocale, useWords } from '../words/words.ts';
import { ProgressCard, ProgressFailure } from './progress.tsx';
import { RestoreDialog } from './restore-dialog.tsx';
import { backupsKey, isRunning, useBackups } from './use-backups.ts';
import { writeSize } from './write-size.ts';

/** The backups that the server keeps, a new one, and the way back to one. */
export function BackupsPage(): ReactElement {
  return (
    <OnlyAdmins>
      <KeptBackups />
    </OnlyAdmins>
  );
}

function KeptBackups(): ReactElement {
  const words = useWords();
  const queries = useQueryClient();
  const found = useBackups();
  const making = useMutation({
    mutationFn: makeBackup,
    onSuccess: (answer) => queries.setQueryData(backupsKey, answer),
    onError: (error) => sayFailed(error, words),
  });
  const { data } = found;
  const isBusy = making.isPending || (data !== undefined && isRunning(data));
  return (
    <>
      <PageHead title={words.operation.backups.title} lead={words.operation.backups.lead}>
        <Button
          className={parts['tool'] ?? ''}
          leftSection={<Icon name="archive" size={18} />}
          loading={isBusy}
          onClick={() => making.mutate()}
        >
          <span className={parts['toolLabel']}>{words.operation.backups.make}</span>
        </Button>
      </PageHead>
      {found.isPending && <RowsSkeleton count={3} />}
      {found.isError && !data && <Failure error={found.error} retry={found.refetch} />}
      {data && <UnderWay {...data} />}
      {data?.backups.length === 0 && (
        <Empty icon="archive" title={words.operation.backups.none} text={words.operation.backups.noneText} />
      )}
      {data && data.backups.length > 0 && (
        <ul className={list['list']} aria-label={words.operation.backups.title}>
          {data.backups.map((backup) => (
            <BackupItem key={backup.name} backup={backup} isBusy={isBusy} />
          ))}
        </ul>
      )}
    </>
  );
}

/** What is being done, or how it ended. */
function UnderWay({ backup, restore }: Backups): ReactElement | null {
  const words = useWords();
  const locale = useLocale();
  const { backups } = words.operation;
  if (restore.state === 'running')
    return <ProgressCard title={backups.restoring} steps={backups.restoreSteps} progress={restore} />;
  if (backup.state === 'running') return <ProgressCard title={backups.make} steps={backups.steps} progress={backup} />;
  return (
    <div aria-live="polite">
      {restore.state === 'failed' && <ProgressFailure title={backups.notRestored} progress={restore} />}
      {backup.state === 'failed' && <ProgressFailure title={backups.failed} progress={backup} />}
      {restore.state === 'restored' && (
        <Alert
          color="pine"
          variant="light"
          mb="lg"
          title={backups.restored(writeInstantInFull(new Date(restore.takenMs ?? 0).toISOString(), locale))}
        >
          {backups.restoredText}
        </Alert>
      )}
      {backup.state === 'made' && (
        <Alert color="pine" variant="light" mb="lg">
          {backups.made}
        </Alert>
      )}
    </div>
  );
}

function BackupItem({ backup, isBusy }: { readonly backup: Backup; readonly isBusy: boolean }): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const queries = useQueryClient();
  const { backups } = words.operation;
  const [asking, setAsking] = useState<'restore' | 'remove' | undefined>(undefined);
  const when = writeStamp(backup.takenAt, locale);
  const failed = (error: unknown): void => {
    if (!(error instanceof Dismissed)) sayFailed(error, words);
  };
  const downloading = useMutation({
    mutationFn: () => withProof(() => askForBackup(backup.name)),
    onSuccess: (address) => {
      sayDone(backups.downloadText, words);
      location.assign(address);
    },
    onError: failed,
  });
  const removing = useMutation({
    mutationFn: () => withProof(() => removeBackup(backup.name)),
    onSuccess: () => sayDone(backups.removed, words),
    onError: failed,
    onSettled: () => queries.invalidateQueries({ queryKey: backupsKey }),
  });
  return (
    <li className={list['item']}>
      <span className={list['sign']}>
        <Icon name="archive" size={19} />
      </span>
      <div className={list['text']}>
        <div className={list['title']}>
          <time dateTime={backup.takenAt}>{when}</time>
          <span className={list['tag']} data-kind="good" title={backups.verifiedText}>
            {backups.verified}
          </span>
        </div>
        <p className={list['note']}>
          {backups.kinds[backup.kind] ?? backup.kind} · {writeSize(backup.size, locale)}
        </p>
      </div>
      <div className={list['actions']}>
        <Button
          size="xs"
          variant="default"
          disabled={isBusy}
          aria-label={`${backups.restore}: ${when}`}
          leftSection={<Icon name="history" size={16} />}
          onClick={() => setAsking('restore')}
        >
          {backups.restore}
        </Button>
        <Button
          size="xs"
          variant="default"
          aria-label={`${backups.download}: ${when}`}
          loading={downloading.isPending}
          leftSection={<Icon name="download" size={16} />}
          onClick={() => downloading.mutate()}
        >
          {backups.download}
        </Button>
        <Button
          size="xs"
          variant="subtle"
          color="red"
          disabled={isBusy}
          aria-label={`${backups.remove}: ${when}`}
          onClick={() => setAsking('remove')}
        >
          {backups.remove}
        </Button>
      </div>
      {asking === 'restore' && <RestoreDialog backup={backup} onClose={() => setAsking(undefined)} />}
      <ConfirmDialog
        opened={asking === 'remove'}
        title={backups.removeTitle}
        action={backups.remove}
        isPending={removing.isPending}
        onConfirm={() => removing.mutate(undefined, { onSuccess: () => setAsking(undefined) })}
        onClose={() => setAsking(undefined)}
      >
        <p style={{ margin: 0 }}>{backups.removeText(when)}</p>
      </ConfirmDialog>
    </li>
  );
}
