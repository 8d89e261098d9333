import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useWords } from '../words/words.ts';
import { Empty } from './empty.tsx';

export function NotFound(): ReactElement {
  const words = useWords();
  return (
    <Empty icon="search" title={words.notFound.title} text={words.notFound.text} heading="h1">
      <Button component={Link} to="/">
        {words.notFound.home}
      </Button>
    </Empty>
  );
}
