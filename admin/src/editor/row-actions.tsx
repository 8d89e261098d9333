import { ActionIcon } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Icon } from '../icons.tsx';
import type { IconName } from '../icons.tsx';
import type { Table } from '../api-types.ts';
import { useWords } from '../words/words.ts';
import { useNeighbours } from './neighbours.ts';

/** Beside the title: to the rows before and after, a copy, and away with it. */
export function RowActions({
  table,
  id,
  onDelete,
}: {
  readonly table: Table;
  readonly id: string;
  readonly onDelete: () => void;
}): ReactElement | null {
  const words = useWords();
  const { before, after } = useNeighbours(table.name, id);
  if (table.single) return null;
  return (
    <>
      {(before !== undefined || after !== undefined) && (
        <ActionIcon.Group>
          <Way table={table} id={before} icon="left" label={words.editor.previousRow} />
          <Way table={table} id={after} icon="right" label={words.editor.nextRow} />
        </ActionIcon.Group>
      )}
      {table.may.includes('insert') && !table.isSubmissions && (
        <Way table={table} id="new" from={id} icon="copy" label={words.editor.duplicate} />
      )}
      {table.may.includes('delete') && (
        <ActionIcon variant="default" size={36} aria-label={words.delete} title={words.delete} onClick={onDelete}>
          <Icon name="trash" size={18} />
        </ActionIcon>
      )}
    </>
  );
}

function Way({
  table,
  id,
  from,
  icon,
  label,
}: {
  readonly table: Table;
  readonly id: string | undefined;
  readonly from?: string;
  readonly icon: IconName;
  readonly label: string;
}): ReactElement {
  const common = { variant: 'default', size: 36, 'aria-label': label, title: label } as const;
  const drawing = <Icon name={icon} size={18} />;
  if (id === undefined) {
    return (
      <ActionIcon {...common} disabled>
        {drawing}
      </ActionIcon>
    );
  }
  const to = {
    to: '/tables/$table/$id',
    params: { table: table.name, id },
    search: from === undefined ? {} : { from },
  };
  return (
    <ActionIcon component={Link} {...common} {...(to as object)}>
      {drawing}
    </ActionIcon>
  );
}
