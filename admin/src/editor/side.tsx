import { Anchor } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { ReactElement } from 'react';
import type { Row, Table } from '../api-types.ts';
import { Icon } from '../icons.tsx';
import { writeInstantInFull } from '../values/write-value.ts';
import { useLocale, useWords } from '../words/words.ts';
import classes from './editor.module.css';

const RowHistory = lazy(async () => ({ default: (await import('../history/row-history.tsx')).RowHistory }));

/** What there is to know about a row besides its fields: where it is shown, since when, and who changed what. */
export function Side({ table, row }: { readonly table: Table; readonly row: Row | null }): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const pages = pagesOf(table, row);
  return (
    <aside className={classes['side']} aria-label={words.editor.about}>
      {pages.length > 0 && (
        <section>
          <h2 className={classes['sideTitle']}>{table.isSubmissions ? words.editor.sentFrom : words.editor.shownOn}</h2>
          <ul className={classes['pages']}>
            {pages.map((path) => (
              <li key={path}>
                <Anchor href={path} target="_blank" rel="noopener">
                  {decodePath(path)}
                  <Icon name="external" size={14} />
                </Anchor>
              </li>
            ))}
          </ul>
        </section>
      )}
      {row && (
        <dl className={classes['facts']}>
          {(['created_at', 'updated_at'] as const).map((name) => {
            // A column of the site's own may have the name.
            const value = row[`_${name}`] ?? row[name];
            return typeof value !== 'string' ? null : (
              <div key={name}>
                <dt>{words.columns[name]}</dt>
                <dd>
                  <time dateTime={value}>{writeInstantInFull(value, locale)}</time>
                </dd>
              </div>
            );
          })}
        </dl>
      )}
      {row && table.history && (
        <section>
          <h2 className={classes['sideTitle']}>{words.history.title}</h2>
          <Suspense>
            <RowHistory table={table} row={row} />
          </Suspense>
        </section>
      )}
    </aside>
  );
}

/** The row's own page first, then those that list it. */
function pagesOf(table: Table, row: Row | null): readonly string[] {
  const slug = table.page && row?.[table.page.slug];
  const own = typeof slug === 'string' && slug !== '' ? [`${table.page!.prefix}${encodeURIComponent(slug)}`] : [];
  return [...own, ...table.paths];
}

function decodePath(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
