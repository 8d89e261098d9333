import { ActionIcon, Button, Group, Menu, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { listRows } from '../api.ts';
import type { Row, Table } from '../api-types.ts';
import { Icon } from '../icons.tsx';
import { sayFailed } from '../parts/toast.tsx';
import { rowTitle } from '../schema/schema.ts';
import { useWords } from '../words/words.ts';
import type { Place } from './use-move.ts';

interface MoveMenuProps {
  readonly table: Table;
  readonly row: Row;
  /** Where the row is among all, from 1. */
  readonly place: number;
  readonly total: number;
  readonly onMove: (row: Row, place: Place) => Promise<void>;
}

/** Moves a row further than it can be dragged: to either end, or to a place on another page. */
export function MoveMenu({ table, row, place, total, onMove }: MoveMenuProps): ReactElement {
  const words = useWords();
  const [asks, setAsks] = useState(false);
  const moveTo = async (wanted: number): Promise<void> => {
    if (wanted === place) return;
    try {
      const query = new URLSearchParams({ limit: '1', page: String(wanted) });
      const there = (await listRows(table.name, query)).rows[0];
      if (!there) await onMove(row, { before: null });
      else await onMove(row, wanted > place ? { after: there.id } : { before: there.id });
    } catch (error) {
      sayFailed(error, words);
    }
  };
  return (
    <>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size={32} aria-label={words.order.menu(rowTitle(table, row))}>
            <Icon name="more" size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item disabled={place === 1} onClick={() => void onMove(row, { after: null })}>
            {words.order.toTop}
          </Menu.Item>
          <Menu.Item disabled={place === total} onClick={() => void onMove(row, { before: null })}>
            {words.order.toBottom}
          </Menu.Item>
          <Menu.Item onClick={() => setAsks(true)}>{words.order.toPlace}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={asks}
        onClose={() => setAsks(false)}
        title={words.order.handle(rowTitle(table, row))}
        closeButtonProps={{ 'aria-label': words.close }}
      >
        <PlaceForm
          place={place}
          total={total}
          onChoose={(wanted) => {
            setAsks(false);
            void moveTo(wanted);
          }}
        />
      </Modal>
    </>
  );
}

function PlaceForm({
  place,
  total,
  onChoose,
}: Pick<MoveMenuProps, 'place' | 'total'> & { readonly onChoose: (place: number) => void }): ReactElement {
  const words = useWords();
  const [text, setText] = useState(String(place));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onChoose(Number(text));
  };
  return (
    <form onSubmit={submit}>
      <TextInput
        type="number"
        label={words.order.placeLabel}
        value={text}
        min={1}
        max={total}
        required
        withAsterisk={false}
        data-autofocus
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group justify="flex-end" mt="md">
        <Button type="submit">{words.order.move}</Button>
      </Group>
    </form>
  );
}
