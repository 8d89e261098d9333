import { validateForm } from '../forms/index.ts';
import type { Entry } from '../forms/index.ts';
import type { Row, Schema } from '../schema/index.ts';
import type { Site, SiteForm } from '../site/index.ts';
import type { RowWrite } from '../tables/index.ts';
import { placeControls } from './placed-controls.ts';
import { formValues } from './save.ts';

/**
 * The row that a submission kept as spam would have become, had it not been caught: what to write when somebody says
 * that it is none. Its values are sanitised by the form as it is in the folder now, and held to the rules of the table
 * only: a person has looked at them. Files that were sent with it have not been kept. Undefined where the form is not
 * there any more, or did not make rows.
 */
export function releasedWrite(site: Pick<Site, 'pages'>, schema: Schema, spam: Row): RowWrite | undefined {
  const form = site.pages.get(String(spam['page']))?.forms.find(({ name }) => name === spam['form']);
  const table = form?.table === null || form?.table === undefined ? undefined : schema.tables[form.table];
  if (!form || !table || table.detached || form.operation !== 'insert') return undefined;
  const { definition } = form;
  const { submission } = validateForm(definition, keptEntries(form, String(spam['fields'] ?? '{}')), {
    lang: definition.lang,
    served: ({ value }) => value,
    fileBytesMax: 0,
  });
  const { own } = formValues(schema, table, definition, placeControls(form, definition), submission);
  if (!form.parent) return { operation: 'insert', table: table.name, values: own };
  const around = spam['row'];
  if (typeof around !== 'string' || around === '') return undefined;
  return { operation: 'insert', table: table.name, values: { ...own, [form.parent.column]: around } };
}

function keptEntries({ definition }: SiteForm, fields: string): readonly Entry[] {
  const kept: Readonly<Record<string, readonly string[]>> = JSON.parse(fields);
  const files = new Set(definition.controls.filter(({ type }) => type === 'file').map(({ name }) => name));
  return Object.entries(kept).flatMap(([name, values]) =>
    files.has(name) ? [] : values.map((value) => ({ name, value })),
  );
}
