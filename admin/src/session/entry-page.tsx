import type { ReactElement, ReactNode } from 'react';
import mark from '../icon.svg';
import classes from './entry.module.css';

/** The page before one is signed in. */
export function EntryPage({
  title,
  lead,
  children,
}: {
  readonly title: string;
  readonly lead: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <main className={classes['page']}>
      <div className={classes['card']}>
        <img className={classes['mark']} src={mark} alt="" width="40" height="40" />
        <h1 className={classes['title']}>{title}</h1>
        <p className={classes['lead']}>{lead}</p>
        {children}
      </div>
    </main>
  );
}

export function EntryNote({ children }: { readonly children: ReactNode }): ReactElement {
  return <p className={classes['note']}>{children}</p>;
}

/** How far a new password has come. */
export function PasswordLength({
  length,
  least,
  text,
}: {
  readonly length: number;
  readonly least: number;
  readonly text: string;
}): ReactElement {
  return (
    <div className={classes['strength']}>
      <meter
        min={0}
        max={least}
        low={least - 0.5}
        high={least}
        optimum={least}
        value={Math.min(length, least)}
        aria-label={text}
      />
      <span aria-hidden="true">{text}</span>
    </div>
  );
}
