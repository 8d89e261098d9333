import { foldColumn } from '../schema/index.ts';
import type { Column } from '../schema/index.ts';
import { isFolded } from './plan.ts';
import type { Target } from './plan.ts';
import type { Dialect } from './query.ts';

/** A statement being written: placeholders and aliases are numbered as they come. */
export interface Writer {
  readonly dialect: Dialect;
  parameterCount: number;
  aliasCount: number;
}

/** In PostgreSQL text is ordered by bytes whatever the database's collation; SQLite does so by itself. */
export function collated(writer: Writer, value: string, target: Target): string {
  const text =
    target.kind === 'column' || target.kind === 'aggregate' ? target.column && isStoredText(target.column) : false;
  return writer.dialect === 'postgres' && text ? `${value} COLLATE "C"` : value;
}

/** What a column compares by: its folded shadow where it has one. */
export function valueOf(target: Extract<Target, { kind: 'column' }>, alias: string): string {
  const { column } = target;
  return field(alias, isFolded(target) ? foldColumn(column) : column.sqlName);
}

const notText: ReadonlySet<string> = new Set(['integer', 'decimal', 'money', 'real', 'boolean']);

export function isStoredText(column: Column): boolean {
  return !notText.has(column.type.kind);
}

export function anyOf(tests: readonly string[]): string {
  return tests.length === 1 ? (tests[0] ?? '') : `(${tests.join(' OR ')})`;
}

export function nextAlias(writer: Writer): string {
  return `t${++writer.aliasCount}`;
}

export function placeholder(writer: Writer): string {
  writer.parameterCount++;
  return writer.dialect === 'sqlite' ? '?' : `$${writer.parameterCount}`;
}

export function placeholders(writer: Writer, count: number): string {
  return Array.from({ length: count }, () => placeholder(writer)).join(', ');
}

export function field(alias: string, name: string): string {
  return `${alias}.${quote(name)}`;
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
