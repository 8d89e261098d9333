import type { SqlRow } from '../database/index.ts';
import type { Column, Row, Value } from '../schema/index.ts';
import { BacklotError } from '../std/index.ts';
import { addEntry, addStatement, changeRow, currentRow, lateKey, rowKey, versionOf } from './draft.ts';
import type { Draft } from './draft.ts';
import { placeholder } from './layout.ts';
import type { Layout } from './layout.ts';
import { membersOf } from './same-value.ts';

/** Rows that one delete may take with it or change. */
const touchedMax = 10_000;

interface Doomed {
  readonly layout: Layout;
  readonly id: string;
  readonly row: Row;
}

/**
 * Adds the delete of a row to the change: its children go with it, references to any of them become null. All of it
 * is in the change and in the log, so that undo can bring it back; the database's foreign keys only make sure that
 * nothing slipped in between.
 */
export async function draftDelete(draft: Draft, layout: Layout, row: Row, write: number): Promise<void> {
  const doomed = await withChildren(draft, layout, row);
  await releaseReferences(draft, doomed, write);
  for (const one of doomed.values()) addEntry(draft, one.layout, 'delete', one.row, null, write);
  removeRows(draft, [...doomed.values()].toReversed(), write);
  for (const key of doomed.keys()) draft.rows.set(key, null);
}

/** The row and its children, their children and so on; parents before children. */
async function withChildren(draft: Draft, layout: Layout, row: Row): Promise<Map<string, Doomed>> {
  const doomed = new Map<string, Doomed>();
  const queue: Doomed[] = [{ layout, id: String(row[layout.system.id.name]), row }];
  for (let next = queue.shift(); next; next = queue.shift()) {
    const key = rowKey(next.layout.table.name, next.id);
    if (doomed.has(key)) continue;
    doomed.set(key, next);
    limit(doomed.size);
    for (const { layout: from, column } of referencesTo(draft, next.layout)) {
      if (column.child !== true) continue;
      for (const id of await referringIds(draft, from, column, next.id)) {
        const child = await currentRow(draft, from, id);
        if (child) queue.push({ layout: from, id, row: child });
      }
    }
  }
  return doomed;
}

/** Takes every reference of rows that stay to rows that go: references become null, links lose a member. */
async function releaseReferences(draft: Draft, doomed: ReadonlyMap<string, Doomed>, write: number): Promise<void> {
  const released = new Map<string, { layout: Layout; row: Row; values: Record<string, Value> }>();
  for (const one of doomed.values()) {
    for (const { layout, column } of referencesTo(draft, one.layout)) {
      for (const id of await referringIds(draft, layout, column, one.id)) {
        const key = rowKey(layout.table.name, id);
        if (doomed.has(key)) continue;
        const row = await currentRow(draft, layout, id);
        if (!row) continue;
        const entry = released.get(key) ?? { layout, row, values: {} };
        entry.values[column.name] = without(entry.values[column.name] ?? row[column.name] ?? null, one.id);
        released.set(key, entry);
        limit(doomed.size + released.size);
      }
    }
  }
  for (const { layout, row, values } of released.values()) changeRow(draft, layout, row, values, write);
  for (const { layout, id } of doomed.values()) {
    for (const { column } of layout.columns) draft.late.delete(lateKey(layout.table.name, id, column.name));
    for (const link of layout.links) {
      draft.late.delete(lateKey(link.sql, id, link.column.name));
      const sql = `delete from ${link.sql} where "_from" = ${placeholder(draft.context.dialect, 1)}`;
      addStatement(draft, write, { sql, params: [id] });
    }
  }
}

function without(value: Value, id: string): Value {
  const left = membersOf(value).filter((member) => member !== id);
  return left.length === 0 ? null : left;
}

/** Removes rows, children first. Where rows refer to each other in a circle, it is opened first. */
function removeRows(draft: Draft, rows: readonly Doomed[], write: number): void {
  const { dialect } = draft.context;
  const place = new Map(rows.map((one, index) => [rowKey(one.layout.table.name, one.id), index]));
  for (const [index, one] of rows.entries()) {
    for (const { column, sql } of one.layout.columns) {
      const value = one.row[column.name] ?? null;
      if (column.type.kind !== 'reference' || value === null) continue;
      const target = place.get(rowKey(column.type.table, String(value)));
      if (target === undefined || target >= index) continue;
      const statement = `update ${one.layout.sql} set ${sql} = null where "_id" = ${placeholder(dialect, 1)}`;
      addStatement(draft, write, { sql: statement, params: [one.id] });
    }
  }
  for (const { layout, id, row } of rows) {
    const sql =
      `delete from ${layout.sql} where "_id" = ${placeholder(dialect, 1)} ` +
      `and "_version" = ${placeholder(dialect, 2)}`;
    addStatement(draft, write, { sql, params: [id, versionOf(layout, row)], touches: 1, otherwise: 'version' });
  }
}

function referencesTo(draft: Draft, target: Layout): { layout: Layout; column: Column }[] {
  const found: { layout: Layout; column: Column }[] = [];
  for (const layout of draft.context.layouts.values()) {
    for (const column of Object.values(layout.table.columns)) {
      const { type } = column;
      if ((type.kind === 'reference' || type.kind === 'references') && type.table === target.table.name) {
        found.push({ layout, column });
      }
    }
  }
  return found;
}

/** Ids of rows that refer to `id` through a column, as committed; rows that this change alters are looked at again. */
async function referringIds(draft: Draft, layout: Layout, column: Column, id: string): Promise<readonly string[]> {
  const { reader, dialect } = draft.context;
  const link = layout.links.find((each) => each.column === column);
  const stored = layout.columns.find((each) => each.column === column);
  const sql = link
    ? `select "_from" as id from ${link.sql} where "_to" = ${placeholder(dialect, 1)}`
    : `select "_id" as id from ${layout.sql} where ${stored!.sql} = ${placeholder(dialect, 1)} order by "_position"`;
  const ids = new Set(
    (await reader.query(`${sql} limit ${touchedMax + 1}`, [id])).map((row: SqlRow) => String(row['id'])),
  );
  limit(ids.size);
  const prefix = rowKey(layout.table.name, '');
  for (const [key, row] of draft.rows) {
    if (!key.startsWith(prefix)) continue;
    const value = row?.[column.name] ?? null;
    const refers = value === id || membersOf(value).includes(id);
    if (refers) ids.add(key.slice(prefix.length));
    else ids.delete(key.slice(prefix.length));
  }
  return [...ids];
}

function limit(count: number): void {
  if (count <= touchedMax) return;
  throw new BacklotError(
    'tables/too-many',
    `Deleting this row would touch more than ${touchedMax} others. Delete or move those in smaller steps first.`,
  );
}
