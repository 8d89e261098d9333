import { columnValues } from '../forms/index.ts';
import type { FormDefinition, Submission, Upload } from '../forms/index.ts';
import type { Schema, Table, Value } from '../schema/index.ts';
import type { PlacedControl } from './placed-controls.ts';

/** Typed values by column. */
export type ColumnValues = Readonly<Record<string, Value>>;

/** What a valid submission says: of the form's own row, and of the rows of lists inside the form. */
export interface FormValues {
  readonly own: ColumnValues;
  readonly items: readonly { readonly table: string; readonly rowId: string; readonly values: ColumnValues }[];
  /** Uploads that the rows adopt. */
  readonly uploads: readonly Upload[];
}

export const noValues: FormValues = { own: {}, items: [], uploads: [] };

/** Sorts a submission into rows. Only columns that the site gave to the form's controls are ever written. */
export function formValues(
  schema: Schema,
  table: Table,
  definition: FormDefinition,
  placed: readonly PlacedControl[],
  submission: Submission,
): FormValues {
  const stored = placed.filter(({ column }) => column !== undefined);
  const rows = new Map<string, PlacedControl[]>();
  for (const one of stored) {
    if (one.item) rows.set(one.item.rowId, [...(rows.get(one.item.rowId) ?? []), one]);
  }
  return {
    own: rowValues(
      table,
      definition,
      stored.filter(({ item }) => !item),
      submission,
    ),
    items: [...rows].flatMap(([rowId, controls]) => {
      const name = controls[0]?.item?.items.table;
      const other = name === undefined ? undefined : schema.tables[name];
      return other ? [{ table: other.name, rowId, values: rowValues(other, definition, controls, submission) }] : [];
    }),
    uploads: stored
      .flatMap(({ control }) => submission.values.get(control.name) ?? [])
      .filter((value) => typeof value !== 'string'),
  };
}

function rowValues(
  table: Table,
  definition: FormDefinition,
  controls: readonly PlacedControl[],
  submission: Submission,
): ColumnValues {
  const columnOf = new Map(controls.map(({ control, column }) => [control.name, column ?? '']));
  const own = { ...definition, controls: controls.map(({ control }) => control) };
  return Object.fromEntries(columnValues(own, submission, { table, nameOf: (name) => columnOf.get(name) ?? '' }));
}
