/** What tables, columns and values are. Pure. */
export { currencyExponent } from './currencies.ts';
export { isDecimal, scaledRange } from './decimal.ts';
export type { ScaledRange } from './decimal.ts';
export type { ColumnDeclaration, SeedRow, TableDeclaration } from './declaration.ts';
export { foldColumn, foldName, linkTable, searchTable, sqlNameFor } from './names.ts';
export { ownColumn, ownTable } from './own-table.ts';
export { relationOf } from './schema.ts';
export type { Column, ColumnType, Constraints, Relation, Row, RowPage, Schema, Table, Value } from './schema.ts';
export { shadowableNames, systemColumn, withSystemColumns } from './system.ts';
export type { SystemName } from './system.ts';
export { formatInstant, monthDays, weekDays, weekOfDate } from './temporal.ts';
export { filesPrefix, uploadPaths } from './uploads.ts';
export { safeUrl } from './url.ts';
export {
  canonicalString,
  canonicalText,
  canonicalValue,
  isTextKind,
  jsonValue,
  parseValue,
  scaleOf,
  typeLabel,
  valueFromJson,
} from './values.ts';
