import { Button, Group, Modal } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useWords } from '../words/words.ts';

/** Asks before what cannot be undone. */
export function ConfirmDialog({
  opened,
  title,
  action,
  isPending,
  isReady = true,
  onConfirm,
  onClose,
  children,
}: {
  readonly opened: boolean;
  readonly title: string;
  /** What the button says. */
  readonly action: string;
  readonly isPending: boolean;
  readonly isReady?: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactElement {
  const words = useWords();
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': words.close }}>
      {children}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose} data-autofocus>
          {words.cancel}
        </Button>
        <Button color="red" loading={isPending} disabled={!isReady} onClick={onConfirm}>
          {action}
        </Button>
      </Group>
    </Modal>
  );
}
