import { Button, CloseButton, NativeSelect, Popover, Stack, TextInput } from '@mantine/core';
import { useId, useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import type { Column, Table } from '../api-types.ts';
import { ToolButton } from '../parts/tool-button.tsx';
import { toParameters } from '../routes-search.ts';
import type { Search } from '../routes-search.ts';
import { columnName, plainName } from '../schema/names.ts';
import { nativeInputType } from '../values/native-input.ts';
import { writeValue } from '../values/write-value.ts';
import { useRows } from '../values/related-rows.ts';
import { rowTitle, useTable } from '../schema/schema.ts';
import { useLocale, useWords } from '../words/words.ts';
import { RelationSelect } from '../editor/relation-select.tsx';
import classes from './grid.module.css';
import { filterParameter, filtersOf, kindsFor } from './grid-query.ts';
import type { Filter, FilterKind } from './grid-query.ts';

interface FiltersProps {
  readonly table: Table;
  readonly search: Search;
  readonly onChange: (changes: Search) => void;
}

/** What narrows the grid, each to be taken away, and a way to add to it. */
export function Filters({ table, search, onChange }: FiltersProps): ReactElement {
  const words = useWords();
  const [open, setOpen] = useState(false);
  const filters = filtersOf(table, search);
  const add = ({ column, kind, value }: Filter): void => {
    const name = filterParameter({ column, kind });
    const before = toParameters({ [name]: search[name] }).getAll(name);
    const several = (kind === 'eq' || kind === 'not') && !before.includes(value);
    onChange({ [name]: several ? [...before, value] : value });
    setOpen(false);
  };
  const remove = (filter: Filter): void => {
    const name = filterParameter(filter);
    const left = toParameters({ [name]: search[name] })
      .getAll(name)
      .filter((value) => value !== filter.value);
    onChange({ [name]: left.length === 0 ? undefined : left });
  };
  return (
    <>
      <Popover opened={open} onChange={setOpen} position="bottom-start" width={290} shadow="md" trapFocus returnFocus>
        <Popover.Target>
          <ToolButton icon="filter" label={words.grid.filter} onClick={() => setOpen(!open)} />
        </Popover.Target>
        <Popover.Dropdown aria-label={words.grid.filter}>
          <NewFilter table={table} onAdd={add} />
        </Popover.Dropdown>
      </Popover>
      {filters.map((filter) => (
        <FilterPill
          key={`${filterParameter(filter)}=${filter.value}`}
          filter={filter}
          onRemove={() => remove(filter)}
        />
      ))}
    </>
  );
}

function FilterPill({ filter, onRemove }: { readonly filter: Filter; readonly onRemove: () => void }): ReactElement {
  const words = useWords();
  const { column, kind, value } = filter;
  const shown = useShownOperand(column, value);
  const text = `${columnName(column, words)} ${kindWord(column, kind, words)} ${shown}`.trim();
  return (
    <span className={classes['filter']}>
      {text}
      <CloseButton size="sm" radius="xl" aria-label={words.grid.removeFilter(text)} onClick={onRemove} />
    </span>
  );
}

function useShownOperand(column: Column, value: string): string {
  const locale = useLocale();
  const { type } = column;
  const related = type.kind === 'reference' || type.kind === 'references' ? type.table : '';
  const table = useTable(related);
  const row = useRows(related, related === '' || value === '' ? [] : [value]).get(value);
  if (table && row) return rowTitle(table, row);
  if (value === '' || type.kind === 'boolean') return '';
  return column.constraints.options ? plainName(value) : writeValue(type, value, locale);
}

function NewFilter({
  table,
  onAdd,
}: {
  readonly table: Table;
  readonly onAdd: (filter: Filter) => void;
}): ReactElement {
  const words = useWords();
  const columns = table.columns
    .filter(({ name, detached, system }) => !detached && (!system || name.endsWith('_at')))
    .toSorted((a, b) => Number(a.system) - Number(b.system));
  const [name, setName] = useState(columns[0]?.name ?? '');
  const [chosenKind, setKind] = useState<FilterKind>();
  const [value, setValue] = useState('');
  const column = columns.find((each) => each.name === name);
  if (!column) return <p>{words.grid.nothingToFilter}</p>;
  const kinds = kindsFor(column);
  const kind = chosenKind !== undefined && kinds.includes(chosenKind) ? chosenKind : kinds[0]!;
  const needsValue = kind !== 'filled' && kind !== 'empty';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!needsValue) onAdd({ column, kind, value: '' });
    else if (value.trim() !== '') onAdd({ column, kind, value: value.trim() });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <NativeSelect
          label={words.grid.column}
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
            setValue('');
          }}
          data={columns.map((each) => ({ value: each.name, label: columnName(each, words) }))}
        />
        <NativeSelect
          label={words.grid.condition}
          value={kind}
          onChange={(event) => setKind(kinds.find((each) => each === event.currentTarget.value))}
          data={kinds.map((each) => ({ value: each, label: kindWord(column, each, words) }))}
        />
        {needsValue && <OperandField key={name} column={column} value={value} onChange={setValue} />}
        <Button type="submit">{words.grid.apply}</Button>
      </Stack>
    </form>
  );
}

function OperandField({
  column,
  value,
  onChange,
}: {
  readonly column: Column;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): ReactElement {
  const words = useWords();
  const id = useId();
  const { type, constraints } = column;
  if (type.kind === 'reference' || type.kind === 'references') {
    return (
      <RelationSelect
        id={id}
        label={words.grid.value}
        table={type.table}
        value={value === '' ? null : value}
        onChange={(chosen) => onChange(chosen ?? '')}
      />
    );
  }
  if (constraints.options) {
    return (
      <NativeSelect
        label={words.grid.value}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        data={[
          { value: '', label: '' },
          ...constraints.options.map((each) => ({ value: each, label: plainName(each) })),
        ]}
      />
    );
  }
  const inputType = nativeInputType(type);
  return (
    <TextInput
      label={words.grid.value}
      // Instants are compared by day.
      type={type.kind === 'instant' ? 'date' : inputType}
      {...(inputType === 'number' && { step: 'any' })}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function kindWord({ type }: Column, kind: FilterKind, words: ReturnType<typeof useWords>): string {
  const { kinds } = words.grid;
  if (type.kind === 'boolean') return kind === 'filled' ? kinds.true : kinds.false;
  if (/^(?:date|time|datetime|month|week|instant)$/.test(type.kind)) {
    if (kind === 'min') return kinds.from;
    if (kind === 'max') return kinds.until;
  }
  return kinds[kind];
}
