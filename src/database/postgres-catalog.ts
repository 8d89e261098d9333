import type { SqlRow } from './contract.ts';
import type { PostgresConnection } from './postgres-connection.ts';

/** A table as it must be made again. */
export interface TableCopy {
  readonly name: string;
  /** Columns that hold data of their own: not those that the database computes. */
  readonly columns: readonly string[];
  readonly create: string;
}

/** What makes an empty schema like this one: before the rows, and, quicker then, after them. */
export interface SchemaCopy {
  readonly before: readonly string[];
  readonly tables: readonly TableCopy[];
  readonly after: readonly string[];
}

const inSchema = 'current_schema()::regnamespace';
const ownedByExtension = (id: string): string =>
  `exists (select from pg_depend d where d.objid = ${id} and d.deptype = 'e')`;

const extensions = `select format('create extension if not exists %I', extname) as sql from pg_extension
  where extname <> 'plpgsql' order by oid`;
const functions = `select pg_get_functiondef(p.oid) as sql from pg_proc p
  where p.pronamespace = ${inSchema} and p.prokind in ('f', 'p') and not ${ownedByExtension('p.oid')} order by p.oid`;
const columns = `select c.relname as table, a.attname as column, a.attgenerated <> '' as computed,
    format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
      || case when l.collname is null then '' else format(' collate %I', l.collname) end
      || case when a.attgenerated <> '' then format(' generated always as (%s) %s', pg_get_expr(v.adbin, v.adrelid),
           case a.attgenerated when 's' then 'stored' else 'virtual' end)
         when v.adbin is not null then ' default ' || pg_get_expr(v.adbin, v.adrelid) else '' end
      || case when a.attnotnull then ' not null' else '' end as definition
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    left join pg_collation l on l.oid = a.attcollation and a.attcollation <> t.typcollation
    left join pg_attrdef v on v.adrelid = c.oid and v.adnum = a.attnum
  where c.relnamespace = ${inSchema} and c.relkind = 'r' and not ${ownedByExtension('c.oid')}
  order by c.oid, a.attnum`;
/** Keys and checks first, references when all keys are there. */
const constraints = `select format('alter table %I add constraint %I %s', c.relname, n.conname, pg_get_constraintdef(n.oid))
    as sql
  from pg_constraint n join pg_class c on c.oid = n.conrelid
  where c.relnamespace = ${inSchema} and c.relkind = 'r' and n.contype in ('p', 'u', 'c', 'x', 'f')
  order by n.contype = 'f', n.oid`;
const indexes = `select pg_get_indexdef(i.indexrelid) as sql from pg_index i join pg_class c on c.oid = i.indrelid
  where c.relnamespace = ${inSchema} and c.relkind = 'r'
    and not exists (select from pg_constraint n where n.conindid = i.indexrelid)
  order by i.indexrelid`;
const triggers = `select pg_get_triggerdef(g.oid) as sql from pg_trigger g join pg_class c on c.oid = g.tgrelid
  where c.relnamespace = ${inSchema} and not g.tgisinternal order by g.oid`;

/** Reads from the catalogue what the schema in use consists of. Sequences and views are not among what we make. */
export async function readSchema(one: PostgresConnection): Promise<SchemaCopy> {
  const texts = async (sql: string): Promise<string[]> => (await one.once(sql)).rows.map((row) => String(row['sql']));
  return {
    before: [...(await texts(extensions)), ...(await texts(functions))],
    tables: tablesOf((await one.once(columns)).rows),
    after: [...(await texts(indexes)), ...(await texts(constraints)), ...(await texts(triggers))],
  };
}

function tablesOf(rows: readonly SqlRow[]): TableCopy[] {
  const byTable = Map.groupBy(rows, (row) => String(row['table']));
  return [...byTable].map(([name, own]) => ({
    name,
    columns: own.filter((row) => row['computed'] !== true).map((row) => String(row['column'])),
    create: `create table ${quote(name)} (${own.map((row) => String(row['definition'])).join(', ')})`,
  }));
}

/** A name as SQL writes it. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
