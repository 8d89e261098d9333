import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { adminPath } from './config.ts';
import type { MailState } from './operation.ts';
import { Failure } from './parts/failure.tsx';
import { NotFound } from './parts/not-found.tsx';
import { readSearch, writeSearch } from './routes-search.ts';
import type { Search } from './routes-search.ts';
import { Shell } from './shell/shell.tsx';

const rootRoute = createRootRoute({
  notFoundComponent: () => (
    <main>
      <NotFound />
    </main>
  ),
  errorComponent: ({ error, reset }) => <Failure error={error} retry={reset} />,
});

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  component: lazyRouteComponent(() => import('./session/setup-page.tsx'), 'SetupPage'),
});

const shellRoute = createRoute({ getParentRoute: () => rootRoute, id: 'shell', component: Shell });

const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./home/home-page.tsx'), 'HomePage'),
});

interface InboxSearch {
  /** One table only. */
  readonly of?: string;
  readonly show?: 'unread' | 'spam';
  readonly q?: string;
}

const inboxRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/inbox',
  validateSearch: (search: Record<string, unknown>): InboxSearch => ({
    ...(typeof search['of'] === 'string' && { of: search['of'] }),
    ...((search['show'] === 'unread' || search['show'] === 'spam') && { show: search['show'] }),
    ...(typeof search['q'] === 'string' && { q: search['q'] }),
  }),
  component: lazyRouteComponent(() => import('./inbox/inbox-page.tsx'), 'InboxPage'),
});

const messageRoute = createRoute({
  getParentRoute: () => inboxRoute,
  path: '$table/$id',
  component: lazyRouteComponent(() => import('./inbox/message-page.tsx'), 'MessagePage'),
});

interface ChangesSearch {
  /** One table only. */
  readonly of?: string;
  /** One person only, by id. */
  readonly by?: string;
  readonly show?: 'deleted';
}

const changesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/changes',
  validateSearch: (search: Record<string, unknown>): ChangesSearch => ({
    ...(typeof search['of'] === 'string' && { of: search['of'] }),
    ...(typeof search['by'] === 'string' && { by: search['by'] }),
    ...(search['show'] === 'deleted' && { show: 'deleted' as const }),
  }),
  component: lazyRouteComponent(() => import('./history/changes-page.tsx'), 'ChangesPage'),
});

const gridRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/tables/$table',
  validateSearch: (search: Record<string, unknown>): Search => search as Search,
  component: lazyRouteComponent(() => import('./grid/grid-page.tsx'), 'GridPage'),
});

const editorRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/tables/$table/$id',
  // `from`: the row that a new one is a copy of.
  validateSearch: (search: Record<string, unknown>): { readonly from?: string } =>
    typeof search['from'] === 'string' ? { from: search['from'] } : {},
  component: lazyRouteComponent(() => import('./editor/editor-page.tsx'), 'EditorPage'),
});

const usersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/users',
  component: lazyRouteComponent(() => import('./users/users-page.tsx'), 'UsersPage'),
});

const userRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/users/$id',
  component: lazyRouteComponent(() => import('./users/user-page.tsx'), 'UserPage'),
});

const accountRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/account',
  component: lazyRouteComponent(() => import('./account/account-page.tsx'), 'AccountPage'),
});

interface MailsSearch {
  readonly state?: MailState;
  readonly q?: string;
}

const mailsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/mails',
  validateSearch: ({ state, q }: Record<string, unknown>): MailsSearch => ({
    ...((state === 'sent' || state === 'waiting' || state === 'kept' || state === 'failed') && { state }),
    ...(typeof q === 'string' && { q }),
  }),
  component: lazyRouteComponent(() => import('./mails/mails-page.tsx'), 'MailsPage'),
});

const mailRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/mails/$id',
  component: lazyRouteComponent(() => import('./mails/mail-page.tsx'), 'MailPage'),
});

const jobsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/jobs',
  component: lazyRouteComponent(() => import('./jobs/jobs-page.tsx'), 'JobsPage'),
});

const backupsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/backups',
  component: lazyRouteComponent(() => import('./backups/backups-page.tsx'), 'BackupsPage'),
});

const recordRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/record',
  validateSearch: ({ of }: Record<string, unknown>): { readonly of?: string } => (typeof of === 'string' ? { of } : {}),
  component: lazyRouteComponent(() => import('./record/record-page.tsx'), 'RecordPage'),
});

const operationRoutes = [
  usersRoute,
  userRoute,
  accountRoute,
  mailsRoute,
  mailRoute,
  jobsRoute,
  backupsRoute,
  recordRoute,
] as const;

const routeTree = rootRoute.addChildren([
  setupRoute,
  shellRoute.addChildren([
    homeRoute,
    inboxRoute.addChildren([messageRoute]),
    changesRoute,
    gridRoute,
    editorRoute,
    ...operationRoutes,
  ]),
]);

export const router = createRouter({
  routeTree,
  basepath: adminPath,
  parseSearch: readSearch,
  stringifySearch: writeSearch,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
