import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import type { Summary, Table } from '../api-types.ts';
import { Icon } from '../icons.tsx';
import type { IconName } from '../icons.tsx';
import type { Submission } from '../inbox/merge.ts';
import { previewOf } from '../inbox/preview.ts';
import { useUnread } from '../inbox/unread.ts';
import { columnName, tableName } from '../schema/names.ts';
import { useSchema } from '../schema/schema.ts';
import { writeMoment } from '../values/write-value.ts';
import { useLocale, useWords } from '../words/words.ts';
import classes from './home.module.css';
import { Section } from './section.tsx';
import { useUpkeep } from './upkeep.ts';

/** How many of the unread messages of a form are shown. */
const NEWEST = 3;

/** What somebody should look at; says so too where there is nothing. */
export function Attention({ summary }: { readonly summary: Summary }): ReactElement {
  const words = useWords();
  const unread = useUnread();
  const upkeep = useUpkeep();
  const tables = useSchema().data?.tables ?? [];
  const byTable = tables
    .map((table) => ({ table, messages: unread.filter((each) => each.table.name === table.name) }))
    .filter(({ messages }) => messages.length > 0);
  const waiting = summary.waiting.flatMap(({ table: name, column, count }) => {
    const table = tables.find((each) => each.name === name);
    return table ? [{ table, column, count }] : [];
  });
  const isQuiet =
    byTable.length === 0 && waiting.length === 0 && summary.brokenPages.length === 0 && upkeep.length === 0;
  return (
    <Section title={words.home.attention}>
      {isQuiet && (
        <p className={classes['quiet']}>
          <Icon name="check" size={18} />
          {words.home.quiet}
        </p>
      )}
      <ul className={classes['todo']}>
        {byTable.map(({ table, messages }) => (
          <Unread key={table.name} table={table} messages={messages} />
        ))}
        {waiting.map(({ table, column, count }) => (
          <Waiting key={`${table.name}.${column}`} table={table} column={column} count={count} />
        ))}
        {summary.brokenPages.length > 0 && (
          <Item icon="alert" title={words.home.broken(summary.brokenPages.length)} text={words.home.brokenText}>
            <ul className={classes['faults']}>
              {summary.brokenPages.map(({ file, message }) => (
                <li key={file}>
                  <strong>{file}</strong> {message}
                </li>
              ))}
            </ul>
          </Item>
        )}
        {upkeep.map(({ title, text, to, linkText }) => (
          <Item key={title} icon="alert" title={title} text={text} link={<Link to={to}>{linkText}</Link>} />
        ))}
      </ul>
    </Section>
  );
}

function Item({
  icon,
  title,
  text,
  link,
  children,
}: {
  readonly icon: IconName;
  readonly title: string;
  readonly text?: string;
  readonly link?: ReactNode;
  readonly children?: ReactNode;
}): ReactElement {
  return (
    <li className={classes['item']}>
      <span className={classes['itemIcon']} data-alert={icon === 'alert'}>
        <Icon name={icon} size={18} />
      </span>
      <div className={classes['itemBody']}>
        <h3>{title}</h3>
        {text !== undefined && <p>{text}</p>}
        {children}
        {link}
      </div>
    </li>
  );
}

function Unread({
  table,
  messages,
}: {
  readonly table: Table;
  readonly messages: readonly Submission[];
}): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const count = messages.length;
  return (
    <Item
      icon="inbox"
      title={`${tableName(table)}: ${words.home.unread(count.toLocaleString(locale), count === 1)}`}
      link={
        <Link to="/inbox" search={{ of: table.name, show: 'unread' }}>
          {words.home.allMessages}
        </Link>
      }
    >
      <ul className={classes['messages']}>
        {messages.slice(0, NEWEST).map((submission) => (
          <Message key={submission.row.id} submission={submission} />
        ))}
      </ul>
    </Item>
  );
}

function Message({ submission }: { readonly submission: Submission }): ReactElement {
  const locale = useLocale();
  const { table, row, at } = submission;
  const { from, text } = previewOf(submission, locale);
  return (
    <li>
      <Link to="/inbox/$table/$id" params={{ table: table.name, id: row.id }}>
        <span className={classes['from']}>{from}</span>
        <time dateTime={at}>{writeMoment(at, locale)}</time>
        <span className={classes['preview']}>{text}</span>
      </Link>
    </li>
  );
}

function Waiting({
  table,
  column: name,
  count,
}: {
  readonly table: Table;
  readonly column: string;
  readonly count: number;
}): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const column = table.columns.find((each) => each.name === name);
  return (
    <Item
      icon="table"
      title={`${tableName(table)}: ${words.home.waiting(count.toLocaleString(locale), count === 1)}`}
      text={words.home.waitingText(column ? columnName(column, words) : name)}
      link={
        <Link to="/tables/$table" params={{ table: table.name }} search={{ [`!${name}`]: '' }}>
          {words.home.look}
        </Link>
      }
    />
  );
}
