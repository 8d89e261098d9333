import type { Reader } from '../database/index.ts';
import type { Dialect } from '../query/index.ts';
import type { Row, Value } from '../schema/index.ts';
import { decodeRow, placeholder } from './layout.ts';
import type { Layout, StoredLink } from './layout.ts';

const rowsPerReadMax = 500;

/**
 * All rows of a table in the order of their ids, a few hundred at a time, so that memory stays bounded however large
 * the table. Detached columns are in them. Rows that others write meanwhile may or may not be seen.
 */
export async function* scanRows(reader: Reader, layout: Layout, dialect: Dialect): AsyncGenerator<Row, void, void> {
  const [after, limit] = [placeholder(dialect, 1), placeholder(dialect, 2)];
  const sql = `select ${layout.selection} from ${layout.sql} where "_id" > ${after} order by "_id" limit ${limit}`;
  let last = '';
  for (;;) {
    const found = await reader.query(sql, [last, rowsPerReadMax]);
    if (found.length === 0) return;
    const rows = found.map((row) => decodeRow(layout, row, true));
    last = String(found.at(-1)!['_id']);
    await addLinks(
      reader,
      layout.links,
      dialect,
      rows,
      found.map((row) => String(row['_id'])),
    );
    yield* rows;
    if (found.length < rowsPerReadMax) return;
  }
}

/** Fills in the many-reference columns of some rows, whose ids are `ids`. */
export async function addLinks(
  reader: Reader,
  links: readonly StoredLink[],
  dialect: Dialect,
  rows: readonly Record<string, Value>[],
  ids: readonly string[],
): Promise<void> {
  for (const link of links) {
    const members = new Map<string, string[]>();
    for (let start = 0; start < ids.length; start += rowsPerReadMax) {
      const some = ids.slice(start, start + rowsPerReadMax);
      const places = some.map((_, index) => placeholder(dialect, index + 1)).join(', ');
      const sql = `select "_from", "_to" from ${link.sql} where "_from" in (${places}) order by "_from", "_order"`;
      for (const found of await reader.query(sql, some)) {
        const from = String(found['_from']);
        const list = members.get(from);
        if (list) list.push(String(found['_to']));
        else members.set(from, [String(found['_to'])]);
      }
    }
    for (const [index, row] of rows.entries()) row[link.column.name] = members.get(ids[index]!) ?? null;
  }
}
