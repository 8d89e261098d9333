import type { Submission } from '../forms/index.ts';
import type { TableDeclaration } from '../schema/index.ts';
import type { SiteForm, SitePage } from '../site/index.ts';
import type { RowWrite } from '../tables/index.ts';

/** Where caught submissions are kept. The name begins with `_`, which no site's table can. */
export const SPAM_TABLE = '_spam';

const at = { file: 'backlot', line: 1, column: 1 };
const column = (name: string): TableDeclaration['columns'][number] => ({
  name,
  label: name,
  type: { kind: 'text' },
  required: false,
  constraints: {},
  queried: false,
  at,
});

/** Declared beside the site's own tables. `fields` is JSON: an object of arrays of strings by control name. */
export const spamDeclaration: TableDeclaration = {
  name: SPAM_TABLE,
  label: 'Spam',
  columns: [column('page'), column('form'), column('fields')],
  single: false,
  implicit: false,
  at,
};

export function spamWrite(page: SitePage, form: SiteForm, submission: Submission): RowWrite {
  const fields = Object.fromEntries(
    [...submission.values].map(([name, values]) => [
      name,
      values.map((value) => (typeof value === 'string' ? value : value.filename)),
    ]),
  );
  return {
    operation: 'insert',
    table: SPAM_TABLE,
    values: { page: page.file, form: form.name, fields: JSON.stringify(fields) },
  };
}
