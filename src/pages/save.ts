import { columnValues } from '../forms/index.ts';
import type { FormDefinition, Submission, Upload } from '../forms/index.ts';
import type { Table, Value } from '../schema/index.ts';
import type { SiteForm } from '../site/index.ts';

/** Typed values by column, and the uploads that the row adopts. */
export interface FormValues {
  readonly values: Readonly<Record<string, Value>>;
  readonly uploads: readonly Upload[];
}

/** What a valid submission puts into a row: only columns that the site gave to the form's controls. */
export function formValues(
  table: Table,
  columns: SiteForm['columns'],
  definition: FormDefinition,
  submission: Submission,
): FormValues {
  const stored = definition.controls.filter((control) => columns[control.index] !== undefined);
  const columnOf = new Map(stored.map((control) => [control.name, columns[control.index] ?? '']));
  const values = columnValues({ ...definition, controls: stored }, submission, {
    table,
    nameOf: (name) => columnOf.get(name) ?? '',
  });
  const uploads = stored
    .flatMap((control) => submission.values.get(control.name) ?? [])
    .filter((value) => typeof value !== 'string');
  return { values: Object.fromEntries(values), uploads };
}
