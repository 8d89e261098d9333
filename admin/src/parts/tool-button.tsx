import { Button } from '@mantine/core';
import type { ReactElement, Ref } from 'react';
import { Icon } from '../icons.tsx';
import type { IconName } from '../icons.tsx';
import classes from './parts.module.css';

/** A quiet button; on a phone only its drawing is seen. */
export function ToolButton({
  icon,
  label,
  ...more
}: {
  readonly icon: IconName;
  readonly label: string;
  readonly loading?: boolean;
  readonly onClick?: () => void;
  readonly ref?: Ref<HTMLButtonElement>;
}): ReactElement {
  return (
    <Button
      variant="default"
      className={classes['tool'] ?? ''}
      leftSection={<Icon name={icon} size={17} />}
      title={label}
      {...more}
    >
      <span className={classes['toolLabel']}>{label}</span>
    </Button>
  );
}
