import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import { isProblem } from './problem.ts';
import { router } from './routes.tsx';
import { sessionKey } from './session/session.ts';
import { theme } from './theme.ts';
import { loadWords, localeOf, rememberLanguage, SpokenContext } from './words/words.ts';
import type { Language, Spoken, Words } from './words/words.ts';

/** Whoever hears 401 while somebody works asks them to sign in again. */
function noteEnd(error: unknown): void {
  if (isProblem(error, 401)) queries.setQueryData(sessionKey, null);
}

const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noteEnd }),
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => {
      // A wrong password is no ended session.
      if (mutation.meta?.['entering'] !== true) noteEnd(error);
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < 2 && isProblem(error) && (error.isOffline || error.status >= 500),
    },
    mutations: { networkMode: 'always' },
  },
});

export function App({
  language: first,
  words: firstWords,
}: {
  readonly language: Language;
  readonly words: Words;
}): ReactElement {
  const [{ language, words }, setSpoken] = useState({ language: first, words: firstWords });
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const spoken = useMemo<Spoken>(
    () => ({
      language,
      words,
      locale: localeOf(language),
      speak(next) {
        rememberLanguage(next);
        void loadWords(next).then((loaded) => setSpoken({ language: next, words: loaded }));
      },
    }),
    [language, words],
  );
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <SpokenContext value={spoken}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
          <Notifications position="bottom-center" limit={3} />
        </QueryClientProvider>
      </SpokenContext>
    </MantineProvider>
  );
}
