import { sqlNameFor, typeLabel, withSystemColumns } from '../schema/index.ts';
import type { Column, ColumnDeclaration, ColumnType, Constraints, RowPage, Schema, Table } from '../schema/index.ts';
import type { TableDeclaration } from '../schema/index.ts';
import type { Diagnostic } from '../std/index.ts';
import { nameColumns, nameTables } from './derive-names.ts';
import type { NamedDeclaration, Placed } from './derive-names.ts';
import { loosest } from './merge-constraints.ts';
import { mergeTypes } from './merge-types.ts';
import { databaseColumns } from './reserved.ts';

/** The schema that all pages imply, what is wrong with it, and where each declaration ended up. */
export interface Derived {
  readonly schema: Schema;
  readonly diagnostics: readonly Diagnostic[];
  readonly placed: ReadonlyMap<TableDeclaration, Placed>;
}

/**
 * Merges what all places say into one schema. `own` are tables that the program or plugins declare; they stand as they
 * are, and unmarked forms never reach them. Disagreements are diagnostics that show both places.
 */
export function deriveSchema(declarations: readonly TableDeclaration[], own: readonly Table[] = []): Derived {
  const diagnostics: Diagnostic[] = [];
  const ours = new Map(own.map((table) => [table.name, table]));
  const names = nameTables(declarations, new Set(ours.keys()));
  const placed = new Map<TableDeclaration, Placed>();
  const pages = new Set(declarations.filter((each) => each.page).map((each) => names.get(each)));
  const byTable = new Map<string, NamedDeclaration[]>();
  for (const [declaration, table] of names) {
    const naming = nameColumns(declaration, table, pages.has(table));
    diagnostics.push(...naming.diagnostics);
    placed.set(declaration, {
      table,
      columns: Object.fromEntries(naming.named.columns.map(({ name, said }) => [said.label, name])),
    });
    byTable.set(table, [...(byTable.get(table) ?? []), naming.named]);
  }
  const tables: Record<string, Table> = Object.fromEntries(ours);
  const known = new Set([...ours.keys(), ...byTable.keys()]);
  for (const [name, places] of byTable) {
    if (ours.has(name)) continue;
    tables[name] = deriveTable(name, places, known, diagnostics);
  }
  return { schema: { tables }, diagnostics, placed };
}

function deriveTable(
  name: string,
  places: readonly NamedDeclaration[],
  known: ReadonlySet<string>,
  diagnostics: Diagnostic[],
): Table {
  const page = pageOf(places);
  const said = new Map<string, Said[]>();
  for (const { declaration, columns } of places) {
    for (const column of columns) {
      const isForm = declaration.form === true || declaration.implicit;
      said.set(column.name, [...(said.get(column.name) ?? []), { said: column.said, isForm, declaration }]);
    }
  }
  const own: Record<string, Column> = {};
  const taken = new Set<string>(databaseColumns);
  for (const [column, all] of said) own[column] = deriveColumn(column, all, known, taken, diagnostics);
  const slugFrom = page && slugSource(places, own);
  const first = places[0]!.declaration;
  return {
    name,
    label: first.label,
    sqlName: sqlNameFor(name, new Set()),
    columns: withIndexes(withSystemColumns(own, page !== undefined), places),
    single: places.some(({ declaration }) => declaration.single),
    ...(slugFrom !== undefined && { slugFrom }),
    ...(page && { page }),
    log: 'full',
    owner: name.startsWith('_') ? 'backlot' : 'site',
    detached: false,
    at: places.map(({ declaration }) => declaration.at),
  };
}

/** Marks the columns of ours that some query compares or sorts by. */
function withIndexes(
  columns: Readonly<Record<string, Column>>,
  places: readonly NamedDeclaration[],
): Readonly<Record<string, Column>> {
  const indexed: Record<string, Column> = { ...columns };
  for (const said of places.flatMap(({ declaration }) => declaration.columns)) {
    const column = indexed[said.name];
    if (said.queried && column?.system === true) indexed[said.name] = { ...column, indexed: true };
  }
  return indexed;
}

/** Text compares folded, so a shadow stands beside every column of text: a new query needs no change of the table. */
const foldedKinds: ReadonlySet<ColumnType['kind']> = new Set(['text', 'html', 'markdown', 'set']);

