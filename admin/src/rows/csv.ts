import { listRows } from '../api.ts';
import type { Row, Table } from '../api-types.ts';
import { columnName } from '../schema/names.ts';
import { csvCell } from './csv-cell.ts';
import type { Words } from '../words/words.ts';

/** Reads all rows that the query finds and hands them over as a file. */
export async function downloadCsv(table: Table, query: URLSearchParams, words: Words): Promise<void> {
  const columns = table.columns.filter(
    ({ detached, system, name }) => !detached && (!system || /^_?(?:id|created_at)$/.test(name)),
  );
  const lines = [columns.map((column) => csvCell(columnName(column, words))).join(',')];
  let after: string | null = null;
  do {
    const page: { rows: readonly Row[]; next: string | null } = await listRows(table.name, query, { after });
    for (const row of page.rows) lines.push(columns.map(({ name }) => csvCell(row[name])).join(','));
    after = page.next;
  } while (after !== null);
  // The mark tells spreadsheets that it is UTF-8.
  save(`${table.name}.csv`, new Blob(['\uFEFF', lines.join('\r\n'), '\r\n'], { type: 'text/csv;charset=utf-8' }));
}

function save(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
