import { Alert, Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { setUp } from '../api.ts';
import { failureText } from '../parts/failure.tsx';
import { isProblem } from '../problem.ts';
import { useWords } from '../words/words.ts';
import { EntryNote, EntryPage, PasswordLength } from './entry-page.tsx';
import { sessionKey } from './session.ts';
import { takeSetupToken } from './setup-token.ts';

/** What a password needs that stands alone. */
const CHARACTERS_MIN = 15;

/** Where the one-time link of the terminal leads. */
export function SetupPage(): ReactElement {
  const words = useWords();
  const [token] = useState(takeSetupToken);
  if (token === '') {
    return (
      <EntryPage title={words.setup.noToken} lead={words.setup.noTokenText}>
        <Anchor component={Link} to="/">
          {words.setup.toSignIn}
        </Anchor>
      </EntryPage>
    );
  }
  return (
    <EntryPage title={words.setup.title} lead={words.setup.text}>
      <SetupForm token={token} />
    </EntryPage>
  );
}

function SetupForm({ token }: { readonly token: string }): ReactElement {
  const words = useWords();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const beginning = useMutation({
    mutationFn: setUp,
    meta: { entering: true },
    onSuccess: async (session) => {
      queries.setQueryData(sessionKey, session);
      await navigate({ to: '/', replace: true });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    beginning.mutate({ token, email, password });
  };
  const { error } = beginning;
  const fields = isProblem(error) ? error.fields : [];
  const messageFor = (name: string): string | undefined => fields.find(({ field }) => field === name)?.message;
  const length = Array.from(password).length;
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {error !== null && fields.length === 0 && (
          <Alert color="red" role="alert" variant="light">
            {isLinkRefused(error) ? words.setup.used : failureText(error, words)}
          </Alert>
        )}
        <TextInput
          label={words.setup.email}
          type="email"
          name="email"
          autoComplete="username"
          required
          withAsterisk={false}
          autoFocus
          value={email}
          error={messageFor('email')}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <div>
          <PasswordInput
            label={words.setup.password}
            description={words.setup.passwordHint}
            name="password"
            visibilityToggleButtonProps={{ 'aria-label': words.signIn.showPassword }}
            autoComplete="new-password"
            required
            withAsterisk={false}
            minLength={CHARACTERS_MIN}
            value={password}
            error={messageFor('password')}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <PasswordLength length={length} least={CHARACTERS_MIN} text={words.setup.strength(length, CHARACTERS_MIN)} />
        </div>
        <Button type="submit" size="md" mt="xs" loading={beginning.isPending} fullWidth>
          {words.setup.submit}
        </Button>
      </Stack>
      <EntryNote>
        <Anchor component={Link} to="/" size="sm">
          {words.setup.toSignIn}
        </Anchor>
      </EntryNote>
    </form>
  );
}

function isLinkRefused(error: unknown): boolean {
  return [400, 401, 403, 404, 410].some((status) => isProblem(error, status));
}
