/** What tables, columns and values are. Pure. */
export type { ColumnDeclaration, SeedRow, TableDeclaration } from './declaration.ts';
export { relationOf } from './schema.ts';
export type { Column, ColumnType, Constraints, Relation, Row, RowPage, Schema, Table, Value } from './schema.ts';
