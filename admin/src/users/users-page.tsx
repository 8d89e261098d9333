import { Alert, Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { Icon } from '../icons.tsx';
import { addUser, listUsers } from '../operation.ts';
import type { SeenUser } from '../operation.ts';
import { Empty } from '../parts/empty.tsx';
import { Failure } from '../parts/failure.tsx';
import list from '../parts/list.module.css';
import { PageHead } from '../parts/page-head.tsx';
import { RowsSkeleton } from '../parts/rows-skeleton.tsx';
import { sayDone } from '../parts/toast.tsx';
import { ToolButton } from '../parts/tool-button.tsx';
import { OnlyAdmins } from '../session/only-admins.tsx';
import { withProof } from '../session/proof.ts';
import { useSession } from '../session/session.ts';
import { writeMoment } from '../values/write-value.ts';
import { useLocale, useWords } from '../words/words.ts';
import { NewPassword } from './new-password.tsx';
import { RoleSelect, roleOf, withRole } from './role.tsx';
import type { Role } from './role.tsx';
import { fieldProblem, userProblem } from './user-problem.ts';
import { usersKey } from './users-key.ts';

/** Who may sign in. */
export function UsersPage(): ReactElement {
  return (
    <OnlyAdmins>
      <Users />
    </OnlyAdmins>
  );
}

function Users(): ReactElement {
  const words = useWords();
  const own = useSession().data?.user.id;
  const [isAdding, setAdding] = useState(false);
  const users = useQuery({ queryKey: usersKey, queryFn: ({ signal }) => listUsers(signal) });
  return (
    <>
      <PageHead title={words.operation.users.title} lead={words.operation.users.lead}>
        <ToolButton icon="plus" label={words.operation.users.add} onClick={() => setAdding(true)} />
      </PageHead>
      {users.isPending && <RowsSkeleton count={3} />}
      {users.isError && <Failure error={users.error} retry={users.refetch} />}
      {users.data && (
        <ul className={list['list']} aria-label={words.operation.users.title}>
          {users.data.map((user) => (
            <UserItem key={user.id} user={user} isOwn={user.id === own} />
          ))}
        </ul>
      )}
      {users.data?.length === 1 && (
        <Empty icon="people" title={words.operation.users.alone} text={words.operation.users.aloneText} />
      )}
      <Modal
        opened={isAdding}
        onClose={() => setAdding(false)}
        title={words.operation.users.add}
        closeButtonProps={{ 'aria-label': words.close }}
      >
        {isAdding && <AddUser onDone={() => setAdding(false)} />}
      </Modal>
    </>
  );
}

function UserItem({ user, isOwn }: { readonly user: SeenUser; readonly isOwn: boolean }): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const { users } = words.operation;
  const name = user.name === '' ? user.email : user.name;
  return (
    <li>
      <Link className={list['item']} to="/users/$id" params={{ id: user.id }}>
        <span className={list['sign']} aria-hidden="true">
          {name.slice(0, 1)}
        </span>
        <div className={list['text']}>
          <div className={list['title']}>
            <span>{name}</span>
            <span className={list['tag']} data-kind={roleOf(user.roles) === 'admin' ? 'good' : undefined}>
              {users.roles[roleOf(user.roles)]}
            </span>
            {isOwn && <span className={list['tag']}>{users.you}</span>}
          </div>
          <p className={list['note']}>
            {user.name === '' ? '' : `${user.email} · `}
            {user.seenAt === null ? users.never : users.seen(writeMoment(user.seenAt, locale))}
          </p>
        </div>
        <Icon name="right" size={18} />
      </Link>
    </li>
  );
}

function AddUser({ onDone }: { readonly onDone: () => void }): ReactElement {
  const words = useWords();
  const queries = useQueryClient();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<Role>('editor');
  const adding = useMutation({
    mutationFn: () => withProof(() => addUser({ email, name, password, roles: withRole([], role) })),
    onSuccess: (user) => {
      sayDone(words.operation.users.added(user.email), words);
      void queries.invalidateQueries({ queryKey: usersKey });
      onDone();
    },
  });
  const problem = userProblem(adding.error, words);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    adding.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {problem !== undefined && (
          <Alert color="red" role="alert" variant="light">
            {problem}
          </Alert>
        )}
        <TextInput
          label={words.operation.users.email}
          type="email"
          name="email"
          autoComplete="off"
          required
          withAsterisk={false}
          data-autofocus
          value={email}
          error={fieldProblem(adding.error, 'email')}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <TextInput
          label={words.operation.users.name}
          name="name"
          autoComplete="off"
          maxLength={200}
          value={name}
          error={fieldProblem(adding.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RoleSelect value={role} onChange={setRole} />
        <NewPassword
          label={words.operation.users.password}
          value={password}
          error={fieldProblem(adding.error, 'password')}
          suggests
          onChange={setPassword}
        />
        <p className={list['note']}>{words.operation.users.addText}</p>
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            {words.cancel}
          </Button>
          <Button type="submit" loading={adding.isPending}>
            {words.operation.users.add}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
