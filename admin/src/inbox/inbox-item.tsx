import { Checkbox, VisuallyHidden } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { tableName } from '../schema/names.ts';
import { writeMoment } from '../values/write-value.ts';
import { useLocale, useWords } from '../words/words.ts';
import classes from './inbox.module.css';
import { previewOf } from './preview.ts';
import type { Submission } from './merge.ts';

export function InboxItem({
  submission,
  isUnread,
  withTable,
  isSelected,
  onSelect,
}: {
  readonly submission: Submission;
  readonly isUnread: boolean;
  readonly withTable: boolean;
  readonly isSelected: boolean;
  readonly onSelect: () => void;
}): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const { table, row, at } = submission;
  const { from, text } = previewOf(submission, locale);
  return (
    <li className={classes['line']} data-selected={isSelected}>
      <Checkbox
        className={classes['select'] ?? ''}
        size="xs"
        aria-label={words.grid.select(from)}
        checked={isSelected}
        onChange={onSelect}
      />
      <Link
        className={`${classes['item']} ${isUnread ? classes['unread'] : ''}`}
        to="/inbox/$table/$id"
        params={{ table: table.name, id: row.id }}
        search={(before) => before}
        resetScroll={false}
      >
        <span className={classes['dot']} aria-hidden="true" />
        <span className={classes['from']}>
          {isUnread && <VisuallyHidden>{words.inbox.unread}: </VisuallyHidden>}
          {from}
        </span>
        <time className={classes['when']} dateTime={at}>
          {writeMoment(at, locale)}
        </time>
        {withTable && <span className={classes['kind']}>{tableName(table)}</span>}
        <span className={classes['preview']}>{text}</span>
      </Link>
    </li>
  );
}
