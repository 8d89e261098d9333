import type { ReactElement, ReactNode } from 'react';
import { Empty } from '../parts/empty.tsx';
import { useWords } from '../words/words.ts';
import { useSession } from './session.ts';

/** Whether an admin is signed in. The server decides; this only spares others what it would refuse. */
export function useIsAdmin(): boolean {
  return useSession().data?.user.roles.includes('admin') === true;
}

/** A page for admins; others are told so. */
export function OnlyAdmins({ children }: { readonly children: ReactNode }): ReactElement {
  const words = useWords();
  if (useIsAdmin()) return <>{children}</>;
  return <Empty icon="shield" title={words.operation.adminsOnly} text={words.operation.adminsOnlyText} heading="h1" />;
}
