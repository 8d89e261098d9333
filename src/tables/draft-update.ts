import type { Row, Value } from '../schema/index.ts';
import { changeRow } from './draft.ts';
import type { Draft } from './draft.ts';
import { checkReferences, freeSlug, takeValues } from './draft-values.ts';
import type { Layout } from './layout.ts';

/** Adds an edit of a row to the change. The slug stays unless a new one is given. Gives undefined when refused. */
export async function draftUpdate(
  draft: Draft,
  layout: Layout,
  before: Row,
  given: Readonly<Record<string, Value>>,
  write: number,
): Promise<Row | undefined> {
  const refusedBefore = draft.refusals.length;
  const values = takeValues(draft, layout, given, write, before);
  const later = await checkReferences(draft, layout, values, write);
  if (draft.refusals.length > refusedBefore) return undefined;
  const { slug, system } = layout;
  const position = values[system.position.name];
  if (position === null || position === '') delete values[system.position.name];
  if (slug && values[slug.column.name] !== undefined) {
    const text = values[slug.column.name];
    if (typeof text !== 'string' || text === '' || text === before[slug.column.name]) delete values[slug.column.name];
    else values[slug.column.name] = await freeSlug(draft, layout, text, String(before[system.id.name]));
  }
  return changeRow(draft, layout, before, values, write, later);
}
