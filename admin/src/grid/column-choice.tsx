import { Button, Checkbox, Divider, Popover, Stack } from '@mantine/core';
import type { ReactElement } from 'react';
import type { Table } from '../api-types.ts';
import { ToolButton } from '../parts/tool-button.tsx';
import { columnName } from '../schema/names.ts';
import { titleColumn } from '../schema/schema.ts';
import { useWords } from '../words/words.ts';
import { chooseColumns, gridColumns, useShownColumns } from './columns.ts';

/** Which columns the grid shows. */
export function ColumnChoice({ table }: { readonly table: Table }): ReactElement {
  const words = useWords();
  const shown = useShownColumns(table);
  const title = titleColumn(table);
  return (
    <Popover position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <ToolButton icon="columns" label={words.grid.columns} />
      </Popover.Target>
      <Popover.Dropdown aria-label={words.grid.columns}>
        <Checkbox.Group
          value={shown.map(({ name }) => name)}
          onChange={(names) => chooseColumns(table.name, names)}
          aria-label={words.grid.columns}
        >
          <Stack gap="xs" mah="50vh" style={{ overflowY: 'auto' }} p={4}>
            {gridColumns(table).map((column) => (
              <Checkbox
                key={column.name}
                value={column.name}
                label={columnName(column, words)}
                disabled={column === title}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        <Divider my="xs" />
        <Button variant="subtle" size="xs" fullWidth onClick={() => chooseColumns(table.name, undefined)}>
          {words.grid.defaultColumns}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
