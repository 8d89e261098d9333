import type { Column, Table } from '../api-types.ts';
import { toParameters } from '../routes-search.ts';
import type { Search } from '../routes-search.ts';

/** How a column is compared, by the ends of the names of the query grammar. */
export type FilterKind = 'eq' | 'not' | 'like' | 'min' | 'max' | 'filled' | 'empty';

export interface Filter {
  readonly column: Column;
  readonly kind: FilterKind;
  readonly value: string;
}

const endings: readonly (readonly [FilterKind, string])[] = [
  ['min', '.min'],
  ['max', '.max'],
  ['like', '.like'],
  ['not', '.not'],
];

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

/** The first key of the order that the address asks for. */
export function sortOf(search: Search): Sort | undefined {
  const written = typeof search['sort'] === 'string' ? search['sort'].split(',')[0] : undefined;
  if (written === undefined || written === '') return undefined;
  return written.startsWith('-')
    ? { column: written.slice(1), descending: true }
    : { column: written, descending: false };
}

/** The conditions that the address holds and this grid can show. */
export function filtersOf(table: Table, search: Search): readonly Filter[] {
  return [...toParameters(search)].flatMap(([name, value]): readonly Filter[] => {
    if (name === 'sort' || name === 'q') return [];
    const bare = name.startsWith('!') ? name.slice(1) : name;
    const ending = endings.find(([, end]) => bare.endsWith(end));
    const column = table.columns.find((each) => each.name === (ending ? bare.slice(0, -ending[1].length) : bare));
    if (!column) return [];
    if (name !== bare) return [{ column, kind: 'empty', value: '' }];
    if (ending) return [{ column, kind: ending[0], value }];
    return [{ column, kind: value === '' ? 'filled' : 'eq', value }];
  });
}

/** The parameter by which a filter is written. */
export function filterParameter({ column, kind }: Pick<Filter, 'column' | 'kind'>): string {
  if (kind === 'empty') return `!${column.name}`;
  const ending = endings.find(([each]) => each === kind);
  return column.name + (ending?.[1] ?? '');
}

/** The query that the API is asked: that of the address, bare names written as the grammar wants them. */
export function rowsQuery(table: Table, search: Search, limit: number): URLSearchParams {
  const query = new URLSearchParams({ limit: String(limit) });
  if (typeof search['q'] === 'string' && search['q'] !== '') query.set('q', search['q']);
  if (typeof search['sort'] === 'string') query.set('sort', search['sort']);
  for (const filter of filtersOf(table, search)) query.append(filterParameter(filter), filter.value);
  return query;
}

/** The comparisons that make sense for a column, the plainest first. */
export function kindsFor({ type }: Column): readonly FilterKind[] {
  switch (type.kind) {
    case 'boolean':
      return ['filled', 'empty'];
    case 'reference':
      return ['eq', 'not', 'empty'];
    case 'references':
    case 'file':
    case 'set':
      return ['eq', 'filled', 'empty'];
    case 'integer':
    case 'decimal':
    case 'money':
    case 'real':
      return ['eq', 'min', 'max', 'empty'];
    case 'date':
    case 'time':
    case 'datetime':
    case 'month':
    case 'week':
    case 'instant':
      return ['min', 'max', 'eq', 'empty'];
    default:
      return ['like', 'eq', 'not', 'empty'];
  }
}
