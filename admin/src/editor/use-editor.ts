import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { createRow, updateRow } from '../api.ts';
import type { Written } from '../api.ts';
import type { Column, Row, Table } from '../api-types.ts';
import { Problem } from '../problem.ts';
import type { FieldProblem } from '../problem.ts';
import { versionOf } from '../schema/schema.ts';
import { useWords } from '../words/words.ts';
import { checkField } from './check-field.ts';
import { keepDraft, readDraft } from './draft.ts';
import { rawOf, valuesOf, withChange } from './field-values.ts';
import type { Changes, Raw, Writing } from './field-values.ts';
import { editedColumns } from './edited-columns.ts';
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
  /** How often saving was refused for fields. */
  readonly refusals: number;
  /** Why the whole was refused. */
  readonly failure: unknown;
  /** The row as somebody else has made it in the meantime. */
  readonly conflict: Row | undefined;
  readonly raw: (column: Column) => Raw;
  readonly change: (column: Column, raw: Raw) => void;
  /** Says what is wrong with a field that has been left. */
  readonly check: (column: Column) => void;
  /** Undefined where it was refused. */
  readonly save: () => Promise<Written | undefined>;
  /** Goes on from the other's row with these changes. */
  readonly resolve: (current: Row, changes: Changes) => Promise<Written | undefined>;
  readonly backToEditing: () => void;
  readonly discard: () => void;
}

export interface EditorOptions {
  readonly table: Table;
  /** Under which what is typed is kept. */
  readonly draftId: string;
  readonly read: Row | null;
  /** A row whose values a new one begins with. */
  readonly model: Row | null;
  readonly writing: Writing;
}

/** Editing one row: what has changed, saving it, and what may come between. */
export function useEditor({ table, draftId: id, read, model, writing }: EditorOptions): Editor {
  const words = useWords();
  const queries = useQueryClient();
  const [first] = useState(() => readDraft(table, id, read));
  const [base, setBase] = useState<Row | null>(first?.base ?? read);
  const [changes, setChanges] = useState<Changes>(() => first?.changes ?? copyOf(table, model, writing));
  const [restoredFrom, setRestoredFrom] = useState(first?.at);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [refusals, setRefusals] = useState(0);
  const [conflict, setConflict] = useState<Row>();
  const isDirty = Object.keys(changes).length > 0;
  // While nothing is typed, what others do is simply shown.
  if (!isDirty && read && base !== read && (!base || versionOf(table, read) >= versionOf(table, base))) setBase(read);
  useEffect(() => keepDraft(table, id, base, changes), [table, id, base, changes]);
  const textOf = (problem: FieldProblem): string =>
    invalidText(
      table.columns.find(({ name }) => name === problem.field),
      problem,
      words,
      writing,
    );

  const saving = useMutation({
    mutationFn: ({ from, edited }: { readonly from: Row | null; readonly edited: Changes }) => {
      const fields = problemsOf(table, from, edited, writing);
      if (fields.length > 0) throw new Problem(422, '', { code: 'invalid', fields });
      const values = valuesOf(table, edited, writing);
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
      setErrors(Object.fromEntries(error.fields.map((field) => [field.field, textOf(field)])));
      if (error.fields.length > 0) setRefusals((before) => before + 1);
      return undefined;
    }
  };

  const change = useCallback(
    (column: Column, raw: Raw) => {
      setChanges((before) => withChange(base, before, column, raw, writing));
      setErrors(({ [column.name]: _gone, ...others }) => others);
    },
    [base, writing],
  );
  const raw = (column: Column): Raw => changes[column.name] ?? rawOf(column.type, base?.[column.name], writing);
  const check = (column: Column): void => {
    // What is still to be filled is not yet wrong.
    const problem = changes[column.name] === undefined ? undefined : checkField(column, raw(column), writing);
    if (problem && problem.code !== 'required') setErrors((before) => ({ ...before, [column.name]: textOf(problem) }));
  };
  const { error } = saving;
  const isExplained = error instanceof Problem && (error.fields.length > 0 || error.isConflict);
  return {
    base,
    changes,
    isDirty,
    isSaving: saving.isPending,
    restoredFrom,
    errors,
    refusals,
    failure: isExplained ? null : error,
    conflict,
    raw,
    change,
    check,
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

/** What is wrong with what would be sent: all fields of a new row, of another only those that were touched. */
function problemsOf(table: Table, from: Row | null, edited: Changes, writing: Writing): readonly FieldProblem[] {
  return editedColumns(table).flatMap((column) => {
    const changed = edited[column.name];
    if (changed === undefined && from) return [];
    // A new row is given an address; one that has one keeps some.
    const asked = column.system && from ? { ...column, required: true } : column;
    return checkField(asked, changed ?? rawOf(column.type, null, writing), writing) ?? [];
  });
}

/** The values of a row as those of a new one. What no two rows may share is left to be filled. */
function copyOf(table: Table, model: Row | null, writing: Writing): Changes {
  if (!model) return {};
  return editedColumns(table)
    .filter((column) => !column.system && !column.unique)
    .reduce<Changes>(
      (changes, column) => withChange(null, changes, column, rawOf(column.type, model[column.name], writing), writing),
      {},
    );
}
