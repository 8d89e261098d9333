import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { ChangeEntry, LoggedChange, Table } from '../api-types.ts';
import { Icon } from '../icons.tsx';
import { tableName } from '../schema/names.ts';
import { useTable } from '../schema/schema.ts';
import { writeInstantInFull, writeMoment } from '../values/write-value.ts';
import { useLocale, useWords } from '../words/words.ts';
import { ChangedValuesList } from './changed-values.tsx';
import classes from './history.module.css';
import { actorName, operationName, titleOf } from './names.ts';
import { useUndo } from './use-undo.ts';

/** How many rows of one change are shown with their values. */
const ENTRIES_MAX = 5;

/** What somebody did at once; `brief`: without the values. */
export function ChangeItem({
  change,
  brief = false,
}: {
  readonly change: LoggedChange;
  readonly brief?: boolean;
}): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const { entries, count, time } = change;
  const shown = entries.slice(0, brief ? 1 : ENTRIES_MAX);
  return (
    <li className={brief ? classes['briefChange'] : classes['change']}>
      <div className={classes['changeText']}>
        {shown.map((entry) => (
          <EntryLine key={`${entry.table}/${entry.id}/${entry.operation}`} entry={entry} brief={brief} />
        ))}
        {count > shown.length && <p className={classes['by']}>{words.history.others(count - shown.length)}</p>}
        <p className={classes['by']}>
          {actorName(change.actor, words)},{' '}
          <time dateTime={time} title={writeInstantInFull(time, locale)}>
            {writeMoment(time, locale)}
          </time>
        </p>
      </div>
      {!brief && <TakeBack change={change} />}
    </li>
  );
}

function EntryLine({ entry, brief }: { readonly entry: ChangeEntry; readonly brief: boolean }): ReactElement | null {
  const words = useWords();
  const table = useTable(entry.table);
  if (!table) return null;
  const { id, row, values, operation } = entry;
  const title = titleOf(table, id, row, values);
  return (
    <>
      <p className={classes['what']}>
        <span className={classes['operation']} data-operation={operation}>
          {operationName(table, entry, words)}
        </span>{' '}
        {row ? (
          <Link to="/tables/$table/$id" params={{ table: table.name, id }}>
            {title}
          </Link>
        ) : (
          <strong>{title}</strong>
        )}{' '}
        <span className={classes['where']}>{tableName(table)}</span>
      </p>
      {!brief && <Values table={table} entry={entry} />}
    </>
  );
}

/** What changed is told at once; what a row held when it came or went, when somebody asks. */
function Values({ table, entry }: { readonly table: Table; readonly entry: ChangeEntry }): ReactElement | null {
  const words = useWords();
  const { values, operation } = entry;
  if (values === null) return <p className={classes['by']}>{words.history.notKept}</p>;
  if (operation === 'update') return <ChangedValuesList table={table} values={values} />;
  return (
    <details className={classes['details']}>
      <summary>{words.history.values}</summary>
      <ChangedValuesList table={table} values={values} />
    </details>
  );
}

function TakeBack({ change }: { readonly change: LoggedChange }): ReactElement | null {
  const words = useWords();
  const undo = useUndo();
  const { entries, count, undoable } = change;
  const isDeletion = entries.every(({ operation }) => operation === 'delete');
  if (isDeletion && entries.every(({ row }) => row !== null)) {
    return <span className={classes['isBack']}>{words.history.isBack}</span>;
  }
  // What was added and is gone again is taken back already.
  if (!undoable || entries.every(({ operation, row }) => operation !== 'delete' && row === null)) return null;
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<Icon name="undo" size={16} />}
      onClick={() => void undo(change.change, isDeletion ? words.broughtBack(count) : words.undone)}
    >
      {isDeletion ? words.history.bringBack : words.history.undo}
    </Button>
  );
}
