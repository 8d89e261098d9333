import { sortColumns } from '../query/index.ts';
import type { CheckedQuery } from '../query/index.ts';
import { jsonValue, valueFromJson } from '../schema/index.ts';
import type { Row, Table, Value } from '../schema/index.ts';

/** Where the next part of a list begins: after a row, or where the order follows relations, at a number. */
export type Cursor = { readonly after: Row } | { readonly offset: number };

/**
 * Writes where to go on after `last`. The order is in it, so that a cursor is not used with another. It holds what the
 * client has been shown already.
 */
export function formatCursor(query: CheckedQuery, table: Table, last: Row, offset: number): string {
  const columns = sortColumns(query);
  const place = columns ? columns.map((name) => jsonValue(table.columns[name]!.type, last[name] ?? null)) : [offset];
  return Buffer.from(JSON.stringify([orderOf(query), ...place])).toString('base64url');
}

/** Undefined for text that is no cursor of this table in this order. */
export function parseCursor(text: string, query: CheckedQuery, table: Table): Cursor | undefined {
  const read = parseArray(text);
  if (!read || read[0] !== orderOf(query)) return undefined;
  const place = read.slice(1);
  const columns = sortColumns(query);
  if (!columns) {
    const [offset] = place;
    return typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0 ? { offset } : undefined;
  }
  if (place.length !== columns.length) return undefined;
  const after: Record<string, Value> = {};
  for (const [index, name] of columns.entries()) {
    const value = valueFromJson(table.columns[name]!.type, place[index]);
    if (value === undefined) return undefined;
    after[name] = value;
  }
  // Every row has an id, and it decides in the end.
  return after[columns.at(-1)!] === null ? undefined : { after };
}

function orderOf({ query }: CheckedQuery): string {
  return query.sort.map(({ path, descending }) => `${descending ? '-' : ''}${path}`).join(',');
}

function parseArray(text: string): readonly unknown[] | undefined {
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(read) ? read : undefined;
  } catch {
    return undefined;
  }
}
