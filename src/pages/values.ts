import type { CheckedQuery, QueryScope } from '../query/index.ts';
import { relationOf } from '../schema/index.ts';
import type { Row, Table, Value } from '../schema/index.ts';
import { aggregateOf } from './reads.ts';
import { rowUrl } from './row-url.ts';
import { topRows } from './top-rows.ts';
import { scopeWith } from './work.ts';
import type { Frame, Work } from './work.ts';

/** The operands of a query, fetched before it runs. */
export async function queryScope(work: Work, query: CheckedQuery, frame: Frame): Promise<QueryScope> {
  const values = new Map<string, Value>();
  await Promise.all(
    query.scopePaths.map(async (path) => {
      values.set(path, await valueOf(work, frame, path));
    }),
  );
  return scopeWith(work, (path) => values.get(path) ?? null);
}

/** The value of a path at one place: of its row, of the rows around, of the page. */
export async function valueOf(work: Work, frame: Frame, path: string): Promise<Value> {
  for (let at: Frame | null = frame; at; at = at.outer) {
    const value = await ownValue(work, at, path);
    if (value !== undefined) return value;
  }
  return (await listName(work, path)) ?? null;
}

/** The value of a path at one frame; undefined when the frame does not know the name. */
async function ownValue(work: Work, frame: Frame, path: string): Promise<Value | undefined> {
  const { table, row } = frame;
  if (table && row) {
    const aggregate = aggregateOf(path);
    if (aggregate) return await aggregateValue(work, table, row, aggregate);
    if (path in table.columns) return row[path] ?? null;
    if (path === 'url') return rowUrl(table, row);
    const dot = path.indexOf('.');
    if (dot > 0) {
      const related = await relatedRow(work, table, row, path.slice(0, dot));
      if (related !== undefined) {
        if (related === null) return null;
        return (await ownValue(work, { ...related, extra: {}, outer: null }, path.slice(dot + 1))) ?? null;
      }
    }
  }
  return frame.extra[path];
}

/** The row a reference leads to; null when it leads nowhere, undefined when there is no such reference. */
async function relatedRow(
  work: Work,
  table: Table,
  row: Row,
  name: string,
): Promise<{ table: Table; row: Row } | null | undefined> {
  const relation = relationOf(work.schema, table, name);
  const other = relation && work.schema.tables[relation.table];
  if (!other || relation.kind !== 'reference') return undefined;
  const id = row[relation.column];
  const found = typeof id === 'string' ? await work.reads.byId(relation.table, id) : undefined;
  return found ? { table: other, row: found } : null;
}

async function aggregateValue(
  work: Work,
  table: Table,
  row: Row,
  aggregate: NonNullable<ReturnType<typeof aggregateOf>>,
): Promise<Value | undefined> {
  const [name = '', column] = aggregate.path.split('.');
  const relation = relationOf(work.schema, table, name);
  if (!relation || relation.kind === 'reference') return undefined;
  if (relation.kind === 'children') {
    return await work.reads.aggregate(aggregate.kind, relation.table, relation.column, row['id'] as string, column);
  }
  const ids = (row[relation.column] ?? []) as readonly string[];
  const rows = await Promise.all(ids.map((id) => work.reads.byId(relation.table, id)));
  if (aggregate.kind === 'count') return rows.filter((other) => other !== undefined).length;
  const values = rows.map((other) => (column === undefined ? null : (other?.[column] ?? null)));
  return combine(aggregate.kind, values);
}

function combine(kind: 'sum' | 'min' | 'max', values: readonly Value[]): Value {
  const present = values.filter((value) => typeof value === 'number' || typeof value === 'string');
  if (kind === 'sum') return present.reduce<number>((sum, value) => sum + Number(value), 0);
  if (present.length === 0) return null;
  return present.reduce((best, value) => ((kind === 'min') === value < best ? value : best));
}

/** `{orders.rows}` and `{orders.page}`: numbers of a list of the page, by its id. */
export async function listName(work: Work, path: string): Promise<Value | undefined> {
  const match = /^(.+)\.(rows|page)$/.exec(path);
  const scope = match && work.page.template.scopes.find((one) => one.elementId === match[1] && one.parent === 0);
  if (!scope) return undefined;
  const rows = await topRows(work, scope);
  return match[2] === 'rows' ? rows.length : (work.totals.get(scope.id)?.page ?? 1);
}
