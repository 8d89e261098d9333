import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import type { ReactElement } from 'react';
import { readDetached } from '../api.ts';
import type { Column, Table } from '../api-types.ts';
import { columnName } from '../schema/names.ts';
import { ShownValue } from '../values/shown-value.tsx';
import { useWords } from '../words/words.ts';
import classes from './editor.module.css';

/** What a row holds in columns that no page mentions any more: to be read, with the reason. */
export function DetachedColumns({ table, id }: { readonly table: Table; readonly id: string }): ReactElement | null {
  const words = useWords();
  const titleId = useId();
  const { detachedColumns = [] } = table;
  const values = useQuery({
    queryKey: ['detached', table.name, id],
    queryFn: ({ signal }) => readDetached(table.name, id, signal),
    enabled: detachedColumns.length > 0,
  });
  const held = detachedColumns.filter(({ name }) => (values.data?.[name] ?? null) !== null);
  if (held.length === 0) return null;
  return (
    <section className={classes['detached']} aria-labelledby={titleId}>
      <h2 id={titleId} className={classes['sideTitle']}>
        {words.fields.detached}
      </h2>
      <p className={classes['detachedText']}>{words.fields.detachedText}</p>
      <dl className={classes['facts']}>
        {held.map((column) => {
          const shown: Column = { ...plain, ...column };
          return (
            <div key={column.name}>
              <dt>{columnName(shown, words)}</dt>
              <dd>
                <ShownValue column={shown} value={values.data?.[column.name]} />
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}

const plain = { required: false, unique: false, system: false, detached: true, constraints: {} };
