import { localDate } from '../pages/index.ts';
import type { QueryScope } from '../query/index.ts';
import { systemColumn } from '../schema/index.ts';
import type { Row, Schema } from '../schema/index.ts';
import type { Clock } from '../std/index.ts';
import type { TableReader, Tables } from '../tables/index.ts';
import type { Reader, RowOf, TableName } from './public.ts';
import { queryOf, tableNamed } from './where.ts';

const limitDefault = 100;
const limitMax = 1000;

/** What `now` and `today` mean to an author's code. */
export function authorScope(clock: Clock, timeZone: string): QueryScope {
  const nowMs = clock.now();
  return { value: () => null, nowMs, today: localDate(nowMs, timeZone), timeZone };
}

/** Versions of the rows that an author's code was given: what it writes on the ground of a row relies on them. */
const versions = new WeakMap<object, number>();

export function versionSeen(row: object): number | undefined {
  return versions.get(row);
}

/** A row as an author's code gets it: a copy that cannot be changed, without secrets. */
export function authorRow<Name extends TableName>(schema: Schema, tableName: Name, row: Row): RowOf<Name> {
  const table = schema.tables[tableName]!;
  const shown: Record<string, Row[string]> = {};
  for (const [name, value] of Object.entries(row)) {
    if (table.columns[name]?.secret !== true) shown[name] = value;
  }
  const given = Object.freeze(shown);
  const version = systemColumn(table, 'version');
  if (version) versions.set(given, Number(row[version.name]));
  // Which columns a table has is only known to the author's own declaration.
  return given as unknown as RowOf<Name>;
}

/** The reader that an author's code gets: rows by its words for them, past all access rules. */
export function authorReader(schema: Schema, reader: TableReader, scope: QueryScope): Reader {
  const list: Reader['list'] = async (table, where, { limit = limitDefault, offset = 0 } = {}) => {
    if (!(limit >= 1 && limit <= limitMax)) throw new Error(`limit is ${limit}; it may be from 1 to ${limitMax}.`);
    const rows = await reader.list(queryOf(schema, table, where), scope, { limit, offset });
    return rows.map((row) => authorRow(schema, table, row));
  };
  return {
    async byId(table, id) {
      const row = await reader.byId(tableNamed(schema, table).name, id);
      return row && authorRow(schema, table, row);
    },
    async first(table, where) {
      return (await list(table, where, { limit: 1 }))[0];
    },
    list,
    count: async (table, where) => await reader.count(queryOf(schema, table, where), scope),
  };
}

/** Reads outside a write: each question gets a snapshot of its own. */
export function snapshotReader(tables: Tables, scope: () => QueryScope): Reader {
  const ask = <T>(read: (reader: Reader) => Promise<T>): Promise<T> =>
    tables.snapshot((reader) => read(authorReader(tables.schema, reader, scope())));
  return {
    byId: (table, id) => ask((read) => read.byId(table, id)),
    first: (table, where) => ask((read) => read.first(table, where)),
    list: (table, where, window) => ask((read) => read.list(table, where, window)),
    count: (table, where) => ask((read) => read.count(table, where)),
  };
}
