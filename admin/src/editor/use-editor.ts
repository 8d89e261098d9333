import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { createRow, updateRow } from '../api.ts';
import type { Written } from '../api.ts';
import type { Column, Row, Table } from '../api-types.ts';
import { Problem } from '../problem.ts';
import { versionOf } from '../schema/schema.ts';
import { useWords } from '../words/words.ts';
import { keepDraft, readDraft } from './draft.ts';
import { rawOf, valuesOf, withChange } from './field-values.ts';
import type { Changes, Raw } from './field-values.ts';
import { invalidText } from './invalid-text.ts';

export interface Editor {
  /** The row as it was read; null for a new one. */
  readonly base: Row | null;
  readonly changes: Changes;
  readonly isDirty: boolean;
  readonly isSaving: boolean;
  /** When what is shown was typed, where it was left unsaved. */
  readonly restoredFrom: string | undefined;
  /** Why fields were refused, by column. */
  readonly errors: Readonly<Record<string, string>>;
  /** Why the whole was refused. */
  readonly failure: unknown;
  /** The row as somebody else has made it in the meantime. */
  readonly conflict: Row | undefined;
  readonly raw: (column: Column) => Raw;
  readonly change: (column: Column, raw: Raw) => void;
  /** Undefined where it was refused. */
  readonly save: () => Promise<Written | undefined>;
  /** Goes on from the other's row with these changes. */
  readonly resolve: (current: Row, changes: Changes) => Promise<Written | undefined>;
  readonly backToEditing: () => void;
  readonly discard: () => void;
}

/** Editing one row: what has changed, saving it, and what may come between. */
export function useEditor(table: Table, id: string, read: Row | null): Editor {
  const words = useWords();
  const queries = useQueryClient();
  const [first] = useState(() => readDraft(table, id, read));
  const [base, setBase] = useState<Row | null>(first?.base ?? read);
  const [changes, setChanges] = useState<Changes>(first?.changes ?? {});
  const [restoredFrom, setRestoredFrom] = useState(first?.at);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [conflict, setConflict] = useState<Row>();
  const isDirty = Object.keys(changes).length > 0;
  // While nothing is typed, what others do is simply shown.
  if (!isDirty && read && base !== read && (!base || versionOf(table, read) >= versionOf(table, base))) setBase(read);
  useEffect(() => keepDraft(table, id, base, changes), [table, id, base, changes]);

  const saving = useMutation({
    mutationFn: ({ from, edited }: { readonly from: Row | null; readonly edited: Changes }) => {
      const { values, wrong } = valuesOf(table, edited);
      if (wrong.length > 0) {
        const fields = wrong.map((field) => ({ field, code: 'type', message: '' }));
        throw new Problem(422, '', { code: 'invalid', fields });
      }
      return from ? updateRow(table.name, from.id, versionOf(table, from), values) : createRow(table.name, values);
    },
  });

  const run = async (from: Row | null, edited: Changes): Promise<Written | undefined> => {
    setErrors({});
    try {
      const written = await saving.mutateAsync({ from, edited });
      queries.setQueryData(['row', table.name, written.row.id], written.row);
      keepDraft(table, id, null, {});
      setBase(written.row);
      setChanges({});
      setRestoredFrom(undefined);
      setConflict(undefined);
      for (const queryKey of [['rows', table.name], ['inbox'], ['history', table.name]]) {
        void queries.invalidateQueries({ queryKey });
      }
      return written;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.isConflict) setConflict(error.current);
      setErrors(
        Object.fromEntries(
          error.fields.map((field) => [
            field.field,
            invalidText(
              table.columns.find(({ name }) => name === field.field),
              field,
              words,
            ),
          ]),
        ),
      );
      return undefined;
    }
  };

  const change = useCallback(
    (column: Column, raw: Raw) => {
      setChanges((before) => withChange(table, base, before, column, raw));
      setErrors(({ [column.name]: _gone, ...others }) => others);
    },
    [table, base],
  );
  const { error } = saving;
  const isExplained = error instanceof Problem && (error.fields.length > 0 || error.isConflict);
  return {
    base,
    changes,
    isDirty,
    isSaving: saving.isPending,
    restoredFrom,
    errors,
    failure: isExplained ? null : error,
    conflict,
    raw: (column) => changes[column.name] ?? rawOf(column.type, base?.[column.name]),
    change,
    save: () => run(base, changes),
    resolve: (current, chosen) => {
      setBase(current);
      setChanges(chosen);
      return run(current, chosen);
    },
    backToEditing: () => setConflict(undefined),
    discard: () => {
      keepDraft(table, id, null, {});
      setChanges({});
      setErrors({});
      setRestoredFrom(undefined);
      saving.reset();
      if (read) setBase(read);
    },
  };
}
