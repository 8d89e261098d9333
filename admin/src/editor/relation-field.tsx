import { Anchor } from '@mantine/core';
import type { ReactElement } from 'react';
import { Link } from '@tanstack/react-router';
import { Icon } from '../icons.tsx';
import { tableName } from '../schema/names.ts';
import { rowTitle, useTable } from '../schema/schema.ts';
import { useRows } from '../values/related-rows.ts';
import { useWords } from '../words/words.ts';
import classes from './editor.module.css';
import { inputProps } from './field-props.ts';
import type { ControlProps } from './field-props.ts';
import { RelationSelect, RelationsSelect } from './relation-select.tsx';

/** A row of another table, found by what it is called, with ways to it and to a new one. */
export function RelationField({ table, ...props }: ControlProps<string> & { readonly table: string }): ReactElement {
  const { raw, onChange } = props;
  const ids = raw === '' ? [] : [raw];
  return (
    <div>
      <RelationSelect
        {...inputProps(props)}
        table={table}
        value={raw === '' ? null : raw}
        onChange={(id) => onChange(id ?? '')}
      />
      <Ways table={table} ids={ids} readOnly={props.readOnly} />
    </div>
  );
}

/** Several rows of another table. */
export function RelationsField({
  table,
  ...props
}: ControlProps<readonly string[]> & { readonly table: string }): ReactElement {
  return (
    <div>
      <RelationsSelect {...inputProps(props)} table={table} value={props.raw} onChange={props.onChange} />
      <Ways table={table} ids={[]} readOnly={props.readOnly} />
    </div>
  );
}

/** In tabs of their own: what is typed here stays. */
function Ways({
  table: name,
  ids,
  readOnly,
}: {
  readonly table: string;
  readonly ids: readonly string[];
  readonly readOnly: boolean;
}): ReactElement | null {
  const words = useWords();
  const table = useTable(name);
  const rows = useRows(name, ids);
  if (!table) return null;
  return (
    <p className={classes['ways']}>
      {[...rows.values()].map((row) => (
        <Way key={row.id} table={name} id={row.id} label={words.fields.open(rowTitle(table, row))} />
      ))}
      {!readOnly && table.may.includes('insert') && (
        <Way table={name} id="new" label={words.fields.create(tableName(table))} />
      )}
    </p>
  );
}

function Way({
  table,
  id,
  label,
}: {
  readonly table: string;
  readonly id: string;
  readonly label: string;
}): ReactElement {
  return (
    <Anchor
      component={Link}
      {...({ to: '/tables/$table/$id', params: { table, id } } as object)}
      target="_blank"
      rel="noopener"
      size="sm"
    >
      {label} <Icon name="external" size={13} />
    </Anchor>
  );
}
