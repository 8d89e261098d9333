import type { Column, Table } from '../schema/index.ts';
import type { Plan, PlannedCondition, PlannedSort, Step, Target } from './plan.ts';

/** Tables as they stand in the database, by name. A changed schema is another map. */
export type TablesInUse = ReadonlyMap<string, { readonly table: Table }>;

interface Placed {
  readonly tables: TablesInUse;
  readonly table: Table;
  readonly plan: Plan;
}

/** The last that each plan was placed in: the schema seldom changes. */
const placed = new WeakMap<Plan, Placed>();

/**
 * A query's table and plan with the physical names that the database uses. A query is checked against the schema that
 * the files imply; a column that was renamed, or whose type was changed, bears another name in the database.
 */
export function planInUse(table: Table, plan: Plan, tables: TablesInUse | undefined): Omit<Placed, 'tables'> {
  if (!tables) return { table, plan };
  const known = placed.get(plan);
  if (known?.tables === tables) return known;
  const found = { tables, table: tableInUse(table, tables), plan: place(plan, tables) };
  placed.set(plan, found);
  return found;
}

function place(plan: Plan, tables: TablesInUse): Plan {
  return {
    ...plan,
    conditions: plan.conditions.map((each): PlannedCondition => ({
      ...each,
      target: placeTarget(each.target, tables),
    })),
    sort: plan.sort.map((each): PlannedSort => ({ ...each, target: placeTarget(each.target, tables) })),
    texts: new Map(),
  };
}

function placeTarget(target: Target, tables: TablesInUse): Target {
  if (target.kind === 'extra') return target;
  const table = tableInUse(target.table, tables);
  const steps = target.steps.map((step) => placeStep(step, tables));
  if (target.kind === 'children') return { ...target, table, steps };
  if (target.kind === 'column') return { ...target, table, steps, column: columnInUse(table, target.column) };
  return { ...target, table, steps, ...(target.column && { column: columnInUse(table, target.column) }) };
}

function placeStep(step: Step, tables: TablesInUse): Step {
  const from = tableInUse(step.from, tables);
  const to = tableInUse(step.to, tables);
  return { ...step, from, to, column: columnInUse(step.kind === 'children' ? to : from, step.column) };
}

/** What is not there yet stays as it is: the database says so when it is asked. */
function tableInUse(table: Table, tables: TablesInUse): Table {
  return tables.get(table.name)?.table ?? table;
}

function columnInUse(table: Table, column: Column): Column {
  const found = Object.hasOwn(table.columns, column.name) ? table.columns[column.name] : undefined;
  // A site's column may bear the name of one of the program's.
  return found && found.system === column.system ? { ...column, sqlName: found.sqlName } : column;
}
