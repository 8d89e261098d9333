import type { Column, Table } from '../api-types.ts';
import { ownColumns, rowTitle, titleColumn } from '../schema/schema.ts';
import { writeValue } from '../values/write-value.ts';
import type { Submission } from './merge.ts';

export interface Preview {
  readonly from: string;
  readonly text: string;
}

/** A submission in two lines: who, and what they wrote. */
export function previewOf({ table, row }: Submission, locale: string): Preview {
  const title = titleColumn(table);
  const shown = ownColumns(table).filter((column) => column !== title && !isContact(column));
  const words = shown.filter(({ type }) => type.kind !== 'boolean' && type.kind !== 'reference');
  const texts = words.map((column) => ({ column, text: writeValue(column.type, row[column.name], locale) }));
  const filled = texts.filter(({ text }) => text !== '');
  const long = filled.find(({ column, text }) => column.type.kind === 'text' && text.length > 40);
  return {
    from: rowTitle(table, row),
    text: long && !hasDates(table) ? long.text : filled.map(({ text }) => text).join(' · '),
  };
}

/** The column that holds an address to answer to. */
export function emailColumn(table: Table): Column | undefined {
  const texts = ownColumns(table).filter(({ type }) => type.kind === 'text');
  return texts.find(({ name }) => name === 'email') ?? texts.find(({ name }) => /e-?mail/.test(name));
}

function isContact({ name }: Column): boolean {
  return /e-?mail|phone|tel|mobile|fax|newsletter|consent|privacy/.test(name);
}

/** Bookings are known by their day before anything else. */
function hasDates(table: Table): boolean {
  return ownColumns(table).some(({ type }) => type.kind === 'date' || type.kind === 'datetime');
}
