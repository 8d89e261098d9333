import { ActionIcon, Button, Group, Menu } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { ReactElement } from 'react';
import { readRow } from '../api.ts';
import type { Row, Table } from '../api-types.ts';
import { Icon } from '../icons.tsx';
import { Empty } from '../parts/empty.tsx';
import { Failure } from '../parts/failure.tsx';
import { RowsSkeleton } from '../parts/rows-skeleton.tsx';
import { isProblem } from '../problem.ts';
import { useDelete } from '../rows/use-delete.ts';
import { columnName, tableName } from '../schema/names.ts';
import { ownColumns, rowTitle, useTable } from '../schema/schema.ts';
import { rowKey } from '../values/related-rows.ts';
import { ShownValue } from '../values/shown-value.tsx';
import { writeInstantInFull } from '../values/write-value.ts';
import { useLocale, useWords } from '../words/words.ts';
import classes from './inbox.module.css';
import { emailColumn } from './preview.ts';
import { receivedAt } from './merge.ts';
import { useMark } from './unread.ts';

const route = getRouteApi('/shell/inbox/$table/$id');

/** What a visitor has sent, field by field. */
export function MessagePage(): ReactElement {
  const words = useWords();
  const { table: name, id } = route.useParams();
  const table = useTable(name);
  const row = useQuery({ queryKey: rowKey(name, id), queryFn: ({ signal }) => readRow(name, id, signal) });
  const mark = useMark();
  const isHere = row.data !== undefined;
  useEffect(() => {
    if (isHere) void mark({ read: [id] });
  }, [isHere, id, mark]);
  return (
    <>
      <Link className={classes['backLink']} to="/inbox" search={(before) => before}>
        <Icon name="left" size={18} />
        {words.inbox.title}
      </Link>
      {row.isPending && <RowsSkeleton count={3} />}
      {isProblem(row.error, 404) && <Empty icon="trash" title={words.inbox.gone} text={words.failure.missing} />}
      {row.isError && !isProblem(row.error, 404) && <Failure error={row.error} retry={row.refetch} />}
      {table && row.data && <Message key={id} table={table} row={row.data} />}
    </>
  );
}

function Message({ table, row }: { readonly table: Table; readonly row: Row }): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const article = useRef<HTMLElement>(null);
  const title = rowTitle(table, row);
  const at = receivedAt(row);
  // Whoever opens a message by keyboard goes on from there.
  useEffect(() => article.current?.focus({ preventScroll: true }), []);
  return (
    <article ref={article} className={classes['message']} tabIndex={-1} aria-labelledby="message-title">
      <header className={classes['messageHead']}>
        <div>
          <h1 className={classes['messageTitle']} id="message-title">
            {title}
          </h1>
          <p className={classes['messageWhen']}>
            {tableName(table)} · <time dateTime={at}>{writeInstantInFull(at, locale)}</time>
          </p>
        </div>
        <Actions table={table} row={row} />
      </header>
      <dl className={classes['fields']}>
        {ownColumns(table).map((column) => {
          const value = row[column.name];
          const long =
            typeof value === 'string' && column.type.kind === 'text' && (value.length > 60 || value.includes('\n'));
          return (
            <div key={column.name} style={{ display: 'contents' }}>
              <dt className={long ? classes['long'] : undefined}>{columnName(column, words)}</dt>
              <dd className={long ? classes['long'] : undefined}>
                <ShownValue column={column} value={value} />
              </dd>
            </div>
          );
        })}
      </dl>
    </article>
  );
}

function Actions({ table, row }: { readonly table: Table; readonly row: Row }): ReactElement {
  const words = useWords();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const remove = useDelete(table);
  const mark = useMark();
  const reply = replyAddress(table, row, words.inbox.replySubject(location.hostname));
  const leave = (): Promise<void> => navigate({ to: '/inbox', search: (before) => before });
  const onDelete = async (): Promise<void> => {
    if (!(await remove([row]))) return;
    await leave();
    await queries.invalidateQueries({ queryKey: ['inbox'] });
  };
  return (
    <Group gap="xs">
      {reply !== undefined && (
        <Button component="a" href={reply} leftSection={<Icon name="reply" size={18} />}>
          {words.inbox.reply}
        </Button>
      )}
      <ActionIcon
        variant="default"
        size={36}
        aria-label={words.delete}
        title={words.delete}
        onClick={() => void onDelete()}
      >
        <Icon name="trash" size={18} />
      </ActionIcon>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={words.more}>
            <Icon name="more" size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<Icon name="unread" size={18} />}
            onClick={() => {
              void mark({ unread: [row.id] });
              void leave();
            }}
          >
            {words.inbox.markUnread}
          </Menu.Item>
          <Menu.Item
            leftSection={<Icon name="edit" size={18} />}
            component={Link}
            {...({ to: '/tables/$table/$id', params: { table: table.name, id: row.id } } as object)}
          >
            {words.edit}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

/** Opens the visitor's address in the reader's own mail program. */
function replyAddress(table: Table, row: Row, subject: string): string | undefined {
  const column = emailColumn(table);
  const address = column && row[column.name];
  if (typeof address !== 'string' || !/^[^\s@]+@[^\s@]+$/.test(address)) return undefined;
  return `mailto:${encodeURIComponent(address).replaceAll('%40', '@')}?subject=${encodeURIComponent(subject)}`;
}
