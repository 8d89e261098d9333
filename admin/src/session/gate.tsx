import { Center, Code, Loader, Modal } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { Session } from '../api-types.ts';
import { Failure } from '../parts/failure.tsx';
import { useWords } from '../words/words.ts';
import { EntryNote, EntryPage } from './entry-page.tsx';
import { useSession } from './session.ts';
import { SignInForm } from './sign-in-form.tsx';

/**
 * Lets in who is signed in. Where a session ends while somebody works, what they were doing stays as it is behind the
 * form.
 */
export function Gate({ children }: { readonly children: ReactNode }): ReactElement {
  const words = useWords();
  const { data: session, isPending, error, refetch } = useSession();
  const [before, setBefore] = useState<Session | null>(null);
  if (session && session !== before) setBefore(session);
  if (isPending) {
    return (
      <Center h="100dvh">
        <Loader aria-label={words.loading} />
      </Center>
    );
  }
  if (error && !session) {
    return (
      <EntryPage title={words.signIn.title} lead="">
        <Failure error={error} retry={refetch} />
      </EntryPage>
    );
  }
  if (!before) return <SignInPage />;
  return (
    <>
      {children}
      <Modal opened={!session} onClose={() => undefined} withCloseButton={false} title={words.signIn.ended}>
        <p style={{ marginTop: 0 }}>{words.signIn.endedText}</p>
        <SignInForm email={before.user.email} />
      </Modal>
    </>
  );
}

function SignInPage(): ReactElement {
  const words = useWords();
  return (
    <EntryPage title={words.signIn.title} lead={words.signIn.text}>
      <SignInForm />
      <EntryNote>
        {words.signIn.forgotten} <Code>backlot user password</Code>.
      </EntryNote>
    </EntryPage>
  );
}
