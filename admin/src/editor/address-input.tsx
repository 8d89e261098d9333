import { Autocomplete } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQueries } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import { listRows } from '../api.ts';
import { rowTitle, useSchema } from '../schema/schema.ts';
import { useSite } from '../schema/site.ts';
import { useWords } from '../words/words.ts';

const OFFERED = 8;

interface AddressInputProps {
  readonly id?: string;
  readonly label: string;
  readonly description?: string | undefined;
  readonly error?: ReactNode;
  readonly required?: boolean;
  readonly readOnly?: boolean;
  readonly autoFocus?: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** An address of any site, with the pages of this one on offer, those of rows found by what they are called. */
export function AddressInput({ value, onChange, autoFocus = false, ...more }: AddressInputProps): ReactElement {
  const words = useWords();
  const { site } = useSite();
  const [asked] = useDebouncedValue(value.trim(), 200);
  const rows = useRowPages(asked);
  const typed = value.trim().toLowerCase();
  const pages = site.pages.filter((path) => path.toLowerCase().includes(typed)).slice(0, OFFERED);
  const titles = new Map(rows.map(({ path, title }) => [path, title]));
  return (
    <Autocomplete
      {...more}
      {...(autoFocus && { 'data-autofocus': true })}
      value={value}
      onChange={onChange}
      data={[...new Set([...pages, ...titles.keys()])]}
      // Found already, by more than the path.
      filter={({ options }) => options}
      renderOption={({ option }) => {
        const title = titles.get(option.value);
        return (
          <span>
            {title !== undefined && <strong>{title} </strong>}
            {option.value}
          </span>
        );
      }}
      inputMode="url"
      autoCapitalize="off"
      spellCheck={false}
      clearButtonProps={{ 'aria-label': words.clear }}
    />
  );
}

/** Pages of rows whose texts begin so. */
function useRowPages(asked: string): readonly { readonly path: string; readonly title: string }[] {
  const schema = useSchema();
  const tables = (schema.data?.tables ?? []).filter(({ page }) => page !== undefined);
  const isAddress = asked === '' || /^[a-z]+:|^\/.*\//i.test(asked);
  const words = asked.replaceAll('/', ' ').trim();
  return useQueries({
    queries: tables.map((table) => ({
      queryKey: ['rows', table.name, 'pages', words],
      queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
        listRows(table.name, new URLSearchParams({ q: words, limit: String(OFFERED) }), { signal }),
      enabled: !isAddress && words !== '',
      placeholderData: keepPreviousData,
      staleTime: 30_000,
    })),
    combine: (results) =>
      isAddress
        ? []
        : results.flatMap(({ data }, index) => {
            const table = tables[index]!;
            return (data?.rows ?? []).flatMap((row) => {
              const slug = table.page && row[table.page.slug];
              if (typeof slug !== 'string' || slug === '') return [];
              return [{ path: `${table.page!.prefix}${encodeURIComponent(slug)}`, title: rowTitle(table, row) }];
            });
          }),
  });
}
