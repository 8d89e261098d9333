import type { FormDefinition, Submission, Upload } from '../forms/index.ts';
import { parseValue } from '../schema/index.ts';
import type { ColumnType, Table, Value } from '../schema/index.ts';
import type { SiteForm } from '../site/index.ts';

/** Typed values by column, and the uploads that the row adopts. */
export interface FormValues {
  readonly values: Readonly<Record<string, Value>>;
  readonly uploads: readonly Upload[];
  /** Columns whose text could not be read by the column's type. */
  readonly unreadable: readonly string[];
}

/**
 * What a valid submission puts into a row. A column that no served control stands for is left out; one whose controls
 * were left empty is emptied.
 */
export function formValues(
  table: Table,
  columns: SiteForm['columns'],
  definition: FormDefinition,
  submission: Submission,
): FormValues {
  const values: Record<string, Value> = {};
  const uploads: Upload[] = [];
  const unreadable: string[] = [];
  for (const control of definition.controls) {
    const name = columns[control.index];
    const column = name === undefined ? undefined : table.columns[name];
    if (name === undefined || !column || name in values) continue;
    const entries = submission.values.get(control.name) ?? [];
    const files = entries.filter((entry) => typeof entry !== 'string').filter((file) => file.size > 0);
    if (control.type === 'file') {
      // A file field left empty keeps the file that is there.
      if (files.length === 0) continue;
      uploads.push(...files);
    }
    const texts =
      files.length > 0 ? files.map(({ path }) => path) : entries.filter((entry) => typeof entry === 'string');
    const value = columnValue(column.type, texts);
    if (value === undefined) unreadable.push(name);
    else values[name] = value;
  }
  return { values, uploads, unreadable };
}

function columnValue(type: ColumnType, texts: readonly string[]): Value | undefined {
  if (type.kind === 'set' || type.kind === 'references') return [...new Set(texts.filter((text) => text !== ''))];
  if (type.kind === 'boolean') return booleanOf(texts);
  const text = texts[0] ?? '';
  return text === '' ? null : parseValue(type, text);
}

/** A checkbox is present or absent; a radio group or select may spell the two values out. */
function booleanOf(texts: readonly string[]): boolean {
  const text = texts[0];
  return text !== undefined && !['', 'false', '0', 'no', 'off'].includes(text.toLowerCase());
}
