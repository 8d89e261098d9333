import { linkTable, sqlNameFor, typeLabel } from '../schema/index.ts';
import type { Column, Constraints, Schema, Table } from '../schema/index.ts';
import { compareLimits } from './merge-constraints.ts';
import { sameType } from './merge-types.ts';
import { databaseColumns } from './reserved.ts';
import type { SchemaStep } from './tables.ts';

/** The way from one schema to another, before anyone has looked at the rows. */
export interface Comparison {
  /** What is in use afterwards: the target with the physical names of today, and what is detached. */
  readonly target: Schema;
  readonly steps: readonly SchemaStep[];
}

/**
 * Compares the schema in use with the one the files imply. Nothing is ever dropped: tables and columns that are gone
 * stay, detached, and are attached again when they come back. Physical names never change; a column whose type
 * changes gets a new one, and the old is kept, detached, as `NAME-was-TYPE`.
 */
export function compareSchemas(current: Schema | null, wanted: Schema): Comparison {
  const steps: SchemaStep[] = [];
  const tables: Record<string, Table> = {};
  const takenTables = physicalTables(current);
  for (const table of Object.values(wanted.tables)) {
    const today = current?.tables[table.name];
    if (today?.detached) steps.push({ kind: 'attach-table', table: table.name });
    if (!today) steps.push({ kind: 'add-table', table: table.name });
    tables[table.name] = today ? compareTable(today, table, takenTables, steps) : newTable(table, takenTables);
  }
  for (const today of Object.values(current?.tables ?? {})) {
    if (wanted.tables[today.name]) continue;
    tables[today.name] = { ...today, detached: true };
    if (!today.detached) steps.push({ kind: 'detach-table', table: today.name });
  }
  steps.push(...renamedTables(current, wanted));
  return { target: { tables }, steps };
}

/** Names of all tables that exist in the database, link tables too. */
function physicalTables(schema: Schema | null): Set<string> {
  const names = new Set<string>();
  for (const table of Object.values(schema?.tables ?? {})) {
    names.add(table.sqlName);
    for (const column of Object.values(table.columns)) {
      if (column.type.kind === 'references') names.add(linkTable(table, column));
    }
  }
  return names;
}

function newTable(wanted: Table, takenTables: Set<string>): Table {
  // Names of ours begin with `_`, which no site's do.
  const sqlName = wanted.owner === 'site' ? sqlNameFor(wanted.name, takenTables) : `_${wanted.name.replace(/^_+/, '')}`;
  const table = { ...wanted, sqlName };
  takenTables.add(table.sqlName);
  const taken = new Set<string>(databaseColumns);
  const columns = Object.values(wanted.columns).map((column) =>
    column.system ? column : placeColumn(table, column, taken, takenTables),
  );
  return { ...table, columns: Object.fromEntries(columns.map((column) => [column.name, column])) };
}

/** Gives a new column a physical name that is free, and whose link table, where it has one, is free too. */
function placeColumn(table: Table, column: Column, taken: Set<string>, takenTables: Set<string>): Column {
  for (;;) {
    const placed = { ...column, sqlName: sqlNameFor(column.name, taken) };
    taken.add(placed.sqlName);
    if (column.type.kind !== 'references') return placed;
    const link = linkTable(table, placed);
    if (takenTables.has(link)) continue;
    takenTables.add(link);
    return placed;
  }
}

function compareTable(today: Table, wanted: Table, takenTables: Set<string>, steps: SchemaStep[]): Table {
  const columns: Record<string, Column> = {};
  const added: Column[] = [];
  const gone: Column[] = [];
  const taken = new Set([...databaseColumns, ...Object.values(today.columns).map((column) => column.sqlName)]);
  const keepAside = (old: Column): void => {
    const name = asideName(old, (candidate) => candidate in today.columns || candidate in wanted.columns);
    columns[name] = { ...old, name, required: false, detached: true };
  };
  for (const column of Object.values(wanted.columns)) {
    const old = today.columns[column.name];
    if (old?.detached) steps.push({ kind: 'attach-column', table: today.name, column: column.name });
    if (column.system) {
      columns[column.name] = column;
      if (old && !old.system) keepAside(old);
      if (!systemColumnOf(today, column)) steps.push({ kind: 'add-column', table: today.name, column: column.name });
    } else if (!old || old.system) {
      columns[column.name] = placeColumn(today, column, taken, takenTables);
      steps.push({ kind: 'add-column', table: today.name, column: column.name });
      added.push(column);
    } else if (sameType(old.type, column.type)) {
      columns[column.name] = { ...column, sqlName: old.sqlName };
      if (!sameRules(old, column)) steps.push(rulesStep(today, old, column));
    } else {
      columns[column.name] = placeColumn(today, column, taken, takenTables);
      keepAside(old);
      steps.push(typeStep(today, old, column));
    }
  }
  for (const old of Object.values(today.columns)) {
    if (old.system) {
      if (systemColumnOf({ ...wanted, columns }, old)) continue;
      const name = wanted.columns[old.name] ? `_${old.name}` : old.name;
      columns[name] = { ...old, name };
      continue;
    }
    if (wanted.columns[old.name]) continue;
    columns[old.name] = { ...old, detached: true };
    if (old.detached) continue;
    steps.push({ kind: 'detach-column', table: today.name, column: old.name });
    gone.push(old);
  }
  steps.push(...renamedColumns(today.name, gone, added));
  return { ...wanted, sqlName: today.sqlName, columns };
}

