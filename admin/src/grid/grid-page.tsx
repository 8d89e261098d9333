import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, Navigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import { listRows } from '../api.ts';
import type { Row, Table } from '../api-types.ts';
import { Icon } from '../icons.tsx';
import { Empty } from '../parts/empty.tsx';
import { Failure } from '../parts/failure.tsx';
import { NotFound } from '../parts/not-found.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { RowsSkeleton } from '../parts/rows-skeleton.tsx';
import { SearchField } from '../parts/search-field.tsx';
import type { Search } from '../routes-search.ts';
import { tableName } from '../schema/names.ts';
import { useSchema } from '../schema/schema.ts';
import { useLocale, useWords } from '../words/words.ts';
import { ColumnChoice } from './column-choice.tsx';
import { DownloadButton } from './download-button.tsx';
import { Filters } from './filters.tsx';
import { Grid } from './grid.tsx';
import classes from './grid.module.css';
import { filtersOf, rowsQuery, sortOf } from './grid-query.ts';
import { useMove } from './use-move.ts';

const route = getRouteApi('/shell/tables/$table');
const PAGE_ROWS = 50;
const noRows: readonly Row[] = [];

/** All rows of a table, as the address asks for them. */
export function GridPage(): ReactElement {
  const { table: name } = route.useParams();
  const schema = useSchema();
  const table = schema.data?.tables.find((each) => each.name === name);
  if (schema.isPending) return <RowsSkeleton count={8} />;
  if (schema.isError) return <Failure error={schema.error} retry={schema.refetch} />;
  if (!table) return <NotFound />;
  return table.single ? <SingleRow table={table} /> : <TableGrid key={name} table={table} />;
}

/** A table of one row leads right to it. */
function SingleRow({ table }: { readonly table: Table }): ReactElement {
  const rows = useQuery({
    queryKey: ['rows', table.name, 'single'],
    queryFn: ({ signal }) => listRows(table.name, new URLSearchParams({ limit: '1' }), { signal }),
  });
  if (rows.isPending) return <RowsSkeleton count={4} />;
  if (rows.isError) return <Failure error={rows.error} retry={rows.refetch} />;
  const id = rows.data.rows[0]?.id ?? 'new';
  return <Navigate to="/tables/$table/$id" params={{ table: table.name, id }} replace />;
}

function TableGrid({ table }: { readonly table: Table }): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = rowsQuery(table, search, PAGE_ROWS);
  const asked = query.toString();
  // Where the pages up to this one begin; another question begins anew.
  const [places, setPlaces] = useState<{ readonly asked: string; readonly after: readonly string[] }>({
    asked,
    after: [],
  });
  const after = places.asked === asked ? places.after : [];
  const from = after.at(-1) ?? '';
  const pageKey = useMemo(() => ['rows', table.name, asked, from], [table.name, asked, from]);
  const move = useMove(table, pageKey);
  const rows = useQuery({
    queryKey: pageKey,
    queryFn: ({ signal }) => listRows(table.name, query, { after: after.at(-1), total: true, signal }),
    placeholderData: keepPreviousData,
  });
  const change = (changes: Search): void =>
    void navigate({ search: (before: Search) => withChanges(before, changes), replace: true });
  const page = rows.data;
  const isFiltered = filtersOf(table, search).length > 0 || (typeof search['q'] === 'string' && search['q'] !== '');
  const total = page?.total ?? 0;
  // What visitors send has the order in which it came.
  const isOrdered =
    !isFiltered && sortOf(search) === undefined && !table.isSubmissions && table.may.includes('update') && total > 1;
  const first = after.length * PAGE_ROWS + 1;
  const last = first - 1 + (page?.rows.length ?? 0);
  return (
    <>
      <PageHead
        title={tableName(table)}
        lead={page?.total === undefined ? undefined : words.grid.count(page.total.toLocaleString(locale), page.total)}
      >
        <DownloadButton table={table} search={search} />
        <Button
          component={Link}
          {...({ to: '/tables/$table/$id', params: { table: table.name, id: 'new' } } as object)}
          leftSection={<Icon name="plus" size={18} />}
        >
          {words.grid.add}
        </Button>
      </PageHead>
      <div className={classes['tools']}>
        <SearchField
          value={typeof search['q'] === 'string' ? search['q'] : ''}
          label={words.grid.search}
          onSearch={(q) => change({ q: q === '' ? undefined : q })}
        />
        <Filters table={table} search={search} onChange={change} />
        <ColumnChoice table={table} />
        {table.history && (
          <Link className={classes['deleted']} to="/changes" search={{ of: table.name, show: 'deleted' }}>
            {words.grid.recentlyDeleted}
          </Link>
        )}
      </div>
      {rows.isPending && <RowsSkeleton count={8} />}
      {rows.isError && <Failure error={rows.error} retry={rows.refetch} />}
      {page &&
        page.rows.length === 0 &&
        (isFiltered ? (
          <Empty icon="search" title={words.grid.nothingFound} text={words.grid.nothingFoundText}>
            <Button variant="default" onClick={() => void navigate({ search: {} as never, replace: true })}>
              {words.grid.showAll}
            </Button>
          </Empty>
        ) : (
          <Empty
            icon="table"
            title={words.grid.none(tableName(table))}
            text={table.isSubmissions ? words.inbox.noneText(table.paths) : words.grid.noneText(table.paths)}
          />
        ))}
      {page && page.rows.length > 0 && (
        <Grid
          table={table}
          rows={page.rows ?? noRows}
          search={search}
          isStale={rows.isPlaceholderData}
          order={isOrdered ? { firstPlace: first, total, onMove: move } : undefined}
          onSort={(sort) => change({ sort })}
        />
      )}
      {page && (after.length > 0 || page.next !== null) && (
        <nav className={classes['foot']} aria-label={words.grid.pages}>
          <span aria-live="polite">
            {words.grid.range(
              first.toLocaleString(locale),
              last.toLocaleString(locale),
              page.total?.toLocaleString(locale),
            )}
          </span>
          <Button.Group>
            <Button
              variant="default"
              leftSection={<Icon name="left" size={16} />}
              disabled={after.length === 0}
              onClick={() => setPlaces({ asked, after: after.slice(0, -1) })}
            >
              {words.grid.previous}
            </Button>
            <Button
              variant="default"
              rightSection={<Icon name="right" size={16} />}
              disabled={page.next === null || rows.isPlaceholderData}
              onClick={() => page.next !== null && setPlaces({ asked, after: [...after, page.next] })}
            >
              {words.grid.next}
            </Button>
          </Button.Group>
        </nav>
      )}
    </>
  );
}

function withChanges(before: Search, changes: Search): Search {
  return Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined));
}
