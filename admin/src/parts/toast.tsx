import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { Words } from '../words/words.ts';
import { failureText } from './failure.tsx';

const UNDO_MS = 12_000;

/** Says that something is done; with `undo`, for long enough to think better of it. */
export function sayDone(
  message: string,
  words: Words,
  undo?: { readonly label: string; readonly run: () => Promise<void> },
): void {
  if (!undo) {
    notifications.show({ message, role: 'status', closeButtonProps: { 'aria-label': words.close } });
    return;
  }
  const id = crypto.randomUUID();
  notifications.show({
    id,
    autoClose: UNDO_MS,
    role: 'status',
    closeButtonProps: { 'aria-label': words.close },
    message: (
      <Group justify="space-between" wrap="nowrap" gap="md">
        <span>{message}</span>
        <Button
          size="xs"
          variant="light"
          onClick={() => {
            notifications.hide(id);
            void undo.run();
          }}
        >
          {undo.label}
        </Button>
      </Group>
    ),
  });
}

export function sayFailed(error: unknown, words: Words): void {
  notifications.show({
    color: 'red',
    title: words.failure.title,
    message: failureText(error, words),
    role: 'alert',
    closeButtonProps: { 'aria-label': words.close },
    autoClose: 8000,
  });
}
