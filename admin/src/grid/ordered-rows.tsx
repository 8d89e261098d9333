import { closestCenter, DndContext, KeyboardSensor, PointerSensor, useSensor, useSensors } from '@dnd-kit/core';
import type { Announcements, DragEndEvent, Modifier } from '@dnd-kit/core';
import {
  arrayMove,
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from '@dnd-kit/sortable';
import { useRef } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { Row, Table } from '../api-types.ts';
import { Icon } from '../icons.tsx';
import { rowTitle } from '../schema/schema.ts';
import { useWords } from '../words/words.ts';
import classes from './grid.module.css';
import type { Place } from './use-move.ts';

/** A press that moves less than this is a press, no drag. */
const DRAG_PX = 5;

/** Rows go up and down only. */
const upAndDown: Modifier = ({ transform }) => ({ ...transform, x: 0 });

interface OrderedRowsProps {
  readonly table: Table;
  readonly rows: readonly Row[];
  /** The place of the first of these rows among all, from 1. */
  readonly firstPlace: number;
  readonly total: number;
  readonly onMove: (row: Row, place: Place, shown: readonly Row[]) => Promise<void>;
  /** The row without its handle. */
  readonly renderRow: (row: Row, handle: ReactNode, sortable: SortableRow) => ReactNode;
}

/** What a row element needs to be moved. */
export interface SortableRow {
  readonly ref: (element: HTMLElement | null) => void;
  readonly style: { readonly transform?: string; readonly transition?: string | undefined };
  readonly isDragged: boolean;
}

/** Rows that are put in order by hand: with the pointer, a finger, or the keyboard. Loaded when there is such an order. */
export function OrderedRows({ table, rows, firstPlace, total, onMove, renderRow }: OrderedRowsProps): ReactElement {
  const words = useWords();
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: DRAG_PX } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const announcements = useAnnouncements({ table, rows, firstPlace, total });
  const onDragEnd = ({ active, over }: DragEndEvent): void => {
    const from = rows.findIndex(({ id }) => id === active.id);
    const to = rows.findIndex(({ id }) => id === over?.id);
    const row = rows[from];
    if (!row || to < 0 || from === to) return;
    const shown = arrayMove([...rows], from, to);
    const before = shown[to - 1];
    const after = shown[to + 1];
    void onMove(row, before ? { after: before.id } : { before: after?.id ?? null }, shown);
  };
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      modifiers={[upAndDown]}
      onDragEnd={onDragEnd}
      accessibility={{
        // Not inside the table, where nothing but rows may stand.
        container: document.body,
        announcements,
        screenReaderInstructions: { draggable: words.order.instructions },
      }}
    >
      <SortableContext items={rows.map(({ id }) => id)} strategy={verticalListSortingStrategy}>
        {rows.map((row) => (
          <OrderedRow key={row.id} table={table} row={row} renderRow={renderRow} />
        ))}
      </SortableContext>
    </DndContext>
  );
}

function OrderedRow({
  table,
  row,
  renderRow,
}: Pick<OrderedRowsProps, 'table' | 'renderRow'> & { readonly row: Row }): ReactElement {
  const words = useWords();
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({
    id: row.id,
  });
  const handle = (
    <button
      type="button"
      ref={setActivatorNodeRef}
      className={classes['handle']}
      aria-label={words.order.handle(rowTitle(table, row))}
      aria-describedby={attributes['aria-describedby']}
      aria-pressed={isDragging}
      {...listeners}
    >
      <Icon name="grip" size={18} />
    </button>
  );
  return (
    <>
      {renderRow(row, handle, {
        ref: setNodeRef,
        style: { ...(transform && { transform: `translate3d(0, ${transform.y}px, 0)` }), transition },
        isDragged: isDragging,
      })}
    </>
  );
}

/** What is said to those who do not see the rows move. */
function useAnnouncements({
  table,
  rows,
  firstPlace,
  total,
}: Pick<OrderedRowsProps, 'table' | 'rows' | 'firstPlace' | 'total'>): Announcements {
  const { order } = useWords();
  const hasLeft = useRef(false);
  const titleOf = (id: unknown): string => {
    const row = rows.find((each) => each.id === id);
    return row ? rowTitle(table, row) : '';
  };
  const placeOf = (id: unknown): number => firstPlace + rows.findIndex((each) => each.id === id);
  return {
    onDragStart: ({ active }) => {
      hasLeft.current = false;
      return order.taken(titleOf(active.id), placeOf(active.id));
    },
    onDragOver: ({ active, over }) => {
      // A row that is taken up is over itself; to say so would drown that it was taken up.
      if (!over || (!hasLeft.current && over.id === active.id)) return undefined;
      hasLeft.current = true;
      return order.over(titleOf(active.id), placeOf(over.id), total);
    },
    onDragEnd: ({ active, over }) => order.put(titleOf(active.id), placeOf(over?.id ?? active.id)),
    onDragCancel: ({ active }) => order.left(titleOf(active.id)),
  };
}
