import { typeLabel } from '../schema/index.ts';
import type { Column, Schema, Value } from '../schema/index.ts';
import { fits } from '../tables/index.ts';
import type { HookRefusal } from '../tables/index.ts';
import { isObject } from './config-error.ts';
import { Nonsense } from './run-code.ts';

/** What a check gave back, as refusals. */
export function readVerdict(schema: Schema, table: string, answer: unknown): readonly HookRefusal[] {
  if (answer === undefined || answer === null) return [];
  if (typeof answer === 'string') return [{ column: '', message: messageOf(answer) }];
  if (!isObject(answer)) {
    throw new Nonsense(`${written(answer)}; a check gives back nothing, a message, or messages by column`);
  }
  return Object.entries(answer)
    .filter(([, message]) => message !== undefined && message !== null)
    .map(([column, message]) => ({ column: columnOf(schema, table, column).name, message: messageOf(message) }));
}

function messageOf(message: unknown): string {
  if (typeof message === 'string' && message.trim() !== '') return message;
  throw new Nonsense(`${written(message)} in place of a message`);
}

/** What a transform gave back, as values to be written. What they may be is checked like every write. */
export function readValues(schema: Schema, table: string, answer: unknown): Readonly<Record<string, Value>> {
  if (answer === undefined || answer === null) return {};
  if (!isObject(answer)) throw new Nonsense(`${written(answer)}; a transform gives back nothing, or values by column`);
  const values: Record<string, Value> = {};
  for (const [name, value] of Object.entries(answer)) {
    if (value === undefined) continue;
    const column = columnOf(schema, table, name);
    if (column.system && !settable.has(column.sqlName)) throw new Nonsense(`${name}, which only the program writes`);
    if (!isValue(value) || (value !== null && !fits(column.type, value))) {
      throw new Nonsense(`${written(value)} as the value of ${name}, which is ${typeLabel(column.type)}`);
    }
    values[name] = value;
  }
  return values;
}

function columnOf(schema: Schema, table: string, name: string): Column {
  const columns = schema.tables[table]!.columns;
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (column && !column.detached) return column;
  throw new Nonsense(`${table} has no column "${name}"`);
}

/** Columns of the program's own that a write may set. */
const settable: ReadonlySet<string> = new Set(['_position', '_slug']);

function isValue(value: unknown): value is Value {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  return Array.isArray(value) && value.every((member) => typeof member === 'string');
}

/** A value as a message may show it: what kind it is, and a short text of it. */
function written(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (value instanceof Date) return 'a Date (write dates as text, such as 2026-08-14)';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value).slice(0, 40);
}
