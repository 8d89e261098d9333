import { VisuallyHidden } from '@mantine/core';
import type { ReactElement } from 'react';
import type { ChangedValues, Column, Table, Value } from '../api-types.ts';
import { columnName } from '../schema/names.ts';
import { ShownValue } from '../values/shown-value.tsx';
import { useWords } from '../words/words.ts';
import classes from './history.module.css';

/** What a change did to each column of a row, before and after, as the column's values are written. */
export function ChangedValuesList({
  table,
  values,
}: {
  readonly table: Table;
  readonly values: ChangedValues;
}): ReactElement | null {
  const words = useWords();
  const shown = shownColumns(table, values);
  if (shown.length === 0) return null;
  return (
    <dl className={classes['values']}>
      {shown.map((column) => {
        const { before, after } = values[column.name]!;
        return (
          <div key={column.name}>
            <dt>{columnName(column, words)}</dt>
            <dd>
              {isThere(before) && (
                <del>
                  <VisuallyHidden>{words.history.before}: </VisuallyHidden>
                  <ShownValue column={column} value={before} brief />
                </del>
              )}
              {isThere(before) && <span aria-hidden="true"> → </span>}
              {isThere(after) ? (
                <ins>
                  <VisuallyHidden>{words.history.after}: </VisuallyHidden>
                  <ShownValue column={column} value={after} brief />
                </ins>
              ) : (
                <ins className={classes['empty']}>{words.history.wasEmpty}</ins>
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function isThere(value: Value): boolean {
  return value !== null && value !== '';
}

/** Columns of a change that say something to people: when and by whom stands beside it already. */
function shownColumns(table: Table, values: ChangedValues): readonly Column[] {
  return table.columns.filter(({ name, system }) => {
    const changed = values[name];
    if (!changed || (system && !/^_?slug$/.test(name))) return false;
    return isThere(changed.before) || isThere(changed.after);
  });
}

/** Whether a change only put the row elsewhere in the order made by hand. */
export function isMove(table: Table, values: ChangedValues | null): boolean {
  if (values === null || shownColumns(table, values).length > 0) return false;
  return Object.keys(values).some((name) => /^_?position$/.test(name));
}
