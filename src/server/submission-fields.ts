import { canonicalText, relationOf } from '../schema/index.ts';
import type { Column, Row, Schema, Table, Value } from '../schema/index.ts';
import type { TableReader } from '../tables/index.ts';

/** One filled-in field as a mail shows it. */
export interface SubmissionField {
  readonly name: string;
  readonly label: string;
  readonly value: string;
}

export interface SubmissionFieldsOptions {
  readonly schema: Schema;
  readonly table: Table;
  readonly row: Row;
  /** Columns in the order of the form, with what the form calls them. */
  readonly labels: readonly (readonly [column: string, label: string])[];
  readonly reader: Pick<TableReader, 'byId'>;
  /** Language of the form. */
  readonly lang: string;
  /** The site's origin, for links to uploaded files. */
  readonly origin: string | undefined;
}

/** What a visitor filled in, ready to be read by a person. What was left empty is left out. */
export async function submissionFields(options: SubmissionFieldsOptions): Promise<readonly SubmissionField[]> {
  const { table, row, labels } = options;
  const fields: SubmissionField[] = [];
  for (const [name, label] of labels) {
    const column = Object.hasOwn(table.columns, name) ? table.columns[name] : undefined;
    const value = column && (row[name] ?? null);
    if (!column || value === null || value === undefined || value === '') continue;
    fields.push({ name, label: label || column.label, value: await displayed(options, column, value) });
  }
  return fields;
}

async function displayed(options: SubmissionFieldsOptions, column: Column, value: Value): Promise<string> {
  const { type } = column;
  switch (type.kind) {
    case 'boolean':
      return yesOrNo(value === true, options.lang);
    case 'money':
      return `${canonicalText(type, value) ?? ''} ${type.currency}`;
    case 'set':
      return (value as readonly string[]).join(', ');
    case 'file':
      return `${options.origin ?? ''}${String(value)}`;
    case 'reference':
    case 'references':
      return await namesOf(options, column.name, typeof value === 'string' ? [value] : (value as readonly string[]));
    default:
      return canonicalText(type, value) ?? '';
  }
}

function yesOrNo(yes: boolean, lang: string): string {
  if (/^de\b/i.test(lang)) return yes ? 'ja' : 'nein';
  return yes ? 'yes' : 'no';
}

/** Related rows by what names them. */
async function namesOf(
  { schema, table, reader }: SubmissionFieldsOptions,
  column: string,
  ids: readonly string[],
): Promise<string> {
  const relation = relationOf(schema, table, column);
  const other = relation && schema.tables[relation.table];
  if (!other) return ids.join(', ');
  const naming =
    other.slugFrom ?? Object.values(other.columns).find((one) => !one.system && one.type.kind === 'text')?.name;
  const rows = await Promise.all(ids.map((id) => reader.byId(other.name, id)));
  return ids.map((id, index) => String((naming === undefined ? null : rows[index]?.[naming]) ?? id)).join(', ');
}
