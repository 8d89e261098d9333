import { Menu } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Table } from '../api-types.ts';
import { sayFailed } from '../parts/toast.tsx';
import { ToolButton } from '../parts/tool-button.tsx';
import { downloadCsv } from '../rows/csv.ts';
import { tableName } from '../schema/names.ts';
import { useWords } from '../words/words.ts';

/** What a form has brought, as a file for spreadsheets; forms have different fields, so each is a file of its own. */
export function DownloadMenu({
  tables,
  search,
}: {
  readonly tables: readonly Table[];
  readonly search: string;
}): ReactElement {
  const words = useWords();
  const [busy, setBusy] = useState(false);
  const download = async (table: Table): Promise<void> => {
    setBusy(true);
    const query = new URLSearchParams({ sort: '-id', limit: '500', ...(search !== '' && { q: search }) });
    try {
      await downloadCsv(table, query, words);
    } catch (error) {
      sayFailed(error, words);
    }
    setBusy(false);
  };
  const [only] = tables;
  if (tables.length === 1 && only) {
    return (
      <ToolButton icon="download" label={words.grid.download} loading={busy} onClick={() => void download(only)} />
    );
  }
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <ToolButton icon="download" label={words.grid.download} loading={busy} />
      </Menu.Target>
      <Menu.Dropdown>
        {tables.map((table) => (
          <Menu.Item key={table.name} onClick={() => void download(table)}>
            {tableName(table)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
