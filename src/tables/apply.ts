import { DatabaseError } from '../database/index.ts';
import type { Driver, LogEntry, Statement } from '../database/index.ts';
import type { Dialect } from '../query/index.ts';
import type { Schema, Table } from '../schema/index.ts';
import type { Clock } from '../std/index.ts';
import { compareSchemas } from './compare.ts';
import type { Comparison } from './compare.ts';
import {
  addColumn,
  addForeignKey,
  addReferences,
  createTable,
  indexStatements,
  plain,
  severalStatement,
  singleStatement,
} from './ddl.ts';
import { quote } from './layout.ts';
import { readRecord, recordStatement } from './schema-record.ts';
import type { Conversion, SchemaRecord } from './schema-record.ts';
import type { SchemaStep } from './tables.ts';

/** How often to compare again when another process changed the schema first. */
const attemptsMax = 5;

/** The name under which changes of the schema stand in the log. */
const schemaTable = '_schema';

/**
 * Brings the database to `wanted`: structure, record and log entry in one transaction. Compares again with the record
 * as it is now, so a plan made earlier, or by another process at the same time, does no harm. Gives the record in use
 * afterwards.
 */
export async function applySchema(driver: Driver, clock: Clock, wanted: Schema): Promise<SchemaRecord> {
  for (let attempt = 1; ; attempt++) {
    const current = await readRecord(driver);
    const comparison = compareSchemas(current.schema, wanted);
    if (isSame(current.schema, comparison)) return { ...current, schema: comparison.target };
    const next: SchemaRecord = {
      number: current.number + 1,
      schema: comparison.target,
      conversions: [...current.conversions, ...conversionsOf(current.schema, comparison)],
      renames: current.renames,
    };
    const statements = [
      ...plain(stepStatements(current.schema, comparison, driver.dialect)),
      ...plain(await singleStatements(driver, current.schema, comparison.target)),
      recordStatement(driver.dialect, next, new Date(clock.now()).toISOString()),
    ];
    if (await migrated(driver, current, statements, schemaEntry(next, comparison.steps), attempt)) return next;
  }
}

/** Does a migration; false when another process changed the schema first and it must be thought over again. */
async function migrated(
  driver: Driver,
  current: SchemaRecord,
  statements: readonly Statement[],
  entry: LogEntry,
  attempt: number,
): Promise<boolean> {
  try {
    await driver.migrate(statements, [entry]);
    return true;
  } catch (error) {
    if (!(error instanceof DatabaseError) || attempt >= attemptsMax) throw error;
    if ((await readRecord(driver)).number === current.number) throw error;
    return false;
  }
}

/** Writes a record without touching any table: a rename, or conversions that are done. */
export async function writeRecord(
  driver: Driver,
  clock: Clock,
  next: SchemaRecord,
  patch: Readonly<Record<string, unknown>>,
  extra: readonly Statement[] = [],
): Promise<void> {
  const record = recordStatement(driver.dialect, next, new Date(clock.now()).toISOString());
  await driver.migrate([...extra, record], [{ ...schemaEntry(next, []), patch: JSON.stringify(patch) }]);
}

function schemaEntry(next: SchemaRecord, steps: readonly SchemaStep[]): LogEntry {
  return {
    actor: 'system',
    table: schemaTable,
    id: String(next.number),
    version: next.number,
    operation: 'schema',
    patch: JSON.stringify({ steps: steps.filter((step) => step.kind !== 'rename-proposed') }),
  };
}

/** Whether nothing but places in files differs. */
function isSame(current: Schema, comparison: Comparison): boolean {
  if (comparison.steps.some((step) => step.kind !== 'rename-proposed')) return false;
  return withoutPlaces(current) === withoutPlaces(comparison.target);
}

function withoutPlaces(schema: Schema): string {
  const names = Object.keys(schema.tables).sort();
  return JSON.stringify(names.map((name) => tableWithoutPlaces(schema.tables[name]!)));
}

function tableWithoutPlaces(table: Table): unknown {
  const columns = Object.keys(table.columns).sort();
  return { ...table, at: [], columns: columns.map((name) => ({ ...table.columns[name]!, at: [] })) };
}

function stepStatements(current: Schema, { target, steps }: Comparison, dialect: Dialect): string[] {
  const made: string[] = [];
  const after: string[] = [];
  for (const step of steps) {
    if (step.kind === 'rename-proposed') continue;
    const table = target.tables[step.table]!;
    if (step.kind === 'add-table') {
      made.push(...createTable(table, target, dialect));
      after.push(...addReferences(table, target, dialect));
    } else if (step.kind === 'add-column' || step.kind === 'change-type') {
      const column = table.columns[step.column]!;
      if (column.type.kind === 'references') after.push(...addColumn(table, column, target, dialect));
      else made.push(...addColumn(table, column, target, dialect));
      if (dialect === 'postgres') after.push(...addForeignKey(table, column, target));
    } else if (step.kind === 'change-rules' || step.kind === 'attach-column') {
      made.push(...indexStatements(table, table.columns[step.column]!, dialect));
    }
  }
  return [...made, ...indexesOfOurs(current, target, dialect), ...after];
}

/** Queries may have begun to sort by a column of ours. */
function indexesOfOurs(current: Schema, target: Schema, dialect: Dialect): string[] {
  return Object.values(target.tables).flatMap((table) => {
    const before = current.tables[table.name];
    if (!before) return [];
    return Object.values(table.columns)
      .filter((column) => column.system && column.indexed && !before.columns[column.name]?.indexed)
      .flatMap((column) => indexStatements(table, column, dialect));
  });
}

/**
 * Tables that have become one row, or may have several again. One that holds several is left as it is: the write path
 * refuses more.
 */
async function singleStatements(driver: Driver, current: Schema, target: Schema): Promise<string[]> {
  const statements: string[] = [];
  for (const table of Object.values(target.tables)) {
    const before = current.tables[table.name];
    const single = table.single && !table.detached;
    if (!before || single === (before.single && !before.detached)) continue;
    if (!single) statements.push(severalStatement(table));
    else if (!(await holdsSeveral(driver, table))) statements.push(singleStatement(table));
  }
  return statements;
}

async function holdsSeveral(driver: Driver, table: Table): Promise<boolean> {
  return (await driver.query(`select 1 as found from ${quote(table.sqlName)} limit 2`, [])).length > 1;
}

function conversionsOf(current: Schema, { target, steps }: Comparison): Conversion[] {
  return steps.flatMap((step): Conversion[] => {
    if (step.kind !== 'change-type') return [];
    const old = current.tables[step.table]!.columns[step.column]!;
    const aside = Object.values(target.tables[step.table]!.columns).find(({ sqlName }) => sqlName === old.sqlName)!;
    return [{ table: step.table, from: aside.name, to: step.column }];
  });
}
