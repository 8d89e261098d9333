import { NativeSelect } from '@mantine/core';
import type { ReactElement } from 'react';
import { useWords } from '../words/words.ts';

/** What somebody may do in the admin. Their roles may hold other words too, which the site's pages know. */
export type Role = 'admin' | 'editor' | 'none';

const roles: readonly Role[] = ['admin', 'editor', 'none'];

export function roleOf(all: readonly string[]): Role {
  if (all.includes('admin')) return 'admin';
  return all.includes('editor') ? 'editor' : 'none';
}

/** Other roles that a user has stay. */
export function withRole(all: readonly string[], role: Role): readonly string[] {
  const others = all.filter((each) => each !== 'admin' && each !== 'editor');
  return role === 'none' ? others : [role, ...others];
}

export function RoleSelect({
  value,
  onChange,
}: {
  readonly value: Role;
  readonly onChange: (role: Role) => void;
}): ReactElement {
  const words = useWords();
  const { users } = words.operation;
  return (
    <NativeSelect
      label={users.role}
      description={users.rolesText[value]}
      inputWrapperOrder={['label', 'input', 'description']}
      value={value}
      data={roles.map((role) => ({ value: role, label: users.roles[role] }))}
      onChange={(event) => onChange(roles.find((role) => role === event.currentTarget.value) ?? 'none')}
    />
  );
}
