import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Table } from '../api-types.ts';
import { sayFailed } from '../parts/toast.tsx';
import { ToolButton } from '../parts/tool-button.tsx';
import type { Search } from '../routes-search.ts';
import { useWords } from '../words/words.ts';
import { downloadCsv } from '../rows/csv.ts';
import { rowsQuery } from './grid-query.ts';

/** The rows that the grid shows, all pages of them, as a file for spreadsheets. */
export function DownloadButton({ table, search }: { readonly table: Table; readonly search: Search }): ReactElement {
  const words = useWords();
  const [busy, setBusy] = useState(false);
  const download = async (): Promise<void> => {
    setBusy(true);
    try {
      await downloadCsv(table, rowsQuery(table, search, 500), words);
    } catch (error) {
      sayFailed(error, words);
    }
    setBusy(false);
  };
  return <ToolButton icon="download" label={words.grid.download} loading={busy} onClick={() => void download()} />;
}
