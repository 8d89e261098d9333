import type { Row, Value } from '../schema/index.ts';
import { addEntry, addLinks, addStatement, fillLater, rowKey, withoutColumns } from './draft.ts';
import type { Draft } from './draft.ts';
import { checkReferences, freeSlug, takeValues } from './draft-values.ts';
import { insertParams } from './layout.ts';
import type { Layout } from './layout.ts';
import type { ColumnRefusal } from './tables.ts';

/** Adds a new row to the change. Gives the row, or undefined when a value was refused. */
export async function draftInsert(
  draft: Draft,
  layout: Layout,
  id: string,
  given: Readonly<Record<string, Value>>,
  write: number,
): Promise<Row | undefined> {
  const { context } = draft;
  const refusedBefore = draft.refusals.length;
  const values = takeValues(draft, layout, given, write, null);
  if (layout.table.single) await refuseSecond(draft, layout, write);
  const later = await checkReferences(draft, layout, values, write);
  if (draft.refusals.length > refusedBefore) return undefined;
  const { system, slug } = layout;
  const row: Record<string, Value> = {
    [system.id.name]: id,
    [system.version.name]: 1,
    [system.createdAt.name]: context.time,
    [system.updatedAt.name]: context.time,
    [system.position.name]: id,
    [system.author.name]: context.actor.kind === 'user' ? context.actor.id : null,
  };
  for (const column of Object.values(layout.table.columns)) {
    const value = values[column.name];
    if (value !== undefined && value !== null) row[column.name] = value;
    else row[column.name] ??= null;
  }
  if (slug) row[slug.column.name] = await freeSlug(draft, layout, slugText(layout, row), id);
  draft.rows.set(rowKey(layout.table.name, id), row);
  addStatement(draft, write, { sql: layout.insert, params: insertParams(layout, withoutColumns(row, later)) });
  for (const column of later) fillLater(draft, layout, row, column, write);
  for (const link of layout.links) addLinks(draft, link, id, row[link.column.name] ?? null, write);
  addEntry(draft, layout, 'insert', null, row, write);
  return row;
}

/** The text a row's slug is made from: the slug that was given, else the column that names the row, else any text. */
export function slugText(layout: Layout, row: Row): string {
  const { slug, table } = layout;
  const given = slug ? row[slug.column.name] : null;
  if (typeof given === 'string' && given !== '') return given;
  const from = table.slugFrom === undefined ? null : row[table.slugFrom];
  if (typeof from === 'string' || typeof from === 'number') return String(from);
  return '';
}

async function refuseSecond(draft: Draft, layout: Layout, write: number): Promise<void> {
  const found = await draft.context.reader.query(`select 1 as found from ${layout.sql} limit 1`, []);
  if (found.length === 0) return;
  draft.refusals.push(secondRow(layout, write));
}

/** Why a table of one row takes no second. */
export function secondRow({ table, system }: Layout, write: number): ColumnRefusal {
  const message = `${table.label} has exactly one row, and it is there already.`;
  return { write, column: system.id.name, reason: 'unique', message };
}
