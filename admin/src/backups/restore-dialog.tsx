import { Checkbox } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { restoreBackup } from '../operation.ts';
import type { Backup } from '../operation.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import list from '../parts/list.module.css';
import { sayFailed } from '../parts/toast.tsx';
import { Dismissed, withProof } from '../session/proof.ts';
import { writeInstantInFull } from '../values/write-value.ts';
import { useLocale, useWords } from '../words/words.ts';
import { backupsKey } from './use-backups.ts';

/** Says what going back means, and does it once somebody has said that they want that. */
export function RestoreDialog({
  backup,
  onClose,
}: {
  readonly backup: Backup;
  readonly onClose: () => void;
}): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const queries = useQueryClient();
  const { backups } = words.operation;
  const [isSure, setSure] = useState(false);
  const restoring = useMutation({
    mutationFn: () => withProof(() => restoreBackup(backup.name)),
    onSuccess: (answer) => {
      queries.setQueryData(backupsKey, answer);
      onClose();
    },
    onError: (error) => {
      if (!(error instanceof Dismissed)) sayFailed(error, words);
    },
  });
  return (
    <ConfirmDialog
      opened
      title={backups.restoreTitle}
      action={backups.restore}
      isPending={restoring.isPending}
      isReady={isSure}
      onConfirm={() => restoring.mutate()}
      onClose={onClose}
    >
      <p style={{ margin: 0 }}>{backups.restoreText(writeInstantInFull(backup.takenAt, locale))}</p>
      <ul className={list['points']}>
        {backups.restorePoints.map((point) => (
          <li key={point}>{point}</li>
        ))}
      </ul>
      <Checkbox
        label={backups.restoreSure}
        checked={isSure}
        onChange={(event) => setSure(event.currentTarget.checked)}
      />
    </ConfirmDialog>
  );
}
