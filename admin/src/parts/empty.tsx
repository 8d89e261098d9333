import type { ReactElement, ReactNode } from 'react';
import { Icon } from '../icons.tsx';
import type { IconName } from '../icons.tsx';
import classes from './parts.module.css';

/** Where nothing is yet: says why, and what will bring something here. */
export function Empty({
  icon,
  title,
  text,
  heading: Heading = 'h2',
  children,
}: {
  readonly icon: IconName;
  readonly title: string;
  readonly text?: ReactNode;
  readonly heading?: 'h1' | 'h2';
  readonly children?: ReactNode;
}): ReactElement {
  return (
    <div className={classes['empty']}>
      <span className={classes['emptyIcon']}>
        <Icon name={icon} size={26} />
      </span>
      <Heading className={classes['emptyTitle']}>{title}</Heading>
      {text !== undefined && <p className={classes['emptyText']}>{text}</p>}
      {children}
    </div>
  );
}
