import { MultiSelect, Select } from '@mantine/core';
import type { ComboboxItem } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { listRows } from '../api.ts';
import { rowTitle, useTable } from '../schema/schema.ts';
import { useRows } from '../values/related-rows.ts';
import { useWords } from '../words/words.ts';

const OFFERED = 30;

interface RelationProps {
  readonly id: string;
  readonly label: string;
  readonly table: string;
  readonly required?: boolean;
  readonly readOnly?: boolean;
  readonly error?: string | undefined;
  readonly description?: string | undefined;
  readonly withAsterisk?: boolean;
  readonly onBlur?: () => void;
  readonly inputWrapperOrder?: ('label' | 'input' | 'description' | 'error')[];
}

/** Chooses a row of another table, found by what it is called. */
export function RelationSelect({
  table,
  value,
  onChange,
  ...more
}: RelationProps & {
  readonly value: string | null;
  readonly onChange: (id: string | null) => void;
}): ReactElement {
  const words = useWords();
  const { data, search, setSearch } = useOffered(table, value === null ? [] : [value]);
  return (
    <Select
      {...more}
      data={data}
      value={value}
      onChange={onChange}
      searchable
      clearable={more.required !== true}
      clearButtonProps={{ 'aria-label': words.clear }}
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options }) => options}
      nothingFoundMessage={words.nothingFound}
      allowDeselect={false}
    />
  );
}

/** The same for several rows. */
export function RelationsSelect({
  table,
  value,
  onChange,
  ...more
}: RelationProps & {
  readonly value: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}): ReactElement {
  const words = useWords();
  const { data, search, setSearch } = useOffered(table, value);
  return (
    <MultiSelect
      {...more}
      data={data}
      value={[...value]}
      onChange={onChange}
      searchable
      hidePickedOptions
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options }) => options}
      nothingFoundMessage={words.nothingFound}
    />
  );
}

/** The rows that are chosen, and those that what is typed finds. */
function useOffered(
  name: string,
  chosen: readonly string[],
): { readonly data: ComboboxItem[]; readonly search: string; readonly setSearch: (text: string) => void } {
  const table = useTable(name);
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search.trim(), 200);
  const known = useRows(name, chosen);
  const titles = new Map([...known].map(([id, row]) => [id, table ? rowTitle(table, row) : id]));
  // The title of what is chosen stands in the field: that is not a search.
  const words = [...titles.values()].includes(asked) ? '' : asked;
  const found = useQuery({
    queryKey: ['rows', name, 'offered', words],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ limit: String(OFFERED) });
      if (words !== '') query.set('q', words);
      return listRows(name, query, { signal });
    },
    placeholderData: keepPreviousData,
    // A row that was made in another tab is found on coming back.
    staleTime: 2_000,
  });
  for (const row of found.data?.rows ?? []) titles.set(row.id, table ? rowTitle(table, row) : row.id);
  for (const id of chosen) if (!titles.has(id)) titles.set(id, '…');
  return { data: [...titles].map(([value, label]) => ({ value, label })), search, setSearch };
}
