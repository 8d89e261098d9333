import type { Column, ColumnType, Table } from './schema.ts';
import { withSystemColumns } from './system.ts';

/** A column of a table that the program keeps for itself. `more` says what is not as in most of them. */
export function ownColumn(name: string, type: ColumnType, more: Partial<Column> = {}): Column {
  return {
    name,
    label: name,
    sqlName: name,
    type,
    required: false,
    unique: false,
    folded: false,
    constraints: {},
    system: false,
    detached: false,
    at: [],
    ...more,
  };
}

export interface OwnTable {
  /** Begins with `_`. */
  readonly name: string;
  readonly label: string;
  readonly log: Table['log'];
  readonly columns: readonly Column[];
}

/** A table that the program keeps for itself: no page declares it. */
export function ownTable({ name, label, log, columns }: OwnTable): Table {
  return {
    name,
    label,
    sqlName: name,
    columns: withSystemColumns(Object.fromEntries(columns.map((column) => [column.name, column])), false),
    single: false,
    log,
    owner: 'backlot',
    detached: false,
    at: [],
  };
}
