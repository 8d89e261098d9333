import { useEffect } from 'react';
import type { ReactElement, ReactNode } from 'react';
import classes from './parts.module.css';

/** The title of a page, with what one can do there beside it. Names the browser's tab too. */
export function PageHead({
  title,
  lead,
  above,
  heading: Heading = 'h1',
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly above?: ReactNode;
  readonly heading?: 'h1' | 'h2';
  readonly children?: ReactNode;
}): ReactElement {
  useEffect(() => {
    document.title = `${title} · ${location.hostname}`;
  }, [title]);
  return (
    <header className={classes['head']}>
      <div className={classes['headText']}>
        {above}
        <Heading className={classes['title']}>{title}</Heading>
        {lead !== undefined && <p className={classes['lead']}>{lead}</p>}
      </div>
      {children !== undefined && <div className={classes['actions']}>{children}</div>}
    </header>
  );
}
