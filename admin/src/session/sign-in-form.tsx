import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { signIn } from '../api.ts';
import { isProblem } from '../problem.ts';
import { failureText } from '../parts/failure.tsx';
import { useWords } from '../words/words.ts';
import { sessionKey } from './session.ts';

/** `email`: of whoever was signed in before; the field is then filled. */
export function SignInForm({ email: known = '' }: { readonly email?: string }): ReactElement {
  const words = useWords();
  const queries = useQueryClient();
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState('');
  const passwordField = useRef<HTMLInputElement>(null);
  const entering = useMutation({
    mutationFn: signIn,
    meta: { entering: true },
    onSuccess: (session) => queries.setQueryData(sessionKey, session),
    onError: () => {
      setPassword('');
      passwordField.current?.focus();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    entering.mutate({ email, password });
  };
  const refused = isProblem(entering.error, 401) || isProblem(entering.error, 403) || isProblem(entering.error, 422);
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {entering.isError && (
          <Alert color="red" role="alert" variant="light">
            {refused ? words.signIn.wrong : failureText(entering.error, words)}
          </Alert>
        )}
        <TextInput
          label={words.signIn.email}
          type="email"
          name="email"
          autoComplete="username"
          required
          withAsterisk={false}
          autoFocus={known === ''}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          ref={passwordField}
          label={words.signIn.password}
          name="password"
          visibilityToggleButtonProps={{ 'aria-label': words.signIn.showPassword }}
          autoComplete="current-password"
          required
          withAsterisk={false}
          autoFocus={known !== ''}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" size="md" mt="xs" loading={entering.isPending} fullWidth>
          {words.signIn.submit}
        </Button>
      </Stack>
    </form>
  );
}
