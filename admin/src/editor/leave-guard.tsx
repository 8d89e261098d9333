import { Button, Group, Modal } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useWords } from '../words/words.ts';

/** Asks before what was typed would be left behind. */
export function LeaveGuard({
  isDirty,
  onDiscard,
}: {
  readonly isDirty: () => boolean;
  readonly onDiscard: () => void;
}): ReactElement {
  const words = useWords();
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty() && current.pathname !== next.pathname,
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  const isBlocked = blocker.status === 'blocked';
  return (
    <Modal
      opened={isBlocked}
      onClose={() => blocker.reset?.()}
      title={words.editor.leaveTitle}
      closeButtonProps={{ 'aria-label': words.close }}
    >
      <p style={{ marginTop: 0 }}>{words.editor.leaveText}</p>
      <Group justify="flex-end" mt="lg">
        <Button
          variant="default"
          onClick={() => {
            onDiscard();
            blocker.proceed?.();
          }}
        >
          {words.editor.leave}
        </Button>
        <Button data-autofocus onClick={() => blocker.reset?.()}>
          {words.editor.stay}
        </Button>
      </Group>
    </Modal>
  );
}
