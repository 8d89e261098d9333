import type { Pagination } from '../html/index.ts';
import { checkQuery, parseQuery } from '../query/index.ts';
import { canonicalText, systemColumn } from '../schema/index.ts';
import type { Row, Table } from '../schema/index.ts';
import { rowUrl } from './row-url.ts';
import { scopeWith } from './work.ts';
import type { Work } from './work.ts';

/** Rows whose key folds alike, of which one has the exact spelling. */
const FOLDED_ALIKE_MAX = 100;

/** The row that the URL names: read once, however many elements of the page show it. */
export function keyedRow(work: Work, table: Table, key: string): Promise<Row | undefined> {
  const name = `${table.name}\0${key}`;
  let row = work.keyed.get(name);
  if (!row) {
    row = findKeyed(work, table, key);
    work.keyed.set(name, row);
  }
  return row;
}

/** Looked up by predicate, so that the row's coming and its going both count as changes. */
async function findKeyed(work: Work, table: Table, key: string): Promise<Row | undefined> {
  const { key: value } = work.state;
  // The sample file's own address, where its name is no row's key, shows the table's first row.
  if (value === undefined) return (await readRows(work, table, '', '', 1))[0];
  // Text compares folded, but an address names one row: only the exact spelling counts.
  const type = table.columns[key]?.type ?? { kind: 'text' };
  const rows = await readRows(work, table, `${key}={key}`, value, FOLDED_ALIKE_MAX);
  return rows.find((row) => canonicalText(type, row[key] ?? null) === value);
}

/** Reads by a query whose one operand is `value`. */
async function readRows(
  work: Work,
  table: Table,
  query: string,
  value: string,
  limit: number,
): Promise<readonly Row[]> {
  const parsed = parseQuery(query);
  const checked = parsed.ok
    ? checkQuery(parsed.value, table, { schema: work.schema, scopeType: () => ({ kind: 'text' }) })
    : parsed;
  return checked.ok
    ? await work.reads.list(
        checked.value,
        scopeWith(work, () => value),
        { limit },
      )
    : [];
}

/** On a row's page, a navigation that pages through no list leads to the rows before and after, in the table's order. */
export async function neighbours(work: Work): Promise<Record<number, Pagination>> {
  const places = work.page.template.paginations.filter(({ controls }) => controls === '');
  const { detail } = work.page;
  const table = detail && work.schema.tables[detail.table];
  if (places.length === 0 || !table || !work.found) return {};
  const row = await keyedRow(work, table, detail.key);
  const before = row && (await nextRow(work, table, row, true));
  const after = row && (await nextRow(work, table, row, false));
  const href = (other: Row | undefined): string | null => (other ? rowUrl(table, other) : null);
  const [prev, next] = [href(before), href(after)];
  const pagination: Pagination = { ...(prev === null ? {} : { prev }), ...(next === null ? {} : { next }), pages: [] };
  return Object.fromEntries(places.map(({ index }) => [index, pagination]));
}

/** The row before or after in hand-made order. Positions are unique: the default is the id, a move takes a midpoint. */
async function nextRow(work: Work, table: Table, row: Row, backwards: boolean): Promise<Row | undefined> {
  const position = systemColumn(table, 'position')?.name;
  const here = position === undefined ? null : row[position];
  if (position === undefined || typeof here !== 'string') return undefined;
  const [bound, sort] = backwards ? ['max', `-${position}`] : ['min', position];
  const rows = await readRows(work, table, `${position}.${bound}={here}&sort=${sort}`, here, 2);
  return rows.find((other) => other['id'] !== row['id']);
}
