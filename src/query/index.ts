/** The one query grammar: parse, check against a schema, match in memory, turn into SQL; text folding. Pure. */
export type {
  Checked,
  CheckedQuery,
  CheckOptions,
  Condition,
  Dialect,
  ExtraNames,
  Operand,
  Operator,
  Query,
  QueryScope,
  RelatedRows,
  SortKey,
  SqlQuery,
} from './query.ts';
