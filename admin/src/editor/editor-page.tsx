import { ActionIcon, Alert, Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { readRow, undoChange } from '../api.ts';
import type { Written } from '../api.ts';
import type { Row, Table } from '../api-types.ts';
import { Icon } from '../icons.tsx';
import { Empty } from '../parts/empty.tsx';
import { Failure, failureText } from '../parts/failure.tsx';
import { NotFound } from '../parts/not-found.tsx';
import { PageHead } from '../parts/page-head.tsx';
import partClasses from '../parts/parts.module.css';
import { RowsSkeleton } from '../parts/rows-skeleton.tsx';
import { sayDone, sayFailed } from '../parts/toast.tsx';
import { isProblem } from '../problem.ts';
import { useDelete } from '../rows/use-delete.ts';
import { tableName } from '../schema/names.ts';
import { ownColumns, rowTitle, useSchema } from '../schema/schema.ts';
import { rowKey } from '../values/related-rows.ts';
import { writeMoment } from '../values/write-value.ts';
import { useLocale, useWords } from '../words/words.ts';
import { ConflictDialog } from './conflict-dialog.tsx';
import classes from './editor.module.css';
import { Field, fieldId, isWide } from './field.tsx';
import { LeaveGuard } from './leave-guard.tsx';
import { Side } from './side.tsx';
import { useEditor } from './use-editor.ts';

const route = getRouteApi('/shell/tables/$table/$id');
const NEW = 'new';

/** One row, to be read and changed; `new` in place of an id for one that is to be made. */
export function EditorPage(): ReactElement {
  const words = useWords();
  const { table: name, id } = route.useParams();
  const schema = useSchema();
  const table = schema.data?.tables.find((each) => each.name === name);
  const row = useQuery({
    queryKey: rowKey(name, id),
    queryFn: ({ signal }) => readRow(name, id, signal),
    enabled: id !== NEW,
  });
  if (schema.isError) return <Failure error={schema.error} retry={schema.refetch} />;
  if (schema.data && !table) return <NotFound />;
  if (isProblem(row.error, 404))
    return <Empty icon="trash" title={words.editor.gone} text={words.failure.missing} heading="h1" />;
  if (row.isError && !row.data) return <Failure error={row.error} retry={row.refetch} />;
  if (!table || (id !== NEW && !row.data)) return <RowsSkeleton count={6} />;
  return <RowEditor key={`${name}/${id}`} table={table} id={id} read={row.data ?? null} />;
}

function RowEditor({
  table,
  id,
  read,
}: {
  readonly table: Table;
  readonly id: string;
  readonly read: Row | null;
}): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const editor = useEditor(table, id, read);
  const remove = useDelete(table);
  // Whoever has just saved or deleted may leave, though the state is drawn a moment later.
  const leaving = useRef(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const first = ownColumns(table).find(({ name }) => editor.errors[name] !== undefined);
    if (first) document.getElementById(fieldId(first))?.focus();
  }, [editor.errors, table]);
  useSaveKey(form);

  const done = async (written: Written | undefined): Promise<void> => {
    if (!written) return;
    const { change, row } = written;
    sayDone(
      words.saved,
      words,
      change === null || id === NEW
        ? undefined
        : {
            label: words.undo,
            run: async () => {
              try {
                await undoChange(change);
                await queries.invalidateQueries({ queryKey: rowKey(table.name, row.id) });
                await queries.invalidateQueries({ queryKey: ['rows', table.name] });
                sayDone(words.undone, words);
              } catch (error) {
                sayFailed(error, words);
              }
            },
          },
    );
    if (id !== NEW) return;
    leaving.current = true;
    await navigate({ to: '/tables/$table/$id', params: { table: table.name, id: row.id }, replace: true });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void editor.save().then(done);
  };
  const onDelete = async (): Promise<void> => {
    if (!read || !(await remove([read]))) return;
    editor.discard();
    leaving.current = true;
    await navigate({ to: '/tables/$table', params: { table: table.name }, search: {} });
  };
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
        {base && !table.single && table.may.includes('delete') && (
          <ActionIcon
            variant="default"
            size={36}
            aria-label={words.delete}
            title={words.delete}
            onClick={() => void onDelete()}
          >
            <Icon name="trash" size={18} />
          </ActionIcon>
        )}
      </PageHead>
      <div className={classes['layout']}>
        <form ref={form} className={classes['card']} onSubmit={submit} noValidate aria-label={tableName(table)}>
          {editor.restoredFrom !== undefined && editor.isDirty && (
            <Alert mb="lg" variant="light" title={words.editor.restored}>
              {words.editor.restoredText(writeMoment(editor.restoredFrom, locale))}
              <Button size="compact-sm" variant="subtle" ml="xs" onClick={editor.discard}>
                {words.editor.discard}
              </Button>
            </Alert>
          )}
          {editor.failure !== null && !isProblem(editor.failure, 401) && (
            <Alert mb="lg" color="red" variant="light" role="alert" title={words.editor.notSaved}>
              {failureText(editor.failure, words)}
            </Alert>
          )}
          <div className={classes['fields']}>
            {ownColumns(table).map((column) => {
              const raw = editor.raw(column);
              return (
                <div key={column.name} className={isWide(column, raw) ? classes['wide'] : undefined}>
                  <Field
                    column={column}
                    raw={raw}
                    error={editor.errors[column.name]}
                    readOnly={isReadOnly}
                    onChange={(next) => editor.change(column, next)}
                  />
                </div>
              );
            })}
          </div>
          {!isReadOnly && (
            <div className={classes['bar']}>
              <span className={classes['state']} role="status">
                {editor.isDirty ? words.editor.unsaved : ''}
              </span>
              {editor.isDirty && base && (
                <Button variant="default" onClick={editor.discard}>
                  {words.editor.discard}
                </Button>
              )}
              <Button type="submit" loading={editor.isSaving} disabled={!editor.isDirty}>
                {words.save}
              </Button>
            </div>
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
          onBack={editor.backToEditing}
          onResolve={(changes) => void editor.resolve(editor.conflict!, changes).then(done)}
        />
      )}
      <LeaveGuard isDirty={() => editor.isDirty && !leaving.current} onDiscard={editor.discard} />
    </>
  );
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
