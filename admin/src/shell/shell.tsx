import { ActionIcon, Drawer } from '@mantine/core';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { Icon } from '../icons.tsx';
import mark from '../icon.svg';
import { Gate } from '../session/gate.tsx';
import { useQuestion } from '../session/proof.ts';
import { useWords } from '../words/words.ts';
import { Navigation } from './navigation.tsx';
import classes from './shell.module.css';

const ProofDialog = lazy(async () => ({ default: (await import('../session/proof-dialog.tsx')).ProofDialog }));

/** Everything around a page of the admin, for who is signed in. */
export function Shell(): ReactElement {
  return (
    <Gate>
      <Frame />
    </Gate>
  );
}

function Frame(): ReactElement {
  const words = useWords();
  const [open, setOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const question = useQuestion();
  useFocusOnPage(main);
  return (
    <div className={classes['shell']}>
      <a
        className={classes['skip']}
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {words.skipToContent}
      </a>
      <nav className={classes['top']} aria-label={words.nav.label}>
        <ActionIcon variant="subtle" color="gray" size={40} aria-label={words.nav.open} onClick={() => setOpen(true)}>
          <Icon name="menu" />
        </ActionIcon>
        <Brand />
      </nav>
      <nav className={classes['side']} aria-label={words.nav.label}>
        <Brand />
        <Navigation />
      </nav>
      <Drawer
        opened={open}
        onClose={() => setOpen(false)}
        size={300}
        title={<Brand />}
        closeButtonProps={{ 'aria-label': words.close }}
      >
        <nav className={classes['drawer']} aria-label={words.nav.label}>
          <Navigation onGo={() => setOpen(false)} />
        </nav>
      </Drawer>
      <Suspense fallback={null}>{question && <ProofDialog />}</Suspense>
      <main id="main" ref={main} tabIndex={-1} className={classes['main']}>
        <Outlet />
      </main>
    </div>
  );
}

function Brand(): ReactElement {
  return (
    <Link className={classes['brand']} to="/">
      <img src={mark} alt="" width="28" height="28" />
      <span>{location.hostname}</span>
    </Link>
  );
}

/** Another page is read from its beginning; within a page the focus stays. */
function useFocusOnPage(main: { readonly current: HTMLElement | null }): void {
  const page = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  const before = useRef<string | undefined>(undefined);
  useEffect(() => {
    const moved = before.current !== undefined && before.current !== page;
    before.current = page;
    if (!moved || main.current?.contains(document.activeElement) === true) return;
    main.current?.focus({ preventScroll: true });
  }, [page, main]);
}
