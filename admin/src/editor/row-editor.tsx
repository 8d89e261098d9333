import { Alert, Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { undoChange } from '../api.ts';
import type { Written } from '../api.ts';
import type { Row, Table } from '../api-types.ts';
import { Icon } from '../icons.tsx';
import { failureText } from '../parts/failure.tsx';
import { PageHead } from '../parts/page-head.tsx';
import partClasses from '../parts/parts.module.css';
import { sayDone, sayFailed } from '../parts/toast.tsx';
import { isProblem } from '../problem.ts';
import { useDelete } from '../rows/use-delete.ts';
import { tableName } from '../schema/names.ts';
import { rowTitle } from '../schema/schema.ts';
import { rowKey } from '../values/related-rows.ts';
import { writeMoment } from '../values/write-value.ts';
import { useLocale, useWords } from '../words/words.ts';
import { ConflictDialog } from './conflict-dialog.tsx';
import { DetachedColumns } from './detached-columns.tsx';
import { editedColumns } from './edited-columns.ts';
import { EditorBar } from './editor-bar.tsx';
import classes from './editor.module.css';
import { Field, fieldId, isWide } from './field.tsx';
import type { Writing } from './field-values.ts';
import { LeaveGuard } from './leave-guard.tsx';
import { RowActions } from './row-actions.tsx';
import { Side } from './side.tsx';
import { useEditor } from './use-editor.ts';
import type { Editor } from './use-editor.ts';

const route = getRouteApi('/shell/tables/$table/$id');

interface RowEditorProps {
  readonly table: Table;
  /** Undefined for a row that is to be made. */
  readonly id: string | undefined;
  readonly draftId: string;
  readonly read: Row | null;
  /** The row that a new one is a copy of. */
  readonly model: Row | null;
  readonly writing: Writing;
  /** Begins another new row where one is made already. */
  readonly onAnother: () => void;
}

export function RowEditor(props: RowEditorProps): ReactElement {
  const { table, id, read, model, writing, onAnother } = props;
  const words = useWords();
  const navigate = route.useNavigate();
  const editor = useEditor(props);
  const remove = useDelete(table);
  const sayWritten = useSayWritten(table);
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  // Whoever has just saved or deleted may leave, though the state is drawn a moment later.
  const leaving = useRef(false);
  const form = useRef<HTMLFormElement>(null);
  useFocusOnRefusal(table, editor);
  useSaveKey(form);

  const show = (rowId: string): Promise<void> =>
    navigate({ to: '/tables/$table/$id', params: { table: table.name, id: rowId }, search: {}, replace: true });
  const done = async (written: Written | undefined): Promise<void> => {
    if (!written) return;
    sayWritten(written, id === undefined);
    if (id !== undefined) return;
    leaving.current = true;
    await show(written.row.id);
  };
  const saveAndNew = async (): Promise<void> => {
    const written = await editor.save();
    if (!written) return;
    sayWritten(written, id === undefined);
    leaving.current = true;
    await navigate({ to: '/tables/$table/$id', params: { table: table.name, id: 'new' }, search: {} });
    onAnother();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (editor.isDirty && busy.size === 0) void editor.save().then(done);
  };
  const onDelete = async (): Promise<void> => {
    if (!read || !(await remove([read]))) return;
    editor.discard();
    leaving.current = true;
    await navigate({ to: '/tables/$table', params: { table: table.name }, search: {} });
  };
  const onBusy = useCallback((name: string, isBusy: boolean) => {
    setBusy((before) => {
      if (before.has(name) === isBusy) return before;
      const next = new Set(before);
      if (isBusy) next.add(name);
      else next.delete(name);
      return next;
    });
  }, []);
  const { base } = editor;
  const isReadOnly = !table.may.includes(base ? 'update' : 'insert');
  return (
    <>
      <PageHead
        title={base ? rowTitle(table, base) : words.editor.newRow(tableName(table))}
        above={
          table.single ? undefined : (
            <Link className={partClasses['crumb']} to="/tables/$table" params={{ table: table.name }} search={{}}>
              <Icon name="left" size={16} />
              {tableName(table)}
            </Link>
          )
        }
      >
        {base && <RowActions table={table} id={base.id} onDelete={() => void onDelete()} />}
      </PageHead>
      <div className={classes['layout']}>
        <form ref={form} className={classes['card']} onSubmit={submit} noValidate aria-label={tableName(table)}>
          <Notes editor={editor} isCopy={model !== null} />
          <div className={classes['fields']}>
            {editedColumns(table).map((column) => {
              const raw = editor.raw(column);
              return (
                <div key={column.name} className={isWide(column, raw) ? classes['wide'] : undefined}>
                  <Field
                    column={column}
                    raw={raw}
                    error={editor.errors[column.name]}
                    readOnly={isReadOnly}
                    writing={writing}
                    onChange={(next) => editor.change(column, next)}
                    onLeave={() => editor.check(column)}
                    onBusy={(isBusy) => onBusy(column.name, isBusy)}
                  />
                </div>
              );
            })}
          </div>
          {base && <DetachedColumns table={table} id={base.id} />}
          {!isReadOnly && (
            <EditorBar
              isNew={id === undefined}
              isDirty={editor.isDirty}
              isSaving={editor.isSaving}
              isBusy={busy.size > 0}
              onDiscard={editor.discard}
              onSaveAndNew={id === undefined && !table.single ? () => void saveAndNew() : undefined}
            />
          )}
        </form>
        <Side table={table} row={base} />
      </div>
      {editor.conflict && (
        <ConflictDialog
          table={table}
          base={base}
          changes={editor.changes}
          current={editor.conflict}
          isSaving={editor.isSaving}
          writing={writing}
          onBack={editor.backToEditing}
          onResolve={(changes) => void editor.resolve(editor.conflict!, changes).then(done)}
        />
      )}
      <LeaveGuard isDirty={() => (editor.isDirty || busy.size > 0) && !leaving.current} onDiscard={editor.discard} />
    </>
  );
}

/** What there is to be told above the fields. */
function Notes({ editor, isCopy }: { readonly editor: Editor; readonly isCopy: boolean }): ReactElement {
  const words = useWords();
  const locale = useLocale();
  return (
    <>
      {editor.restoredFrom !== undefined && editor.isDirty && (
        <Alert mb="lg" variant="light" title={words.editor.restored}>
          {words.editor.restoredText(writeMoment(editor.restoredFrom, locale))}
          <Button size="compact-sm" variant="subtle" ml="xs" onClick={editor.discard}>
            {words.editor.discard}
          </Button>
        </Alert>
      )}
      {isCopy && editor.restoredFrom === undefined && (
        <Alert mb="lg" variant="light" title={words.editor.copied}>
          {words.editor.copiedText}
        </Alert>
      )}
      {editor.failure !== null && !isProblem(editor.failure, 401) && (
        <Alert mb="lg" color="red" variant="light" role="alert" title={words.editor.notSaved}>
          {failureText(editor.failure, words)}
        </Alert>
      )}
    </>
  );
}

/** Says that a row is saved, with a way back. */
function useSayWritten(table: Table): (written: Written, isNew: boolean) => void {
  const words = useWords();
  const queries = useQueryClient();
  return ({ change, row }, isNew) => {
    if (change === null || isNew) {
      sayDone(words.saved, words);
      return;
    }
    const run = async (): Promise<void> => {
      try {
        await undoChange(change);
        await queries.invalidateQueries({ queryKey: rowKey(table.name, row.id) });
        await queries.invalidateQueries({ queryKey: ['rows', table.name] });
        sayDone(words.undone, words);
      } catch (error) {
        sayFailed(error, words);
      }
    };
    sayDone(words.saved, words, { label: words.undo, run });
  };
}

/** After a refusal, leads to the first field that was refused, or into it where it is made of several controls. */
function useFocusOnRefusal(table: Table, { refusals, errors }: Editor): void {
  const led = useRef(refusals);
  useEffect(() => {
    if (led.current === refusals) return;
    led.current = refusals;
    const first = editedColumns(table).find(({ name }) => errors[name] !== undefined);
    const field = first && document.getElementById(fieldId(first));
    const control = field?.matches('input, textarea, button, [contenteditable]')
      ? field
      : field?.querySelector<HTMLElement>('input, textarea, button');
    control?.focus();
  }, [table, refusals, errors]);
}

/** Ctrl+S and ⌘S save. */
function useSaveKey(form: { readonly current: HTMLFormElement | null }): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      form.current?.requestSubmit();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [form]);
}
