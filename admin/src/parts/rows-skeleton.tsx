import { Skeleton } from '@mantine/core';
import type { ReactElement } from 'react';
import { useWords } from '../words/words.ts';
import classes from './parts.module.css';

/** While rows are on their way. */
export function RowsSkeleton({ count }: { readonly count: number }): ReactElement {
  const words = useWords();
  return (
    <div className={classes['card']} role="status" aria-label={words.loading}>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} style={{ padding: '0.95rem 1.1rem' }}>
          <Skeleton height={11} width="38%" mb={9} />
          <Skeleton height={9} width="82%" />
        </div>
      ))}
    </div>
  );
}
