/** The one query grammar: parse, check against a schema, match in memory, turn into SQL; text folding. Pure. */
export { sortColumns } from './after.ts';
export { checkQuery, fixedValues, narrowQuery, pathType } from './check.ts';
export { compareText, fold } from './fold.ts';
export { matches, matchesOwn, pageWindow } from './match.ts';
export { compareRows } from './order.ts';
export { formatQuery, parseQuery } from './parse.ts';
export { foldPath } from './path.ts';
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
export { servingIndexes } from './serving-index.ts';
export type { Serving, ServingIndex } from './serving-index.ts';
export { probeSql, sampleSql, toSql, toSqlParts } from './sql.ts';
export type { SqlOptions, Way } from './sql.ts';
export { postgresSearchVector } from './statement.ts';
export { foldedValue, rowWords, searchWords } from './words.ts';
