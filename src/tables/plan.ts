import type { Reader } from '../database/index.ts';
import type { Dialect } from '../query/index.ts';
import type { Column, Schema, Table } from '../schema/index.ts';
import { refusalOf } from './check-values.ts';
import { compareSchemas } from './compare.ts';
import { convertValue } from './convert.ts';
import { layoutOf } from './layout.ts';
import { scanRows } from './scan.ts';
import type { SchemaPlan, SchemaStep } from './tables.ts';

/** Offending rows that a step names; the others are only counted. */
const offendingMax = 100;

/** Plans the way from the schema in use to the one the files imply, looking at the rows that stand in the way. */
export async function planChanges(
  current: Schema | null,
  wanted: Schema,
  reader: Reader,
  dialect: Dialect,
): Promise<SchemaPlan> {
  const { target, steps } = compareSchemas(current, wanted);
  const looked: SchemaStep[] = [];
  for (const step of steps) looked.push(await lookAtRows(step, current, target, reader, dialect));
  return { target, steps: looked, additive: looked.every(isAdditive) };
}

/**
 * Whether a step may be done unasked. Tightening a rule that every row keeps, and changing the type of a column that
 * holds nothing, take nothing from anyone. A proposed rename does nothing by itself.
 */
function isAdditive(step: SchemaStep): boolean {
  if (step.kind === 'change-rules') return !step.tightened || step.offendingTotal === 0;
  if (step.kind === 'change-type') return step.values === 0;
  return true;
}

/** The part of a plan that `serve` may do unasked, and the steps that are left for `backlot apply`. */
export function additiveSubset(
  plan: SchemaPlan,
  current: Schema,
): { readonly plan: SchemaPlan; readonly left: readonly SchemaStep[] } {
  const left = plan.steps.filter((step) => !isAdditive(step));
  if (left.length === 0) return { plan, left };
  const tables: Record<string, Table> = { ...plan.target.tables };
  for (const step of left) {
    if (step.kind !== 'change-rules' && step.kind !== 'change-type') continue;
    const table = tables[step.table]!;
    const old = current.tables[step.table]!.columns[step.column]!;
    const others = Object.entries(table.columns).filter(([, column]) => column.sqlName !== old.sqlName);
    const columns = { ...Object.fromEntries(others), [step.column]: { ...old, detached: false } };
    tables[step.table] = { ...table, columns };
  }
  const steps = plan.steps.filter(isAdditive);
  return { plan: { target: { tables }, steps, additive: true }, left };
}

async function lookAtRows(
  step: SchemaStep,
  current: Schema | null,
  target: Schema,
  reader: Reader,
  dialect: Dialect,
): Promise<SchemaStep> {
  if (step.kind !== 'change-type' && !(step.kind === 'change-rules' && step.tightened)) return step;
  const table = current!.tables[step.table]!;
  const old = table.columns[step.column]!;
  const column = target.tables[step.table]!.columns[step.column]!;
  const stands =
    step.kind === 'change-type'
      ? (value: Parameters<typeof convertValue>[2]) => convertValue(old.type, column.type, value) !== undefined
      : (value: Parameters<typeof convertValue>[2]) => refusalOf(column, value) === undefined;
  const found = await offending(reader, dialect, table, old, stands);
  const { ids, total, values } = found;
  return step.kind === 'change-type'
    ? { ...step, offending: ids, offendingTotal: total, values }
    : { ...step, offending: ids, offendingTotal: total };
}

async function offending(
  reader: Reader,
  dialect: Dialect,
  table: Table,
  column: Column,
  stands: (value: Parameters<typeof convertValue>[2]) => boolean,
): Promise<{ ids: readonly string[]; total: number; values: number }> {
  const ids: string[] = [];
  let total = 0;
  let values = 0;
  const layout = layoutOf(table, dialect);
  for await (const row of scanRows(reader, layout, dialect)) {
    const value = row[column.name] ?? null;
    if (value !== null) values++;
    if (stands(value)) continue;
    total++;
    if (ids.length < offendingMax) ids.push(String(row[layout.system.id.name]));
  }
  return { ids, total, values };
}

/** A schema without what is detached: what files can imply. */
export function activeSchema(schema: Schema): Schema {
  const tables: Record<string, Table> = {};
  for (const table of Object.values(schema.tables)) {
    if (table.detached) continue;
    const columns = Object.entries(table.columns).filter(([, column]) => !column.detached);
    tables[table.name] = { ...table, columns: Object.fromEntries(columns) };
  }
  return { tables };
}
