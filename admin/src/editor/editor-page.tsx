import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import { readRow } from '../api.ts';
import { Empty } from '../parts/empty.tsx';
import { Failure } from '../parts/failure.tsx';
import { NotFound } from '../parts/not-found.tsx';
import { RowsSkeleton } from '../parts/rows-skeleton.tsx';
import { isProblem } from '../problem.ts';
import { useSchema } from '../schema/schema.ts';
import { useSite } from '../schema/site.ts';
import { rowKey } from '../values/related-rows.ts';
import { useLocale, useWords } from '../words/words.ts';
import type { Writing } from './field-values.ts';
import { RowEditor } from './row-editor.tsx';

const route = getRouteApi('/shell/tables/$table/$id');
const NEW = 'new';

/** One row, to be read and changed; `new` in place of an id for one that is to be made, `?from=ID` after another. */
export function EditorPage(): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const { table: name, id } = route.useParams();
  const { from = '' } = route.useSearch();
  const [made, setMade] = useState(0);
  const schema = useSchema();
  const { site, isPending } = useSite();
  const { timeZone } = site;
  const writing = useMemo<Writing>(() => ({ locale, timeZone }), [locale, timeZone]);
  const isNew = id === NEW;
  const readId = isNew ? from : id;
  const row = useQuery({
    queryKey: rowKey(name, readId),
    queryFn: ({ signal }) => readRow(name, readId, signal),
    enabled: readId !== '',
  });
  const table = schema.data?.tables.find((each) => each.name === name);
  if (schema.isError) return <Failure error={schema.error} retry={schema.refetch} />;
  if (schema.data && !table) return <NotFound />;
  if (isProblem(row.error, 404))
    return <Empty icon="trash" title={words.editor.gone} text={words.failure.missing} heading="h1" />;
  if (row.isError && !row.data) return <Failure error={row.error} retry={row.refetch} />;
  if (!table || isPending || (readId !== '' && !row.data)) return <RowsSkeleton count={6} />;
  return (
    <RowEditor
      // What was saved as a new row leaves an empty form for the next one.
      key={`${name}/${id}/${readId}/${made}`}
      table={table}
      id={isNew ? undefined : id}
      draftId={isNew && from !== '' ? `${NEW}.${from}` : id}
      read={isNew ? null : (row.data ?? null)}
      model={isNew ? (row.data ?? null) : null}
      writing={writing}
      onAnother={() => setMade(made + 1)}
    />
  );
}
