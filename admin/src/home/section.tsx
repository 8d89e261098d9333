import { useId } from 'react';
import type { ReactElement, ReactNode } from 'react';
import classes from './home.module.css';

/** A titled part of the page. */
export function Section({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  const id = useId();
  return (
    <section className={classes['section']} aria-labelledby={id}>
      <div className={classes['sectionHead']}>
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** Says quietly why a part has nothing to show, and what will bring something. */
export function Nothing({ title, text }: { readonly title: string; readonly text: string }): ReactElement {
  return (
    <div className={classes['nothing']}>
      <p>{title}</p>
      <p>{text}</p>
    </div>
  );
}
