import type { PageLink, Pagination } from '../html/index.ts';
import type { SitePage } from '../site/index.ts';
import type { PageState } from './state.ts';

/** How many rows a paged list has in all, and which page of it is shown. */
export interface ListTotal {
  readonly total: number;
  readonly pageSize: number;
  readonly page: number;
}

/** Addresses of the pages of every paged list, keeping the other declared parameters. */
export function paginationOf(
  page: SitePage,
  totals: ReadonlyMap<number, ListTotal>,
  state: Pick<PageState, 'path' | 'parameters'>,
): Readonly<Record<number, Pagination>> {
  const paginations: Record<number, Pagination> = {};
  for (const place of page.template.paginations) {
    const scope = page.template.scopes.find((one) => one.elementId === place.controls);
    const parameter = scope && page.pageParameters[scope.id];
    const list = scope && totals.get(scope.id);
    if (parameter === undefined || !list) continue;
    const count = Math.max(1, Math.ceil(list.total / list.pageSize));
    const href = (number: number): string => addressOf(state, parameter, number);
    const pages: PageLink[] = shownNumbers(count, list.page).map((number) => ({
      number,
      href: href(number),
      current: number === list.page,
    }));
    paginations[place.index] = {
      ...(list.page > 1 ? { prev: href(list.page - 1) } : {}),
      ...(list.page < count ? { next: href(list.page + 1) } : {}),
      pages,
    };
  }
  return paginations;
}

/** So many numbers at most stand side by side. */
const NUMBERS_MAX = 9;
const NEIGHBOURS = 2;

/** All page numbers when they are few; else the first, the last, and those around the page shown. */
function shownNumbers(count: number, current: number): readonly number[] {
  const all = Array.from({ length: Math.min(count, NUMBERS_MAX) }, (_, index) => index + 1);
  if (count <= NUMBERS_MAX) return all;
  // A window as wide at the ends as in the middle, so that the links stay where they are while one pages on.
  const width = NEIGHBOURS * 2 + 1;
  const start = Math.min(Math.max(current - NEIGHBOURS, 3), count - width - 1);
  const around = Array.from({ length: width }, (_, index) => start + index);
  const before = start === 3 ? 2 : undefined;
  const after = start + width === count - 1 ? count - 1 : undefined;
  return [1, before, ...around, after, count].filter((number) => number !== undefined);
}

function addressOf(state: Pick<PageState, 'path' | 'parameters'>, parameter: string, number: number): string {
  const parameters = new URLSearchParams(state.parameters);
  parameters.delete('saved');
  if (number === 1) parameters.delete(parameter);
  else parameters.set(parameter, String(number));
  const query = parameters.toString();
  return query === '' ? state.path : `${state.path}?${query}`;
}
