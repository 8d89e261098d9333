import { Alert, Button, PasswordInput, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { changeUser, prove } from '../operation.ts';
import list from '../parts/list.module.css';
import { PageHead } from '../parts/page-head.tsx';
import { sayDone } from '../parts/toast.tsx';
import { isProblem } from '../problem.ts';
import { useSession } from '../session/session.ts';
import { NewPassword } from '../users/new-password.tsx';
import { SessionList } from '../users/session-list.tsx';
import { AboutUser } from '../users/user-page.tsx';
import { fieldProblem, userProblem } from '../users/user-problem.ts';
import { useWords } from '../words/words.ts';

/** One's own name, address, password and sessions. */
export function AccountPage(): ReactElement | null {
  const words = useWords();
  const user = useSession().data?.user;
  if (!user) return null;
  return (
    <>
      <PageHead title={words.operation.account.title} lead={words.operation.account.lead} />
      <div className={list['columns']}>
        <AboutUser key={user.id} user={user} withRoles={false} />
        <ChangePassword userId={user.id} />
        <section className={`${list['card']} ${list['wide']}`}>
          <h2>{words.operation.sessions.title}</h2>
          <SessionList userId={user.id} own />
        </section>
      </div>
    </>
  );
}

/** Always with the old one, also where it was given a moment ago. */
function ChangePassword({ userId }: { readonly userId: string }): ReactElement {
  const words = useWords();
  const queries = useQueryClient();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [isWrong, setWrong] = useState(false);
  const changing = useMutation({
    mutationFn: async () => {
      setWrong(false);
      await prove(current).catch((error: unknown) => {
        if (isProblem(error, 422)) setWrong(true);
        throw error;
      });
      await changeUser(userId, { password });
    },
    onSuccess: () => {
      setCurrent('');
      setPassword('');
      sayDone(words.operation.account.changed, words);
      void queries.invalidateQueries({ queryKey: ['sessions'] });
    },
  });
  const problem = userProblem(changing.error, words);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    changing.mutate();
  };
  return (
    <section className={list['card']}>
      <h2>{words.operation.account.passwordTitle}</h2>
      <form onSubmit={submit}>
        <Stack gap="md">
          {problem !== undefined && (
            <Alert color="red" role="alert" variant="light">
              {problem}
            </Alert>
          )}
          <PasswordInput
            label={words.operation.account.current}
            name="current-password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            visibilityToggleButtonProps={{ 'aria-label': words.signIn.showPassword }}
            value={current}
            error={isWrong ? words.operation.proof.wrong : undefined}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <NewPassword
            label={words.operation.users.newPassword}
            value={password}
            error={isWrong ? undefined : fieldProblem(changing.error, 'password')}
            onChange={setPassword}
          />
          <div>
            <Button type="submit" variant="default" loading={changing.isPending}>
              {words.operation.account.change}
            </Button>
          </div>
        </Stack>
      </form>
    </section>
  );
}
