import { Alert, Button, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import type { User } from '../api-types.ts';
import { Icon } from '../icons.tsx';
import { changeUser, listUsers, removeUser } from '../operation.ts';
import type { UserChanges } from '../operation.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { Empty } from '../parts/empty.tsx';
import { Failure } from '../parts/failure.tsx';
import list from '../parts/list.module.css';
import { PageHead } from '../parts/page-head.tsx';
import parts from '../parts/parts.module.css';
import { RowsSkeleton } from '../parts/rows-skeleton.tsx';
import { sayDone } from '../parts/toast.tsx';
import { OnlyAdmins } from '../session/only-admins.tsx';
import { withProof } from '../session/proof.ts';
import { sessionKey, useSession } from '../session/session.ts';
import { writeInstantInFull } from '../values/write-value.ts';
import { useLocale, useWords } from '../words/words.ts';
import { NewPassword } from './new-password.tsx';
import { roleOf, RoleSelect, withRole } from './role.tsx';
import { SessionList } from './session-list.tsx';
import { fieldProblem, userProblem } from './user-problem.ts';
import { usersKey } from './users-key.ts';

const route = getRouteApi('/shell/users/$id');

/** One user: what they may do, their password, where they are signed in. */
export function UserPage(): ReactElement {
  return (
    <OnlyAdmins>
      <OneUser />
    </OnlyAdmins>
  );
}

function OneUser(): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const { id } = route.useParams();
  const own = useSession().data?.user.id === id;
  const users = useQuery({ queryKey: usersKey, queryFn: ({ signal }) => listUsers(signal) });
  if (users.isPending) return <RowsSkeleton count={3} />;
  if (users.isError) return <Failure error={users.error} retry={users.refetch} />;
  const user = users.data.find((each) => each.id === id);
  if (!user) return <Empty icon="people" title={words.operation.users.gone} heading="h1" />;
  return (
    <>
      <PageHead
        title={user.name === '' ? user.email : user.name}
        lead={words.operation.users.since(writeInstantInFull(user.createdAt, locale))}
        above={
          <Link className={parts['crumb']} to="/users">
            <Icon name="left" size={16} />
            {words.operation.users.title}
          </Link>
        }
      />
      <div className={list['columns']}>
        <AboutUser key={user.id} user={user} withRoles />
        {!own && <SetPassword user={user} />}
        <section className={`${list['card']} ${list['wide']}`}>
          <h2>{words.operation.sessions.title}</h2>
          <SessionList userId={user.id} own={own} />
        </section>
        {!own && <RemoveUser user={user} />}
      </div>
    </>
  );
}

/** Name, address and role. Also for one’s own account, then without the role. */
export function AboutUser({ user, withRoles }: { readonly user: User; readonly withRoles: boolean }): ReactElement {
  const words = useWords();
  const queries = useQueryClient();
  const [name, setName] = useState(user.name);
  const [email, setEmail] = useState(user.email);
  const [role, setRole] = useState(roleOf(user.roles));
  const changes: UserChanges = {
    ...(name !== user.name && { name }),
    ...(email !== user.email && { email }),
    ...(role !== roleOf(user.roles) && { roles: withRole(user.roles, role) }),
  };
  const isSame = Object.keys(changes).length === 0;
  const changing = useMutation({
    mutationFn: () => withProof(() => changeUser(user.id, changes)),
    onSuccess: async () => {
      sayDone(words.saved, words);
      await queries.invalidateQueries({ queryKey: usersKey });
      await queries.invalidateQueries({ queryKey: sessionKey });
    },
  });
  const problem = userProblem(changing.error, words);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isSame) changing.mutate();
  };
  return (
    <section className={list['card']}>
      <h2>{withRoles ? words.operation.users.about : words.operation.account.about}</h2>
      <form onSubmit={submit}>
        <Stack gap="md">
          {problem !== undefined && (
            <Alert color="red" role="alert" variant="light">
              {problem}
            </Alert>
          )}
          <TextInput
            label={words.operation.users.name}
            name="name"
            autoComplete={withRoles ? 'off' : 'name'}
            maxLength={200}
            value={name}
            error={fieldProblem(changing.error, 'name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label={words.operation.users.email}
            type="email"
            name="email"
            autoComplete={withRoles ? 'off' : 'email'}
            required
            withAsterisk={false}
            value={email}
            error={fieldProblem(changing.error, 'email')}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          {withRoles && <RoleSelect value={role} onChange={setRole} />}
          <div>
            <Button type="submit" disabled={isSame} loading={changing.isPending}>
              {words.save}
            </Button>
          </div>
        </Stack>
      </form>
    </section>
  );
}

function SetPassword({ user }: { readonly user: User }): ReactElement {
  const words = useWords();
  const queries = useQueryClient();
  const [password, setPassword] = useState('');
  const changing = useMutation({
    mutationFn: () => withProof(() => changeUser(user.id, { password })),
    onSuccess: () => {
      setPassword('');
      sayDone(words.operation.users.passwordSet, words);
      void queries.invalidateQueries({ queryKey: ['sessions'] });
    },
  });
  const problem = userProblem(changing.error, words);
  return (
    <section className={list['card']}>
      <h2>{words.operation.users.setPassword}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          changing.mutate();
        }}
      >
        <Stack gap="md">
          {problem !== undefined && (
            <Alert color="red" role="alert" variant="light">
              {problem}
            </Alert>
          )}
          <NewPassword
            label={words.operation.users.newPassword}
            value={password}
            error={fieldProblem(changing.error, 'password')}
            suggests
            onChange={setPassword}
          />
          <p className={list['note']}>{words.operation.users.setPasswordText}</p>
          <div>
            <Button type="submit" variant="default" disabled={password === ''} loading={changing.isPending}>
              {words.operation.users.setPassword}
            </Button>
          </div>
        </Stack>
      </form>
    </section>
  );
}

function RemoveUser({ user }: { readonly user: User }): ReactElement {
  const words = useWords();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [isAsking, setAsking] = useState(false);
  const removing = useMutation({
    mutationFn: () => withProof(() => removeUser(user.id)),
    onSuccess: async () => {
      sayDone(words.operation.users.removed, words);
      await navigate({ to: '/users' });
      await queries.invalidateQueries({ queryKey: usersKey });
    },
  });
  const problem = userProblem(removing.error, words);
  return (
    <section className={list['wide']}>
      <Button
        variant="subtle"
        color="red"
        leftSection={<Icon name="trash" size={17} />}
        onClick={() => setAsking(true)}
      >
        {words.operation.users.remove}
      </Button>
      <ConfirmDialog
        opened={isAsking}
        title={words.operation.users.removeTitle(user.name === '' ? user.email : user.name)}
        action={words.operation.users.remove}
        isPending={removing.isPending}
        onConfirm={() => removing.mutate()}
        onClose={() => setAsking(false)}
      >
        {problem !== undefined && (
          <Alert color="red" role="alert" variant="light" mb="md">
            {problem}
          </Alert>
        )}
        <p style={{ margin: 0 }}>{words.operation.users.removeText}</p>
      </ConfirmDialog>
    </section>
  );
}
