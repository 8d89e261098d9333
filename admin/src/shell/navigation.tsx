import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { Table } from '../api-types.ts';
import { Icon } from '../icons.tsx';
import type { IconName } from '../icons.tsx';
import { useUnread } from '../inbox/unread.ts';
import { Failure } from '../parts/failure.tsx';
import { tableName } from '../schema/names.ts';
import { useSchema } from '../schema/schema.ts';
import { useWords } from '../words/words.ts';
import { AccountMenu } from './account-menu.tsx';
import { OperationLinks } from './operation-links.tsx';
import classes from './shell.module.css';

/** Where one can go. `onGo`: after a choice, for a menu that then closes. */
export function Navigation({ onGo }: { readonly onGo?: () => void }): ReactElement {
  const words = useWords();
  const schema = useSchema();
  const unread = useUnread().length;
  const tables = (schema.data?.tables ?? []).filter(({ owner }) => owner !== 'backlot');
  return (
    <>
      <div className={classes['nav']}>
        <ul className={classes['group']}>
          <Item to="/" icon="home" exact onGo={onGo}>
            {words.nav.home}
          </Item>
          <Item to="/inbox" icon="inbox" count={unread} onGo={onGo}>
            {words.nav.inbox}
          </Item>
          <Item to="/changes" icon="history" onGo={onGo}>
            {words.nav.changes}
          </Item>
        </ul>
        {schema.isError && <Failure error={schema.error} retry={schema.refetch} />}
        <TableGroup title={words.nav.content} tables={tables.filter((table) => !table.isSubmissions)} onGo={onGo} />
        <TableGroup title={words.nav.sent} tables={tables.filter((table) => table.isSubmissions)} onGo={onGo} />
        <OperationLinks onGo={onGo} />
      </div>
      <div>
        <a className={classes['link']} href="/" target="_blank" rel="noopener">
          <Icon name="external" />
          <span>{words.nav.viewSite}</span>
        </a>
        <AccountMenu onGo={onGo} />
      </div>
    </>
  );
}

function TableGroup({
  title,
  tables,
  onGo,
}: {
  readonly title: string;
  readonly tables: readonly Table[];
  readonly onGo: (() => void) | undefined;
}): ReactElement | null {
  const id = useId();
  if (tables.length === 0) return null;
  return (
    <div>
      <p className={classes['groupTitle']} id={id}>
        {title}
      </p>
      <ul className={classes['group']} aria-labelledby={id}>
        {tables.map((table) => (
          <li key={table.name}>
            <Link
              className={classes['link']}
              to="/tables/$table"
              params={{ table: table.name }}
              search={{}}
              activeOptions={{ includeSearch: false }}
              onClick={onGo}
            >
              <Icon name="table" />
              <span>{tableName(table)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Item({
  to,
  icon,
  count = 0,
  exact = false,
  onGo,
  children,
}: {
  readonly to: '/' | '/inbox' | '/changes';
  readonly icon: IconName;
  readonly count?: number;
  /** Pages below it are not its own. */
  readonly exact?: boolean;
  readonly onGo: (() => void) | undefined;
  readonly children: ReactNode;
}): ReactElement {
  const words = useWords();
  return (
    <li>
      <Link className={classes['link']} to={to} activeOptions={{ includeSearch: false, exact }} onClick={onGo}>
        <Icon name={icon} />
        <span>{children}</span>
        {count > 0 && (
          <span className={classes['count']} aria-label={words.nav.unread(count)}>
            {count > 99 ? '99+' : count}
          </span>
        )}
      </Link>
    </li>
  );
}
