import { Checkbox, VisuallyHidden } from '@mantine/core';
import { rowSelectionFeature, tableFeatures, useTable } from '@tanstack/react-table';
import type { ColumnDef } from '@tanstack/react-table';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useRef } from 'react';
import type { KeyboardEvent, ReactElement, ReactNode } from 'react';
import type { Column, Row, Table } from '../api-types.ts';
import { Icon } from '../icons.tsx';
import { SelectionBar } from '../parts/selection-bar.tsx';
import type { Search } from '../routes-search.ts';
import { useDelete } from '../rows/use-delete.ts';
import { columnName, tableName } from '../schema/names.ts';
import { rowTitle, titleColumn } from '../schema/schema.ts';
import { ShownValue } from '../values/shown-value.tsx';
import { isNumeric } from '../values/is-numeric.ts';
import { useWords } from '../words/words.ts';
import { useShownColumns } from './columns.ts';
import classes from './grid.module.css';
import { sortOf } from './grid-query.ts';
import { MoveMenu } from './move-menu.tsx';
import type { SortableRow } from './ordered-rows.tsx';
import type { useMove } from './use-move.ts';

const features = tableFeatures({ rowSelectionFeature });

const OrderedRows = lazy(async () => ({ default: (await import('./ordered-rows.tsx')).OrderedRows }));

/** Where the rows shown stand in the order made by hand, and how to change it. */
interface GridOrder {
  /** The place of the first of them among all, from 1. */
  readonly firstPlace: number;
  readonly total: number;
  readonly onMove: ReturnType<typeof useMove>;
}

/** One page of rows. Sorting, filtering and paging are the server's; this shows and selects. */
export function Grid({
  table,
  rows,
  search,
  isStale,
  order,
  onSort,
}: {
  readonly table: Table;
  readonly rows: readonly Row[];
  readonly search: Search;
  /** What is shown answers an earlier question. */
  readonly isStale: boolean;
  /** Absent where rows are shown in another order than the one made by hand. */
  readonly order: GridOrder | undefined;
  readonly onSort: (sort: string | undefined) => void;
}): ReactElement {
  const words = useWords();
  const shown = useShownColumns(table);
  const columns = useMemo<ColumnDef<typeof features, Row>[]>(
    () =>
      shown.map((column) => ({
        id: column.name,
        accessorFn: (row) => row[column.name] ?? null,
        header: columnName(column, words),
      })),
    [shown, words],
  );
  const data = useMemo(() => [...rows], [rows]);
  const grid = useTable({ features, columns, data, getRowId: (row) => row.id, enableRowSelection: true });
  const selected = grid.getSelectedRowModel().rows.map((row) => row.original);
  const body = useRef<HTMLTableSectionElement>(null);
  const title = titleColumn(table);
  const remove = useDelete(table);
  const renderRow = (row: Row, handle: ReactNode, sortable?: SortableRow): ReactElement => {
    const line = grid.getRow(row.id);
    return (
      <tr
        key={row.id}
        ref={sortable?.ref}
        style={sortable?.style}
        data-dragged={sortable?.isDragged}
        data-selected={line.getIsSelected()}
      >
        {order && <td className={classes['handleCell']}>{handle}</td>}
        <td className={classes['check']}>
          <Checkbox
            aria-label={words.grid.select(rowTitle(table, row))}
            checked={line.getIsSelected()}
            onChange={line.getToggleSelectedHandler()}
          />
        </td>
        {shown.map((column) => (
          <td key={column.name} className={cellClass(column, column === title)}>
            {column === title ? (
              <Link to="/tables/$table/$id" params={{ table: table.name, id: row.id }}>
                {rowTitle(table, row)}
              </Link>
            ) : (
              <ShownValue column={column} value={row[column.name]} brief />
            )}
          </td>
        ))}
        {order && (
          <td className={classes['menuCell']}>
            <MoveMenu
              table={table}
              row={row}
              place={order.firstPlace + data.indexOf(row)}
              total={order.total}
              onMove={order.onMove}
            />
          </td>
        )}
      </tr>
    );
  };
  return (
    <>
      <div className={classes['frame']} data-stale={isStale} tabIndex={-1}>
        <table className={classes['table']} aria-label={tableName(table)} aria-busy={isStale}>
          <thead>
            <tr>
              {order && (
                <th className={classes['handleCell']}>
                  <VisuallyHidden>{words.columns.position}</VisuallyHidden>
                </th>
              )}
              <th className={classes['check']}>
                <Checkbox
                  aria-label={words.grid.selectAll}
                  checked={grid.getIsAllRowsSelected()}
                  indeterminate={grid.getIsSomeRowsSelected()}
                  onChange={grid.getToggleAllRowsSelectedHandler()}
                />
              </th>
              {shown.map((column) => (
                <Head key={column.name} column={column} search={search} onSort={onSort} />
              ))}
              {order && (
                <th className={classes['menuCell']}>
                  <VisuallyHidden>{words.more}</VisuallyHidden>
                </th>
              )}
            </tr>
          </thead>
          <tbody ref={body} onKeyDown={(event) => moveFocus(event, body.current)}>
            {order ? (
              <Suspense fallback={data.map((row) => renderRow(row, null))}>
                <OrderedRows
                  table={table}
                  rows={data}
                  firstPlace={order.firstPlace}
                  total={order.total}
                  onMove={order.onMove}
                  renderRow={renderRow}
                />
              </Suspense>
            ) : (
              data.map((row) => renderRow(row, null))
            )}
          </tbody>
        </table>
      </div>
      {selected.length > 0 && (
        <SelectionBar
          count={selected.length}
          onDone={() => grid.resetRowSelection(true)}
          onDelete={async () => {
            if (await remove(selected)) grid.resetRowSelection(true);
          }}
        />
      )}
    </>
  );
}

