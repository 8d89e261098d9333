import { relationOf } from '../schema/index.ts';
import type { Schema, Table } from '../schema/index.ts';
import type { Site } from '../site/index.ts';
import { decide, onlyStaff } from './access.ts';
import { columnHints } from './column-hints.ts';
import type { ApiContext } from './context.ts';
import { json } from './request.ts';
import type { ApiAnswer, Call } from './request.ts';
import { detachedColumns, isShown, versionName } from './row-json.ts';

/** First parts of paths that mean something of their own: a table called so is reached under `tables/`. */
const ownNames: ReadonlySet<string> = new Set([
  'session',
  'sessions',
  'setup',
  'users',
  'mails',
  'jobs',
  'backups',
  'files',
  'schema',
  'site',
  'changes',
  'summary',
  'me',
  'tables',
]);

/** `GET /api/schema`: the tables that the actor may read, their columns and rules, and where pages show them. */
export async function readSchema(context: ApiContext, call: Call): Promise<ApiAnswer> {
  await onlyStaff(context, call);
  const { schema } = context.tables;
  const site = context.site();
  const tables = Object.values(schema.tables)
    .filter((table) => !table.detached && decide(context, call.actor, 'read', table).allowed)
    .map((table) => ({
      ...tableJson(schema, table, site),
      path: tablePath(context.path, table),
      may: (['insert', 'update', 'delete'] as const).filter(
        (action) => decide(context, call.actor, action, table).allowed,
      ),
      isSubmissions: isFilledByVisitors(site, table),
      paths: pagesOf(site, table),
    }));
  return json(200, { tables });
}

/** Where a table's rows are. */
export function tablePath(base: string, { name }: Table): string {
  const encoded = encodeURIComponent(name);
  return ownNames.has(name) ? `${base}/tables/${encoded}` : `${base}/${encoded}`;
}

function tableJson(schema: Schema, table: Table, site: Pick<Site, 'pages'>): Readonly<Record<string, unknown>> {
  const columns = Object.values(table.columns).filter(isShown);
  return {
    name: table.name,
    label: table.label,
    owner: table.owner,
    single: table.single,
    detached: table.detached,
    hasPages: table.page !== undefined,
    ...(table.page && { page: { prefix: table.page.prefix, slug: 'slug' } }),
    versionColumn: versionName(table),
    history: table.log === 'full',
    columns: columns.map(({ name, label, type, required, unique, system, detached, constraints, indexed }) => {
      const hints = columnHints(site, table.name, name);
      const said = { name, label, type, required, unique, system, detached, constraints, sorted: indexed === true };
      return hints ? { ...said, hints } : said;
    }),
    detachedColumns: detachedColumns(table).map(({ name, label, type }) => ({ name, label, type })),
    children: Object.values(schema.tables).flatMap((child) => {
      const relation = child.detached ? undefined : relationOf(schema, table, child.name);
      return relation?.kind === 'children' ? [{ table: relation.table, column: relation.column }] : [];
    }),
  };
}

/** Whether visitors send its rows: some form of a page inserts into it, for anyone or whoever is signed in. */
export function isFilledByVisitors({ grants }: Pick<Site, 'grants'>, table: Table): boolean {
  if (table.name === '_spam') return true;
  return (grants.get(table.name) ?? []).some(
    ({ operation, who }) => operation === 'insert' && (who === 'anyone' || who === 'user' || who === 'own'),
  );
}

/** The pages that show or fill a table. Of its rows' own page there is `page`. */
function pagesOf({ pages }: Pick<Site, 'pages'>, table: Table): readonly string[] {
  const paths = new Set<string>();
  for (const page of pages.values()) {
    const [path] = page.urlPaths;
    if (path === undefined || page.detail?.table === table.name) continue;
    const shows = page.template.scopes.some((scope) => scope.table === table.name);
    if (shows || page.forms.some((form) => form.table === table.name)) paths.add(path);
  }
  return [...paths].sort();
}
