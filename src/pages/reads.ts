import type { CheckedQuery, QueryScope, RelatedRows } from '../query/index.ts';
import { relationOf } from '../schema/index.ts';
import type { Row, Schema, Table, Value } from '../schema/index.ts';
import type { AggregateKind, ListOptions, TableReader } from '../tables/index.ts';
import type { DependencyRecorder } from './dependencies.ts';

/**
 * Reads of one rendering: each answer is remembered, and recorded as something the page depends on. Rows that
 * conditions need through relations are fetched first, because the in-memory matcher does not wait.
 */
export interface PageReads {
  readonly schema: Schema;
  byId(table: string, id: string): Promise<Row | undefined>;
  list(query: CheckedQuery, scope: QueryScope, options?: ListOptions): Promise<readonly Row[]>;
  count(query: CheckedQuery, scope: QueryScope): Promise<number>;
  children(table: string, column: string, id: string): Promise<readonly Row[]>;
  /** Over the children of a row: how many, or the sum, least or greatest of a column. */
  aggregate(kind: AggregateKind, table: string, column: string, id: string, valueColumn?: string): Promise<Value>;
  /** Fetches the rows that `path` passes through, from `row` on. */
  prefetch(table: Table, row: Row, path: string): Promise<void>;
  /** What has been fetched so far, for the matcher. */
  readonly related: RelatedRows;
}

export function pageReads(reader: TableReader, schema: Schema, recorder: DependencyRecorder): PageReads {
  const rows = new Map<string, Promise<Row | undefined>>();
  const found = new Map<string, Row>();
  const childLists = new Map<string, Promise<readonly Row[]>>();
  const foundChildren = new Map<string, readonly Row[]>();

  const byId = (table: string, id: string): Promise<Row | undefined> => {
    const key = `${table}\0${id}`;
    let row = rows.get(key);
    if (!row) {
      recorder.row(table, id);
      row = reader.byId(table, id).then((answer) => {
        if (answer) found.set(key, answer);
        return answer;
      });
      rows.set(key, row);
    }
    return row;
  };

  const children = (table: string, column: string, id: string): Promise<readonly Row[]> => {
    const key = `${table}\0${column}\0${id}`;
    let list = childLists.get(key);
    if (!list) {
      recorder.table(table);
      list = reader.children(table, column, id).then((answer) => {
        foundChildren.set(key, answer);
        return answer;
      });
      childLists.set(key, list);
    }
    return list;
  };

  const prefetch = async (table: Table, row: Row, path: string): Promise<void> => {
    const [first, ...rest] = pathOfAggregate(path).split('.');
    const relation = first === undefined ? undefined : relationOf(schema, table, first);
    const other = relation && schema.tables[relation.table];
    if (!relation || !other) return;
    recorder.table(relation.table);
    const reached = await relatedRows(row, relation);
    if (rest.length > 0) await Promise.all(reached.map((next) => prefetch(other, next, rest.join('.'))));
  };

  const relatedRows = async (
    row: Row,
    relation: NonNullable<ReturnType<typeof relationOf>>,
  ): Promise<readonly Row[]> => {
    if (relation.kind === 'children') return await children(relation.table, relation.column, row['id'] as string);
    const held = row[relation.column];
    const ids = Array.isArray(held) ? (held as readonly string[]) : typeof held === 'string' ? [held] : [];
    const answers = await Promise.all(ids.map((id) => byId(relation.table, id)));
    return answers.filter((answer) => answer !== undefined);
  };

  return {
    schema,
    byId,
    children,
    prefetch,
    async aggregate(kind, table, column, id, valueColumn) {
      recorder.table(table);
      return await reader.aggregate(kind, table, column, id, valueColumn);
    },
    async list(query, scope, options) {
      const answer = await reader.list(query, scope, options);
      recorder.list(query, scope, answer);
      return answer;
    },
    async count(query, scope) {
      recorder.list(query, scope, []);
      return await reader.count(query, scope);
    },
    related: {
      byId: (table, id) => found.get(`${table}\0${id}`),
      children: (table, column, id) => foundChildren.get(`${table}\0${column}\0${id}`) ?? [],
    },
  };
}

/** `sum(line.total)` -> `line.total`; other paths as they are. */
function pathOfAggregate(path: string): string {
  return aggregateOf(path)?.path ?? path;
}

const aggregatePattern = /^(count|sum|min|max)\((.+)\)$/;

/** Takes an aggregate apart; undefined for plain paths. */
export function aggregateOf(
  path: string,
): { readonly kind: 'count' | 'sum' | 'min' | 'max'; readonly path: string } | undefined {
  const match = aggregatePattern.exec(path);
  if (!match) return undefined;
  return { kind: match[1] as 'count' | 'sum' | 'min' | 'max', path: match[2]! };
}
