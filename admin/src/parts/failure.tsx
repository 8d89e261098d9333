import { Alert, Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { Problem } from '../problem.ts';
import { useWords } from '../words/words.ts';
import type { Words } from '../words/words.ts';

/** What to tell about a failure. The server's own words where it has explained one. */
export function failureText(error: unknown, words: Words): string {
  if (!(error instanceof Problem)) return words.failure.unknown;
  if (error.isOffline) return words.failure.offline;
  if (error.waitSeconds !== undefined) return words.failure.wait(error.waitSeconds);
  if (error.status === 403) return words.failure.forbidden;
  if (error.status === 404 || error.status === 410) return words.failure.missing;
  return error.status < 500 && error.message !== '' ? error.message : words.failure.unknown;
}

/** In place of what could not be loaded. */
export function Failure({ error, retry }: { readonly error: unknown; readonly retry?: () => unknown }): ReactElement {
  const words = useWords();
  return (
    <Alert color="red" variant="light" title={words.failure.title} role="alert">
      <p style={{ margin: 0 }}>{failureText(error, words)}</p>
      {retry && (
        <Button mt="sm" size="xs" variant="default" onClick={() => void retry()}>
          {words.tryAgain}
        </Button>
      )}
    </Alert>
  );
}
