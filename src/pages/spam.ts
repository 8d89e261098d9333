import type { Submission } from '../forms/index.ts';
import { withSystemColumns } from '../schema/index.ts';
import type { Column, Table } from '../schema/index.ts';
import type { SiteForm, SitePage } from '../site/index.ts';
import type { RowWrite } from '../tables/index.ts';

/** Where caught submissions are kept. The name begins with `_`, which no site's table can. */
const SPAM_TABLE = '_spam';

/**
 * Beside the site's own tables. `fields` is JSON: an object of arrays of strings by control name. `row` is the id of the
 * row that the form stood in, where it stood in one.
 */
export const spamTable: Table = {
  name: SPAM_TABLE,
  label: 'Spam',
  sqlName: SPAM_TABLE,
  columns: withSystemColumns(
    Object.fromEntries(['page', 'form', 'fields', 'row'].map((name) => [name, textColumn(name)])),
    false,
  ),
  single: false,
  log: 'keys',
  owner: 'backlot',
  detached: false,
  at: [],
};

function textColumn(name: string): Column {
  return {
    name,
    label: name,
    sqlName: name,
    type: { kind: 'text' },
    required: false,
    unique: false,
    folded: false,
    constraints: {},
    system: false,
    detached: false,
    at: [],
  };
}

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
