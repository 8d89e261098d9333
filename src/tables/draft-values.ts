import { sanitiseHtml } from '../html/index.ts';
import { canonicalValue } from '../schema/index.ts';
import type { Column, Row, Value } from '../schema/index.ts';
import { fits, refusalOf } from './check-values.ts';
import { refuse, rowKey } from './draft.ts';
import type { Draft } from './draft.ts';
import { placeholder } from './layout.ts';
import type { Layout } from './layout.ts';
import { membersOf } from './same-value.ts';
import { slugAlternatives, slugOf } from './slug.ts';

/** System columns that a write may set; the others only the program itself. */
const settable: ReadonlySet<string> = new Set(['_position', '_slug']);
const settableByProgram: ReadonlySet<string> = new Set([
  '_position',
  '_slug',
  '_created_at',
  '_updated_at',
  '_author',
  '_version',
]);

/**
 * Takes the values of a write: canonical, of columns that exist and may be written. What cannot be taken is refused.
 * `before` is the row as it is; in a new one, columns of which nothing is said are checked as missing.
 */
export function takeValues(
  draft: Draft,
  layout: Layout,
  given: Readonly<Record<string, Value>>,
  write: number,
  before: Row | null,
): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const [name, value] of Object.entries(given)) {
    const column = Object.hasOwn(layout.table.columns, name) ? layout.table.columns[name] : undefined;
    if (!column || !mayBeSet(draft, column)) {
      const message = `Table ${layout.table.name} has no column ${name} that may be written.`;
      draft.refusals.push({ write, column: name, reason: 'type', message });
      continue;
    }
    if (!fits(column.type, value)) {
      refuse(draft, write, column, 'type');
      continue;
    }
    const canonical = canonicalValue(column.type, value);
    // Rich text is cleaned where it enters, and again where it is shown.
    values[name] = column.type.kind === 'html' && typeof canonical === 'string' ? sanitiseHtml(canonical) : canonical;
  }
  if (!draft.context.trusted) checkValues(draft, layout, values, write, before);
  return values;
}

function mayBeSet(draft: Draft, column: Column): boolean {
  if (!column.system) return true;
  return (draft.context.trusted ? settableByProgram : settable).has(column.sqlName);
}

function checkValues(
  draft: Draft,
  layout: Layout,
  values: Readonly<Record<string, Value>>,
  write: number,
  before: Row | null,
): void {
  for (const column of Object.values(layout.table.columns)) {
    if (column.system || column.detached) continue;
    if (!Object.hasOwn(values, column.name) && before) continue;
    const reason = refusalOf(column, values[column.name] ?? null, before?.[column.name] ?? null);
    if (reason) refuse(draft, write, column, reason);
  }
}

/**
 * Makes sure that what a row refers to is there. Gives the columns that refer to rows inserted later in the same
 * change: they are filled once those are there.
 */
export async function checkReferences(
  draft: Draft,
  layout: Layout,
  values: Readonly<Record<string, Value>>,
  write: number,
): Promise<readonly Column[]> {
  const later: Column[] = [];
  for (const [name, value] of Object.entries(values)) {
    const column = layout.table.columns[name];
    if (!column || value === null) continue;
    if (column.type.kind === 'reference') {
      const found = await whereIs(draft, column.type.table, String(value), write);
      if (found === 'nowhere') refuse(draft, write, column, 'reference');
      if (found === 'later') later.push(column);
    } else if (column.type.kind === 'references') {
      for (const id of membersOf(value)) {
        if ((await whereIs(draft, column.type.table, id, write)) !== 'nowhere') continue;
        refuse(draft, write, column, 'reference');
        break;
      }
    }
  }
  return later;
}

async function whereIs(draft: Draft, table: string, id: string, write: number): Promise<'there' | 'later' | 'nowhere'> {
  const { layouts, reader, dialect } = draft.context;
  const key = rowKey(table, id);
  const known = draft.rows.get(key);
  if (known !== undefined) return known ? 'there' : 'nowhere';
  const insert = draft.inserts.get(key);
  if (insert !== undefined) return insert <= write ? 'there' : 'later';
  const target = layouts.get(table);
  if (!target) return 'nowhere';
  const sql = `select 1 as found from ${target.sql} where "_id" = ${placeholder(dialect, 1)}`;
  return (await reader.query(sql, [id])).length > 0 ? 'there' : 'nowhere';
}

/**
 * A free slug for a row: the given text or the column it is made from, with a number where it is taken, and with a few
 * random letters when others took the number in the meantime.
 */
export async function freeSlug(draft: Draft, layout: Layout, text: string, id: string): Promise<string> {
  const wanted = slugOf(text) || slugOf(layout.table.name) || 'row';
  const { attempt, reader, dialect, random } = draft.context;
  if (attempt > 1) return `${wanted}-${randomLetters(random.bytes(6))}`;
  const candidates = [wanted, ...slugAlternatives(wanted)];
  const places = candidates.map((_, index) => placeholder(dialect, index + 1)).join(', ');
  const found = await reader.query(`select "_slug", "_id" from ${layout.sql} where "_slug" in (${places})`, candidates);
  const taken = new Set(found.filter((row) => row['_id'] !== id).map((row) => String(row['_slug'])));
  const free = candidates.find((each) => !taken.has(each) && !draft.slugs.has(rowKey(layout.table.name, each)));
  const slug = free ?? `${wanted}-${randomLetters(random.bytes(6))}`;
  draft.slugs.add(rowKey(layout.table.name, slug));
  return slug;
}

function randomLetters(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => 'abcdefghjkmnpqrstuvwxyz23456789'[byte % 31]).join('');
}