/** What one place says of a column. */
interface Said {
  readonly said: ColumnDeclaration;
  readonly isForm: boolean;
  readonly declaration: TableDeclaration;
}

function deriveColumn(
  name: string,
  all: readonly Said[],
  known: ReadonlySet<string>,
  taken: Set<string>,
  diagnostics: Diagnostic[],
): Column {
  const type = knownType(columnType(name, all, diagnostics), all, known, diagnostics);
  const sqlName = sqlNameFor(name, taken);
  taken.add(sqlName);
  const forms = all.filter(({ isForm, said }) => isForm || said.required || Object.keys(said.constraints).length > 0);
  return {
    name,
    label: all[0]!.said.label,
    sqlName,
    type,
    required: all.some(({ said }) => said.required),
    unique: false,
    folded: foldedKinds.has(type.kind),
    ...(all.some(({ said }) => said.queried) && { indexed: true }),
    constraints: constraintsOf(type, forms),
    system: false,
    ...(type.kind === 'reference' && all.some(({ said }) => said.child === true) && { child: true }),
    detached: false,
    at: all.map(({ said }) => said.at),
  };
}

function constraintsOf(type: ColumnType, forms: readonly Said[]): Constraints {
  return loosest(
    type,
    forms.map(({ said }) => said.constraints),
  );
}

/** The type all places agree on. Where unmarked forms disagree among themselves it is text, which holds whatever they send. */
function columnType(name: string, all: readonly Said[], diagnostics: Diagnostic[]): ColumnType {
  let agreed: { type: ColumnType; said: ColumnDeclaration } | undefined;
  for (const { said, declaration } of all) {
    if (!said.type) continue;
    const type: ColumnType | undefined = agreed ? mergeTypes(agreed.type, said.type) : said.type;
    if (type) {
      agreed = { type, said: agreed && type === agreed.type ? agreed.said : said };
    } else if (declaration.implicit) {
      diagnostics.push(disagreement(name, agreed!, said, 'note'));
      return { kind: 'text' };
    } else {
      diagnostics.push(disagreement(name, agreed!, said, 'error'));
    }
  }
  return agreed?.type ?? { kind: 'text' };
}

function disagreement(
  name: string,
  agreed: { readonly type: ColumnType; readonly said: ColumnDeclaration },
  said: ColumnDeclaration,
  severity: 'error' | 'note',
): Diagnostic {
  const message = `Column \`${name}\` is ${typeLabel(said.type!)} here and ${typeLabel(agreed.type)} elsewhere.`;
  return {
    severity,
    code: 'tables/types-disagree',
    message: severity === 'error' ? message : `${message} It is stored as text.`,
    fix: 'Give both places the same kind of control, element or `data-format`, or rename one of them.',
    at: said.at,
    also: agreed.said.at,
  };
}

/** A reference must lead to a table that some page declares. */
function knownType(
  type: ColumnType,
  all: readonly Said[],
  known: ReadonlySet<string>,
  diagnostics: Diagnostic[],
): ColumnType {
  if ((type.kind !== 'reference' && type.kind !== 'references') || known.has(type.table)) return type;
  diagnostics.push({
    severity: 'error',
    code: 'tables/unknown-table',
    message: `\`${all[0]!.said.label}\` refers to table \`${type.table}\`, which no page declares.`,
    fix: `Show or save \`${type.table}\` somewhere with \`data-list\`, \`data-row\` or \`data-save\`.`,
    at: all[0]!.said.at,
  });
  return { kind: 'text' };
}

/** The page that addresses rows: with several, the first by path. */
function pageOf(places: readonly NamedDeclaration[]): RowPage | undefined {
  const pages = places.flatMap(({ declaration }) => declaration.page ?? []);
  return pages.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0))[0];
}

/** The column a slug is made from: `name`, `title`, `headline`, else what the detail page says, else the first text. */
function slugSource(
  places: readonly NamedDeclaration[],
  columns: Readonly<Record<string, Column>>,
): string | undefined {
  for (const name of ['name', 'title', 'headline']) if (columns[name]?.type.kind === 'text') return name;
  for (const { declaration } of places) {
    const said = declaration.slugFrom;
    if (said !== undefined && columns[said]) return said;
  }
  return Object.values(columns).find((column) => column.type.kind === 'text')?.name;
}
