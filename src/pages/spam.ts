import type { Submission } from '../forms/index.ts';
import { ownColumn, ownTable } from '../schema/index.ts';
import type { Table } from '../schema/index.ts';
import type { SiteForm, SitePage } from '../site/index.ts';
import type { RowWrite } from '../tables/index.ts';

/** Where caught submissions are kept. The name begins with `_`, which no site's table can. */
const SPAM_TABLE = '_spam';

/**
 * Beside the site's own tables. `fields` is JSON: an object of arrays of strings by control name. `row` is the id of the
 * row that the form stood in, where it stood in one.
 */
export const spamTable: Table = ownTable({
  name: SPAM_TABLE,
  label: 'Spam',
  log: 'keys',
  columns: ['page', 'form', 'fields', 'row'].map((name) => ownColumn(name, { kind: 'text' })),
});

export function spamWrite(page: SitePage, form: SiteForm, submission: Submission, rowId: string): RowWrite {
  const fields = Object.fromEntries(
    [...submission.values].map(([name, values]) => [
      name,
      values.map((value) => (typeof value === 'string' ? value : value.filename)),
    ]),
  );
  return {
    operation: 'insert',
    table: SPAM_TABLE,
    values: { page: page.file, form: form.name, fields: JSON.stringify(fields), row: rowId === '' ? null : rowId },
  };
}
