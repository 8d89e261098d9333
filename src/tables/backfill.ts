import type { Schema } from '../schema/index.ts';
import { convertValue } from './convert.ts';
import type { Layout } from './layout.ts';
import type { RecordsContext } from './records.ts';
import { writeRows } from './records.ts';
import { scanRows } from './scan.ts';
import type { Conversion } from './schema-record.ts';
import { slugText } from './draft-insert.ts';
import type { Actor, RowWrite } from './tables.ts';

export const systemActor: Actor = { kind: 'system', id: 'system', roles: [] };

const writesPerChangeMax = 200;

/** Gives a slug to every row that has none, of tables whose rows have a page. Costs one look where all have one. */
export async function fillSlugs(context: RecordsContext, schema: Schema): Promise<void> {
  for (const table of Object.values(schema.tables)) {
    const layout = context.layouts().get(table.name);
    if (!layout?.slug || table.detached) continue;
    const missing = await context.driver.query(
      `select 1 as found from ${layout.sql} where "_slug" is null limit 1`,
      [],
    );
    if (missing.length === 0) continue;
    const slug = layout.slug.column.name;
    await rewrite(context, layout, (row) => {
      if (row[slug] !== null) return undefined;
      return { [slug]: slugText(layout, row) || String(row[layout.system.id.name]) };
    });
  }
}

/** Brings the values of a column whose type changed over to their new place. What cannot be converted stays where it was. */
export async function convertColumn(context: RecordsContext, conversion: Conversion): Promise<void> {
  const layout = context.layouts().get(conversion.table);
  const from = layout?.table.columns[conversion.from];
  const to = layout?.table.columns[conversion.to];
  if (!layout || !from || !to) return;
  await rewrite(context, layout, (row) => {
    const value = row[from.name] ?? null;
    if (value === null || (row[to.name] ?? null) !== null) return undefined;
    const converted = convertValue(from.type, to.type, value);
    return converted === undefined || converted === null ? undefined : { [to.name]: converted };
  });
}

/** Changes rows of a table through the write path, so that each change is guarded and logged. */
async function rewrite(
  context: RecordsContext,
  layout: Layout,
  valuesFor: (row: Parameters<typeof slugText>[1]) => Extract<RowWrite, { operation: 'update' }>['values'] | undefined,
): Promise<void> {
  let writes: RowWrite[] = [];
  const flush = async (): Promise<void> => {
    const ready = writes;
    writes = [];
    if (ready.length > 0) await writeRows(context, systemActor, ready, { trusted: true });
  };
  for await (const row of scanRows(context.driver, layout, context.driver.dialect)) {
    const values = valuesFor(row);
    if (!values) continue;
    writes.push({ operation: 'update', table: layout.table.name, id: String(row[layout.system.id.name]), values });
    if (writes.length >= writesPerChangeMax) await flush();
  }
  await flush();
}