/** Name under which a column is kept whose place another takes: `price-was-text`. */
function asideName(old: Column, taken: (name: string) => boolean): string {
  const name = `${old.name}-was-${old.type.kind}`;
  if (!taken(name)) return name;
  let number = 2;
  while (taken(`${name}-${number}`)) number++;
  return `${name}-${number}`;
}

/** The program's own column of the same physical name, whether or not a site's column shadows it. */
function systemColumnOf(table: Table, column: Column): Column | undefined {
  return Object.values(table.columns).find((each) => each.system && each.sqlName === column.sqlName);
}

function rulesStep(table: Table, old: Column, wanted: Column): SchemaStep {
  return {
    kind: 'change-rules',
    table: table.name,
    column: wanted.name,
    tightened: isTighter(old, wanted),
    offending: [],
    offendingTotal: 0,
  };
}

function typeStep(table: Table, old: Column, wanted: Column): SchemaStep {
  return {
    kind: 'change-type',
    table: table.name,
    column: wanted.name,
    from: typeLabel(old.type),
    to: typeLabel(wanted.type),
    values: 0,
    offending: [],
    offendingTotal: 0,
  };
}

function sameRules(a: Column, b: Column): boolean {
  return (
    a.required === b.required &&
    a.unique === b.unique &&
    a.folded === b.folded &&
    (a.indexed ?? false) === (b.indexed ?? false) &&
    a.label === b.label &&
    (a.child ?? false) === (b.child ?? false) &&
    sameConstraints(a.constraints, b.constraints)
  );
}

function sameConstraints(a: Constraints, b: Constraints): boolean {
  return (
    a.min === b.min &&
    a.max === b.max &&
    a.step === b.step &&
    a.minLength === b.minLength &&
    a.maxLength === b.maxLength &&
    a.pattern === b.pattern &&
    JSON.stringify(a.options) === JSON.stringify(b.options)
  );
}

/** Whether some value that was storable no longer is. */
function isTighter(old: Column, wanted: Column): boolean {
  if ((wanted.required && !old.required) || (wanted.unique && !old.unique)) return true;
  const a = old.constraints;
  const b = wanted.constraints;
  if (b.min !== undefined && (a.min === undefined || compareLimits(b.min, a.min) > 0)) return true;
  if (b.max !== undefined && (a.max === undefined || compareLimits(b.max, a.max) < 0)) return true;
  if (b.step !== undefined && b.step !== a.step) return true;
  if (b.pattern !== undefined && b.pattern !== a.pattern) return true;
  if (b.minLength !== undefined && b.minLength > (a.minLength ?? 0)) return true;
  if (b.maxLength !== undefined && b.maxLength < (a.maxLength ?? Infinity)) return true;
  if (!b.options) return false;
  const allowed = new Set(b.options);
  return !a.options || a.options.some((option) => !allowed.has(option));
}

/** One name goes as another of the same type comes, and no other could be meant: perhaps a new name for the same thing. */
function renamedColumns(table: string, gone: readonly Column[], added: readonly Column[]): SchemaStep[] {
  const steps: SchemaStep[] = [];
  for (const old of gone) {
    const alike = added.filter((column) => sameType(column.type, old.type));
    const rivals = gone.filter((column) => sameType(column.type, old.type));
    if (alike.length === 1 && rivals.length === 1) {
      steps.push({ kind: 'rename-proposed', table, from: old.name, to: alike[0]!.name });
    }
  }
  return steps;
}

/** The same for tables: `table` and `from` are both the old name. */
function renamedTables(current: Schema | null, wanted: Schema): SchemaStep[] {
  const gone = Object.values(current?.tables ?? {}).filter((table) => !table.detached && !wanted.tables[table.name]);
  const added = Object.values(wanted.tables).filter((table) => !current?.tables[table.name]);
  const steps: SchemaStep[] = [];
  for (const old of gone) {
    const alike = added.filter((table) => shape(table) === shape(old));
    const rivals = gone.filter((table) => shape(table) === shape(old));
    if (alike.length === 1 && rivals.length === 1) {
      steps.push({ kind: 'rename-proposed', table: old.name, from: old.name, to: alike[0]!.name });
    }
  }
  return steps;
}

function shape(table: Table): string {
  return Object.values(table.columns)
    .filter((column) => !column.system && !column.detached)
    .map((column) => `${column.name}:${typeLabel(column.type)}`)
    .sort()
    .join();
}
