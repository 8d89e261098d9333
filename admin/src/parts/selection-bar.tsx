import { Button } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useWords } from '../words/words.ts';
import { Icon } from '../icons.tsx';
import classes from './parts.module.css';

/** What can be done with what is selected; stays in sight while the list is scrolled. */
export function SelectionBar({
  count,
  onDelete,
  onDone,
  children,
}: {
  readonly count: number;
  readonly onDelete: () => Promise<void>;
  readonly onDone: () => void;
  readonly children?: ReactNode;
}): ReactElement {
  const words = useWords();
  return (
    <div className={classes['selection']} role="region" aria-label={words.grid.selection}>
      <span aria-live="polite">{words.grid.selected(count)}</span>
      {children}
      <Button
        color="red"
        size="xs"
        radius="xl"
        leftSection={<Icon name="trash" size={16} />}
        onClick={() => void onDelete()}
      >
        {words.delete}
      </Button>
      <Button variant="transparent" color="gray" c="inherit" size="xs" onClick={onDone}>
        {words.cancel}
      </Button>
    </div>
  );
}