function Head({
  column,
  search,
  onSort,
}: {
  readonly column: Column;
  readonly search: Search;
  readonly onSort: (sort: string | undefined) => void;
}): ReactElement {
  const words = useWords();
  const sort = sortOf(search);
  const isSorted = sort?.column === column.name;
  const name = columnName(column, words);
  const numeric = isNumeric(column.type) ? classes['numeric'] : undefined;
  if (!isSortable(column)) {
    return (
      <th scope="col" className={numeric}>
        <span className={classes['head']}>{name}</span>
      </th>
    );
  }
  // Up, down, and back to the order made by hand.
  const next = !isSorted ? column.name : sort.descending ? undefined : `-${column.name}`;
  return (
    <th
      scope="col"
      className={numeric}
      aria-sort={isSorted ? (sort.descending ? 'descending' : 'ascending') : undefined}
    >
      <button type="button" className={`${classes['head']} ${classes['sort']}`} onClick={() => onSort(next)}>
        {name}
        {isSorted && <Icon name={sort.descending ? 'down' : 'up'} size={14} />}
      </button>
    </th>
  );
}

/** Arrow keys go from row to row, in the same column of controls; Space and Enter are the controls' own. */
function moveFocus(event: KeyboardEvent, body: HTMLElement | null): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const from = event.target;
  if (step === undefined || !body || !(from instanceof HTMLElement)) return;
  // Other controls have the arrows for themselves: a row that is moved by keyboard goes by them.
  const kind = ['a', 'input'].find((each) => from.matches(each));
  if (kind === undefined) return;
  const controls = [...body.querySelectorAll<HTMLElement>(kind)];
  const next = controls[controls.indexOf(from) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function isSortable({ type }: Column): boolean {
  return !['references', 'set', 'html', 'markdown', 'file', 'reference'].includes(type.kind);
}

function cellClass(column: Column, isTitle: boolean): string | undefined {
  if (isTitle) return classes['title'];
  return isNumeric(column.type) ? classes['numeric'] : undefined;
}
